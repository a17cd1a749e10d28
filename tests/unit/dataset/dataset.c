/* Finding, checking and loading a data set of files: a tiny one with 6 training and 4 test images of 2 x 3. */
#include "dataset/dataset_idx.h"
#include "base/hash.h"
#include "support/folder.h"
#include "support/idx_bytes.h"

#include <unistd.h>

enum { N_FILES = 4 };

static const char *const names[N_FILES] = { "train-images.gz", "train-labels.gz", "test-images.gz", "test-labels.gz" };
static const uint32_t right[N_FILES][4] = {
    { IDX_IMAGES_MAGIC, 6, 2, 3 }, { IDX_LABELS_MAGIC, 6 }, { IDX_IMAGES_MAGIC, 4, 2, 3 }, { IDX_LABELS_MAGIC, 4 }
};

typedef struct fixture {
    char root[FL_FILE_PATH_MAX], sums[N_FILES][2][FL_HASH_SHA256_TEXT];
    uint32_t words[N_FILES][4];
    uint8_t first_label; /* replaces that of the training labels */
    fl_dataset_file files[N_FILES];
    fl_dataset_kind kind;
    fl_error error;
} fixture;

static int set_up(void **state)
{
    fixture *s = calloc(1, sizeof *s);
    folder_make(s->root);
    assert_int_equal(0, chdir(s->root));
    setenv("FAIRLEAD_DATA", "one::two", 1);
    setenv("XDG_CACHE_HOME", "cache", 1);
    memcpy(s->words, right, sizeof right);
    s->kind = (fl_dataset_kind){ .entry = { "tiny", "", "" },
                                 .licence = "none",
                                 .home = "here",
                                 .files = s->files,
                                 .n_files = N_FILES,
                                 .n_classes = 10,
                                 .n_validation = 5000,
                                 .load = fl_dataset_load_idx };
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    fixture *s = *state;
    assert_int_equal(0, chdir("/"));
    folder_remove(s->root);
    free(s);
    return 0;
}

static void put_form(fixture *s, int i, const char *path, const uint8_t *bytes, size_t n, bool packed)
{
    (packed ? put_gzip : put_file)(path, bytes, n);
    assert_true(fl_hash_sha256_file(path, s->sums[i][packed], NULL));
}

static uint64_t file_bytes(const char *path)
{
    char *bytes;
    size_t n;
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    free(bytes);
    return n;
}

/* Write file i in both forms, record what it should be, and leave the form asked for. */
static void put_one(fixture *s, int i, const char *folder, bool packed)
{
    char packed_path[FL_FILE_PATH_MAX], plain_path[FL_FILE_PATH_MAX];
    size_t n, n_words = i % 2 ? 2 : 4, n_body = s->words[i][1] * (i % 2 ? 1 : 6);
    uint8_t *bytes = idx_bytes(s->words[i], n_words, n_body, &n);
    if (i == 1) bytes[8] = s->first_label;
    fl_file_path_join(packed_path, folder, names[i]);
    snprintf(plain_path, sizeof plain_path, "%.*s", (int)strlen(packed_path) - 3, packed_path);
    put_form(s, i, packed_path, bytes, n, true);
    put_form(s, i, plain_path, bytes, n, false);
    s->files[i] =
        (fl_dataset_file){ names[i], file_bytes(packed_path), s->sums[i][1], "http://localhost/", n, s->sums[i][0] };
    unlink(packed ? plain_path : packed_path);
    free(bytes);
}

static void put_set(fixture *s, const char *folder, bool packed)
{
    assert_true(fl_file_folder_make(folder, NULL));
    for (int i = 0; i < N_FILES; i++) put_one(s, i, folder, packed);
}

static fl_dataset *load(fixture *s)
{
    fl_dataset *dataset = fl_dataset_load(&s->kind, NULL, &s->error);
    if (!dataset) fail_msg("%s", s->error.text);
    return dataset;
}

static void assert_refused(fixture *s, const char *why)
{
    assert_null(fl_dataset_load(&s->kind, NULL, &s->error));
    assert_int_equal(FL_ERROR_USER, s->error.fault);
    assert_contains(s->error.text, why);
}

static void assert_found_in(fixture *s, const char *expected)
{
    char folder[FL_FILE_PATH_MAX];
    if (!fl_dataset_folder(&s->kind, folder, &s->error)) fail_msg("%s", s->error.text);
    assert_string_equal(expected, folder);
}

static void folders_are_searched_in_order(void **state)
{
    fixture *s = *state;
    put_set(s, "cache/fairlead/tiny", true);
    assert_found_in(s, "cache/fairlead/tiny");
    put_set(s, "data/tiny", true);
    assert_found_in(s, "data/tiny");
    put_set(s, "two/tiny", true);
    assert_found_in(s, "two/tiny");
    put_set(s, "one/tiny", true);
    assert_found_in(s, "one/tiny");
}

static void the_cache_is_in_the_home_folder_by_default(void **state)
{
    unsetenv("XDG_CACHE_HOME");
    setenv("HOME", "home", 1);
    put_set(*state, "home/.cache/fairlead/tiny", true);
    assert_found_in(*state, "home/.cache/fairlead/tiny");
}

static void a_folder_that_lacks_a_file_is_passed_over(void **state)
{
    fixture *s = *state;
    put_set(s, "one/tiny", true);
    put_set(s, "data/tiny", true);
    assert_int_equal(0, unlink("one/tiny/test-labels.gz"));
    assert_found_in(s, "data/tiny");
}

static void a_missing_set_says_where_it_was_sought_and_how_to_get_it(void **state)
{
    assert_refused(*state, "one/tiny, two/tiny, data/tiny, cache/fairlead/tiny");
    assert_refused(*state, "`fairlead data fetch tiny`");
    unsetenv("FAIRLEAD_DATA");
    assert_refused(*state, "(searched: data/tiny, cache/fairlead/tiny)");
}

static void fetched_sets_go_to_the_first_folder_that_can_be_written(void **state)
{
    fixture *s = *state;
    char folder[FL_FILE_PATH_MAX];
    fl_dataset_home(&s->kind, folder);
    assert_string_equal("cache/fairlead/tiny", folder); /* there is no folder `one` */
    assert_true(fl_file_folder_make("one", NULL));
    fl_dataset_home(&s->kind, folder);
    assert_string_equal("one/tiny", folder);
}

static void the_four_files_become_one_set(void **state)
{
    put_set(*state, "one/tiny", true);
    fl_dataset *d = load(*state);
    assert_int_equal(6, d->n_train);
    assert_int_equal(4, d->n_test);
    assert_int_equal(10, d->n_classes);
    assert_int_equal(2, d->shape.h);
    assert_int_equal(3, d->shape.w);
    for (int i = 0; i < 36; i++) assert_int_equal(i % 10, d->pixels[i]);
    for (int i = 0; i < 24; i++) assert_int_equal(i % 10, d->pixels[36 + i]);
    for (int i = 0; i < 6; i++) assert_int_equal(i, d->labels[i]);
    for (int i = 0; i < 4; i++) assert_int_equal(i, d->labels[6 + i]);
    fl_dataset_free(d);
}

static void unpacked_files_serve_as_well_and_are_the_same_set(void **state)
{
    fixture *s = *state;
    put_set(s, "one/tiny", true);
    fl_dataset *packed = load(s);
    folder_remove("one");
    put_set(s, "one/tiny", false);
    assert_false(fl_file_exists("one/tiny/train-images.gz"));
    fl_dataset *plain = load(s);
    assert_memory_equal(packed->pixels, plain->pixels, 60);
    assert_string_equal(packed->checksum, plain->checksum);
    assert_int_equal(64, strlen(plain->checksum));
    fl_dataset_free(plain);
    fl_dataset_free(packed);
}

static void a_changed_byte_is_found_before_use(void **state)
{
    fixture *s = *state;
    put_set(s, "one/tiny", false);
    char *bytes;
    size_t n;
    assert_true(fl_file_read("one/tiny/train-images", &bytes, &n, NULL));
    bytes[20] ^= 1;
    put_file("one/tiny/train-images", bytes, n);
    free(bytes);
    assert_refused(s, "one/tiny/train-images: has the sha256");
}

static void a_file_of_another_size_is_found_before_use(void **state)
{
    fixture *s = *state;
    put_set(s, "one/tiny", false);
    put_file("one/tiny/test-labels", "abc", 3);
    assert_refused(s, "one/tiny/test-labels: has 3 bytes instead of");
}

static void labels_must_be_as_many_as_images(void **state)
{
    fixture *s = *state;
    s->words[3][1] = 5;
    put_set(s, "one/tiny", true);
    assert_refused(s, "test-labels.gz: holds 5 labels for the 4 images of one/tiny/test-images.gz");
}

static void test_images_must_be_as_large_as_training_images(void **state)
{
    fixture *s = *state;
    s->words[2][2] = 3;
    s->words[2][3] = 2;
    put_set(s, "one/tiny", true);
    assert_refused(s, "test-images.gz: its images are 3 x 2, those of one/tiny/train-images.gz are 2 x 3");
}

static void labels_must_be_below_ten(void **state)
{
    fixture *s = *state;
    s->first_label = 10;
    put_set(s, "one/tiny", true);
    assert_refused(s, "train-labels.gz: label 0 is 10, outside 0..9");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(folders_are_searched_in_order),
        TEST(the_cache_is_in_the_home_folder_by_default),
        TEST(a_folder_that_lacks_a_file_is_passed_over),
        TEST(a_missing_set_says_where_it_was_sought_and_how_to_get_it),
        TEST(fetched_sets_go_to_the_first_folder_that_can_be_written),
        TEST(the_four_files_become_one_set),
        TEST(unpacked_files_serve_as_well_and_are_the_same_set),
        TEST(a_changed_byte_is_found_before_use),
        TEST(a_file_of_another_size_is_found_before_use),
        TEST(labels_must_be_as_many_as_images),
        TEST(test_images_must_be_as_large_as_training_images),
        TEST(labels_must_be_below_ten),
    };
    return test_run(tests, NULL, NULL);
}
