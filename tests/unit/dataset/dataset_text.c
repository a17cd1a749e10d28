/* Texts: code points, vocabulary, windows, and streams that carry on. */
#include "dataset/characters.h"
#include "dataset/dataset_text.h"
#include "dataset/examples.h"
#include "dataset/source.h"
#include "support/folder.h"

static char root[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    folder_make(root);
    fl_file_path_join(path, root, "text.txt");
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(root);
    return 0;
}

/* U+00E0, U+20AC and U+1F600 take two, three and four bytes (RFC 3629); CR is a character, the mark is none. */
static void characters_are_code_points_numbered_in_order(void **state)
{
    const char text[] = "\xef\xbb\xbf"
                        "b\r\n\xc3\xa0"
                        "b\xf0\x9f\x98\x80\xe2\x82\xac";
    const uint32_t vocabulary[] = { '\n', '\r', 'b', 0xe0, 0x20ac, 0x1f600 };
    const int32_t tokens[] = { 2, 1, 0, 3, 2, 5, 4 };
    fl_dataset_characters c;
    assert_true(fl_dataset_characters_read(&c, "text", text, sizeof text - 1, NULL));
    assert_int_equal(7, c.n);
    assert_int_equal(6, c.n_vocabulary);
    assert_memory_equal(vocabulary, c.vocabulary, sizeof vocabulary);
    assert_memory_equal(tokens, c.tokens, sizeof tokens);
    fl_dataset_characters_free(&c);
}

/* The examples of Unicode 15, table 3-8, and of RFC 3629, section 10. */
static void what_is_no_utf_8_is_refused_with_its_place(void **state)
{
    static const char *const bad[] = {
        "ab\x80", "ab\xc0\xaf", "ab\xe0\x9f\x80", "ab\xed\xa0\x80", "ab\xf4\x90\x80\x80", "ab\xf0\x80\x80\x80",
        "ab\xff", "ab\xc3",     "ab\xe2\x82",     "ab\xc3("
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fl_dataset_characters c;
        fl_error error;
        if (fl_dataset_characters_read(&c, "file.txt", bad[i], strlen(bad[i]), &error)) fail_msg("accepted %zu", i);
        assert_contains(error.text, "file.txt: byte 2: is no UTF-8");
    }
}

/* 100 characters: 80, 10 and 10; in windows of 3 with a label each (80-1)/3 = 26, (10-1)/3 = 3. */
static void a_text_is_cut_by_position(void **state)
{
    fl_dataset_text_parts parts = fl_dataset_text_cut(100, 3);
    assert_int_equal(80, parts.first[1]);
    assert_int_equal(90, parts.first[2]);
    assert_int_equal(26, parts.windows[0]);
    assert_int_equal(3, parts.windows[1]);
    assert_int_equal(3, parts.windows[2]);
}

static fl_dataset *load(size_t n, size_t length, const fl_dataset_kind **kind)
{
    char text[1000];
    fl_error error;
    fl_dataset_source source = { .text = path, .length = length, .form = FL_TENSOR_TOKENS };
    for (size_t i = 0; i < n; i++) text[i] = (char)('A' + i % 50);
    put_file(path, text, n);
    *kind = fl_dataset_open(&source, &error);
    if (!*kind) fail_msg("%s", error.text);
    fl_dataset *dataset = fl_dataset_load(*kind, NULL, &error);
    if (!dataset) fail_msg("%s", error.text);
    return dataset;
}

/* Character i is token i mod 50. */
static void labels_are_the_next_characters(void **state)
{
    const fl_dataset_kind *kind;
    fl_dataset *d = load(100, 3, &kind);
    const size_t starts[] = { 0, 80, 90 }, first[] = { 0, 26, 29 };
    assert_int_equal(29, d->n_train);
    assert_int_equal(3, d->validation);
    assert_int_equal(3, d->n_test);
    assert_int_equal(50, d->n_classes);
    assert_int_equal(50, d->vocabulary);
    assert_int_equal(3, d->n_labels);
    for (size_t part = 0; part < 3; part++)
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < 3; j++) {
                size_t at = (first[part] + i) * 3 + j, character = starts[part] + i * 3 + j;
                assert_int_equal(character % 50, d->tokens[at]);
                assert_int_equal((character + 1) % 50, d->labels[at]);
            }
    fl_dataset_free(d);
    fl_dataset_close(kind);
}

/* Step t reads window t mod W of each stream, so a stream goes on where its row of the batch before ended. */
static void streams_go_on_from_batch_to_batch(void **state)
{
    enum { LENGTH = 2, BATCH = 4 };
    const fl_dataset_kind *kind;
    fl_dataset *d = load(200, LENGTH, &kind);
    fl_dataset_splits splits;
    fl_dataset_order order;
    int32_t tokens[2][BATCH * LENGTH], labels[2][BATCH * LENGTH];
    assert_true(fl_dataset_splits_make(&splits, d, &(fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_END, 0 }, NULL));
    assert_int_equal(79, splits.training.count); /* (160 - 1) / 2 */
    fl_dataset_order_start_streams(&order, splits.training.count, BATCH);
    for (uint64_t step = 0; step < 40; step++) {
        int now = step % 2, before = 1 - now;
        fl_dataset_examples_gather(&splits.training, order.order, fl_dataset_order_batch(&order, step), BATCH,
                                   (fl_dataset_input){ .values = tokens[now] }, labels[now]);
        size_t window = step % 19; /* W = 79 / 4 */
        for (size_t s = 0; s < BATCH; s++) {
            assert_int_equal((s * 19 + window) * LENGTH % 50, tokens[now][s * LENGTH]);
            if (window) assert_int_equal(labels[before][s * LENGTH + 1], tokens[now][s * LENGTH]);
        }
    }
    fl_dataset_order_free(&order);
    fl_dataset_splits_free(&splits);
    fl_dataset_free(d);
    fl_dataset_close(kind);
}

static void too_short_a_text_is_refused(void **state)
{
    fl_error error;
    fl_dataset_source source = { .text = path, .length = 10 };
    put_file(path, "ten times ten characters are not there", 38);
    assert_null(fl_dataset_open(&source, &error));
    assert_contains(error.text, "has 38 characters, and a tenth of them holds no window of 10");
    put_file(path, "", 0);
    assert_null(fl_dataset_open(&source, &error));
    put_file(path, "\xff", 1);
    assert_null(fl_dataset_open(&source, &error));
    source.text = "/nowhere.txt";
    assert_null(fl_dataset_open(&source, &error));
    assert_int_equal(FL_ERROR_USER, error.fault);
}

static void a_text_that_changed_since_it_was_opened_is_refused(void **state)
{
    const fl_dataset_kind *kind;
    fl_error error;
    fl_dataset_free(load(100, 3, &kind));
    put_file(path, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", 52);
    assert_null(fl_dataset_load(kind, NULL, &error));
    assert_contains(error.text, "has 52 characters, 26 of them different, instead of 100 and 50");
    fl_dataset_close(kind);
}

/* The table of a registered text agrees with what opening it in windows of that length finds. */
static void registered_texts_know_their_windows(void **state)
{
    const char *names[] = { "war-and-peace", "tiny-shakespeare" };
    for (int i = 0; i < 2; i++) {
        const fl_dataset_kind *known = fl_dataset_find(names[i], NULL);
        const fl_dataset_kind *kind = fl_dataset_open(&(fl_dataset_source){ .text = names[i] }, NULL);
        assert_int_equal(known->n_train, kind->n_train);
        assert_int_equal(known->n_validation, kind->n_validation);
        assert_int_equal(known->n_test, kind->n_test);
        assert_memory_equal(&known->shape, &kind->shape, sizeof known->shape);
        fl_dataset_close(kind);
        kind = fl_dataset_open(&(fl_dataset_source){ .text = names[i], .length = 64 }, NULL);
        assert_int_equal(64, kind->shape.c);
        assert_ptr_equal(known->files, kind->files);
        fl_dataset_close(kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_code_points_numbered_in_order),
        cmocka_unit_test(what_is_no_utf_8_is_refused_with_its_place),
        cmocka_unit_test(a_text_is_cut_by_position),
        cmocka_unit_test(labels_are_the_next_characters),
        cmocka_unit_test(streams_go_on_from_batch_to_batch),
        cmocka_unit_test(too_short_a_text_is_refused),
        cmocka_unit_test(a_text_that_changed_since_it_was_opened_is_refused),
        cmocka_unit_test(registered_texts_know_their_windows),
    };
    return test_run(tests, set_up, tear_down);
}
