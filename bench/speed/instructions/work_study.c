/* The work of a study without its arithmetic: search, supervisor, records, summary. */
#include "farm/farm.h"
#include "speed/instructions/work.h"
#include "summary/summary.h"
#include "train/train.h"

enum { SEARCHED = 500, RECORDED = 100 };

/* Eight dimensions that cost nothing to train; two arms whose spaces have every kind of axis. */
static const char study_text[] =
    "{ \"study\": \"instructions\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", \"batch_size\": 1,\n"
    "  \"budget\": { \"trials\": 50, \"steps\": 20, \"eval_every\": 10 },\n"
    "  \"arms\": [\n"
    "    { \"arm\": \"momentum\", \"optimizer\": \"momentum\", \"schedule\": \"linear\", \"space\": {\n"
    "      \"learning_rate\": { \"min\": 1e-4, \"max\": 1e-2, \"scaling\": \"log\" },\n"
    "      \"one_minus_momentum\": { \"min\": 1e-3, \"max\": 1.0, \"scaling\": \"log\" },\n"
    "      \"schedule.end_factor\": { \"feasible_points\": [1e-3, 1e-2, 1e-1] } } },\n"
    "    { \"arm\": \"adam\", \"optimizer\": \"adam\", \"space\": {\n"
    "      \"learning_rate/epsilon\": { \"min\": 1e-2, \"max\": 1e2, \"scaling\": \"log\" },\n"
    "      \"epsilon\": { \"min\": 1e-4, \"max\": 1e-2, \"scaling\": \"log\" } } } ] }\n";

typedef struct study {
    fl_study *study;
    const char *folder;
    char *command[3];
    fl_store *store;
    fl_results *results;
    fl_outcome outcome;
} study;

static void *prepare(fl_arena *arena, const work_place *place)
{
    study *s = fl_arena_bytes(arena, sizeof *s);
    fl_error error;
    s->study = fl_study_load_text("instructions", study_text, NULL, &error);
    if (!s->study) fl_error_die("%s", error.text);
    s->folder = place->folder;
    s->command[0] = (char *)place->command;
    s->command[1] = "worker";
    return s;
}

static void finish(void *prepared)
{
    study *s = prepared;
    fl_store_close(s->store);
    fl_results_free(s->results);
    fl_outcome_free(&s->outcome);
    fl_study_free(s->study);
}

/* --- search --- */

static void search(void *prepared)
{
    const study *s = prepared;
    for (uint64_t i = 0; i < SEARCHED; i++) {
        fl_trial trial = fl_study_trial(s->study, &s->study->arms[i % s->study->n_arms], i, 0);
        fl_trial_free(&trial);
    }
}

/* --- records --- */

/* Times differ in their digits from run to run, and the work of writing them with them. */
static void settle_times(fl_outcome *outcome)
{
    outcome->seconds = (fl_outcome_seconds){ .total = 0.125, .forward_backward = 0.125 };
    outcome->examples_per_second = 160;
    for (size_t i = 0; i < outcome->n_points; i++) outcome->points[i].seconds = 0.125;
}

/* One outcome stands for all. */
static void *prepare_store(fl_arena *arena, const work_place *place)
{
    study *s = prepare(arena, place);
    fl_error error;
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[0], 0, 0);
    fl_train_trainer *trainer = fl_train_trainer_new();
    s->store = fl_store_open(place->folder, s->study, (fl_store_shard){ 1, 1 }, NULL, &error);
    if (!s->store || !fl_train_trial(trainer, &trial, NULL, &s->outcome, &error)) fl_error_die("%s", error.text);
    settle_times(&s->outcome);
    fl_train_trainer_free(trainer);
    fl_trial_free(&trial);
    return s;
}

static void write_and_read(void *prepared)
{
    study *s = prepared;
    fl_error error;
    for (uint64_t i = 0; i < RECORDED; i++) {
        fl_record_slot slot = { i % s->study->n_arms, i / s->study->n_arms, 0 };
        fl_trial trial = fl_study_trial(s->study, &s->study->arms[slot.arm], slot.index, 0);
        fl_trial_id(&trial, "instructions", s->outcome.trial);
        if (!fl_store_add(s->store, &slot, &trial, &s->outcome, "0123456789abcdef", &error))
            fl_error_die("%s", error.text);
        fl_trial_free(&trial);
    }
    s->results = fl_results_read(s->folder, &error);
    if (!s->results) fl_error_die("%s", error.text);
}

/* --- summary --- */

static void *prepare_results(fl_arena *arena, const work_place *place)
{
    study *s = prepare_store(arena, place);
    write_and_read(s);
    return s;
}

static void summarize(void *prepared)
{
    const study *s = prepared;
    fl_summary_free(fl_summary_make(s->results));
}

/* --- supervisor --- */

/* The workers are processes of their own, whose instructions are not counted. */
static void supervise(void *prepared)
{
    study *s = prepared;
    fl_error error;
    fl_farm_progress progress;
    fl_farm farm = { .study = s->study,
                     .folder = s->folder,
                     .shard = { 1, 1 },
                     .workers = 1,
                     .worker_command = s->command,
                     .interrupt = -1,
                     .leave = -1 };
    if (fl_farm_run(&farm, &progress, &error) != FL_FARM_DONE) fl_error_die("%s", error.text);
}

const work work_search = { "search", prepare, search, finish };
const work work_records = { "records", prepare_store, write_and_read, finish };
const work work_summary = { "summary", prepare_results, summarize, finish };
const work work_supervisor = { "supervisor", prepare, supervise, finish };
