/* The table of what more trials bring, where there are more than anybody has run. */
#include "support/summed.h"
#include "tables/answers.h"

enum { LEVELS = 22 };

/* So many levels in the place of those that five trials have. */
static void give_levels(fl_summary_arm *arm, size_t n)
{
    arm->n_levels = n;
    arm->levels = fl_memory_grow(arm->levels, n, sizeof *arm->levels);
    for (size_t i = 0; i < n; i++) arm->levels[i] = (fl_summary_level){ (size_t)1 << i, 0.5 / (double)(i + 1), 1 };
}

static void every_number_of_trials_has_its_column(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("a") "," SGD("b"));
    five_trials(&s, 0);
    five_trials(&s, 1);
    fl_summary *summary = sum_up(&s);
    give_levels(&summary->arms[1], LEVELS); /* up to 2^21 */
    answers all = answers_levels(summary);
    assert_int_equal(1, all.n);
    const answer *a = &all.items[0];
    assert_int_equal(2 + LEVELS, a->n_columns);
    assert_int_equal(2 * a->n_columns, a->n_cells);
    assert_string_equal("1", a->columns[2].bottom);
    assert_string_equal("1,024", a->columns[12].bottom);
    assert_string_equal("2,097,152", a->columns[23].bottom);
    assert_string_equal("", a->cells[23]);     /* of the arm with five trials */
    assert_string_equal("2.27", a->cells[47]); /* 50 / 22 % */
    answers_free(&all);
    fl_summary_free(summary);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_trials_has_its_column),
    };
    return test_run(tests, NULL, NULL);
}
