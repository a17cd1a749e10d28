/* What each arm is expected to reach with so many trials to choose from: the numbers behind the figure `tunability`. */
#include "tables/answers_parts.h"
#include "tables/table_parts.h"

/* A column for each K that any arm has: all of them are powers of two from 1 on. */
static void add_columns(answer *a, const fl_summary *summary)
{
    const fl_summary_arm *most = summary->arms;
    for (const fl_summary_arm *arm = summary->arms; arm < summary->arms + summary->n_arms; arm++)
        if (arm->n_levels > most->n_levels) most = arm;
    for (size_t i = 0; i < most->n_levels; i++) answer_numbered_column(a, most->levels[i].k);
}

static void add_arm(answer *a, const fl_summary_arm *arm)
{
    answer_cell(a, "%s", arm->arm->label);
    answer_where(a, arm->arm);
    for (size_t i = 0; i < a->n_numbered; i++)
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
    static const page_column names[] = { { "", "arm", true }, { "", "where", true } };
    answer a = answer_new(names, sizeof names / sizeof *names,
                          "Expected test error of the best of K trials, K = 1, 2, 4, ... to a fifth of the trials; "
                          "rates in %%");
    add_columns(&a, summary);
    for (size_t i = 0; i < summary->n_arms; i++)
        if (summary->arms[i].n_levels) {
            add_arm(&a, &summary->arms[i]);
            say_without(&a, &summary->arms[i]);
        }
    return a;
}
