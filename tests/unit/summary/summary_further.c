/* What a study declares beyond its pairs: flips, tuning effort, the time to the target, and arms over workloads. */
#include "record/log.h"
#include "support/summed.h"

#define CLAIMS(text) "\"claims\": {" text "},"
#define FOUR SGD("narrow a") "," UNLIKE("narrow b", 20) "," UNLIKE("wide a", 30) "," UNLIKE("wide b", 40)
#define FLIP                                                                                                           \
    CLAIMS("\"flips\": [{\"narrow\": [\"narrow a\", \"narrow b\"], \"wide\": [\"wide a\", \"wide b\"]}], \"k\": 1, "   \
           "\"margin\": 0.5")

static void end(fixture *s, fl_summary *summary)
{
    fl_summary_free(summary);
    fixture_end(s);
}

/* --- flips --- */

static void check_flip(const double low[4], fl_stats_scope_finding finding, const char *verdict)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) FLIP, FOUR);
    for (size_t arm = 0; arm < 4; arm++) add_rising(&s, arm, 10, low[arm]);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->n_flips);
    const fl_summary_flip *flip = &summary->flips[0];
    assert_true(flip->judged);
    assert_int_equal(finding, flip->finding);
    assert_string_equal(verdict, flip->verdict);
    assert_close(flip->scope.interaction, low[0] - low[1] - low[2] + low[3], 1e-9);
    end(&s, summary);
}

/* Ten errors a hundredth apart each; arms differ by .2 where they do. */
static void an_order_that_turns_round_is_a_flip(void **state)
{
    check_flip((const double[]){ 0.3, 0.1, 0.1, 0.3 }, FL_STATS_SCOPE_FLIP,
               "flip: narrow b is better in the narrow space, wide a in the wide one");
}

static void the_same_order_is_none(void **state)
{
    check_flip((const double[]){ 0.3, 0.1, 0.4, 0.1 }, FL_STATS_SCOPE_NO_FLIP,
               "no flip: narrow b is better in the narrow space, wide b in the wide one");
}

static void a_difference_within_the_margin_is_none_either(void **state)
{
    check_flip((const double[]){ 0.3, 0.1, 0.101, 0.1 }, FL_STATS_SCOPE_NO_FLIP,
               "no flip: the smaller difference lies within the margin");
}

/* D of a against the best of b and c: b's in the narrow space (.3 against .1), c's in the wide one (.1 against .3). */
static void the_best_of_several_arms_is_one_side(void **state)
{
    static const double low[] = { 0.3, 0.1, 0.5, 0.1, 0.5, 0.3 };
    fixture s;
    fixture_begin(&s,
                  BUDGET(10) CLAIMS("\"flips\": [{\"narrow\": [\"na\", [\"nb\", \"nc\"]], \"wide\": [\"wa\", "
                                    "[\"wb\", \"wc\"]]}], \"k\": 1"),
                  SGD("na") "," UNLIKE("nb", 20) "," UNLIKE("nc", 30) "," UNLIKE("wa", 40) "," UNLIKE(
                      "wb", 50) "," UNLIKE("wc", 60));
    for (size_t arm = 0; arm < 6; arm++) add_rising(&s, arm, 10, low[arm]);
    fl_summary *summary = sum_up(&s);
    const fl_summary_flip *flip = &summary->flips[0];
    assert_close(flip->scope.narrow, 0.2, 1e-9);
    assert_close(flip->scope.wide, -0.2, 1e-9);
    assert_true(flip->claimed);
    assert_string_equal("flip: the best of nb and nc is better in the narrow space, wa in the wide one", flip->verdict);
    json_t *json = fl_summary_json(summary);
    json_t *wide = json_object_get(json_array_get(json_object_get(json, "flips"), 0), "wide");
    assert_string_equal("wc", json_string_value(json_array_get(json_array_get(wide, 1), 1)));
    json_decref(json);
    end(&s, summary);
}

/* The arm that is worse in the narrow space gets better towards the end of its axis. */
static void a_flip_is_not_claimed_against_a_search_that_is_cut_off(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(30) FLIP, FOUR);
    for (uint64_t i = 0; i < 30; i++) {
        fl_trial trial = fl_study_trial(s.study, &s.study->arms[0], i, 0);
        double error = 0.5 - 0.05 * log10(trial.values.of[FL_TRIAL_OF_OPTIMIZER][0]);
        add_trial(&s, 0, i, 0, (synthetic){ .val_error = error, .test_error = error });
        fl_trial_free(&trial);
    }
    add_rising(&s, 1, 30, 0.01);
    add_rising(&s, 2, 30, 0.01);
    add_rising(&s, 3, 30, 0.5);
    fl_summary *summary = sum_up(&s);
    const fl_summary_flip *flip = &summary->flips[0];
    assert_int_equal(FL_STATS_SCOPE_FLIP, flip->finding);
    assert_false(flip->claimed);
    assert_string_equal("flip: narrow b is better in the narrow space, wide a in the wide one; not claimed, the space "
                        "of narrow a is cut off at learning_rate",
                        flip->verdict);
    end(&s, summary);
}

/* Two studies of a family: p of each flip's figures is doubled. */
static void flips_of_a_family_are_corrected_together(void **state)
{
    fixture s[2];
    fl_summary *summaries[2];
    for (size_t i = 0; i < 2; i++) {
        fixture_begin(&s[i],
                      BUDGET(10) CLAIMS("\"family\": \"f\", \"flips\": [{\"narrow\": [\"narrow a\", \"narrow b\"], "
                                        "\"wide\": [\"wide a\", \"wide b\"]}], \"k\": 1"),
                      FOUR);
        for (size_t arm = 0; arm < 4; arm++) add_rising(&s[i], arm, 10, arm == 0 || arm == 3 ? 0.134 : 0.1);
        summaries[i] = sum_up(&s[i]);
    }
    double alone = summaries[0]->flips[0].p;
    assert_close(alone, summaries[0]->flips[0].scope.p_flip, 1e-12);
    fl_summary_correct_families(summaries, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_close(summaries[i]->flips[0].p, 2 * alone, 1e-12);
        end(&s[i], summaries[i]);
    }
}

/* Two studies of the same order in both spaces, shown alone and not together. */
static void the_same_order_of_a_family_is_corrected_together(void **state)
{
    fixture s[2];
    fl_summary *summaries[2];
    for (size_t i = 0; i < 2; i++) {
        fixture_begin(&s[i],
                      BUDGET(10) CLAIMS("\"family\": \"f\", \"flips\": [{\"narrow\": [\"narrow a\", \"narrow b\"], "
                                        "\"wide\": [\"wide a\", \"wide b\"]}], \"k\": 1"),
                      FOUR);
        for (size_t arm = 0; arm < 4; arm++) add_rising(&s[i], arm, 10, arm == 0 || arm == 2 ? 0.125 : 0.1);
        summaries[i] = sum_up(&s[i]);
        assert_int_equal(FL_STATS_SCOPE_NO_FLIP, summaries[i]->flips[0].finding);
    }
    double alone = summaries[0]->flips[0].p_none;
    assert_close(alone, summaries[0]->flips[0].scope.p_same, 1e-12);
    assert_true(alone > 0.025 && alone < 0.05);
    fl_summary_correct_families(summaries, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_close(summaries[i]->flips[0].p_none, 2 * alone, 1e-12);
        assert_int_equal(FL_STATS_SCOPE_NOT_SHOWN, summaries[i]->flips[0].finding);
        assert_false(summaries[i]->flips[0].claimed);
        end(&s[i], summaries[i]);
    }
}

/* Two studies' worth of flips: p of the same figures is doubled. */
static void flips_of_a_study_are_corrected_together(void **state)
{
    fixture s;
    fixture_begin(&s,
                  BUDGET(10) CLAIMS("\"flips\": [{\"narrow\": [\"narrow a\", \"narrow b\"], \"wide\": [\"wide a\", "
                                    "\"wide b\"]}, {\"narrow\": [\"wide a\", \"wide b\"], \"wide\": [\"narrow a\", "
                                    "\"narrow b\"]}], \"k\": 1"),
                  FOUR);
    for (size_t arm = 0; arm < 4; arm++) add_rising(&s, arm, 10, arm == 0 || arm == 3 ? 0.134 : 0.1);
    fl_summary *summary = sum_up(&s);
    assert_true(summary->flips[0].scope.p_flip < 0.05);
    assert_close(summary->flips[0].p, 2 * fmin(summary->flips[0].scope.p_flip, summary->flips[1].scope.p_flip), 1e-9);
    end(&s, summary);
}

static void an_unfilled_arm_leaves_a_flip_unjudged(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) FLIP, FOUR);
    for (size_t arm = 0; arm < 3; arm++) add_rising(&s, arm, 10, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_false(summary->flips[0].judged);
    assert_string_equal("no claim: a budget is not filled, or an arm diverged in every trial",
                        summary->flips[0].verdict);
    json_t *json = fl_summary_json(summary);
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(json, "flips"), 0), "scope")));
    json_decref(json);
    end(&s, summary);
}

/* --- effort and time to the target --- */

/* Errors .1, .11, ... against .2, .21, ...: .1 apart at every effort K = 1, 2, 4 of 20 trials; at unlike efforts by the
 * trials' own spread: E[best of 1] = .195 of a, E[best of 4] = .2 + .01 (21/5 - 1) = .232 of b. */
static void effort_is_told_at_powers_of_two(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20) CLAIMS("\"pairs\": [[\"a\", \"b\"]], \"effort\": true"), SGD("a") "," UNLIKE("b", 20));
    add_rising(&s, 0, 20, 0.1);
    add_rising(&s, 1, 20, 0.2);
    fl_summary *summary = sum_up(&s);
    const fl_summary_effort *effort = &summary->pairs[0].effort;
    assert_int_equal(3, effort->n_equal);
    assert_int_equal(6, effort->n_unlike);
    for (size_t i = 0; i < 3; i++) assert_close(effort->equal[i].difference, -0.1, 1e-9);
    assert_int_equal(1, effort->unlike[1].k_a);
    assert_int_equal(4, effort->unlike[1].k_b);
    assert_close(effort->unlike[1].difference, 0.195 - 0.232, 1e-9);
    assert_close(effort->area_b - effort->area_a, 0.1, 1e-9);
    assert_false(summary->pairs[0].has_steps_ratio);
    end(&s, summary);
}

/* a reaches at 20 steps, b at 40 of 100, evaluated every 10: ratio 1/2, from 10/40 to 20/30. */
static void the_time_to_the_target_carries_its_resolution(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) TARGET CLAIMS("\"pairs\": [[\"a\", \"b\"]], \"time_to_target\": true"),
                  SGD("a") "," UNLIKE("b", 20));
    for (uint64_t i = 0; i < 20; i++)
        add_trial(&s, i / 10, i % 10, 0,
                  (synthetic){ .val_error = 0.2, .test_error = 0.2, .reached = i < 10 ? 20 : 40 });
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_true(pair->has_steps_ratio);
    assert_close(pair->steps_ratio.ratio, 0.5, 1e-12);
    assert_close(pair->steps_ratio.low, 0.25, 1e-12);
    assert_close(pair->steps_ratio.high, 20.0 / 30, 1e-12);
    assert_close(pair->resolution, 10, 0);
    json_t *json = fl_summary_json(summary);
    json_t *told = json_object_get(json_array_get(json_object_get(json, "pairs"), 0), "time_to_target");
    assert_keys(told, "a b ratio low high reached_a reached_b resolution coarse");
    json_decref(json);
    end(&s, summary);
}

/* Evaluated after 1, 2, 3, 5, 8, 12, 18, 27, 41, 62 and 93 steps. One trial of ten reaches early, at 12 in both arms;
 * the median is that of the rest, 62 against 93, seen since 41 and 62: from 41/93 to 62/62. */
static void a_growing_interval_has_the_resolution_of_the_medians(void **state)
{
    fixture s;
    fixture_begin(&s,
                  "\"budget\": {\"trials\": 10, \"steps\": 100, \"eval_every\": {\"ratio\": 1.5}}," TARGET CLAIMS(
                      "\"pairs\": [[\"a\", \"b\"]], \"k\": 1, \"time_to_target\": true"),
                  SGD("a") "," UNLIKE("b", 20));
    for (uint64_t i = 0; i < 20; i++)
        add_trial(&s, i / 10, i % 10, 0,
                  (synthetic){ .val_error = 0.2,
                               .test_error = 0.2,
                               .reached = i % 10 == 0 ? 12
                                          : i < 10    ? 62
                                                      : 93 });
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_close(pair->steps_ratio.ratio, 62.0 / 93, 1e-12);
    assert_close(pair->steps_ratio.high, 1, 1e-12);
    assert_close(pair->resolution, 31, 0);
    end(&s, summary);
}

static void begin_text(fixture *s, const char *text)
{
    fl_error error;
    *s = (fixture){ .study = fl_study_load_text("study", text, NULL, &error) };
    if (!s->study) fail_msg("%s", error.text);
    folder_make(s->folder);
    s->store = open_store(s, whole);
}

#define TO_TARGET(batches, more)                                                                                       \
    "{ \"study\": \"s\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": " batches               \
    ", \"budget\": {\"trials\": 5, \"steps\": 100, \"eval_every\": 10}, " TARGET more "\"arms\": [ " SGD("a") " ] }"

/* Five trials of each arm, which reach the target at these steps. */
static fl_summary *reached(fixture *s, const char *study, const size_t *at)
{
    begin_text(s, study);
    for (size_t arm = 0; arm < s->study->n_arms; arm++)
        for (uint64_t i = 0; i < 5; i++)
            add_trial(s, arm, i, 0, (synthetic){ .val_error = 0.2, .test_error = 0.2, .reached = at[arm] });
    return sum_up(s);
}

/* Half the steps at twice the batch: 80, 40 and 20 of 100 at batches of 32, 64 and 128. */
static void steps_are_told_against_batch_sizes(void **state)
{
    fixture s;
    fl_summary *summary = reached(&s, TO_TARGET("[32, 64, 128]", ""), (const size_t[]){ 80, 40, 20 });
    assert_int_equal(1, summary->n_scalings);
    assert_close(summary->scalings[0].of.slope, -1, 1e-12);
    assert_int_equal(3, summary->scalings[0].of.n_reached);
    end(&s, summary);
}

#define WORKERS(n) "{\"method\": \"synchronous\", \"workers\": " #n "}"

/* Three methods at one batch size have no slope; two at three batch sizes have one each: -1, and 0 at 80 steps. */
static void methods_are_no_batch_sizes(void **state)
{
    fixture s;
    fl_summary *summary = reached(&s, TO_TARGET("32", "\"parallel\": [" WORKERS(1) "," WORKERS(2) "," WORKERS(4) "],"),
                                  (const size_t[]){ 80, 40, 20 });
    assert_int_equal(0, summary->n_scalings);
    end(&s, summary);
    summary = reached(&s, TO_TARGET("[32, 64, 128]", "\"parallel\": [" WORKERS(1) "," WORKERS(2) "],"),
                      (const size_t[]){ 80, 80, 40, 80, 20, 80 });
    assert_int_equal(2, summary->n_scalings);
    assert_close(summary->scalings[0].of.slope, -1, 1e-12);
    assert_close(summary->scalings[1].of.slope, 0, 1e-12);
    json_t *json = fl_summary_json(summary);
    const json_t *second = json_array_get(json_object_get(json, "scaling"), 1);
    assert_string_equal("synchronous:2", json_string_value(json_object_get(second, "parallel")));
    json_decref(json);
    end(&s, summary);
}

/* --- over workloads --- */

#define LABELLED(workload, family)                                                                                     \
    "{ \"study\": \"s\", \"workload\": " workload ", \"backend\": \"naive\", \"batch_size\": 32, \"budget\": "         \
    "{\"trials\": 10, \"steps\": 100, \"eval_every\": 10}, \"claims\": {\"workloads\": true" family                    \
    "}, \"arms\": [ " SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30) " ] }"

/* Two workloads in one study, a before b before c on both: mean ranks 1, 2, 3, no claim. */
static void below_six_workloads_ranks_are_told_and_nothing_is_claimed(void **state)
{
    fixture s;
    begin_text(&s, LABELLED("[\"glyphs/mlp\", \"mnist/mlp\"]", ""));
    assert_int_equal(6, s.study->n_arms);
    for (size_t arm = 0; arm < 6; arm++) add_rising(&s, arm, 10, 0.1 + 0.1 * (double)(arm / 2));
    fl_summary *summary = sum_up(&s);
    const fl_summary_over *over = summary->over;
    assert_non_null(over);
    assert_int_equal(2, over->n_workloads);
    assert_int_equal(3, over->n_arms);
    for (size_t i = 0; i < 3; i++) assert_close(over->ranks[i], (double)i + 1, 1e-12);
    assert_close(over->ranks_low[0], 1, 1e-12);
    assert_true(isnan(over->friedman.p));
    assert_close(over->win_rates[0 * 3 + 1] + over->win_rates[1 * 3 + 0], 1, 1e-12);
    assert_true(over->win_rates[0 * 3 + 2] > 0.9);
    assert_false(over->has_profiles);
    json_t *json = fl_summary_json(summary);
    assert_keys(json_object_get(json, "over_workloads"), "workloads left_out k statistic p exact claimed arms");
    json_decref(json);
    end(&s, summary);
}

/* Two studies of a family make two workloads; a third of a workload there already is left out. */
static void workloads_of_a_family_are_taken_together(void **state)
{
    fixture s[3];
    fl_summary *summaries[3];
    const char *const texts[] = { LABELLED("\"glyphs/mlp\"", ", \"family\": \"f\""),
                                  LABELLED("\"mnist/mlp\"", ", \"family\": \"f\""),
                                  LABELLED("\"mnist/mlp\"", ", \"family\": \"f\"") };
    for (size_t i = 0; i < 3; i++) {
        begin_text(&s[i], texts[i]);
        for (size_t arm = 0; arm < 3; arm++) add_rising(&s[i], arm, 10, 0.1 + 0.1 * (double)arm);
        summaries[i] = sum_up(&s[i]);
        assert_int_equal(1, summaries[i]->over->n_workloads);
    }
    fl_summary_correct_families(summaries, 3);
    assert_int_equal(2, summaries[0]->over->n_workloads);
    assert_int_equal(1, summaries[0]->over->n_left_out);
    assert_null(summaries[1]->over);
    for (size_t i = 0; i < 3; i++) end(&s[i], summaries[i]);
}

/* Arms a and b reach the target after 60 steps, c after 30; the records of b name another host. */
static fl_summary *timed(fixture *s, const char *machine)
{
    fl_error error;
    begin_text(
        s, LABELLED("[\"glyphs/mlp\", \"mnist/mlp\"]", "}, \"target\": {\"metric\": \"val_error\", \"value\": 0.5"));
    for (size_t arm = 0; arm < 6; arm++)
        for (uint64_t i = 0; i < 10; i++)
            add_trial(s, arm, i, 0,
                      (synthetic){ .val_error = 0.1,
                                   .test_error = 0.1,
                                   .reached = arm / 2 == 2 ? 30 : 60,
                                   .host = arm / 2 == 1 ? "0000000000000002" : "0000000000000001" });
    json_t *one = json_pack("{s:{s:s}, s:{s:s}}", "machine", "processor", "one", "build", "commit", "c"),
           *other = json_pack("{s:{s:s}, s:{s:s}, s:s}", "machine", "processor", machine, "build", "commit", "c",
                              "implementation", "another");
    assert_true(fl_store_host(s->store, "0000000000000001", one, &error));
    assert_true(fl_store_host(s->store, "0000000000000002", other, &error));
    json_decref(one);
    json_decref(other);
    return sum_up(s);
}

/* Within 1.5 times the fewest: 60 steps against 50 are; 60 of 1.3 gradients, 78, are not, though 1.3 is nearly one. */
static void gradients_of_a_step_are_no_whole_number(void **state)
{
    fixture s;
    begin_text(
        &s, LABELLED("[\"glyphs/mlp\", \"mnist/mlp\"]", "}, \"target\": {\"metric\": \"val_error\", \"value\": 0.5"));
    for (size_t arm = 0; arm < 6; arm++)
        for (uint64_t i = 0; i < 10; i++)
            add_trial(&s, arm, i, 0,
                      (synthetic){ .val_error = 0.1,
                                   .test_error = 0.1,
                                   .reached = arm / 2 == 2 ? 50 : 60,
                                   .gradients = arm / 2 == 0 ? 1.3 : 1 });
    fl_summary *summary = sum_up(&s);
    assert_non_null(summary->over->in_gradients);
    assert_close(summary->over->in_steps[1 * 3 + 0].share, 1, 0);
    assert_close(summary->over->in_gradients[1 * 3 + 0].share, 0, 0);
    assert_close(summary->over->in_gradients[1 * 3 + 1].share, 1, 0);
    end(&s, summary);
}

static void note_machine(const fixture *s, const char *doubt)
{
    json_t *doubts = doubt ? json_pack("[s]", doubt) : json_array();
    fl_record_log_machine(s->folder, doubts);
    json_decref(doubts);
}

/* Every arm's profile in seconds, in the JSON: the one in steps, or null. */
static void assert_json_seconds(const fl_summary *summary, bool told)
{
    size_t i;
    json_t *all = fl_summary_json(summary), *arm;
    json_t *arms = json_object_get(json_object_get(all, "over_workloads"), "arms");
    assert_int_equal(3, json_array_size(arms));
    json_array_foreach(arms, i, arm)
    {
        const json_t *seconds = json_object_get(arm, "profile_seconds"), *steps = json_object_get(arm, "profile_steps");
        assert_int_equal(FL_SUMMARY_TAUS, json_array_size(steps));
        assert_true(told ? json_equal(seconds, steps) : json_is_null(seconds));
    }
    json_decref(all);
}

/* Steps of one cost: the profile in seconds is the one in steps. */
static void seconds_are_told_of_one_quiet_machine_alone(void **state)
{
    fixture s;
    fl_summary *summary = timed(&s, "one");
    assert_non_null(summary->over->in_steps);
    assert_null(summary->over->in_seconds); /* no run says how the machine was */
    assert_json_seconds(summary, false);
    fl_summary_free(summary);
    note_machine(&s, NULL);
    summary = sum_up(&s);
    assert_non_null(summary->over->in_seconds);
    assert_close(summary->over->in_steps[2].share, 1, 0);
    for (size_t i = 0; i < 3; i++)
        assert_close(summary->over->in_seconds[i].share, summary->over->in_steps[i].share, 0);
    assert_json_seconds(summary, true);
    fl_summary_free(summary);
    note_machine(&s, "the machine is busy");
    summary = sum_up(&s);
    assert_null(summary->over->in_seconds);
    end(&s, summary);
    summary = timed(&s, "two");
    note_machine(&s, NULL);
    fl_summary_free(summary);
    summary = sum_up(&s);
    assert_null(summary->over->in_seconds);
    end(&s, summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_that_turns_round_is_a_flip),
        cmocka_unit_test(the_same_order_is_none),
        cmocka_unit_test(a_difference_within_the_margin_is_none_either),
        cmocka_unit_test(the_best_of_several_arms_is_one_side),
        cmocka_unit_test(a_flip_is_not_claimed_against_a_search_that_is_cut_off),
        cmocka_unit_test(flips_of_a_family_are_corrected_together),
        cmocka_unit_test(the_same_order_of_a_family_is_corrected_together),
        cmocka_unit_test(flips_of_a_study_are_corrected_together),
        cmocka_unit_test(an_unfilled_arm_leaves_a_flip_unjudged),
        cmocka_unit_test(effort_is_told_at_powers_of_two),
        cmocka_unit_test(the_time_to_the_target_carries_its_resolution),
        cmocka_unit_test(a_growing_interval_has_the_resolution_of_the_medians),
        cmocka_unit_test(steps_are_told_against_batch_sizes),
        cmocka_unit_test(methods_are_no_batch_sizes),
        cmocka_unit_test(below_six_workloads_ranks_are_told_and_nothing_is_claimed),
        cmocka_unit_test(workloads_of_a_family_are_taken_together),
        cmocka_unit_test(gradients_of_a_step_are_no_whole_number),
        cmocka_unit_test(seconds_are_told_of_one_quiet_machine_alone),
    };
    return test_run(tests, NULL, NULL);
}
