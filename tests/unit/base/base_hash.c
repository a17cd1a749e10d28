/* Fingerprints against published vectors. */
#include "support/folder.h"

#include <sys/resource.h>

#include "base/hash.h"

/* XXH3_64bits, seed 0. The empty input: XSUM_XXH3_testdata in xxHash's cli/xsum_sanity_check.c (0.8.1); "a", "abc":
 * `xxhsum -H3` 0.8.1. */
static void short_inputs_have_their_published_xxh3(void **state)
{
    assert_true(fl_hash("", 0) == 0x2d06800538d394c2);
    assert_true(fl_hash("a", 1) == 0xe6c632b61e964e1f);
    assert_true(fl_hash("abc", 3) == 0x78af5f94892f3950);
}

static void a_hash_is_written_as_sixteen_digits(void **state)
{
    char text[FL_HASH_TEXT];
    fl_hash_text(0x0123456789abcdef, text);
    assert_string_equal(text, "0123456789abcdef");
    fl_hash_text(0, text);
    assert_string_equal(text, "0000000000000000");
}

static void assert_sha256(const char *bytes, size_t n, const char *expected)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], text[FL_HASH_SHA256_TEXT];
    folder_make(folder);
    fl_file_path_join(path, folder, "data");
    put_file(path, bytes, n);
    assert_true(fl_hash_sha256_file(path, text, NULL));
    assert_string_equal(text, expected);
    fl_hash_sha256(bytes, n, text);
    assert_string_equal(text, expected);
    folder_remove(folder);
}

/* FIPS 180-4's examples "abc" and a million times "a"; the empty file: NIST's SHA256ShortMsg.rsp, Len = 0. */
static void files_and_bytes_have_their_published_sha256(void **state)
{
    static char million[1000000];
    memset(million, 'a', sizeof million);
    assert_sha256("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256(million, sizeof million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void a_file_that_is_not_there_is_the_users_error(void **state)
{
    fl_error error;
    char text[FL_HASH_SHA256_TEXT];
    assert_false(fl_hash_sha256_file("/nowhere/data.gz", text, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "/nowhere/data.gz");
}

static void a_file_that_cannot_be_read_says_why_and_whose_fault_it_is(void **state)
{
    fl_error error;
    char text[FL_HASH_SHA256_TEXT];
    struct rlimit old, none;
    assert_false(fl_hash_sha256_file("/", text, &error));
    assert_string_equal(error.text, "/: cannot be read: Is a directory");
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = (struct rlimit){ .rlim_cur = 0, .rlim_max = old.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool hashed = fl_hash_sha256_file("/dev/null", text, &error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_false(hashed);
    assert_contains(error.text, "/dev/null: cannot be read: Too many open files");
    assert_int_equal(error.fault, FL_ERROR_MACHINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_inputs_have_their_published_xxh3),
        cmocka_unit_test(a_hash_is_written_as_sixteen_digits),
        cmocka_unit_test(files_and_bytes_have_their_published_sha256),
        cmocka_unit_test(a_file_that_is_not_there_is_the_users_error),
        cmocka_unit_test(a_file_that_cannot_be_read_says_why_and_whose_fault_it_is),
    };
    return test_run(tests, NULL, NULL);
}
