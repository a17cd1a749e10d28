/* IDX files that are right, and every way in which they can lie. */
#include "dataset/idx.h"
#include "support/folder.h"
#include "support/idx_bytes.h"

typedef struct fixture {
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    fl_dataset_idx idx;
    uint8_t body[64];
    fl_error error;
} fixture;

static int set_up(void **state)
{
    fixture *s = calloc(1, sizeof *s);
    folder_make(s->folder);
    fl_file_path_join(s->path, s->folder, "a-file");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    fixture *s = *state;
    fl_dataset_idx_close(&s->idx);
    folder_remove(s->folder);
    free(s);
    return 0;
}

static bool open_and_read(fixture *s, fl_dataset_idx_content content)
{
    return fl_dataset_idx_open(&s->idx, s->path, content, &s->error) &&
           fl_dataset_idx_read(&s->idx, s->body, &s->error);
}

static void assert_refused(fixture *s, fl_dataset_idx_content content, const char *why)
{
    if (open_and_read(s, content)) fail_msg("a file was accepted that %s", why);
    assert_int_equal(FL_ERROR_USER, s->error.fault);
    assert_contains(s->error.text, s->path);
    assert_contains(s->error.text, why);
}

static void put_idx(fixture *s, const uint32_t *words, size_t n_words, size_t n_body, bool packed)
{
    size_t n;
    uint8_t *bytes = idx_bytes(words, n_words, n_body, &n);
    (packed ? put_gzip : put_file)(s->path, bytes, n);
    free(bytes);
}

static void assert_images_are_read(fixture *s, bool packed)
{
    put_idx(s, (uint32_t[]){ IDX_IMAGES_MAGIC, 4, 2, 3 }, 4, 24, packed);
    if (!open_and_read(s, FL_DATASET_IDX_IMAGES)) fail_msg("%s", s->error.text);
    assert_int_equal(4, s->idx.count);
    assert_int_equal(2, s->idx.height);
    assert_int_equal(3, s->idx.width);
    for (int i = 0; i < 24; i++) assert_int_equal(i % 10, s->body[i]);
}

static void packed_images_are_read(void **state)
{
    assert_images_are_read(*state, true);
}

static void plain_images_are_read(void **state)
{
    assert_images_are_read(*state, false);
}

static void labels_are_read(void **state)
{
    fixture *s = *state;
    put_idx(s, (uint32_t[]){ IDX_LABELS_MAGIC, 24 }, 2, 24, true);
    if (!open_and_read(s, FL_DATASET_IDX_LABELS)) fail_msg("%s", s->error.text);
    assert_int_equal(24, fl_dataset_idx_bytes(&s->idx));
    assert_true(fl_dataset_idx_check_labels(&s->idx, s->body, 10, &s->error));
}

static void a_label_outside_the_classes_is_refused(void **state)
{
    fixture *s = *state;
    labels_are_read(state);
    assert_false(fl_dataset_idx_check_labels(&s->idx, s->body, 7, &s->error));
    assert_contains(s->error.text, s->path);
    assert_contains(s->error.text, "label 7 is 7, outside 0..6");
}

static void every_lie_of_a_header_is_refused(void **state)
{
    static const struct {
        uint32_t words[4];
        size_t n_words, n_body;
        const char *why;
    } lies[] = {
        { { 0 }, 0, 0, "ends within its header" },
        { { IDX_IMAGES_MAGIC, 4 }, 2, 0, "ends within its header" },
        { { IDX_IMAGES_MAGIC, 4, 2 }, 3, 2, "ends within its header" },
        { { IDX_LABELS_MAGIC, 4, 2, 3 }, 4, 24, "magic number is 2049, that of IDX images is 2051" },
        { { 0x03080000, 4, 2, 3 }, 4, 24, "magic number is 50855936" }, /* little-endian */
        { { IDX_IMAGES_MAGIC, 4, 2, 3 }, 4, 23, "ends within its body" },
        { { IDX_IMAGES_MAGIC, 4, 2, 3 }, 4, 0, "ends within its body" },
        { { IDX_IMAGES_MAGIC, 4, 2, 3 }, 4, 25, "goes on after the 24 bytes" },
        { { IDX_IMAGES_MAGIC, 0, 2, 3 }, 4, 0, "promises no images" },
        { { IDX_IMAGES_MAGIC, 4, 2, 0 }, 4, 0, "promises no images" },
        { { IDX_IMAGES_MAGIC, 60000, 28, 28 }, 4, 24, "60000 x 28 x 28 bytes, more than the file can hold" },
        { { IDX_IMAGES_MAGIC, 4294967295, 4294967295, 4294967295 }, 4, 24, "more than the file can hold" },
        { { IDX_IMAGES_MAGIC, 65536, 65536, 65536 }, 4, 24, "more than the file can hold" }, /* 2^48 */
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        for (int packed = 0; packed <= 1; packed++) {
            fixture *s = *state;
            put_idx(s, lies[i].words, lies[i].n_words, lies[i].n_body, packed);
            assert_refused(s, FL_DATASET_IDX_IMAGES, lies[i].why);
            fl_dataset_idx_close(&s->idx);
        }
}

/* The right packed file with its last `cut` bytes gone and byte `flipped` from the end (0: none) inverted. */
static void put_damaged_gzip(fixture *s, size_t cut, size_t flipped)
{
    char *bytes;
    size_t n;
    put_idx(s, (uint32_t[]){ IDX_IMAGES_MAGIC, 4, 2, 3 }, 4, 24, true);
    assert_true(fl_file_read(s->path, &bytes, &n, NULL));
    if (flipped) bytes[n - flipped] ^= 0x55;
    put_file(s->path, bytes, n - cut);
    free(bytes);
}

static void a_packed_file_cut_short_is_refused(void **state)
{
    fixture *s = *state;
    put_damaged_gzip(s, 12, 0); /* within the deflate data */
    assert_refused(s, FL_DATASET_IDX_IMAGES, "ends within its body");
    fl_dataset_idx_close(&s->idx);
    put_damaged_gzip(s, 3, 0); /* within the 8 bytes of checksum and length */
    assert_refused(s, FL_DATASET_IDX_IMAGES, "ends within its gzip checksum");
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    fixture *s = *state;
    for (int packed = 0; packed <= 1; packed++) {
        char *bytes;
        size_t n;
        put_idx(s, (uint32_t[]){ IDX_IMAGES_MAGIC, 4, 2, 3 }, 4, 24, packed);
        assert_true(fl_file_read(s->path, &bytes, &n, NULL));
        for (size_t left = 0; left < n; left++) {
            put_file(s->path, bytes, left);
            assert_refused(s, FL_DATASET_IDX_IMAGES, ": ");
            fl_dataset_idx_close(&s->idx);
        }
        free(bytes);
    }
}

/* A thousand bytes of gzip that unpack to a million: read no further than the header promises and one byte more. */
static void a_packed_file_that_swells_is_refused(void **state)
{
    fixture *s = *state;
    put_idx(s, (uint32_t[]){ IDX_LABELS_MAGIC, 24 }, 2, 1000000, true);
    assert_refused(s, FL_DATASET_IDX_LABELS, "goes on after the 24 bytes its header promises");
}

static void a_packed_file_with_a_wrong_checksum_is_refused(void **state)
{
    put_damaged_gzip(*state, 0, 8);
    assert_refused(*state, FL_DATASET_IDX_IMAGES, "gzip data is damaged");
}

static void a_missing_file_is_named(void **state)
{
    assert_refused(*state, FL_DATASET_IDX_IMAGES, "No such file");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(packed_images_are_read),
        TEST(plain_images_are_read),
        TEST(labels_are_read),
        TEST(a_label_outside_the_classes_is_refused),
        TEST(every_lie_of_a_header_is_refused),
        TEST(a_packed_file_cut_short_is_refused),
        TEST(a_file_cut_anywhere_is_refused),
        TEST(a_packed_file_that_swells_is_refused),
        TEST(a_packed_file_with_a_wrong_checksum_is_refused),
        TEST(a_missing_file_is_named),
    };
    return test_run(tests, NULL, NULL);
}
