/* Archives: members in any order, and everything that may be wrong with one. */
#include "base/hash.h"
#include "dataset/archive.h"
#include "dataset/dataset_cifar.h"
#include "support/folder.h"
#include "support/tar_bytes.h"

static char root[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
static uint8_t first[700], second[3];
static const fl_dataset_member members[] = { { "set/a.bin", sizeof first, first }, { "set/b.bin", 3, second } };
static char a_bytes[700];

static int set_up(void **state)
{
    folder_make(root);
    setenv("XDG_CACHE_HOME", root, 1);
    fl_file_path_join(path, root, "set.tar.gz");
    for (size_t i = 0; i < sizeof a_bytes; i++) a_bytes[i] = (char)(i * 7);
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(root);
    return 0;
}

static void put(fl_text *tar)
{
    tar_end(tar);
    put_gzip(path, tar->bytes, tar->length);
    fl_text_free(tar);
}

static void assert_refused(fl_text *tar, const char *part)
{
    fl_error error;
    put(tar);
    if (fl_dataset_archive_read(path, members, 2, &error)) fail_msg("accepted, but: %s", part);
    assert_int_equal(FL_ERROR_USER, error.fault);
    assert_contains(error.text, path);
    assert_contains(error.text, part);
}

static void members_are_read_in_any_order(void **state)
{
    fl_error error;
    fl_text tar = { 0 };
    tar_add(&tar, "set/readme.html", '0', 5, "hello", 5);
    tar_add(&tar, "set/b.bin", '0', 3, "xyz", 3);
    tar_add(&tar, "set/a.bin", '0', sizeof a_bytes, a_bytes, sizeof a_bytes);
    put(&tar);
    if (!fl_dataset_archive_read(path, members, 2, &error)) fail_msg("%s", error.text);
    assert_memory_equal(a_bytes, first, sizeof first);
    assert_memory_equal("xyz", second, 3);
}

static fl_text good(void)
{
    fl_text tar = { 0 };
    tar_add(&tar, "set/b.bin", '0', 3, "xyz", 3);
    tar_add(&tar, "set/a.bin", '0', sizeof a_bytes, a_bytes, sizeof a_bytes);
    return tar;
}

static void names_that_lead_out_are_refused(void **state)
{
    const char *names[] = { "../b.bin", "set/../../b.bin", "/set/b.bin", "set/..", ".." };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fl_text tar = good();
        tar_add(&tar, names[i], '0', 1, "x", 1);
        assert_refused(&tar, "byte 2560 of what it unpacks to"); /* behind 512 + 512 and 512 + 1024 bytes */
        tar = good();
        tar_add(&tar, names[i], '0', 1, "x", 1);
        assert_refused(&tar, "leads out of the archive");
    }
}

static void dots_within_a_name_are_fine(void **state)
{
    fl_error error;
    fl_text tar = good();
    tar_add(&tar, "set/..a/b..", '0', 1, "x", 1);
    put(&tar);
    assert_true(fl_dataset_archive_read(path, members, 2, &error));
}

static void members_must_be_there_once_and_whole(void **state)
{
    fl_text missing = { 0 }, twice = good(), longer = { 0 }, link = { 0 };
    tar_add(&missing, "set/b.bin", '0', 3, "xyz", 3);
    assert_refused(&missing, "has no member 'set/a.bin'");
    tar_add(&twice, "set/b.bin", '0', 3, "xyz", 3);
    assert_refused(&twice, "member 'set/b.bin' is there twice");
    tar_add(&longer, "set/b.bin", '0', 4, "xyzw", 4);
    assert_refused(&longer, "member 'set/b.bin' is to be a file of 3 bytes, not of 4");
    tar_add(&link, "set/b.bin", '2', 0, "", 0);
    assert_refused(&link, "is to be a file of 3 bytes");
}

static void an_archive_that_ends_early_is_refused(void **state)
{
    fl_error error;
    fl_text tar = { 0 };
    tar_add(&tar, "set/a.bin", '0', sizeof a_bytes, a_bytes, 512);
    put_gzip(path, tar.bytes, tar.length);
    fl_text_free(&tar);
    assert_false(fl_dataset_archive_read(path, members, 2, &error));
    assert_contains(error.text, "its archive is damaged");
    put_file(path, "no archive at all", 17);
    assert_false(fl_dataset_archive_read(path, members, 2, &error));
    put_file(path, "", 0);
    assert_false(fl_dataset_archive_read(path, members, 2, &error));
    assert_false(fl_dataset_archive_read("/nowhere.tar.gz", members, 2, &error));
    assert_int_equal(FL_ERROR_USER, error.fault);
}

/* 64 MiB of zeros pack into 64 KiB. */
static void a_bomb_is_refused(void **state)
{
    enum { BOMB = 64 << 20 };
    fl_text tar = good();
    char *zeros = calloc(BOMB, 1);
    tar_add(&tar, "set/readme.html", '0', BOMB, zeros, BOMB);
    free(zeros);
    assert_refused(&tar, "makes it unpack to far more than the data set has");
}

/* A member of one byte that says it is 2^60 bytes long, nearly all of them a hole. */
static void a_member_that_is_all_hole_is_refused(void **state)
{
    static const char says[] = "22 GNU.sparse.map=0,1\n"
                               "26 GNU.sparse.numblocks=1\n"
                               "39 GNU.sparse.size=1152921504606846976\n"
                               "25 GNU.sparse.name=set/c\n";
    fl_text tar = good();
    tar_add(&tar, "set/c", 'x', sizeof says - 1, says, sizeof says - 1);
    tar_add(&tar, "set/c", '0', 1, "x", 1);
    assert_refused(&tar, "makes it unpack to far more than the data set has");
}

/* --- CIFAR's records, with two pictures a member --- */

enum { RECORDS = 2, N = 3 * RECORDS };

static const fl_dataset_file files[] = { { .name = "set.tar.gz" } };
static const fl_dataset_kind kind = {
    .files = files, .n_files = 1, .archived = true, .shape = { 1, 3, 32, 32 }, .n_validation = 1, .n_classes = 100
};

/* The twin of CIFAR-100: two bytes of labels, of which the second is the class; value v of picture i is i + v. */
static void add_records(fl_text *bytes, size_t first_picture, size_t n)
{
    for (size_t i = first_picture; i < first_picture + n; i++) {
        const uint8_t labels[] = { 200, (uint8_t)(10 * i) };
        fl_text_add_bytes(bytes, (const char *)labels, 2);
        for (size_t v = 0; v < FL_DATASET_CIFAR_VALUES; v++) fl_text_add_bytes(bytes, &(char){ (char)(i + v) }, 1);
    }
}

static fl_dataset_cifar make_twin(void)
{
    fl_dataset_cifar twin = { .n_members = 2,
                              .members = { { "set/train.bin", 2 * RECORDS }, { "set/test.bin", RECORDS } },
                              .n_labels = 2,
                              .label = 1,
                              .n_contents = 2,
                              .contents = { { "the public files" }, { "the copy" } } };
    fl_text tar = { 0 };
    for (size_t m = 0; m < 2; m++) {
        fl_text bytes = { 0 };
        add_records(&bytes, m * 2 * RECORDS, twin.members[m].records);
        fl_hash_sha256(bytes.bytes, bytes.length, twin.contents[1].sha256[m]);
        tar_add(&tar, twin.members[m].name, '0', bytes.length, bytes.bytes, bytes.length);
        fl_text_free(&bytes);
    }
    put(&tar);
    return twin;
}

static void records_become_pictures_and_classes(void **state)
{
    fl_error error;
    fl_dataset_cifar twin = make_twin();
    fl_dataset *d = fl_dataset_load_cifar(&kind, root, &twin, &error);
    if (!d) fail_msg("%s", error.text);
    assert_string_equal("the copy", d->content);
    assert_int_equal(2 * RECORDS, d->n_train);
    assert_int_equal(RECORDS, d->n_test);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(10 * i, d->labels[i]);
        for (size_t v = 0; v < FL_DATASET_CIFAR_VALUES; v++)
            assert_int_equal((uint8_t)(i + v), d->pixels[i * FL_DATASET_CIFAR_VALUES + v]);
    }
    fl_dataset_free(d);
}

/* The cache says nothing that the archive would not: with the archive changed it is not asked, and what it holds is
 * compared like the archive's own. */
static void what_was_unpacked_is_kept_and_compared_again(void **state)
{
    char folder[FL_FILE_PATH_MAX], command[FL_FILE_PATH_MAX + 100];
    fl_error error;
    fl_file_path_join(folder, root, "fairlead/arrays");
    fl_dataset_cifar twin = make_twin();
    for (int i = 0; i < 2; i++) {
        fl_dataset *d = fl_dataset_load_cifar(&kind, root, &twin, &error);
        if (!d) fail_msg("%s", error.text);
        assert_int_equal(20, d->labels[2]);
        assert_int_equal(1, folder_count(folder));
        fl_dataset_free(d);
        snprintf(command, sizeof command, "printf X | dd of=$(echo '%s'/*) bs=1 seek=5000 conv=notrunc 2>/dev/null",
                 folder);
        assert_int_equal(0, system(command)); /* damaged: unpacked anew */
    }
    twin.contents[1].sha256[0][5] = 'x';
    assert_null(fl_dataset_load_cifar(&kind, root, &twin, &error));
}

static void a_member_that_is_in_no_content_is_refused(void **state)
{
    fl_error error;
    fl_dataset_cifar twin = make_twin();
    twin.contents[1].sha256[1][5] = 'x';
    assert_null(fl_dataset_load_cifar(&kind, root, &twin, &error));
    assert_contains(error.text, "set.tar.gz: its member 'set/test.bin' has the sha256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_read_in_any_order),
        cmocka_unit_test(names_that_lead_out_are_refused),
        cmocka_unit_test(dots_within_a_name_are_fine),
        cmocka_unit_test(members_must_be_there_once_and_whole),
        cmocka_unit_test(an_archive_that_ends_early_is_refused),
        cmocka_unit_test(a_bomb_is_refused),
        cmocka_unit_test(a_member_that_is_all_hole_is_refused),
        cmocka_unit_test(records_become_pictures_and_classes),
        cmocka_unit_test(what_was_unpacked_is_kept_and_compared_again),
        cmocka_unit_test(a_member_that_is_in_no_content_is_refused),
    };
    return test_run(tests, set_up, tear_down);
}
