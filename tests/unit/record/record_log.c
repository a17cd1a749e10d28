/* The log of a folder: freezes, extensions, and looks at claims. */
#include "record/log.h"
#include "support/fixtures.h"

#include <unistd.h>

#define CLAIMS "\"claims\": {\"baseline\": \"a\"},"

static size_t n_lines(const fixture *s)
{
    bytes log = take_file(s, "log.jsonl");
    size_t n = 0;
    for (size_t i = 0; i < log.n; i++) n += log.text[i] == '\n';
    free(log.text);
    return n;
}

/* Open the folder again with a budget of `trials`. */
static void extend(fixture *s, const char *budget)
{
    fl_store_close(s->store);
    fl_study_free(s->study);
    char fields[200];
    snprintf(fields, sizeof fields, "%s " CLAIMS, budget);
    s->study = synthetic_study(fields, SGD("a") "," SGD("b"));
    s->store = open_store(s, whole);
}

static void begin(fixture *s)
{
    fixture_begin(s, BUDGET(10) CLAIMS, SGD("a") "," SGD("b"));
}

static void every_freeze_is_noted_once(void **state)
{
    fixture s;
    begin(&s);
    assert_int_equal(n_lines(&s), 1);
    extend(&s, BUDGET(10)); /* the same again: nothing is frozen */
    assert_int_equal(n_lines(&s), 1);
    extend(&s, BUDGET(20));
    assert_int_equal(n_lines(&s), 2);
    fixture_end(&s);
}

static void looks_before_an_extension_count(void **state)
{
    fixture s;
    begin(&s);
    assert_int_equal(read_fixture(&s)->earlier_looks, 0);
    fl_record_log_look(s.folder, 10);
    fl_record_log_look(s.folder, 10); /* the same trials show the same */
    assert_int_equal(read_fixture(&s)->earlier_looks, 0);
    assert_int_equal(n_lines(&s), 2);
    extend(&s, BUDGET(20));
    assert_int_equal(read_fixture(&s)->earlier_looks, 1);
    extend(&s, BUDGET(30)); /* nobody looked at 20 */
    assert_int_equal(read_fixture(&s)->earlier_looks, 1);
    fl_record_log_look(s.folder, 30);
    extend(&s, BUDGET(40));
    assert_int_equal(read_fixture(&s)->earlier_looks, 2);
    fixture_end(&s);
}

static void an_extension_without_a_log_counts_as_a_look(void **state)
{
    fixture s;
    char path[FL_FILE_PATH_MAX];
    begin(&s);
    fl_file_path_join(path, s.folder, "log.jsonl");
    unlink(path);
    assert_int_equal(read_fixture(&s)->earlier_looks, 0);
    extend(&s, BUDGET(20));
    unlink(path);
    assert_int_equal(read_fixture(&s)->earlier_looks, 1);
    fixture_end(&s);
}

/* A writer that died in the middle of a line spoils no other line, and the folder is as whole as before. */
static void a_torn_line_is_left_out(void **state)
{
    fixture s;
    begin(&s);
    fl_record_log_look(s.folder, 10);
    bytes log = take_file(&s, "log.jsonl");
    give_file(&s, "log.jsonl", log.text, log.n - 20);
    fl_record_log_look(s.folder, 15);
    assert_int_equal(fl_record_log_looks(s.folder, 99, true), 1);
    fl_record_log_look(s.folder, 10);
    assert_int_equal(fl_record_log_looks(s.folder, 99, true), 2);
    assert_int_equal(read_fixture(&s)->n_damage, 0);
    free(log.text);
    fixture_end(&s);
}

/* Damage must not make claims easier than no log would. */
static void an_extension_with_a_damaged_log_counts_as_a_look(void **state)
{
    fixture s;
    begin(&s);
    fl_record_log_look(s.folder, 10);
    bytes log = take_file(&s, "log.jsonl");
    give_file(&s, "log.jsonl", log.text, 30); /* torn */
    assert_int_equal(fl_record_log_looks(s.folder, 20, true), 1);
    assert_int_equal(fl_record_log_looks(s.folder, 10, false), 0);
    log.text[log.n - 30] ^= 1; /* the look fails its check */
    give_file(&s, "log.jsonl", log.text, log.n);
    assert_int_equal(fl_record_log_looks(s.folder, 20, true), 1);
    give_file(&s, "log.jsonl", "", 0);
    assert_int_equal(fl_record_log_looks(s.folder, 20, true), 1);
    free(log.text);
    fixture_end(&s);
}

static void undeclared_claims_count_no_looks(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a"));
    fl_record_log_look(s.folder, 5);
    assert_int_equal(read_fixture(&s)->earlier_looks, 0);
    fixture_end(&s);
}

/* In a folder from somebody else a link may stand in the log's place. */
static void nothing_is_written_through_a_link(void **state)
{
    fixture s;
    char log[FL_FILE_PATH_MAX], other[FL_FILE_PATH_MAX];
    begin(&s);
    fl_file_path_join(log, s.folder, "log.jsonl");
    fl_file_path_join(other, s.folder, "other");
    give_file(&s, "other", "mine\n", 5);
    assert_int_equal(unlink(log), 0);
    assert_int_equal(symlink(other, log), 0);
    fl_record_log_look(s.folder, 5);
    bytes kept = take_file(&s, "other");
    assert_int_equal(kept.n, 5);
    free(kept.text);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_freeze_is_noted_once),
        cmocka_unit_test(looks_before_an_extension_count),
        cmocka_unit_test(an_extension_without_a_log_counts_as_a_look),
        cmocka_unit_test(a_torn_line_is_left_out),
        cmocka_unit_test(an_extension_with_a_damaged_log_counts_as_a_look),
        cmocka_unit_test(undeclared_claims_count_no_looks),
        cmocka_unit_test(nothing_is_written_through_a_link),
    };
    return test_run(tests, NULL, NULL);
}
