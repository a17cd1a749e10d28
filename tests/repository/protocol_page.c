/* docs/protocol.md names every optimizer, schedule, search, random stream and figure there is, with hyperparameters and
 * defaults. */
#include "support/documented.h"

#include "base/text.h"
#include "init/init.h"
#include "optimizer/optimizer.h"
#include "search/search.h"
#include "schedule/schedule.h"
#include "workload/workload.h"

#include <ftw.h>

static int set_up(void **state)
{
    read_page("docs/protocol.md");
    return 0;
}

static int tear_down(void **state)
{
    free_page();
    return 0;
}

/* "0.9", "`choi`"; false where there is no default. */
static bool default_of(const fl_hyper *hyper, char text[60])
{
    char number[FL_TEXT_NUMBER_SIZE];
    if (isnan(hyper->default_value)) return false;
    if (hyper->scale == FL_HYPER_CHOICE)
        snprintf(text, 60, "`%s`", hyper->choices[(size_t)hyper->default_value]);
    else
        snprintf(text, 60, "%s", fl_text_number(hyper->default_value, number));
    return true;
}

/* Is there a row "| `NAME` | symbol | ... OPTIMIZER ... | DEFAULT |" in the section? */
static bool has_hyper_row(const section *s, const fl_optimizer *optimizer, const fl_hyper *hyper)
{
    char begin[80], value[60] = "none", cell[64];
    default_of(hyper, value);
    snprintf(begin, sizeof begin, "\n| `%s` |", hyper->name);
    snprintf(cell, sizeof cell, "| %s |", value);
    for (const char *row = strstr(s->begin, begin); row && row < s->end; row = strstr(row + 1, begin)) {
        char text[400];
        snprintf(text, sizeof text, "%.*s", (int)strcspn(row + 1, "\n"), row + 1);
        bool of_all = strstr(text, "| all |");
        if ((of_all || strstr(text, optimizer->entry.name)) && strstr(text, cell)) return true;
    }
    return false;
}

static void every_optimizer_has_its_rule_and_defaults(void **state)
{
    section s = section_of("Update rules");
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        char row[400];
        row_of(&s, (*o)->entry.name, row);
        for (size_t i = 0; i < (*o)->n_hypers; i++)
            if (!has_hyper_row(&s, *o, &(*o)->hypers[i]))
                fail_msg("docs/protocol.md lacks %s of %s, or its default", (*o)->hypers[i].name, (*o)->entry.name);
    }
}

/* A default with many digits is written as a fraction there. */
static bool is_fraction(double value)
{
    return value == 1.0 / 3;
}

static void every_schedule_has_its_factor_and_defaults(void **state)
{
    section s = section_of("Schedules");
    for (const fl_schedule *const *schedule = fl_schedules(); *schedule; schedule++) {
        char row[400];
        row_of(&s, (*schedule)->entry.name, row);
        for (size_t i = 0; i < (*schedule)->n_hypers; i++) {
            const fl_hyper *hyper = &(*schedule)->hypers[i];
            char value[60], quoted[80], given[80];
            snprintf(quoted, sizeof quoted, "`%s`", hyper->name);
            if (!strcmp(hyper->name, "warmup_steps")) continue; /* common to all, above the table */
            assert_true(default_of(hyper, value));
            snprintf(given, sizeof given, "(%s)", is_fraction(hyper->default_value) ? "1/3" : value);
            assert_contains(row, quoted);
            assert_contains(strstr(row, quoted), given);
        }
    }
}

static void every_workload_search_and_initialisation_is_named(void **state)
{
    section s = section_of("Workloads");
    for (const fl_workload *const *w = fl_workloads(); *w; w++) see(&s, (*w)->entry.name);
    s = section_of("Search");
    for (const fl_search *const *search = fl_searches(); *search; search++) see(&s, (*search)->entry.name);
    s = section_of("Initial weights");
    for (const fl_init_rule *const *rule = fl_init_rules(); *rule; rule++) see(&s, (*rule)->entry.name);
}

static size_t n_streams; /* places that start one */

static int look_for_streams(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    static const char call[] = "fl_random_stream_start(";
    const char *ending = strrchr(path, '.');
    if (kind != FTW_F || !ending || strcmp(ending, ".c")) return 0;
    section s = section_of("Random streams");
    char *text = read_text(path);
    for (char *found = text; (found = strstr(found, call));) {
        char purpose[60];
        size_t line = strcspn(found += strlen(call), "\n");
        char *open = memchr(found, '"', line);
        if (!open) continue;
        snprintf(purpose, sizeof purpose, "%.*s", (int)strcspn(open + 1, "\""), open + 1);
        see(&s, purpose);
        n_streams++;
    }
    free(text);
    return 0;
}

static void every_random_stream_has_its_row(void **state)
{
    assert_int_equal(nftw(FL_SOURCE_DIR "/core", look_for_streams, 8, FTW_PHYS), 0);
    assert_true(n_streams >= 10);
}

static void every_figure_has_its_row(void **state)
{
    static const char *const names[] = {
#define X(name) #name,
#include "figures/figure_list.h"
#undef X
    };
    section s = section_of("The figures");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) see(&s, names[i]);
    assert_all_seen(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_has_its_rule_and_defaults),
        cmocka_unit_test(every_schedule_has_its_factor_and_defaults),
        cmocka_unit_test(every_workload_search_and_initialisation_is_named),
        cmocka_unit_test(every_random_stream_has_its_row),
        cmocka_unit_test(every_figure_has_its_row),
    };
    return test_run(tests, set_up, tear_down);
}
