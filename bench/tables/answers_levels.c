/* What each arm is expected to reach with so many trials to choose from: the numbers behind the figure `tunability`. */
#include "tables/answers_parts.h"
#include "tables/table_parts.h"

enum { NAMES = 2 }; /* columns before those of K */

static const page_column columns[] = {
    { "", "arm", true },      { "", "where", true },    { "", "1", false },      { "", "2", false },
    { "", "4", false },       { "", "8", false },       { "", "16", false },     { "", "32", false },
    { "", "64", false },      { "", "128", false },     { "", "256", false },    { "", "512", false },
    { "", "1,024", false },   { "", "2,048", false },   { "", "4,096", false },  { "", "8,192", false },
    { "", "16,384", false },  { "", "32,768", false },  { "", "65,536", false }, { "", "131,072", false },
    { "", "262,144", false }, { "", "524,288", false },
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void add_arm(answer *a, const fl_summary_arm *arm)
{
    answer_cell(a, "%s", arm->arm->label);
    answer_where(a, arm->arm);
    for (size_t i = 0; i + NAMES < N_COLUMNS; i++)
        answer_cell(a, "%s",
                    i < arm->n_levels ? fl_summary_error(fl_summary_rates(arm->arm), arm->levels[i].test_error).text
                                      : "");
}

/* A mean over the draws that found a feasible trial is lower than what diverging costs. */
static void say_without(answer *a, const fl_summary_arm *arm)
{
    fl_text text = { 0 };
    if (arm->levels->finite >= 1) return;
    fl_text_add(&text, "%s: a draw of 1 is infeasible in %.3g %%", arm->arm->name, 100 * (1 - arm->levels->finite));
    if (arm->n_levels > 1 && arm->levels[arm->n_levels - 1].finite < 1)
        fl_text_add(&text, ", every trial of %zu in %.2g %%", arm->levels[arm->n_levels - 1].k,
                    100 * (1 - arm->levels[arm->n_levels - 1].finite));
    fl_text_add(&text, "; the means are over the other draws");
    answer_say(a, false, &text);
}

answer answer_of_levels(const fl_summary *summary)
{
    answer a = answer_new(columns, N_COLUMNS,
                          "Expected test error of the best of K trials, K = 1, 2, 4, ... to a fifth of the trials; "
                          "rates in %%");
    for (size_t i = 0; i < summary->n_arms; i++)
        if (summary->arms[i].n_levels) {
            add_arm(&a, &summary->arms[i]);
            say_without(&a, &summary->arms[i]);
        }
    return a;
}
