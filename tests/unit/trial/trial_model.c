/* Dropout, label smoothing and initial weights as settings that every workload takes. */
#include "support/trial.h"
#include "train/train.h"
#include "trial/model.h"

#include <math.h>

static fl_trial trial_of(const char *workload)
{
    fl_trial_owners owners = { fl_optimizer_find("null", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find(workload, NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.1;
    return trial;
}

static double rule_place(const char *name)
{
    return fl_hyper_choice(&fl_trial_model[FL_TRIAL_INIT], name);
}

static const fl_layer *first_of(const fl_layer *layers, size_t n, fl_layer_kind kind)
{
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == kind) return &layers[i];
    return NULL;
}

/* War and Peace's network has four dropouts of .2 (Schneider et al. 2019). */
static void they_replace_the_workloads_own(void **state)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_trial trial = trial_of("war_and_peace/char_lstm");
    assert_true(first_of(layers, fl_trial_layers(&trial, layers), FL_LAYER_DROPOUT)->rate == 0.2);
    trial_set(&trial, "dropout", 0.35);
    trial_set(&trial, "label_smoothing", 0.0625);
    trial_set(&trial, "workload.init", rule_place("orthogonal"));
    trial_set(&trial, "workload.init_bias", -0.25);
    size_t n = fl_trial_layers(&trial, layers), dropouts = 0;
    for (size_t i = 0; i < n; i++) dropouts += layers[i].kind == FL_LAYER_DROPOUT && layers[i].rate == 0.35;
    assert_int_equal(dropouts, 4);
    assert_true(layers[n - 1].label_smoothing == 0.0625);
    fl_init init = fl_trial_init(&trial);
    assert_string_equal(init.weights->entry.name, "orthogonal");
    assert_true(init.bias == -0.25);
}

static void the_workloads_own_is_neutral(void **state)
{
    char id[17], same[17], other[17];
    fl_trial trial = trial_of("war_and_peace/char_lstm");
    fl_trial_id(&trial, "0", id);
    trial_set(&trial, "dropout", 0.2);
    trial_set(&trial, "label_smoothing", 0);
    trial_set(&trial, "workload.init", rule_place("glorot_uniform"));
    fl_trial_id(&trial, "0", same);
    trial_set(&trial, "dropout", 0.21);
    fl_trial_id(&trial, "0", other);
    assert_string_equal(id, same);
    assert_string_not_equal(id, other);
}

static void what_they_are_survives_as_json(void **state)
{
    fl_error error;
    fl_trial trial = trial_of("glyphs/mlp"), again;
    trial_set(&trial, "label_smoothing", 0.1);
    trial_set(&trial, "workload.init", rule_place("uniform"));
    trial_set(&trial, "workload.init_argument", 0.05);
    json_t *object = fl_trial_json(&trial);
    char *line = fl_json_line(object), *line_again;
    assert_contains(line, "\"label_smoothing\":0.1");
    assert_contains(line, "\"init\":{\"weights\":\"uniform\",\"argument\":0.05");
    fl_json *document = fl_json_load_text("trial", line, strlen(line), &error);
    assert_true(fl_trial_read(fl_json_root(document), &again, &error));
    json_t *object_again = fl_trial_json(&again);
    line_again = fl_json_line(object_again);
    assert_string_equal(line, line_again);
    fl_text command = { 0 }, command_again = { 0 };
    fl_trial_command(&trial, &command);
    fl_trial_command(&again, &command_again);
    assert_string_equal(command.bytes, command_again.bytes);
    assert_contains(command.bytes, "--set workload.init=uniform --set workload.init_argument=0.05");
    assert_null(strstr(command.bytes, "--init "));
    fl_text_free(&command);
    fl_text_free(&command_again);
    json_decref(object);
    json_decref(object_again);
    fl_json_free(document);
    free(line);
    free(line_again);
}

static void assert_refused(const char *workload, const char *name, double value, const char *sentence)
{
    fl_error error;
    fl_trial trial = trial_of(workload);
    trial_set(&trial, name, value);
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_contains(error.text, sentence);
}

static void what_a_workload_cannot_have_is_refused(void **state)
{
    assert_refused("glyphs/mlp", "dropout", 0.5, "dropout: workload 'glyphs/mlp' has no dropout layer");
    assert_refused("mnist/autoencoder", "label_smoothing", 0.1,
                   "label_smoothing: the loss of workload 'mnist/autoencoder' has no classes");
    assert_refused("war_and_peace/char_lstm", "dropout", 1, "dropout = 1 is outside its range [0, 0.99]");
    assert_refused("glyphs/mlp", "workload.init", rule_place("uniform"),
                   "workload.init = uniform needs workload.init_argument, its bound");
}

typedef struct end {
    double first;
    fl_trial_point last;
} end;

static end run(const fl_trial *trial)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = { 0 };
    assert_true(fl_train_trial(trainer, trial, NULL, &outcome, NULL));
    end e = { outcome.first_losses.of[0], outcome.points[outcome.n_points - 1] };
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
    return e;
}

/* A rule that moves nothing: the training loss is another one, the evaluations are the same. */
static void evaluations_measure_the_plain_loss(void **state)
{
    fl_trial plain = trial_of("glyphs/mlp"), smooth = trial_of("glyphs/mlp");
    plain.steps = smooth.steps = plain.eval_every = smooth.eval_every = 1;
    trial_set(&smooth, "label_smoothing", 0.3);
    end a = run(&plain), b = run(&smooth);
    assert_true(fabs(a.first - b.first) > 1e-4);
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) assert_true(a.last.of[m] == b.last.of[m]);
}

static void names_of_rules_are_in_their_order(void **state)
{
    size_t n = 0;
    for (; fl_init_rules()[n]; n++) assert_string_equal(fl_init_names[n], fl_init_rules()[n]->entry.name);
    assert_null(fl_init_names[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_replace_the_workloads_own),     cmocka_unit_test(the_workloads_own_is_neutral),
        cmocka_unit_test(what_they_are_survives_as_json),     cmocka_unit_test(what_a_workload_cannot_have_is_refused),
        cmocka_unit_test(evaluations_measure_the_plain_loss), cmocka_unit_test(names_of_rules_are_in_their_order),
    };
    return test_run(tests, NULL, NULL);
}
