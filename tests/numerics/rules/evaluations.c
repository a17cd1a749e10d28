/* What L-BFGS finds on a whole training set, evaluation by evaluation, for evaluations.py to compare with other
 * programs: a line of JSON with the objective (penalties included) of each gradient in its order.
 *
 *   rules_evaluations WORKLOAD BACKEND STEPS EXAMPLES FILE [NAME=VALUE]...
 *
 * Training takes the first EXAMPLES of the training file. The batch goes to FILE as floats, its classes behind it as
 * int32, unless FILE is "-". Exit code 77: there is no such data or backend.
 */
#include "support/test.h"

#include "train/train.h"

#include <jansson.h>

enum { MISSING = 77, MOST = 2000 };

static double objectives[MOST];
static size_t n_objectives;
static const fl_optimizer_lent *trainers;
static const fl_optimizer *rule;

static void note(double objective)
{
    if (n_objectives == MOST) fl_error_die("more than %d evaluations", MOST);
    objectives[n_objectives++] = objective;
}

static double noted_evaluate(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    double objective = trainers->evaluate(update, batch, gradient);
    note(objective);
    return objective;
}

static void step(fl_optimizer_update *update)
{
    const fl_optimizer_lent noted = { .evaluate = noted_evaluate };
    trainers = update->lent;
    if (!update->same_loss) note(update->loss);
    update->lent = &noted;
    rule->step(update);
    update->lent = trainers;
}

typedef struct batch {
    const char *file;
    size_t n_values, n_labels;
} batch;

static void write_batch(void *user, const fl_train_step *shown)
{
    const batch *b = user;
    if (shown->step > 1) return;
    FILE *out = fopen(b->file, "wb");
    if (!out) fl_error_die("cannot write %s", b->file);
    fwrite(shown->input, sizeof *shown->input, b->n_values, out);
    fwrite(shown->labels, sizeof *shown->labels, b->n_labels, out);
    fclose(out);
}

static void set(fl_trial *trial, const char *word)
{
    char name[80];
    const char *equals = strchr(word, '=');
    fl_trial_setting setting;
    fl_error error;
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    if (!fl_trial_setting_find(&trial->owners, name, &setting, &error)) fl_error_die("%s", error.text);
    fl_trial_setting_apply(&setting, strtod(equals + 1, NULL), &trial->values);
}

static fl_trial trial_of(char **argv, const fl_optimizer *watched)
{
    fl_trial_owners owners = { watched, fl_schedule_find("constant", NULL), fl_workload_find(argv[1], NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find(argv[2], NULL);
    trial.steps = strtoul(argv[3], NULL, 10);
    trial.batch_size = strtoul(argv[4], NULL, 10);
    trial.split.validation = owners.workload->dataset->n_train - trial.batch_size;
    trial.init = (fl_init){ fl_init_find("constant", NULL), 0, trial.init.bias };
    trial.eval_every = 0;
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1;
    return trial;
}

int main(int argc, char **argv)
{
    fl_error error;
    fl_outcome outcome;
    if (argc < 6) fl_error_die("usage: rules_evaluations WORKLOAD BACKEND STEPS EXAMPLES FILE [NAME=VALUE]...");
    rule = fl_optimizer_find("lbfgs", NULL);
    fl_optimizer watched = *rule;
    watched.step = step;
    fl_trial trial = trial_of(argv, &watched);
    for (int i = 6; i < argc; i++) set(&trial, argv[i]);
    fl_train_trainer *trainer = fl_train_trainer_new();
    batch shown = { argv[5], trial.batch_size * 784, trial.batch_size };
    fl_train_callbacks callbacks = { .user = &shown, .stepped = write_batch };
    if (!fl_train_trial(trainer, &trial, strcmp(argv[5], "-") ? &callbacks : NULL, &outcome, &error)) {
        puts(error.text);
        return MISSING;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < n_objectives; i++) json_array_append_new(list, json_real(objectives[i]));
    if (n_objectives != outcome.gradient_evaluations) fl_error_die("the trial counts other evaluations");
    json_dumpf(list, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(list);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
    fl_trial_free(&trial);
    return 0;
}
