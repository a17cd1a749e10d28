/* A study file: read, written out in normal form, asked for trials.
 *
 * What a study that was accepted must keep: its normal form is a study with the same normal form, each of its trials
 * can be run, and a trial that travels as JSON arrives as it was.
 */
#include "fuzz.h"
#include "study/study.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ARMS = 6 };

static void check_travel(const fl_trial *trial)
{
    fl_error error;
    fl_trial arrived;
    char left[17], right[17];
    json_t *object = fl_trial_json(trial);
    char *line = fl_json_line(object);
    fl_json *document = fl_json_load_text("line", line, strlen(line), &error);
    PROMISE(document && fl_trial_read(fl_json_root(document), &arrived, &error));
    fl_trial_id(trial, "", left);
    fl_trial_id(&arrived, "", right);
    PROMISE(!strcmp(left, right));
    fl_trial_free(&arrived);
    fl_json_free(document);
    free(line);
    json_decref(object);
}

static void check_trial(const fl_study *study, const fl_study_arm *arm, uint64_t index, uint64_t repeat)
{
    fl_error error;
    fl_text command = { 0 };
    fl_trial trial = fl_study_trial(study, arm, index, repeat);
    PROMISE(fl_trial_accepts(&trial, SIZE_MAX, &error));
    fl_schedule_context question = fl_trial_schedule_context(&trial);
    fl_schedule_rate(trial.owners.schedule, &question);
    question.step = trial.steps - 1;
    fl_schedule_rate(trial.owners.schedule, &question);
    fl_trial_command(&trial, &command);
    check_travel(&trial);
    fl_text_free(&command);
    fl_trial_free(&trial);
}

static void check_normal_form(const fl_study *study)
{
    fl_error error;
    char *text = json_dumps(study->resolved, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fl_study *again = fl_study_load_text("normal", text, NULL, &error);
    PROMISE(again);
    PROMISE(json_equal(study->resolved, again->resolved));
    PROMISE(fl_study_continues(again, study->resolved, &error));
    fl_study_free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_error error = { .text = "" };
    fuzz_file file = fuzz_file_open(bytes, n);
    fl_study *study = fl_study_load(file.path, NULL, &error);
    fuzz_file_close(&file);
    if (!study) {
        promise_sentence(&error);
        return 0;
    }
    check_normal_form(study);
    for (size_t i = 0; i < study->n_arms && i < MOST_ARMS; i++) {
        check_trial(study, &study->arms[i], 0, 0);
        check_trial(study, &study->arms[i], study->max_trials / 2, study->repeats - 1);
        check_trial(study, &study->arms[i], study->max_trials - 1, FL_STUDY_RERUN_REPEAT);
    }
    fl_study_free(study);
    return 0;
}
