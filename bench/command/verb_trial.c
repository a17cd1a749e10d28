/* fairlead trial: one training with given hyperparameters. */
#include "base/capacity.h"
#include "record/host.h"
#include "record/record.h"
#include "train/checkpoint.h"
#include "train/export.h"
#include "command/plugins.h"
#include "command/run_agent.h"
#include "command/trial_options.h"
#include "trial/default.h"
#include "command/verbs.h"
#include "wire/launch.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const usage trial_usage = {
    "fairlead trial --workload W --optimizer O [--set NAME=VALUE]... [options]",
    "Runs one training. --set takes the names a study's space takes: learning_rate, epsilon, one_minus_momentum, "
    "schedule.end_factor, learning_rate/epsilon, ... 'fairlead list' shows them. With --checkpoint-every a killed "
    "trial goes on from its last checkpoint when the same command runs again, on the same machine and build, and ends "
    "as if nothing had happened.",
    "fairlead trial --workload glyphs/mlp --optimizer adam --set learning_rate=1e-3",
};

/* What to do with the trial. */
typedef struct request {
    const char *trace, *folder, *checkpoint;
    size_t checkpoint_every, timeline;
    bool json, no_mpi;
    fl_wire *wire; /* to the other processes that carry the trial's workers; NULL: none */
    words plugins;
} request;

/* `every`: steps between measurements of the curvature. */
static bool accepts(const request *asked, size_t every, fl_error *error)
{
    if (asked->timeline && !asked->json) return fl_error_user(error, "--timeline needs --json");
    if (asked->checkpoint && !asked->checkpoint_every)
        return fl_error_user(error, "--checkpoint FILE needs --checkpoint-every N");
    if (asked->checkpoint_every && every)
        return fl_error_user(error,
                             "--curvature-every wants every step from one process; leave out --checkpoint-every");
    if (asked->checkpoint_every && (asked->trace || asked->folder))
        return fl_error_user(error,
                             "--trace and --export want every step from one process; leave out --checkpoint-every");
    return true;
}

static double number_of(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void print_cell(int width, double value)
{
    if (isfinite(value))
        printf("  %*.4g", width, value);
    else
        printf("  %*s", width, "-");
}

/* Of a rule like Adam every measurement after a step has it. */
static bool any_preconditioned(const json_t *measurements)
{
    size_t i;
    const json_t *m;
    json_array_foreach(measurements, i, m) if (json_object_get(m, "preconditioned")) return true;
    return false;
}

/* Each measurement: the Hessian's largest eigenvalue, or beside it that of the preconditioned matrix, next to what the
 * rule can bear. */
static void print_curvature(const json_t *measurements)
{
    size_t i;
    const json_t *m;
    bool scaled = any_preconditioned(measurements);
    if (measurements)
        printf("    step     largest    smallest%s       limit       trace  noise scale\n",
               scaled ? "  preconditioned" : "");
    json_array_foreach(measurements, i, m)
    {
        printf("%8lld", (long long)json_integer_value(json_object_get(m, "step")));
        print_cell(10, json_number_value(json_array_get(json_object_get(m, "largest"), 0)));
        print_cell(10, json_number_value(json_array_get(json_object_get(m, "smallest"), 0)));
        if (scaled) print_cell(14, number_of(m, "preconditioned"));
        print_cell(10, number_of(m, "limit"));
        print_cell(10, number_of(m, "trace"));
        print_cell(11, number_of(m, "noise_scale"));
        printf("\n");
    }
}

/* Hosts in the order of their processes, neighbours of one host together. */
static void print_carriers(const fl_outcome_carriers *carriers)
{
    const char *last = "";
    size_t i;
    json_t *host;
    if (!carriers->processes) return;
    printf("processes   %zu on", carriers->processes);
    json_array_foreach(carriers->hosts, i, host)
    {
        const char *name = json_string_value(host);
        if (strcmp(name, last)) printf("%s %s", *last ? "," : "", name);
        last = name;
    }
    printf("\n");
}

static void print_outcome(const fl_trial *trial, const fl_outcome *outcome)
{
    const fl_outcome_seconds *s = &outcome->seconds;
    if (*outcome->reason) printf("%s: %s\n", fl_outcome_status_name(outcome->status), outcome->reason);
    print_curvature(outcome->curvature);
    if (outcome->stopped_at)
        printf("stopped at step %zu: %s\n", outcome->stopped_at,
               trial->stop_above > 0 ? "the loss exceeded stop_above" : "patience was at its end");
    print_carriers(&outcome->carriers);
    if (*outcome->state_hash) printf("parameters  %s (%zu)\n", outcome->state_hash, outcome->n_parameters);
    printf("speed       %.0f examples/s\n", outcome->examples_per_second);
    printf("seconds     %.2f = setup %.2f + data %.2f + forward and backward %.2f + curvature %.2f + update %.2f + "
           "evaluate %.2f + "
           "other %.2f\n",
           s->total, s->setup, s->data, s->forward_backward, s->curvature, s->update, s->evaluate, s->other);
}

/* The first point brings the heading: what is refused before it has none. */
static void print_point(void *user, const fl_trial_point *point)
{
    static bool headed;
    const double *of = point->of;
    if (!headed)
        printf("    step       training         validation            test           rate\n"
               "               loss    error      loss    error      loss    error\n");
    headed = true;
    printf("%8zu  %9.5f %8.4f  %8.5f %8.4f  %8.5f %8.4f  %.4g\n", point->step, of[FL_TRIAL_TRAIN_LOSS],
           of[FL_TRIAL_TRAIN_ERROR], of[FL_TRIAL_VAL_LOSS], of[FL_TRIAL_VAL_ERROR], of[FL_TRIAL_TEST_LOSS],
           of[FL_TRIAL_TEST_ERROR], point->rate);
    fflush(stdout);
}

static void print_json(const fl_trial *trial, const fl_outcome *outcome)
{
    char key[17];
    fl_record_host_key_of(trial->backend, outcome->implementation, key);
    json_t *record = fl_record_json(NULL, NULL, trial, outcome, key);
    if (outcome->curvature) json_object_set(record, "curvature", outcome->curvature);
    if (outcome->timeline) json_object_set(record, "timeline", outcome->timeline);
    char *line = fl_json_line(record);
    printf("%s\n", line);
    free(line);
    json_decref(record);
}

/* Is it this process that speaks for all, and writes? */
static bool is_first(const request *asked)
{
    return !asked->wire || fl_wire_rank(asked->wire) == 0;
}

/* What is wrong is mostly wrong for all: process 0 says it and ends the others, who speak where it has not. */
static int complain_once(const request *asked, const fl_error *error)
{
    enum { PATIENCE_SECONDS = 3 };
    if (!is_first(asked)) {
        signal(SIGTERM, SIG_DFL); /* ended without a word */
        sleep(PATIENCE_SECONDS);
    }
    return complain(error);
}

/* `failed`: it ran, and could not be finished. */
static bool train(fl_train_trainer *trainer, const fl_trial *trial, fl_train_export *export, const request *asked,
                  bool *failed, fl_error *error)
{
    fl_outcome outcome;
    bool speaks = is_first(asked);
    fl_train_callbacks callbacks = fl_train_export_callbacks(export);
    if (!asked->trace && !asked->folder) callbacks.stepped = NULL; /* nobody looks at single steps */
    if (!asked->json && speaks) callbacks.evaluated = print_point;
    bool ran = fl_train_trial(trainer, trial, &callbacks, &outcome, error);
    if (ran && speaks) (asked->json ? print_json : print_outcome)(trial, &outcome);
    *failed = ran && outcome.status == FL_OUTCOME_FAILED;
    fl_outcome_free(&outcome);
    return ran;
}

static void say(void *user, const char *message, double spent)
{
    remark("%s", message);
}

/* Of all that carry the trial the first has the file. It is removed once the outcome has been shown. */
static bool train_locked(fl_train_trainer *trainer, const fl_trial *trial, fl_train_export *export,
                         const request *asked, const char *path, bool *failed, fl_error *error)
{
    char warning[200];
    int lock = fl_train_checkpoint_lock(path, warning, error);
    if (lock < 0) return false;
    if (*warning) remark("%s", warning);
    bool ran = train(trainer, trial, export, asked, failed, error);
    if (ran) fl_train_checkpoint_remove(path);
    fl_train_checkpoint_unlock(path, lock);
    return ran;
}

/* All that carry the trial come to its checkpoints together. */
static bool train_keeping(fl_train_trainer *trainer, const fl_trial *trial, fl_train_export *export,
                          const request *asked, bool *failed, fl_error *error)
{
    char host[17], id[17], default_path[40];
    fl_train_checkpoint_options checkpoints = {
        .path = asked->checkpoint, .every = asked->checkpoint_every, .host = host, .said = say
    };
    if (!checkpoints.every) return train(trainer, trial, export, asked, failed, error);
    fl_record_host_key_of(trial->backend, NULL, host);
    fl_train_identify(trainer, trial, id);
    snprintf(default_path, sizeof default_path, "%s.checkpoint", id);
    if (!checkpoints.path) checkpoints.path = default_path;
    fl_train_set_checkpoints(trainer, &checkpoints);
    if (!is_first(asked)) return train(trainer, trial, export, asked, failed, error);
    return train_locked(trainer, trial, export, asked, checkpoints.path, failed, error);
}

/* Nothing is created before the trial is known to be possible. */
static int run(const fl_trial *trial, const request *asked)
{
    char host[17];
    fl_error error;
    bool failed = false, writes = is_first(asked);
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_record_host_key_of(trial->backend, NULL, host);
    fl_train_set_wire(trainer, asked->wire, host, 0);
    fl_train_set_timeline(trainer, asked->timeline);
    bool ready = fl_train_prepare(trainer, trial, &error);
    fl_train_export *export = NULL;
    if (ready) export = fl_train_export_new(trial, writes ? asked->trace : NULL, writes ? asked->folder : NULL, &error);
    if (ready) plugins_catch_crashes(trial);
    bool ran = export && train_keeping(trainer, trial, export, asked, &failed, &error);
    bool written = fl_train_export_close(export, ran ? &error : NULL);
    fl_train_trainer_free(trainer);
    return ran && written ? failed : complain_once(asked, &error);
}

/* Has every process that was launched something to do? */
static bool shares(const fl_trial *trial, const request *asked, fl_error *error)
{
    if (!asked->wire) return true;
    if (trial->workers == 1 && !fl_trial_servers(trial))
        return fl_error_user(error,
                             "%d processes were launched for a trial of one worker; share it with --parallel "
                             "METHOD:V, or let each run all of it with --no-mpi",
                             fl_wire_size(asked->wire));
    if (asked->checkpoint_every && fl_trial_slices(trial) > 1)
        return fl_error_user(error, "--checkpoint-every keeps what one process has, or all have; leave it out where "
                                    "several servers divide the parameters");
    return true;
}

static bool can_be_repeated(const fl_trial *trial, const request *asked, fl_error *error)
{
    if (!fl_trial_servers(trial) || (!asked->trace && !asked->folder)) return true;
    return fl_error_user(error, "--trace and --export are for trainings that can be run again; leave out "
                                "parallel.clock = real");
}

/* `wanted`: the trial in words. */
static int make_and_run(request *asked, const trial_request *wanted)
{
    fl_error error;
    fl_trial trial;
    if (!plugins_load(&asked->plugins, &error) || !accepts(asked, wanted->curvature_every, &error) ||
        !trial_from_request(wanted, &trial, &error))
        return complain_once(asked, &error);
    bool runs = can_be_repeated(&trial, asked, &error) && shares(&trial, asked, &error);
    int code = runs ? run(&trial, asked) : complain_once(asked, &error);
    fl_trial_free(&trial);
    return code;
}

/* Several workers are carried by all processes that were launched together, which join first: a mistake that all have
 * made is then said once. */
static int run_together(request *asked, const trial_request *wanted)
{
    fl_error error;
    if (!run_agent_join(asked->no_mpi, &asked->wire, &error)) return complain_for_all(&error, true);
    /* those on this machine take their memory at the same time */
    if (asked->wire) fl_capacity_divide((size_t)fl_wire_launch_neighbours());
    int code = make_and_run(asked, wanted);
    if (!asked->wire) return code;
    if (code)
        fl_wire_abandon(asked->wire, code);
    else
        fl_wire_finish(asked->wire);
    return code;
}

int verb_trial(int argc, char **argv)
{
    request wanted = { .json = false };
    trial_request asked = { .steps = FL_TRIAL_DEFAULT_STEPS,
                            .eval_every = SIZE_MAX,
                            .threads = FL_TRIAL_DEFAULT_THREADS,
                            .validation = SIZE_MAX,
                            .seed = FL_TRIAL_DEFAULT_SEED,
                            .validation_seed = UINT64_MAX };
    const option options[] = {
        { "--workload", NULL, OPTION_TEXT, "W", "what is trained: fashion_mnist/simple_cnn", &asked.workload },
        { "--optimizer", NULL, OPTION_TEXT, "O", "the update rule: adam", &asked.optimizer },
        { "--schedule", NULL, OPTION_TEXT, "S", "the learning rate's schedule (default " FL_TRIAL_DEFAULT_SCHEDULE ")",
          &asked.schedule },
        { "--set", NULL, OPTION_LIST, "NAME=VALUE", "a hyperparameter; schedule.rates=@FILE reads a list", &asked.set },
        { "--batch", NULL, OPTION_TEXT, "N", "examples per step, or all (default " TEXT_OF(FL_TRIAL_DEFAULT_BATCH) ")",
          &asked.batch },
        { "--micro-batch", NULL, OPTION_COUNT, "N", "examples computed at once, in bounded memory (default: the batch)",
          &asked.micro_batch },
        { "--parallel", NULL, OPTION_TEXT, "METHOD:V", "V workers: synchronous:4, or local:4,every=8",
          &asked.parallel },
        { "--durations", NULL, OPTION_TEXT, "FILE", "seconds, one a line, of workers with durations=trace",
          &asked.durations },
        { "--steps", NULL, OPTION_COUNT, "N", "steps (default " TEXT_OF(FL_TRIAL_DEFAULT_STEPS) ")", &asked.steps },
        { "--eval-every", NULL, OPTION_COUNT0, "N",
          "steps between evaluations, 0 for none (default steps/" TEXT_OF(FL_TRIAL_DEFAULT_EVALUATIONS) ")",
          &asked.eval_every },
        { "--eval-ratio", NULL, OPTION_NUMBER, "R", "or the ratio by which evaluated steps grow", &asked.eval_ratio },
        { "--test", NULL, OPTION_TEXT, "WHICH", "when to test: all (default), final, best_val_loss, ...", &asked.test },
        { "--seed", NULL, OPTION_SEED, "N",
          "seed of initial weights and batch order (default " TEXT_OF(FL_TRIAL_DEFAULT_SEED) ")", &asked.seed },
        { "--backend", NULL, OPTION_TEXT, "B", "naive, openblas or onednn (default " FL_TRIAL_DEFAULT_BACKEND ")",
          &asked.backend },
        { "--precision", NULL, OPTION_TEXT, "P", "f32 (default) or bf16", &asked.precision },
        { "--threads", NULL, OPTION_CORES, "N",
          "threads of the backend (default " TEXT_OF(FL_TRIAL_DEFAULT_THREADS) "); part of the result's identity",
          &asked.threads },
        { "--validation", NULL, OPTION_COUNT, "N", "validation examples (default: the data set's)", &asked.validation },
        { "--validation-from", NULL, OPTION_TEXT, "WHERE", "end (default), start or seeded", &asked.validation_from },
        { "--validation-seed", NULL, OPTION_SEED, "N", "seed of a seeded split (default 0)", &asked.validation_seed },
        { "--init", NULL, OPTION_TEXT, "RULE[:X]", "initial weights: he_normal, truncated_normal:0.1, ...",
          &asked.init },
        { "--init-bias", NULL, OPTION_TEXT, "X", "where biases start (default 0)", &asked.init_bias },
        { "--stop-above", NULL, OPTION_NUMBER, "X", "end once the loss exceeds X times the first one",
          &asked.stop_above },
        { "--average", NULL, OPTION_TEXT, "HOW[:X]", "averaged weights too: ema:0.999 (decay), tail:0.5 (from)",
          &asked.average },
        { "--snapshots", NULL, OPTION_COUNT, "N", "also the mean prediction of N snapshots, of cosine_restarts",
          &asked.snapshots },
        { "--patience", NULL, OPTION_TEXT, "N[:METRIC]", "end after N evaluations without a lower val_error",
          &asked.patience },
        { "--curvature-every", NULL, OPTION_COUNT, "N", "measure the training loss's curvature every N steps",
          &asked.curvature_every },
        { "--trace", NULL, OPTION_TEXT, "FILE", "write a line of JSON per step", &wanted.trace },
        { "--export", NULL, OPTION_TEXT, "DIR", "write weights, inputs, labels and trace for other programs",
          &wanted.folder },
        { "--checkpoint-every", NULL, OPTION_COUNT, "N", "save the trial's state after every N steps (default: never)",
          &wanted.checkpoint_every },
        { "--checkpoint", NULL, OPTION_TEXT, "FILE", "where to (default TRIAL.checkpoint, TRIAL its identity)",
          &wanted.checkpoint },
        { "--no-mpi", NULL, OPTION_FLAG, NULL, "train in this process alone, however it was launched", &wanted.no_mpi },
        { "--timeline", NULL, OPTION_COUNT, "N", "with --json: what the workers did in the first N steps",
          &wanted.timeline },
        PLUGIN_OPTION(wanted.plugins),
        { "--json", NULL, OPTION_FLAG, NULL, "print the record as JSON", &wanted.json },
    };
    words rest;
    int code = options_read(&trial_usage, options, sizeof options / sizeof *options, argc, argv, 0, 0, &rest);
    if (code != GO_ON) return code;
    code = run_together(&wanted, &asked);
    free(asked.set.items);
    return code;
}
