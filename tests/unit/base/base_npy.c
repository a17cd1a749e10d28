/* .npy files: round trips, the exact bytes NumPy writes, and files that lie. */
#include "support/dies.h"
#include "support/workspace.h"

#include "base/npy.h"
#include "base/text.h"

static char path[FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    workspace_set_up(state);
    fl_file_path_join(path, folder, "a.npy");
    return 0;
}

static void assert_round_trip(fl_npy_type type, const void *elements, size_t bytes, const size_t *shape, size_t n_dims)
{
    void *back;
    size_t found[8], n_found;
    fl_error error;
    assert_true(fl_npy_write(path, type, shape, n_dims, elements, NULL));
    if (!fl_npy_read(path, type, &back, found, &n_found, &error)) fail_msg("%s", error.text);
    assert_int_equal(n_found, n_dims);
    assert_memory_equal(found, shape, n_dims * sizeof *shape);
    assert_memory_equal(back, elements, bytes);
    free(back);
}

static void arrays_of_every_type_and_shape_come_back(void **state)
{
    const float floats[] = { 1.5f, -0.0f, 3e-45f, HUGE_VALF, NAN, 7 };
    const double doubles[] = { 0.1, 5e-324, -HUGE_VAL };
    const int64_t wholes[] = { INT64_MIN, -1, 0, INT64_MAX };
    assert_round_trip(FL_NPY_F32, floats, sizeof floats, (const size_t[]){ 2, 3 }, 2);
    assert_round_trip(FL_NPY_F32, floats, sizeof floats, (const size_t[]){ 1, 1, 1, 1, 1, 1, 2, 3 }, 8);
    assert_round_trip(FL_NPY_F64, doubles, sizeof doubles, (const size_t[]){ 3 }, 1);
    assert_round_trip(FL_NPY_I64, wholes, sizeof wholes, (const size_t[]){ 4, 1 }, 2);
    assert_round_trip(FL_NPY_F64, doubles, sizeof *doubles, NULL, 0);
    assert_round_trip(FL_NPY_F32, floats, 0, (const size_t[]){ 5, 0, 2 }, 3);
}

/* numpy 1.24.2 (Debian 12): np.save("a.npy", np.array([[1, 2], [3, 4], [5, 6]], dtype="<f4")), 128 + 24 bytes. */
static void the_bytes_are_numpys(void **state)
{
    const float elements[] = { 1, 2, 3, 4, 5, 6 };
    char expected[128 + sizeof elements], *bytes;
    size_t n;
    memset(expected, ' ', 128);
    memcpy(expected, "\x93NUMPY\x01\x00\x76\x00", 10);
    const char *header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";
    memcpy(expected + 10, header, strlen(header));
    expected[127] = '\n';
    memcpy(expected + 128, elements, sizeof elements);
    assert_true(fl_npy_write(path, FL_NPY_F32, (const size_t[]){ 3, 2 }, 2, elements, NULL));
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    assert_int_equal(n, sizeof expected);
    assert_memory_equal(bytes, expected, n);
    free(bytes);
}

static void a_file_grows_piece_by_piece(void **state)
{
    const int64_t elements[] = { 1, 2, 3, 4, 5, 6 };
    void *back;
    size_t shape[8], n_dims;
    fl_npy *file = fl_npy_new(path, FL_NPY_I64, (const size_t[]){ 6 }, 1, NULL);
    assert_non_null(file);
    assert_true(fl_npy_append(file, elements, 2, NULL));
    assert_true(fl_npy_append(file, elements + 2, 0, NULL));
    assert_true(fl_npy_append(file, elements + 2, 4, NULL));
    assert_true(fl_npy_close(file, NULL));
    assert_true(fl_npy_close(NULL, NULL));
    assert_true(fl_npy_read(path, FL_NPY_I64, &back, shape, &n_dims, NULL));
    assert_memory_equal(back, elements, sizeof elements);
    free(back);
}

static void a_file_that_stays_short_is_an_error_at_its_close(void **state)
{
    fl_error error;
    const float element = 1;
    fl_npy *file = fl_npy_new(path, FL_NPY_F32, (const size_t[]){ 3 }, 1, NULL);
    assert_true(fl_npy_append(file, &element, 1, NULL));
    assert_false(fl_npy_close(file, &error));
    assert_contains(error.text, "2 elements were never written");
}

static void append_too_much(void)
{
    const float elements[2] = { 0 };
    fl_npy_append(fl_npy_new(path, FL_NPY_F32, (const size_t[]){ 1 }, 1, NULL), elements, 2, NULL);
}

static void more_than_the_shape_holds_is_our_own_mistake(void **state)
{
    assert_dies(append_too_much, "more elements than its shape holds");
}

static void a_place_that_cannot_be_written_is_the_users_mistake(void **state)
{
    fl_error error;
    assert_null(fl_npy_new("/nowhere/a.npy", FL_NPY_F32, (const size_t[]){ 1 }, 1, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
}

/* A device that is always full takes nothing, which shows at the latest when the file is closed. */
static void a_full_disk_is_noticed(void **state)
{
    fl_error error;
    const float elements[6] = { 0 };
    assert_false(fl_npy_write("/dev/full", FL_NPY_F32, (const size_t[]){ 6 }, 1, elements, &error));
    assert_int_equal(error.fault, FL_ERROR_MACHINE);
    assert_contains(error.text, "No space left on device");
}

/* Read a file of float32 made of this preamble, header and n_data zero bytes. */
static void assert_refused(const char *preamble, const char *header, size_t n_data, const char *part)
{
    fl_text text = { 0 };
    fl_error error;
    void *elements;
    size_t shape[8], n_dims, n_header = strlen(header);
    const char length[2] = { (char)n_header, (char)(n_header >> 8) };
    fl_text_add_bytes(&text, preamble, 8);
    fl_text_add_bytes(&text, length, 2);
    fl_text_add_bytes(&text, header, n_header);
    for (size_t i = 0; i < n_data; i++) fl_text_add_bytes(&text, "", 1);
    put_file(path, text.bytes, text.length);
    fl_text_free(&text);
    if (fl_npy_read(path, FL_NPY_F32, &elements, shape, &n_dims, &error)) fail_msg("accepted: %s", header);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, path);
    assert_contains(error.text, part);
}

static void files_that_lie_are_refused(void **state)
{
    const char *one = "\x93NUMPY\x01\x00", *two = "\x93NUMPY\x02\x00";
    const char *bad = "is not a .npy file of type <f4 in C order", *size = "its shape promises";
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 7, size);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 9, size);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }\n", 0, size);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 0, bad);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }\n", 0, bad);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }\n", 0, bad);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }\n", 4, bad);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }\n", 8, bad);
    assert_refused(one, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", 8, bad);
    assert_refused(one, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }\n", 8, bad);
    assert_refused(one, "{'descr': '<f4', 'fortran_order': False, 'shape': (2", 8, bad);
    assert_refused(one, "", 8, bad);
    assert_refused(two, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 8, bad);
    assert_refused("PK\x03\x04zip!", "", 8, bad);
}

static void a_header_longer_than_its_file_is_refused(void **state)
{
    fl_error error;
    void *elements;
    size_t shape[8], n_dims;
    put_file(path, "\x93NUMPY\x01\x00\xff\xff{'descr': '<f4'", 25);
    assert_false(fl_npy_read(path, FL_NPY_F32, &elements, shape, &n_dims, &error));
    put_file(path, "\x93NUMPY", 6);
    assert_false(fl_npy_read(path, FL_NPY_F32, &elements, shape, &n_dims, &error));
    put_file(path, "", 0);
    assert_false(fl_npy_read(path, FL_NPY_F32, &elements, shape, &n_dims, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_of_every_type_and_shape_come_back),
        cmocka_unit_test(the_bytes_are_numpys),
        cmocka_unit_test(a_file_grows_piece_by_piece),
        cmocka_unit_test(a_file_that_stays_short_is_an_error_at_its_close),
        cmocka_unit_test(more_than_the_shape_holds_is_our_own_mistake),
        cmocka_unit_test(a_place_that_cannot_be_written_is_the_users_mistake),
        cmocka_unit_test(a_full_disk_is_noticed),
        cmocka_unit_test(files_that_lie_are_refused),
        cmocka_unit_test(a_header_longer_than_its_file_is_refused),
    };
    return test_run(tests, set_up, workspace_tear_down);
}
