/* A user's arrays: types, ranks, splits, and everything that may be wrong with them. */
#include "base/npy.h"
#include "dataset/examples.h"
#include "dataset/source.h"
#include "support/folder.h"

enum { INPUTS, TARGETS, TEST_INPUTS, TEST_TARGETS, FILES };

static char root[FL_FILE_PATH_MAX], paths[FILES][FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    const char *names[] = { "x.npy", "y.npy", "test_x.npy", "test_y.npy" };
    folder_make(root);
    for (int i = 0; i < FILES; i++) fl_file_path_join(paths[i], root, names[i]);
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(root);
    return 0;
}

/* A file as numpy.save writes it, version 1.0. */
static void put_npy(int file, const char *descr, const char *shape, const void *bytes, size_t n)
{
    fl_text text = { 0 };
    char header[118];
    int length =
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    fl_text_add_bytes(&text, "\x93NUMPY\x01\x00\x76\x00", 10);
    fl_text_add_bytes(&text, header, (size_t)length);
    while (text.length < 127) fl_text_add(&text, " ");
    fl_text_add(&text, "\n");
    fl_text_add_bytes(&text, bytes, n);
    put_file(paths[file], text.bytes, text.length);
    fl_text_free(&text);
}

static fl_dataset_source source_of(fl_tensor_form form, bool tests)
{
    return (fl_dataset_source){ .inputs = paths[INPUTS],
                                .targets = paths[TARGETS],
                                .test_inputs = tests ? paths[TEST_INPUTS] : NULL,
                                .test_targets = tests ? paths[TEST_TARGETS] : NULL,
                                .form = form };
}

static fl_dataset *load(fl_tensor_form form, bool tests)
{
    fl_error error;
    fl_dataset_source source = source_of(form, tests);
    const fl_dataset_kind *kind = fl_dataset_open(&source, &error);
    if (!kind) fail_msg("%s", error.text);
    fl_dataset *d = fl_dataset_load(kind, NULL, &error);
    if (!d) fail_msg("%s", error.text);
    assert_int_equal(kind->n_train, d->n_train);
    assert_int_equal(kind->n_test, d->n_test);
    assert_int_equal(kind->n_validation, d->validation);
    assert_int_equal(kind->n_classes, d->n_classes);
    assert_memory_equal(&kind->shape, &d->shape, sizeof d->shape);
    fl_dataset_close(kind);
    return d;
}

/* 1, 1/3 as near as it gets, the largest, the least subnormal, -0 (IEEE 754 binary16). */
static const uint16_t halves[] = { 0x3c00, 0x3555, 0x7bff, 0x0001, 0x8000, 0xc000 };
static const float half_values[] = { 1, 0.333251953125f, 65504, 0x1p-24f, -0.0f, -2 };

static void every_type_of_number_becomes_float32(void **state)
{
    const float floats[] = { 1.5f, -2, 3e30f, 4, 5, 6 };
    const double doubles[] = { 1.1, -2, 3e-30, 4, 5, 6 };
    const int64_t wides[] = { 1, -2, 1 << 30, 4, 5, 6 };
    const int32_t words[] = { 1, -2, 1 << 30, 4, 5, 6 }, labels[] = { 0, 1, 0 };
    const struct {
        const char *descr;
        const void *bytes;
        size_t n;
    } files[] = {
        { "<f2", halves, 12 }, { "<f4", floats, 24 }, { "<f8", doubles, 48 }, { "<i8", wides, 48 }, { "<i4", words, 24 }
    };
    for (size_t i = 0; i < 5; i++) {
        put_npy(INPUTS, files[i].descr, "(3, 2)", files[i].bytes, files[i].n);
        put_npy(TARGETS, "<i4", "(3,)", labels, 12);
        put_npy(TEST_INPUTS, files[i].descr, "(3, 2)", files[i].bytes, files[i].n);
        put_npy(TEST_TARGETS, "<i4", "(3,)", labels, 12);
        fl_dataset *d = load(FL_TENSOR_IMAGE, true);
        assert_int_equal(2, d->shape.c);
        for (size_t v = 0; v < 12; v++) {
            float right = i == 0   ? half_values[v % 6]
                          : i == 1 ? floats[v % 6]
                          : i == 2 ? (float)doubles[v % 6]
                                   : (float)wides[v % 6];
            assert_memory_equal(&right, &d->values[v], sizeof right);
        }
        fl_dataset_free(d);
    }
}

static void ranks_become_shapes(void **state)
{
    static const uint8_t bytes[3 * 24];
    static const int32_t labels[3];
    const struct {
        const char *shape;
        fl_tensor_form form;
        fl_tensor_shape right;
    } ranks[] = { { "(3, 24)", FL_TENSOR_IMAGE, { 1, 24, 1, 1 } },
                  { "(3, 4, 6)", FL_TENSOR_IMAGE, { 1, 1, 4, 6 } },
                  { "(3, 2, 3, 4)", FL_TENSOR_IMAGE, { 1, 2, 3, 4 } },
                  { "(3, 4, 6)", FL_TENSOR_SEQUENCE, { 1, 4, 6, 1, FL_TENSOR_SEQUENCE } },
                  { "(3, 24)", FL_TENSOR_TOKENS, { 1, 24, 1, 1, FL_TENSOR_TOKENS } } };
    put_npy(TARGETS, "<i4", "(3,)", labels, 12);
    for (size_t i = 0; i < 5; i++) {
        put_npy(INPUTS, "|u1", ranks[i].shape, bytes, sizeof bytes);
        fl_dataset *d = load(ranks[i].form, false);
        assert_memory_equal(&ranks[i].right, &d->shape, sizeof d->shape);
        assert_int_equal(ranks[i].form == FL_TENSOR_TOKENS, d->tokens != NULL);
        assert_int_equal(ranks[i].form != FL_TENSOR_TOKENS, d->pixels != NULL);
        fl_dataset_free(d);
    }
}

/* Example i is 10 i and its class is i / 5, so each row says which class it had; 30 examples, 3 test, 2 validate. */
static void a_tenth_is_split_off_and_rows_stay_with_their_classes(void **state)
{
    float values[60];
    int64_t labels[30];
    int seen[30] = { 0 }, in_test = 0;
    for (int i = 0; i < 30; i++) {
        values[2 * i] = values[2 * i + 1] = (float)(10 * i);
        labels[i] = i / 5;
    }
    put_npy(INPUTS, "<f4", "(30, 2)", values, sizeof values);
    put_npy(TARGETS, "<i8", "(30,)", labels, sizeof labels);
    fl_dataset *d = load(FL_TENSOR_IMAGE, false), *again = load(FL_TENSOR_IMAGE, false);
    assert_int_equal(27, d->n_train);
    assert_int_equal(3, d->n_test);
    assert_int_equal(2, d->validation);
    assert_int_equal(6, d->n_classes);
    for (int i = 0; i < 30; i++) {
        int was = (int)d->values[2 * i] / 10;
        seen[was]++;
        in_test += i >= 27 && was >= 27;
        assert_int_equal(was / 5, d->labels[i]);
    }
    for (int i = 0; i < 30; i++) assert_int_equal(1, seen[i]);
    assert_true(in_test < 3); /* not the end of the file */
    assert_memory_equal(d->values, again->values, sizeof values);
    assert_string_equal(d->checksum, again->checksum);
    fl_dataset_free(d);
    fl_dataset_free(again);
}

/* Whose classes are counted from 1, or leave a number out, is told of it. */
static void classes_without_examples_are_told(void **state)
{
    static const struct {
        int32_t labels[4];
        const char *message;
    } cases[] = { { { 0, 1, 2, 1 }, ", 3 classes; 1" },
                  { { 2, 1, 3, 1 }, ", 4 classes (1 without an example, the first of them 0); 1" },
                  { { 0, 9, 3, 1 }, ", 10 classes (6 without an example, the first of them 2); 1" } };
    const float x[4] = { 0 };
    put_npy(INPUTS, "<f4", "(4, 1)", x, sizeof x);
    for (size_t i = 0; i < 3; i++) {
        put_npy(TARGETS, "<i4", "(4,)", cases[i].labels, sizeof cases[i].labels);
        fl_error error;
        fl_dataset_source source = source_of(FL_TENSOR_IMAGE, false);
        const fl_dataset_kind *kind = fl_dataset_open(&source, &error);
        if (!kind) fail_msg("%s", error.text);
        assert_contains(kind->entry.about, cases[i].message);
        fl_dataset_close(kind);
    }
}

static void with_test_files_the_order_stays(void **state)
{
    const float x[] = { 1, 2, 3, 4 }, y[] = { 10, 20, 30, 40 }, test_x[] = { 5, 6 }, test_y[] = { 50, 60 };
    put_npy(INPUTS, "<f4", "(4, 1)", x, 16);
    put_npy(TARGETS, "<f4", "(4, 1)", y, 16);
    put_npy(TEST_INPUTS, "<f4", "(2, 1)", test_x, 8);
    put_npy(TEST_TARGETS, "<f4", "(2, 1)", test_y, 8);
    fl_dataset *d = load(FL_TENSOR_IMAGE, true);
    assert_int_equal(4, d->n_train);
    assert_int_equal(2, d->n_test);
    assert_int_equal(1, d->n_targets);
    assert_null(d->labels);
    for (int i = 0; i < 6; i++) {
        assert_true(d->values[i] == (float)(i + 1));
        assert_true(d->targets[i] == (float)(10 * i + 10));
    }
    fl_dataset_free(d);
}

static void tokens_have_a_class_per_position(void **state)
{
    const int32_t x[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, y[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    put_npy(INPUTS, "<i4", "(3, 3)", x, sizeof x);
    put_npy(TARGETS, "<i4", "(3, 3)", y, sizeof y);
    fl_dataset *d = load(FL_TENSOR_TOKENS, false);
    assert_int_equal(9, d->vocabulary);
    assert_int_equal(10, d->n_classes);
    assert_int_equal(3, d->n_labels);
    for (int i = 0; i < 9; i++) assert_int_equal(d->tokens[i] + 1, d->labels[i]);
    fl_dataset_free(d);
}

static void assert_refused(fl_tensor_form form, bool tests, const char *part)
{
    fl_error error = { .text = "" };
    fl_dataset_source source = source_of(form, tests);
    const fl_dataset_kind *kind = fl_dataset_open(&source, &error);
    fl_dataset *d = kind ? fl_dataset_load(kind, NULL, &error) : NULL;
    if (d) fail_msg("accepted, but: %s", part);
    assert_int_equal(FL_ERROR_USER, error.fault);
    assert_contains(error.text, root);
    assert_contains(error.text, part);
    fl_dataset_close(kind);
}

static void put_good(void)
{
    const float x[6] = { 0 };
    const int32_t y[] = { 0, 1, 2 };
    put_npy(INPUTS, "<f4", "(3, 2)", x, sizeof x);
    put_npy(TARGETS, "<i4", "(3,)", y, sizeof y);
}

/* Elements begin at byte 128. */
static void numbers_that_are_none_are_refused_with_their_place(void **state)
{
    const float x[6] = { 0, 0, 0, NAN, 0, 0 };
    const double huge[6] = { 0, 0, 0, 0, 1e39, 0 }, infinite[6] = { HUGE_VAL };
    const int32_t y[] = { 0, -1, 2 };
    put_good();
    put_npy(INPUTS, "<f4", "(3, 2)", x, sizeof x);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 140: value 1 of example 1 is nan");
    put_npy(INPUTS, "<f8", "(3, 2)", huge, sizeof huge);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 160: value 0 of example 2 is 1e+39");
    put_npy(INPUTS, "<f8", "(3, 2)", infinite, sizeof infinite);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 128: value 0 of example 0 is inf");
    put_good();
    put_npy(TARGETS, "<i4", "(3,)", y, sizeof y);
    assert_refused(FL_TENSOR_IMAGE, false, "y.npy: byte 132: value 0 of example 1 is -1; numbers from 0 to");
}

/* A clock's seconds; what float64 cannot tell from a constant either, and a year of seconds, may stay. */
static void numbers_that_float32_cannot_tell_apart_are_refused(void **state)
{
    const int64_t clock[] = { 1, 1700000000, 2, 1700000010, 3, 1700000020 };
    const int64_t year[] = { 1, 1700000000, 2, 1710000000, 3, 1731536000 };
    const double alike[] = { 0.1, 0.3, 0.1, 0.1 + 0.2, 0.1, 0.3 };
    const int32_t y[] = { 0, 1, 2 };
    put_npy(TARGETS, "<i4", "(3,)", y, sizeof y);
    put_npy(INPUTS, "<i8", "(3, 2)", clock, sizeof clock);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: value 1 of the examples lies from 1700000000 to 1700000020");
    put_npy(INPUTS, "<i8", "(3, 2)", year, sizeof year);
    fl_dataset_free(load(FL_TENSOR_IMAGE, false));
    put_npy(INPUTS, "<f8", "(3, 2)", alike, sizeof alike);
    fl_dataset_free(load(FL_TENSOR_IMAGE, false));
}

static void headers_that_lie_are_refused(void **state)
{
    const float x[8] = { 0 };
    put_good();
    put_npy(INPUTS, "<f4", "(3, 2)", x, 20);
    assert_refused(FL_TENSOR_IMAGE, false,
                   "x.npy: byte 128: its header promises 6 elements of 4 bytes, 20 bytes follow");
    put_npy(INPUTS, "<f4", "(3, 2)", x, 28);
    assert_refused(FL_TENSOR_IMAGE, false, "28 bytes follow");
    put_npy(INPUTS, "<f4", "(4611686018427387904, 1)", x, 0);
    assert_refused(FL_TENSOR_IMAGE, false, "promises 4611686018427387904 elements");
    put_npy(INPUTS, "<f4", "(0, 2)", x, 0);
    assert_refused(FL_TENSOR_IMAGE, false, "holds no examples");
    put_npy(INPUTS, ">f4", "(3, 2)", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "its type is '>f4'; it is to be float16");
    put_npy(INPUTS, "|O", "(3, 2)", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "its type is '|O'");
    put_npy(INPUTS, "<f4", "(-5, 2)", x, 0);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 61: 'shape' is to be whole numbers in brackets");
    put_npy(INPUTS, "<f4", "(4611686018427387904, 8)", x, 0);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 82: 'shape' has more elements than can be counted");
    put_npy(INPUTS, "a record of several", "(3, 2)", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 20: 'descr' is to name one type of numbers");
    put_npy(INPUTS, "<f4", "(3 2)", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 63: 'shape' is to be whole numbers in brackets, with commas");
    put_npy(INPUTS, "<f4', 'descr': '<i4", "(3, 2)", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 27: its header is to hold 'descr', 'fortran_order' and");
    put_npy(INPUTS, "<f4", "(3, 2), 'more': 1", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 68: its header is to hold");
    put_npy(INPUTS, "<f4", "(3, 2)} + (1", x, 24);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 68: its header is to hold");
    put_file(paths[INPUTS], "\x93NUMPY\x09\x00\x76\x00{'descr': '<f4'", 25);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 6: versions 1 to 3 are known");
    put_file(paths[INPUTS], "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4'", 25);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 8: its header is longer than the file");
    put_file(paths[INPUTS], "PK\x03\x04", 4);
    assert_refused(FL_TENSOR_IMAGE, false, "x.npy: byte 0: does not begin as a .npy file");
}

static void arrays_that_do_not_fit_are_refused(void **state)
{
    const float x[12] = { 0 };
    const int32_t y[] = { 0, 1, 2, 0 };
    put_good();
    put_npy(INPUTS, "<f4", "(3, 2, 2)", x, sizeof x);
    assert_refused(FL_TENSOR_TOKENS, false, "has 3 dimensions of type <f4; the first layer reads N,T of whole numbers");
    put_npy(INPUTS, "<f4", "(3,)", x, 12);
    assert_refused(FL_TENSOR_IMAGE, false, "has 1 dimensions of type <f4; the first layer reads N,F");
    put_good();
    put_npy(TARGETS, "<i4", "(4,)", y, sizeof y);
    assert_refused(FL_TENSOR_IMAGE, false, "y.npy: byte 10: holds 4 examples");
    put_good();
    put_npy(TARGETS, "<i4", "(3, 1, 1)", y, 12);
    fl_dataset_free(load(FL_TENSOR_IMAGE, false));
    put_npy(INPUTS, "<f4", "(2, 2)", x, 16);
    put_npy(TARGETS, "<i4", "(2, 2)", y, 16);
    assert_refused(FL_TENSOR_IMAGE, false, "has 2 classes per example; one is wanted");
    put_npy(TARGETS, "<i4", "(2,)", y, 8);
    assert_refused(FL_TENSOR_IMAGE, false, "has 2 examples; at least 3 are needed");
}

static void test_files_must_be_like_training_files(void **state)
{
    const float x[6] = { 0 };
    const int32_t y[] = { 0, 1, 2 };
    put_good();
    put_npy(TEST_INPUTS, "<f4", "(2, 3)", x, sizeof x);
    put_npy(TEST_TARGETS, "<i4", "(2,)", y, 8);
    assert_refused(FL_TENSOR_IMAGE, true, "test_x.npy: byte 10: differs from");
    put_npy(TEST_INPUTS, "<f4", "(3, 2)", x, sizeof x);
    assert_refused(FL_TENSOR_IMAGE, true, "test_y.npy: byte 10: holds 2 examples");
    fl_error error;
    fl_dataset_source source = source_of(FL_TENSOR_IMAGE, true);
    source.test_targets = NULL;
    assert_null(fl_dataset_open(&source, &error));
    assert_contains(error.text, "test_x.npy: is given without test_targets");
}

static void what_is_no_file_is_refused(void **state)
{
    fl_error error;
    put_good();
    fl_dataset_source source = source_of(FL_TENSOR_IMAGE, false);
    source.inputs = "/nowhere.npy";
    assert_null(fl_dataset_open(&source, &error));
    assert_contains(error.text, "/nowhere.npy: cannot be read");
    source.inputs = root;
    assert_null(fl_dataset_open(&source, &error));
    assert_int_equal(FL_ERROR_USER, error.fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_number_becomes_float32),
        cmocka_unit_test(ranks_become_shapes),
        cmocka_unit_test(a_tenth_is_split_off_and_rows_stay_with_their_classes),
        cmocka_unit_test(classes_without_examples_are_told),
        cmocka_unit_test(with_test_files_the_order_stays),
        cmocka_unit_test(tokens_have_a_class_per_position),
        cmocka_unit_test(numbers_that_are_none_are_refused_with_their_place),
        cmocka_unit_test(numbers_that_float32_cannot_tell_apart_are_refused),
        cmocka_unit_test(headers_that_lie_are_refused),
        cmocka_unit_test(arrays_that_do_not_fit_are_refused),
        cmocka_unit_test(test_files_must_be_like_training_files),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return test_run(tests, set_up, tear_down);
}
