/* `fairlead export` for databases and papers: SQLite as sqlite3 and pandas read it, LaTeX as TeX would. */
#include "support/documented.h"
#include "support/summed.h"

#include <ctype.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define ODD_NAME "o'b_& 50%"

static const double few[] = { 0.30, 0.20, 0.10, 0.25, 0.15 };

/* Two arms of five trials; the second one's last diverged. Every trial takes 2 seconds (support/fixtures.h). */
static void begin(fixture *s)
{
    fixture_begin(s, BUDGET(5) "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},",
                  SGD("plain") "," SGD(ODD_NAME));
    add_errors(s, 0, few, 5);
    add_errors(s, 1, few, 4);
    add_trial(s, 1, 4, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "the loss at step 3 is not finite" });
    add_trial(s, 0, 1, 0, (synthetic){ .val_error = 0.2, .test_error = 0.21, .reached = 30 });
    fl_store_close(s->store);
    s->store = NULL;
    read_fixture(s);
}

static bool absent(const char *program)
{
    char line[100];
    snprintf(line, sizeof line, "command -v %s >/dev/null", program);
    return system(line) != 0;
}

/* --- SQLite --- */

static void assert_answer(const fixture *s, const char *question, const char *answer)
{
    command c = command_start_program("sqlite3", s->folder, WORDS("sqlite3", "-readonly", "all.db", question));
    command_wait(&c);
    if (c.code || strcmp(c.out, answer)) fail_msg("%s: %s, not %s: %s", question, c.out, answer, c.err);
    command_free(&c);
}

/* By hand: the best of the five is .10, at index 2. K = N/5 = 1, so E[best of 1] is the mean test error, .20 + .01. In
 * a difference the diverged trial counts as the worst of both arms, .31: the second arm's mean is .24. Within a tenth
 * of the best lies one of five. */
static void every_view_answers_its_question(void **state)
{
    static const struct {
        const char *question, *answer;
    } known[] = {
        { "PRAGMA integrity_check", "ok\n" },
        { "SELECT study, trials, steps, score, target_metric, target_value FROM studies",
          "synthetic|5|100|val_error|val_error|0.05\n" },
        { "SELECT arm, trial_index, round(test_error, 6) FROM best_trials ORDER BY arm",
          ODD_NAME "|2|0.11\nplain|2|0.11\n" },
        { "SELECT settings LIKE 'learning_rate=%', repro LIKE 'fairlead trial %' FROM best_trials LIMIT 1", "1|1\n" },
        { "SELECT trials, k, round(test_error, 6), low < test_error, high > test_error FROM expected_best WHERE "
          "arm = 'plain'",
          "5|1|0.21|1|1\n" },
        { "SELECT round(difference, 6), claimed, verdict FROM differences", "-0.03|0|no difference shown\n" },
        { "SELECT remarks LIKE 'over the 5 indices that both arms ran, 1 of them with an infeasible trial, %' "
          "FROM differences",
          "1\n" },
        { "SELECT (SELECT remarks FROM pairs) = (SELECT remarks FROM differences)", "1\n" },
        { "SELECT arm, trials, diverged, share FROM diverged ORDER BY arm", ODD_NAME "|5|1|0.2\nplain|5|0|0.0\n" },
        { "SELECT runs, round(3600 * core_hours, 6), infeasible FROM costs WHERE arm <> 'plain'", "5|10.0|0.2\n" },
        { "SELECT best, median, within_a_tenth FROM tunability WHERE arm = 'plain'", "0.1|0.2|0.2\n" },
        { "SELECT hyperparameter, selected BETWEEN best_quarter_min AND best_quarter_max, best_quarter_min < "
          "best_quarter_max FROM sensitivity WHERE arm = 'plain'",
          "learning_rate|1|1\n" },
        { "SELECT arm, trial_index, reason FROM failures", ODD_NAME "|4|the loss at step 3 is not finite\n" },
        { "SELECT count(*), min(step), max(step) FROM best_curves WHERE arm = 'plain'", "10|10|100\n" },
        { "SELECT count(*), sum(selected), count(DISTINCT host) FROM trials", "10|2|1\n" },
        { "SELECT arm, reached, steps_to_target FROM arms WHERE reached > 0", "plain|0.2|30.0\n" },
        { "SELECT count(*) > 0 FROM warnings WHERE warning LIKE '%trials%'", "1\n" },
        { "SELECT max(k) FROM resampled WHERE arm_id = 1", "5\n" },
    };
    fixture s;
    begin(&s);
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) assert_answer(&s, known[i].question, known[i].answer);
    fixture_end(&s);
}

/* What a study declares beyond its pairs (begin_further). */
static void what_is_declared_further_has_its_views(void **state)
{
    fixture s;
    begin_further(&s);
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    assert_answer(
        &s,
        "SELECT narrow, narrow_rivals, round(difference_narrow, 6), wide, wide_rivals, round(difference_wide, "
        "6), finding, claimed FROM flips",
        "narrow a|narrow b|0.2|wide a|wide b|-0.2|flip|1\n");
    assert_answer(&s, "SELECT k_a, k_b, round(difference, 6) FROM tuning_effort WHERE k_a = k_b", "1|1|0.2\n2|2|0.2\n");
    assert_answer(&s, "SELECT a, b, ratio, low, high, coarse FROM time_to_target WHERE low < ratio",
                  "narrow a|narrow b|0.5|0.25|0.666666666666667|0\n");
    assert_answer(&s, "SELECT count(*) FROM over_workloads", "0\n");
    assert_answer(&s, "SELECT remarks LIKE 'the best of 1 along 1 tuned axis %' FROM flip_tests", "1\n");
    fixture_end(&s);
}

/* docs/formats.md has every table, view and column, and no others. */
static void every_column_is_documented(void **state)
{
    fixture s;
    begin(&s);
    read_page("docs/formats.md");
    section known = section_of("export --to sqlite");
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    command c = command_start_program(
        "sqlite3", s.folder,
        WORDS("sqlite3", "all.db",
              "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type <> 'index'"));
    command_wait(&c);
    for (char *name = strtok(c.out, "|\n"); name; name = strtok(NULL, "|\n")) see(&known, name);
    assert_all_seen(&known);
    command_free(&c);
    free_page();
    fixture_end(&s);
}

/* Two arms of one optimizer and space share their trials, and these their points. */
static void points_stand_there_once(void **state)
{
    fixture s;
    begin(&s);
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    assert_answer(&s, "SELECT count(*) - count(DISTINCT trial || ' ' || step) FROM points", "0\n");
    assert_answer(&s,
                  "SELECT count(*) FROM trials t WHERE status = 'complete' AND NOT EXISTS (SELECT 1 FROM points p "
                  "WHERE p.trial = t.trial)",
                  "0\n");
    fixture_end(&s);
}

/* An earlier export is written over; a pipe gets the same bytes. */
static void a_database_goes_to_a_file_or_a_pipe(void **state)
{
    fixture s;
    begin(&s);
    bytes file, piped;
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    file = take_file(&s, "all.db");
    command c = command_start_program(
        "sh", s.folder, WORDS("sh", "-c", "\"$0\" export . --to sqlite | cat > piped.db", FL_BUILD_DIR "/fairlead"));
    command_wait(&c);
    assert_int_equal(c.code, 0);
    piped = take_file(&s, "piped.db");
    assert_int_equal(file.n, piped.n);
    command_free(&c);
    free(file.text);
    free(piped.text);
    fixture_end(&s);
}

/* What somebody else wrote is left alone, in every format; an empty file is nobody's work. */
static void only_an_earlier_export_is_written_over(void **state)
{
    static const char *const formats[] = { "csv", "optuna", "benchmark-action", "latex", "sqlite" };
    fixture s;
    begin(&s);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        assert_runs(0, s.folder, "export", s.folder, "--to", formats[i], "-o", "own");
        assert_runs(0, s.folder, "export", s.folder, "--to", formats[i], "-o", "own");
        give_file(&s, "notes", "my thesis\n", 10);
        assert_refused(2, "notes: exists and is no earlier export", s.folder, "export", s.folder, "--to", formats[i],
                       "-o", "notes");
        bytes notes = take_file(&s, "notes");
        assert_string_equal(notes.text, "my thesis\n");
        free(notes.text);
        give_file(&s, "own", "", 0);
        assert_runs(0, s.folder, "export", s.folder, "--to", formats[i], "-o", "own");
        assert_refused(2, "own: exists and is no earlier export", s.folder, "export", s.folder, "--to",
                       formats[(i + 1) % (sizeof formats / sizeof *formats)], "-o", "own");
        give_file(&s, "own", "", 0);
    }
    fixture_end(&s);
}

static void pandas_opens_it(void **state)
{
    static const char script[] = "import pandas, sqlite3\n"
                                 "d = sqlite3.connect('file:all.db?mode=ro', uri=True)\n"
                                 "t = pandas.read_sql('SELECT * FROM trials JOIN arms USING (arm_id)', d)\n"
                                 "print(len(t), t.groupby('arm').val_error.min().round(6).tolist())\n";
    fixture s;
    begin(&s);
    assert_runs(0, s.folder, "export", s.folder, "--to", "sqlite", "-o", "all.db");
    command c = command_start_program("/usr/bin/python3", s.folder, WORDS("python3", "-c", script));
    command_wait(&c);
    if (c.code && strstr(c.err, "No module named 'pandas'")) {
        command_free(&c);
        fixture_end(&s);
        test_skip("pandas is not installed");
    }
    if (c.code) fail_msg("%s", c.err);
    assert_string_equal(c.out, "10 [0.1, 0.1]\n");
    command_free(&c);
    fixture_end(&s);
}

static void assert_absent(const fixture *s, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, s->folder, name);
    assert_false(fl_file_exists(path));
}

/* On a full disk, here files of 100 bytes at most, nothing stays that might pass for an export. */
static void half_an_export_does_not_stay(void **state)
{
    char link[FL_FILE_PATH_MAX];
    struct rlimit before, tight;
    fixture s;
    begin(&s);
    fl_file_path_join(link, s.folder, "link.csv");
    assert_int_equal(0, symlink("elsewhere.csv", link));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &before));
    tight = (struct rlimit){ .rlim_cur = 100, .rlim_max = before.rlim_max };
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &tight));
    command c = command_run(s.folder, WORDS("export", s.folder, "--to", "csv", "-o", "all.csv"));
    assert_refused(3, "link.csv: could not be written", s.folder, "export", s.folder, "--to", "csv", "-o", "link.csv");
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &before));
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(3, c.code);
    assert_contains(c.err, "all.csv: could not be written to its end");
    command_free(&c);
    assert_absent(&s, "all.csv");
    assert_int_equal(0, unlink(link)); /* it was not taken for the export */
    fixture_end(&s);
}

static void places_that_cannot_be_written_are_named(void **state)
{
    fixture s;
    begin(&s);
    assert_refused(2, "none/all.db: cannot be written: No such file", s.folder, "export", s.folder, "--to", "sqlite",
                   "-o", "none/all.db");
    assert_refused(3, "could not be written to its end: No space left", s.folder, "export", s.folder, "--to", "sqlite",
                   "-o", "/dev/full");
    setenv("TMPDIR", "/nowhere", 1);
    assert_refused(2, "no temporary folder can be made", s.folder, "export", s.folder, "--to", "sqlite", "-o",
                   "all.db");
    unsetenv("TMPDIR");
    assert_absent(&s, "all.db");
    assert_refused(2, "unknown format 'xls'; use csv, optuna, benchmark-action, sqlite or latex", s.folder, "export",
                   s.folder, "--to", "xls");
    fixture_end(&s);
}

/* --- LaTeX --- */

/* What TeX counts: braces, columns per row as the table declares them, no special character unescaped. */
static void assert_tex(const char *text)
{
    size_t depth = 0, columns = 0, cells = 1;
    bool rows = false;
    for (const char *c = text; *c; c++) {
        if (*c == '%') c += strcspn(c, "\n");
        if (!strncmp(c, "\\begin{tabular}{", 16)) {
            columns = strcspn(c + 16, "}");
            rows = true;
            c += 16 + columns;
            continue;
        }
        if (!strncmp(c, "\\multicolumn{2}", 15)) cells++;
        if (*c == '\\' && c[1] == '\\' && rows) {
            if (cells != columns) fail_msg("a row of %zu cells in a table of %zu", cells, columns);
            cells = 1;
        }
        if (!strncmp(c, "\\end{tabular}", 13)) rows = false;
        if (*c == '\\') {
            c++;
            continue;
        }
        depth += *c == '{';
        depth -= *c == '}';
        cells += *c == '&' && rows;
        if (strchr("#_^~<>|\"", *c)) fail_msg("'%c' is not escaped: %.40s", *c, c);
    }
    assert_int_equal(depth, 0);
}

static void assert_typeset(const fixture *s)
{
    static const char paper[] = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs}"
                                "\\begin{document}\\input{t}\\end{document}\n";
    if (absent("pdflatex")) return;
    give_file(s, "paper.tex", paper, strlen(paper));
    command c = command_start_program("pdflatex", s->folder,
                                      WORDS("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper"));
    command_wait(&c);
    if (c.code || strstr(c.out, "Overfull")) fail_msg("%s", c.out);
    command_free(&c);
}

static void a_paper_takes_the_tables(void **state)
{
    fixture s;
    begin(&s);
    assert_runs(0, s.folder, "export", s.folder, "--to", "latex", "-o", "t.tex");
    bytes tex = take_file(&s, "t.tex");
    assert_contains(tex.text, "\\toprule");
    assert_contains(tex.text, "plain & 5 & 0 & 10.00 & 11.00 & 21.00 & [");
    assert_contains(tex.text, "o'b\\_\\& 50\\% & 5 & 1 & 10.00 & 11.00 & ");
    assert_contains(tex.text, "Infeasible & Val. & Test & \\multicolumn{2}{c}{Best of 1} & Steps");
    assert_contains(tex.text, "best of 1: expected test error of what validation selects among so many new trials");
    assert_contains(tex.text, "90\\,\\% interval");
    assert_tex(tex.text);
    free(tex.text);
    assert_typeset(&s);
    fixture_end(&s);
}

static void a_paper_takes_what_is_declared_further(void **state)
{
    fixture s;
    begin_further(&s);
    assert_runs(0, s.folder, "export", s.folder, "--to", "latex", "-o", "t.tex");
    bytes tex = take_file(&s, "t.tex");
    assert_contains(tex.text, "narrow a minus narrow b\\strut} & +20.00 points & [");
    assert_contains(tex.text, "wide & wide a minus wide b & $-$20.00 points &  &  &  \\\\");
    assert_contains(tex.text, "; flip: narrow b is better in the narrow space, wide a in the wide one; interaction; "
                              "the best of 1 along 1 tuned axis measures the space more than the optimizer");
    assert_contains(tex.text, "narrow a to narrow b & 20 & 100 \\% & 40 & 100 \\% & 0.5 & [0.25, 0.667] \\\\");
    assert_tex(tex.text);
    free(tex.text);
    assert_typeset(&s);
    fixture_end(&s);
}

/* TeX looks for [length] and * behind the end of a line, on the next one too. */
static void a_name_is_not_taken_for_the_end_of_the_line_before(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("[wide]") "," SGD("[2pt]") "," SGD("*"));
    for (size_t arm = 0; arm < 3; arm++) add_errors(&s, arm, few, 5);
    fl_store_close(s.store);
    s.store = NULL;
    assert_runs(0, s.folder, "export", s.folder, "--to", "latex", "-o", "t.tex");
    bytes tex = take_file(&s, "t.tex");
    assert_contains(tex.text, "\n{}[2pt] & 5 & ");
    assert_contains(tex.text, "\n{}* & 5 & ");
    free(tex.text);
    assert_typeset(&s);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest sqlite[] = {
        cmocka_unit_test(every_view_answers_its_question),
        cmocka_unit_test(what_is_declared_further_has_its_views),
        cmocka_unit_test(every_column_is_documented),
        cmocka_unit_test(points_stand_there_once),
        cmocka_unit_test(a_database_goes_to_a_file_or_a_pipe),
        cmocka_unit_test(only_an_earlier_export_is_written_over),
        cmocka_unit_test(pandas_opens_it),
        cmocka_unit_test(places_that_cannot_be_written_are_named),
        cmocka_unit_test(half_an_export_does_not_stay),
    };
    const struct CMUnitTest latex[] = { cmocka_unit_test(a_paper_takes_the_tables),
                                        cmocka_unit_test(a_paper_takes_what_is_declared_further),
                                        cmocka_unit_test(a_name_is_not_taken_for_the_end_of_the_line_before) };
    int of_latex = test_run(latex, NULL, NULL);
    if (absent("sqlite3")) {
        puts("sqlite3 is not installed; databases are not opened");
        return of_latex ? of_latex : TEST_SKIPPED;
    }
    int of_sqlite = test_run(sqlite, NULL, NULL);
    return of_latex == 1 ? 1 : of_sqlite; /* a failure of either; a skip of either is in the second */
}
