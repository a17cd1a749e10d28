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

answer answer_of_levels(const fl_summary *summary)
{
    answer a = answer_new(columns, N_COLUMNS,
                          "Expected test error of the best of K trials, K = 1, 2, 4, ... to a fifth of the trials; "
                          "rates in %%");
    for (size_t i = 0; i < summary->n_arms; i++)
        if (summary->arms[i].n_levels) add_arm(&a, &summary->arms[i]);
    return a;
}
