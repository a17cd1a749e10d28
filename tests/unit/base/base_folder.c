/* Temporary folders: where they are made, what is said where they cannot be, what is left after them. */
#include "support/test.h"

#include "base/folder.h"

#include <unistd.h>

static void assert_made_in(const char *root, const char *expected)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    if (root) setenv("TMPDIR", root, 1);
    if (!root) unsetenv("TMPDIR");
    if (!fl_folder_temporary(path, "some", &error)) fail_msg("%s", error.text);
    if (strncmp(path, expected, strlen(expected))) fail_msg("%s is not in %s", path, expected);
    assert_int_equal(access(path, W_OK), 0);
    assert_true(fl_folder_remove(path, NULL));
    assert_int_equal(access(path, F_OK), -1);
}

static void an_empty_tmpdir_is_as_good_as_none(void **state)
{
    assert_made_in(NULL, "/tmp/some-");
    assert_made_in("", "/tmp/some-");
    assert_made_in("/var/tmp", "/var/tmp/some-");
}

static void two_folders_are_two(void **state)
{
    char a[FL_FILE_PATH_MAX], b[FL_FILE_PATH_MAX];
    assert_true(fl_folder_temporary(a, "same", NULL) && fl_folder_temporary(b, "same", NULL));
    assert_string_not_equal(a, b);
    assert_true(fl_folder_remove(a, NULL) && fl_folder_remove(b, NULL));
}

static void a_place_that_is_not_there_is_said(void **state)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    setenv("TMPDIR", "/nowhere", 1);
    assert_false(fl_folder_temporary(path, "some", &error));
    assert_contains(error.text, "/nowhere/some-");
    assert_contains(error.text, "set TMPDIR");
    assert_contains(error.text, "No such file or directory");
    assert_int_equal(error.fault, FL_ERROR_USER);
    unsetenv("TMPDIR");
}

static void what_a_link_leads_to_stays(void **state)
{
    char kept[FL_FILE_PATH_MAX], removed[FL_FILE_PATH_MAX], link[FL_FILE_PATH_MAX], file[FL_FILE_PATH_MAX];
    assert_true(fl_folder_temporary(kept, "kept", NULL) && fl_folder_temporary(removed, "removed", NULL));
    fl_file_path_join(file, kept, "file");
    fl_file_path_join(link, removed, "link");
    assert_true(fl_file_write(file, "x", 1, NULL));
    assert_int_equal(symlink(kept, link), 0);
    assert_true(fl_folder_remove(removed, NULL));
    assert_true(fl_file_exists(file));
    assert_true(fl_folder_remove(kept, NULL));
}

static void a_folder_that_is_not_there_cannot_be_removed(void **state)
{
    fl_error error;
    assert_false(fl_folder_remove("/nowhere/at/all", &error));
    assert_contains(error.text, "/nowhere/at/all: cannot be removed: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_tmpdir_is_as_good_as_none),
        cmocka_unit_test(two_folders_are_two),
        cmocka_unit_test(a_place_that_is_not_there_is_said),
        cmocka_unit_test(what_a_link_leads_to_stays),
        cmocka_unit_test(a_folder_that_is_not_there_cannot_be_removed),
    };
    return test_run(tests, NULL, NULL);
}
