/* fairlead new: a study written from four answers, asked for at a terminal or given as options. */
#include "base/memory.h"
#include "base/text.h"
#include "command/new_axes.h"
#include "command/study_file.h"
#include "command/verbs.h"
#include "say/options.h"
#include "study/study.h"
#include "trial/default.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const usage new_usage = {
    "fairlead new [FILE.json] [options]",
    "Writes a study. What the options leave open is asked for where there is a terminal, and else has its default. "
    "Every "
    "axis says in words what it is; more trials tune more of each rule. 'fairlead plan' then says what the study costs "
    "and what it can show.",
    "fairlead new mine.json --workload glyphs/mlp --optimizer adam,momentum",
};

#define NEW_TRIALS 30 /* enough to tune epsilon */
enum { ANSWER = 400, MOST_ARMS = 32 };

typedef struct wish {
    const char *file, *workload;
    words optimizers;
    size_t trials, steps, batch;
} wish;

/* --- the four questions --- */

/* The answer to a question, or what is meant by none; to be freed. */
static char *ask(const char *question, const char *otherwise)
{
    char line[ANSWER];
    if (!isatty(STDIN_FILENO)) return fl_memory_copy_text(otherwise);
    printf("%s [%s] ", question, otherwise);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) line[0] = 0;
    line[strcspn(line, "\n")] = 0;
    return fl_memory_copy_text(line[0] ? line : otherwise);
}

static bool ask_count(const char *question, size_t otherwise, size_t *count, fl_error *error)
{
    char usual[24];
    uint64_t whole;
    if (*count) return true;
    snprintf(usual, sizeof usual, "%zu", otherwise);
    char *answer = ask(question, usual);
    bool good = fl_text_whole_read(answer, 1, FL_TRIAL_SEED_MAX, &whole) ||
                fl_error_user(error, "'%.40s' is no whole number of at least 1", answer);
    free(answer);
    if (good) *count = whole;
    return good;
}

/* "momentum adam", "momentum,adam" */
static bool add_optimizers(char *answer, const fl_optimizer **found, size_t *n, fl_error *error)
{
    for (char *name = strtok(answer, " ,\t"); name; name = strtok(NULL, " ,\t")) {
        if (*n == MOST_ARMS) return fl_error_user(error, "more than %d optimizers", MOST_ARMS);
        if (!(found[*n] = fl_optimizer_find(name, error))) return false;
        for (size_t i = 0; i < *n; i++)
            if (found[i] == found[*n]) return fl_error_user(error, "optimizer '%s' is named twice", name);
        ++*n;
    }
    return true;
}

static bool choose_optimizers(const wish *w, const fl_optimizer **found, size_t *n, fl_error *error)
{
    bool good = true;
    for (size_t i = 0; i < w->optimizers.n && good; i++) {
        char *name = fl_memory_copy_text(w->optimizers.items[i]);
        good = add_optimizers(name, found, n, error);
        free(name);
    }
    if (!good || *n) return good;
    char *answer = ask("Which optimizers, the one that others must beat first?", "momentum adam");
    good = add_optimizers(answer, found, n, error);
    free(answer);
    return good && (*n || fl_error_user(error, "a study needs an optimizer"));
}

static const fl_workload *choose_workload(const wish *w, fl_error *error)
{
    char *answer = w->workload
                       ? fl_memory_copy_text(w->workload)
                       : ask("What is trained? ('fairlead list workloads', or a definition's file)", "glyphs/mlp");
    const fl_workload *found = fl_workload_named(answer, error);
    free(answer);
    return found;
}

/* --- the study --- */

static json_t *study_json(const wish *w, const char *workload, const fl_optimizer **optimizers, size_t n)
{
    json_t *arms = json_array(), *pairs = json_array();
    fl_text why = { 0 };
    fl_text_add(&why, "which of %zu rules is best on %s after %zu steps, each tuned over %zu trials?", n, workload,
                w->steps, w->trials);
    for (size_t i = 0; i < n; i++) {
        const char *name = optimizers[i]->entry.name;
        json_array_append_new(arms, json_pack("{s:s, s:s, s:s, s:o}", "arm", name, "optimizer", name, "schedule",
                                              "linear", "space", new_axes(optimizers[i], w->trials)));
        if (i) json_array_append_new(pairs, json_pack("[s, s]", name, optimizers[0]->entry.name));
    }
    json_t *study =
        json_pack("{s:s, s:s, s:s, s:I, s:{s:I, s:I, s:b}, s:{s:s, s:i}, s:o}", "study", "mine", "why", why.bytes,
                  "workload", workload, "batch_size", (json_int_t)w->batch, "budget", "trials", (json_int_t)w->trials,
                  "steps", (json_int_t)w->steps, "feasible", 1, "search", "method", "halton", "seed", 1, "arms", arms);
    if (n > 1)
        json_object_set_new(study, "claims", json_pack("{s:o}", "pairs", pairs));
    else
        json_decref(pairs);
    fl_text_free(&why);
    return study;
}

/* "studies/mine.json" is called "mine". */
static void name_study(json_t *study, const char *file)
{
    const char *name = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    size_t n = strlen(name), stem = n > 5 && !strcmp(name + n - 5, ".json") ? n - 5 : n;
    json_object_set_new(study, "study", json_stringn(name, stem));
}

static int make(wish *w)
{
    fl_error error;
    const fl_study_overrides to_run = { .to_run = true };
    const fl_optimizer *optimizers[MOST_ARMS];
    size_t n = 0;
    const fl_workload *workload = choose_workload(w, &error);
    if (!workload || !choose_optimizers(w, optimizers, &n, &error) ||
        !ask_count("How many trials may each have? (under 10 tune the rate alone, 25 and more epsilon too)", NEW_TRIALS,
                   &w->trials, &error) ||
        !ask_count("How many steps has a trial?", FL_TRIAL_DEFAULT_STEPS, &w->steps, &error))
        return complain(&error);
    json_t *study = study_json(w, w->workload ? w->workload : workload->entry.name, optimizers, n);
    name_study(study, w->file);
    bool written = study_write(study, w->file, &to_run, &error);
    json_decref(study);
    if (!written) return complain(&error);
    printf("%s: %zu arm%s of %zu trials of %zu steps\n'fairlead plan %s' says what it costs and can show, 'fairlead "
           "run %s' "
           "runs it.\n",
           w->file, n, n == 1 ? "" : "s", w->trials, w->steps, w->file, w->file);
    return 0;
}

int verb_new(int argc, char **argv)
{
    wish w = { .file = "study.json", .batch = FL_TRIAL_DEFAULT_BATCH };
    const option options[] = {
        { "--workload", NULL, OPTION_TEXT, "W", "what is trained: fashion_mnist/mlp, or a definition's file",
          &w.workload },
        { "--optimizer", NULL, OPTION_LIST, "O", "arms, by commas; others must beat the first", &w.optimizers },
        { "--trials", NULL, OPTION_COUNT, "N", "trials an arm may have (default " TEXT_OF(NEW_TRIALS) ")", &w.trials },
        { "--steps", NULL, OPTION_COUNT, "N", "steps of a trial (default " TEXT_OF(FL_TRIAL_DEFAULT_STEPS) ")",
          &w.steps },
        { "--batch", NULL, OPTION_COUNT, "N", "examples per step (default " TEXT_OF(FL_TRIAL_DEFAULT_BATCH) ")",
          &w.batch },
    };
    words rest;
    int code = options_read(&new_usage, options, sizeof options / sizeof *options, argc, argv, 0, 1, &rest);
    if (code != GO_ON) return code;
    if (rest.n) w.file = rest.items[0];
    code = make(&w);
    free(w.optimizers.items);
    free(rest.items);
    return code;
}
