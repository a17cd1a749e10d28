/* An index reads of a line what the whole record says, and leaves to the whole record what it cannot vouch for. */
#include "support/fixtures.h"

#include "record/line.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.15},"
#define AVERAGED "\"average\": \"ema\", \"select_of\": \"averaged\","
#define ADAM                                                                                                           \
    "{\"arm\": \"adam\", \"optimizer\": \"adam\", \"schedule\": \"linear\", \"space\": {"                              \
    "\"learning_rate/epsilon\": {\"min\": 1e-2, \"max\": 1e7, \"scaling\": \"log\"},"                                  \
    "\"epsilon\": {\"min\": 1e-10, \"max\": 1e10, \"scaling\": \"log\"}, \"epsilon_form\": \"kingma\"}}"

/* Averaged weights whose figures are .25 worse. */
static void add_averaged(fl_outcome *outcome)
{
    for (fl_trial_point *p = outcome->points; p < outcome->points + outcome->n_points; p++) {
        p->has_averaged = true;
        for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) p->averaged[m] = p->of[m] + 0.25;
    }
}

/* The line of a synthetic outcome of trial 1, with `text` in place of `part` where it is given. */
static fl_text line_of(const fl_study *study, synthetic what, const char *part, const char *text)
{
    fl_record_slot slot = { 0, 1, 0 };
    fl_text line = { 0 };
    fl_trial trial = fl_study_trial(study, &study->arms[0], 1, 0);
    fl_outcome outcome = synthetic_outcome(&trial, &what);
    if (study->average.method) add_averaged(&outcome);
    json_t *record = fl_record_json(study, &slot, &trial, &outcome, "00000000000000aa");
    fl_record_line_add(&line, record);
    if (part) {
        const char *at = strstr(line.bytes, part);
        fl_text changed = { 0 };
        assert_non_null(at);
        fl_text_add(&changed, "%.*s%s%s", (int)(at - line.bytes), line.bytes, text, at + strlen(part));
        fl_text_free(&line);
        line = changed;
    }
    json_decref(record);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return line;
}

static void assert_same(const fl_record *is, const fl_record *was, bool best)
{
    assert_memory_equal(&is->slot, &was->slot, sizeof is->slot);
    assert_string_equal(is->trial, was->trial);
    assert_string_equal(is->host, was->host);
    assert_int_equal(is->status, was->status);
    assert_int_equal(is->stopped_at, was->stopped_at);
    assert_int_equal(is->has_final, was->has_final);
    for (fl_trial_metric m = 0; was->has_final && m < FL_TRIAL_METRICS; m++) {
        if (best)
            assert_true(is->best.of[m] == was->best.of[m]);
        else
            assert_true(is->final.of[m] == was->final.of[m]);
    }
    if (was->has_final) assert_int_equal(is->final.step, was->final.step);
    if (was->has_final) assert_int_equal(is->best.step, was->best.step);
    assert_true(is->steps_to_target == was->steps_to_target);
    assert_true(is->seconds.total == was->seconds.total && is->seconds.evaluate == was->seconds.evaluate);
    assert_true(is->gradient_evaluations == was->gradient_evaluations);
    assert_true(is->steps_done == was->steps_done);
}

static void an_index_entry_is_the_records(void **state)
{
    const synthetic outcomes[] = { { .val_error = 0.2, .test_error = 0.21, .reached = 50 },
                                   { .val_error = 0.1 + 0.2, .test_error = 1e16, .stopped_at = 40 },
                                   { .val_error = HUGE_VAL, .test_error = 1e-7 },
                                   { .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite at step 7" },
                                   { .status = FL_OUTCOME_FAILED, .reason = "killed" } };
    const char *const fields[] = { BUDGET(3) TARGET, BUDGET(3) TARGET "\"select_at\": \"best\",",
                                   BUDGET(3) TARGET "\"average\": \"ema\",",
                                   BUDGET(3) TARGET AVERAGED "\"select_at\": \"best\",", BUDGET(3) TARGET AVERAGED };
    enum { N = sizeof fields / sizeof *fields };
    for (size_t i = 0; i < N * sizeof outcomes / sizeof *outcomes; i++) {
        fl_study *study = synthetic_study(fields[i % N], ADAM);
        fl_record is, was;
        fl_text line = line_of(study, outcomes[i / N], NULL, NULL);
        json_t *object = fl_record_line_read(line.bytes, line.length - 1);
        assert_true(fl_record_read(object, study, &was));
        assert_true(fl_record_scan(line.bytes, line.length - 1, study, &is));
        assert_same(&is, &was, i % N % 2);
        fl_record_free(&was);
        json_decref(object);
        fl_text_free(&line);
        fl_study_free(study);
    }
}

/* Four workers, whose gradients are four a step: by either way of reading. */
static void assert_steps(synthetic what, const char *part, const char *text, double steps)
{
    fl_study *study = synthetic_study(BUDGET(3) TARGET, ADAM);
    fl_record is, was;
    fl_text line = line_of(study, what, part, text);
    json_t *object = json_loadb(line.bytes, line.length - 1, 0, NULL);
    assert_true(fl_record_read(object, study, &was));
    assert_true(fl_record_scan(line.bytes, line.length - 1, study, &is));
    assert_close(was.steps_done, steps, 0);
    assert_close(is.steps_done, steps, 0);
    fl_record_free(&was);
    json_decref(object);
    fl_text_free(&line);
    fl_study_free(study);
}

static void steps_of_what_diverged_are_no_count_of_gradients(void **state)
{
    const synthetic diverged = { .status = FL_OUTCOME_INFEASIBLE,
                                 .reason = "the training loss is not finite at step 45" };
    const char *const written = "\"steps_done\":0,\"gradient_evaluations\":0",
                      *const all = "\"steps_done\":100,\"gradient_evaluations\":0";
    assert_steps(diverged, written, "\"steps_done\":44,\"gradient_evaluations\":176", 44);
    assert_steps(diverged, written, "\"gradient_evaluations\":176", 45); /* of an earlier release: one more */
    assert_steps(diverged, written, "\"gradient_evaluations\":44", 44);
    assert_steps((synthetic){ .val_error = 0.2 }, all, "\"gradient_evaluations\":400", 100);
    assert_steps((synthetic){ .status = FL_OUTCOME_FAILED, .reason = "killed" }, written, "\"gradient_evaluations\":0",
                 0);
}

static void what_is_odd_is_left_to_the_whole_record(void **state)
{
    static const char *const changes[][2] = {
        { "\"index\":1", "\"index\":-1" },
        { "\"index\":1", "\"index\":1.0" },
        { "\"stopped_at\":40", "\"stopped_at\":-40" },
        { "\"index\":1", "\"index\":\"1\"" },
        { "\"arm\":\"adam\"", "\"arm\":\"other\"" },
        { "\"beta1\":0.9", "\"beta1\":1.9" },
        { "\"beta1\":0.9", "\"beta1\":\"0.9\"" },
        { "\"kingma\"", "\"unheard\"" },
        { "\"status\":\"complete\"", "\"status\":\"over\"" },
        { "\"trial\":\"", "\"trial\":\"x" },
        { "\"arm\":\"adam\"", "\"arm\":\"ad\\u0061m\"" },
        { "\"repeat\":0", "\"repeat\":0,\"repeat\":1" },
    };
    fl_study *study = synthetic_study(BUDGET(3) TARGET, ADAM);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        fl_record record;
        fl_text line = line_of(study, (synthetic){ .val_error = 0.2, .test_error = 0.21, .stopped_at = 40 },
                               changes[i][0], changes[i][1]);
        if (fl_record_scan(line.bytes, line.length - 1, study, &record)) fail_msg("%s", changes[i][1]);
        fl_text_free(&line);
    }
    fl_study_free(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_entry_is_the_records),
        cmocka_unit_test(steps_of_what_diverged_are_no_count_of_gradients),
        cmocka_unit_test(what_is_odd_is_left_to_the_whole_record),
    };
    return test_run(tests, NULL, NULL);
}
