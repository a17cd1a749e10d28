/* What must hold of every data set in the registry. */
#include "workload/workload.h"
#include "support/test.h"

static bool is_sha256(const char *text)
{
    size_t n = strspn(text, "0123456789abcdef");
    return n == 64 && text[n] == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

/* Names are folders as well. */
static void names_are_unique_and_plain(void **state)
{
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++) {
        const char *name = (*kind)->entry.name;
        assert_int_equal(strlen(name), strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"));
        assert_ptr_equal(*kind, fl_dataset_find(name, NULL));
    }
}

static void all_say_what_they_are_and_whose(void **state)
{
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++) {
        assert_true(strlen((*kind)->entry.about) > 10);
        assert_non_null((*kind)->entry.source);
        assert_true(strlen((*kind)->licence) > 2);
        assert_true(strlen((*kind)->home) > 2);
        assert_non_null((*kind)->load);
        assert_int_equal((*kind)->files != NULL, (*kind)->n_files > 0);
        if ((*kind)->files) assert_true(strlen((*kind)->entry.source) > 0);
    }
}

static void assert_file(const fl_dataset_file *file)
{
    assert_null(strchr(file->name, '/'));
    assert_true(file->bytes > 0);
    assert_true(is_sha256(file->sha256));
    assert_int_equal(0, strncmp(file->url, "http", 4));
    assert_true(ends_with(file->url, file->name));
    if (!file->plain_sha256) return;
    assert_true(ends_with(file->name, ".gz"));
    assert_true(is_sha256(file->plain_sha256));
    assert_true(file->plain_bytes > file->bytes);
}

static void all_files_can_be_fetched_and_checked(void **state)
{
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++)
        for (size_t i = 0; i < (*kind)->n_files; i++) assert_file(&(*kind)->files[i]);
}

static void generated_sets_are_always_there(void **state)
{
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++) {
        char folder[FL_FILE_PATH_MAX] = "nonsense";
        if ((*kind)->files) continue;
        assert_true(fl_dataset_folder(*kind, folder, NULL));
        assert_string_equal("", folder);
        assert_true(fl_dataset_check(*kind, folder, NULL));
    }
}

/* What a study needs to know of a set before its data are there. */
static void generated_sets_hold_what_their_entries_promise(void **state)
{
    for (const fl_workload *const *w = fl_workloads(); *w; w++) {
        const fl_dataset_kind *kind = (*w)->dataset;
        if (kind->files) continue;
        fl_dataset *dataset = fl_dataset_load(kind, (*w)->data, NULL);
        assert_int_equal(dataset->n_train, kind->n_train);
        assert_int_equal(dataset->validation, kind->n_validation);
        assert_int_equal(dataset->n_test, kind->n_test);
        assert_int_equal(dataset->n_classes, kind->n_classes);
        fl_dataset_free(dataset);
    }
}

static void an_unknown_name_is_answered_with_the_known_ones(void **state)
{
    fl_error error;
    assert_null(fl_dataset_find("imagenet", &error));
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++)
        assert_contains(error.text, (*kind)->entry.name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_plain),
        cmocka_unit_test(all_say_what_they_are_and_whose),
        cmocka_unit_test(all_files_can_be_fetched_and_checked),
        cmocka_unit_test(generated_sets_are_always_there),
        cmocka_unit_test(generated_sets_hold_what_their_entries_promise),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_known_ones),
    };
    return test_run(tests, NULL, NULL);
}
