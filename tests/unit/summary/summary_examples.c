/* Two studies that were once answered wrongly, with trials like those they had: SGD's rate capped at .1, and the
 * README's own question about epsilon. */
#include "support/summed.h"

#include "support/documented.h"
#include <math.h>
#include <string.h>

static void begin_text(fixture *s, const char *text)
{
    fl_error error;
    *s = (fixture){ .study = fl_study_load_text("study", text, NULL, &error) };
    if (!s->study) fail_msg("%s", error.text);
    folder_make(s->folder);
    s->store = open_store(s, whole);
}

static void end(fixture *s, fl_summary *summary)
{
    fl_summary_free(summary);
    fixture_end(s);
}

/* Errors that rise as the square of how many decades the rate lies from `best`. */
static void add_bowl(const fixture *s, size_t arm, size_t n, double floor, double best)
{
    for (uint64_t i = 0; i < n; i++) {
        fl_trial trial = fl_study_trial(s->study, &s->study->arms[arm], i, 0);
        double off = log10(trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] / best);
        double error = floor + 0.1 * off * off;
        add_trial(s, arm, i, 0, (synthetic){ .val_error = error, .test_error = error });
        fl_trial_free(&trial);
    }
}

/* Its optimum is at 1, a decade beyond its end: momentum was called better by 27 points, p = .00025. */
static void a_capped_rate_is_no_defeat(void **state)
{
    fixture s;
    begin_text(
        &s, "{ \"study\": \"capped\", \"workload\": \"glyphs/mlp\", \"batch_size\": 64, \"budget\": {\"trials\": 30, "
            "\"steps\": 300}, \"claims\": {\"pairs\": [[\"momentum\", \"sgd\"]]}, \"arms\": ["
            "{\"arm\": \"sgd\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": {\"min\": 0.004, \"max\": "
            "0.1, \"scaling\": \"log\"}}}, {\"arm\": \"momentum\", \"optimizer\": \"momentum\", \"space\": "
            "{\"learning_rate\": {\"min\": 0.02, \"max\": 0.5, \"scaling\": \"log\"}, \"momentum\": 0.9}}] }");
    add_bowl(&s, 0, 30, 0.14, 1);
    add_bowl(&s, 1, 30, 0.14, 0.1);
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_true(pair->p_adjusted < 0.001);
    assert_false(pair->claimed);
    assert_string_equal("momentum is better in this space; the space of sgd is cut off at learning_rate",
                        pair->verdict);
    assert_int_equal(FL_SUMMARY_NOT_HERE, summary->inclusions[0].finding); /* momentum is fixed at .9 */
    end(&s, summary);
}

/* The README's first study file. */
static char *readme_study(void)
{
    char *readme = read_text(FL_SOURCE_DIR "/"
                                           "README.md"),
         *text = strstr(readme, "{ \"study\": \"epsilon\"");
    assert_non_null(text);
    *strstr(text, "```") = 0;
    text = fl_memory_copy_text(text);
    free(readme);
    return text;
}

/* Two pairs are declared, so two are tested, not three; and Adam, whose epsilon ends at .01, was said to include
 * momentum, which it comes near at an epsilon of 1 and above. */
static void the_epsilon_example_claims_what_it_declares(void **state)
{

    fixture s;
    char *text = readme_study();
    begin_text(&s, text);
    add_bowl(&s, 0, 20, 0.24, 0.01);
    add_bowl(&s, 1, 20, 0.14, 0.003);
    add_bowl(&s, 2, 20, 0.14, 0.003);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(2, summary->n_tests);
    for (size_t i = 0; i < summary->n_pairs; i++) assert_true(summary->pairs[i].claimed);
    assert_string_equal("adam is better", summary->pairs[0].verdict);
    assert_string_equal("'adam, epsilon 1e-8' is better", summary->pairs[1].verdict);
    for (size_t i = 0; i < summary->n_inclusions; i++)
        assert_int_equal(FL_SUMMARY_NOT_HERE, summary->inclusions[i].finding);
    assert_int_equal(2, summary->n_inclusions);
    free(text);
    end(&s, summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capped_rate_is_no_defeat),
        cmocka_unit_test(the_epsilon_example_claims_what_it_declares),
    };
    return test_run(tests, NULL, NULL);
}
