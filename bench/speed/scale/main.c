/* scale: how many processes one supervisor can keep at work. A study with feasible budgets is run in virtual time by
 * the farm's own agenda, messages and store (farm/rehearsal.h); only the trials are drawn instead of trained. */
#include "base/folder.h"
#include "base/memory.h"
#include "base/random.h"
#include "farm/rehearsal.h"
#include "say/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STUDY_TRIAL = 1 << 20 };

static const char description[] = "a study of so many arms, its trials drawn instead of trained";

/* What is asked for, and the world it is asked of. */
typedef struct world {
    size_t arms, trials, points, n_worlds;
    double infeasible, seconds, spread, latency;
    bool no_speculation;
    uint64_t seed;
} world;

static double draw(const world *w, const char *what, const fl_record_slot *slot)
{
    fl_random_stream stream = fl_random_stream_start(w->seed, what, slot->arm * STUDY_TRIAL + slot->index);
    return fl_random_uniform(&stream);
}

static double seconds_of(const world *w, const fl_record_slot *slot)
{
    return w->seconds * (1 + w->spread * (2 * draw(w, "duration", slot) - 1));
}

static bool is_feasible(const world *w, const fl_record_slot *slot)
{
    return draw(w, "ending", slot) >= w->infeasible;
}

static void play(void *user, const fl_record_slot *slot, fl_outcome *outcome, double *seconds)
{
    const world *w = user;
    *seconds = seconds_of(w, slot);
    outcome->status = is_feasible(w, slot) ? FL_OUTCOME_COMPLETE : FL_OUTCOME_INFEASIBLE;
    outcome->n_points = w->points;
    outcome->points = fl_memory_new(w->points, sizeof *outcome->points);
    for (size_t i = 0; i < w->points; i++) {
        outcome->points[i].step = i;
        for (size_t m = 0; m < FL_TRIAL_METRICS; m++) outcome->points[i].of[m] = draw(w, "metric", slot);
    }
}

static int compare_down(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Graham 1969: the longest first, for whoever knows beforehand which trials are needed and how long each takes. */
static double longest_first(const world *w, size_t workers)
{
    double *seconds = fl_memory_new(w->arms * STUDY_TRIAL, sizeof *seconds);
    double *busy = fl_memory_new(workers, sizeof *busy), last = 0;
    size_t n = 0;
    for (size_t arm = 0; arm < w->arms; arm++)
        for (size_t index = 0, feasible = 0; feasible < w->trials; index++) {
            fl_record_slot slot = { arm, index, 0 };
            feasible += is_feasible(w, &slot);
            seconds[n++] = seconds_of(w, &slot);
        }
    qsort(seconds, n, sizeof *seconds, compare_down);
    for (size_t i = 0; i < n; i++) {
        size_t idle = 0;
        for (size_t k = 1; k < workers; k++)
            if (busy[k] < busy[idle]) idle = k;
        busy[idle] += seconds[i];
        last = fmax(last, busy[idle]);
    }
    free(seconds);
    free(busy);
    return last;
}

static fl_study *study_of(const world *w, fl_error *error)
{
    fl_text text = { 0 };
    fl_text_add(&text,
                "{ \"study\": \"scale\", \"why\": \"%s\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\",\n"
                "  \"batch_size\": 8, \"budget\": { \"trials\": %zu, \"steps\": 100, \"feasible\": true,\n"
                "  \"max_trials\": %zu }, \"arms\": [",
                description, w->trials, 100 * w->trials);
    for (size_t i = 0; i < w->arms; i++)
        fl_text_add(&text,
                    "%s\n    { \"arm\": \"%zu\", \"optimizer\": \"sgd\", \"space\": { \"learning_rate\": "
                    "{ \"min\": 1e-4, \"max\": 1e-2, \"scaling\": \"log\" } } }",
                    i ? "," : "", i + 1);
    fl_text_add(&text, " ] }");
    fl_study *study = fl_study_load_text("scale", text.bytes, NULL, error);
    fl_text_free(&text);
    return study;
}

static bool rehearse(world *w, const fl_study *study, size_t agents, fl_farm_rehearsed *rehearsed, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX];
    if (!fl_folder_temporary(folder, "fairlead-scale", error)) return false;
    const fl_farm_rehearsal rehearsal = { study, folder, (int)agents, w->no_speculation, w->latency, w, play };
    bool fine = fl_farm_rehearse(&rehearsal, rehearsed, error);
    return fl_folder_remove(folder, fine ? error : NULL) && fine;
}

/* One row: the mean over worlds. */
static bool row(world *w, const fl_study *study, size_t agents, fl_error *error)
{
    double of_bound = 0, known = 0, busy = 0, seconds = 0, each = 0;
    double n = (double)w->n_worlds;
    for (w->seed = 0; w->seed < w->n_worlds; w->seed++) {
        fl_farm_rehearsed r;
        if (!rehearse(w, study, agents, &r, error)) return false;
        double bound = fl_farm_rehearsal_bound(&r, (int)agents);
        of_bound += bound / r.seconds / n;
        known += bound / longest_first(w, agents) / n;
        seconds += r.seconds / n;
        busy += r.supervisor / r.seconds / n;
        each += r.supervisor / (double)r.trials / n;
    }
    printf("%6zu %12.1f %10.3f %14.3f %11.1f %% %13.2f\n", agents, seconds, of_bound, known, 100 * busy, 1e3 * each);
    fflush(stdout);
    return true;
}

static const char *const ranks_by_default[] = { "1", "2", "3", "16", "64", "256", "1024", "4096" };

static int run(world *w, const words *ranks)
{
    fl_error error;
    fl_study *study = study_of(w, &error);
    bool fine = study != NULL;
    const char *const *items = ranks->n ? ranks->items : ranks_by_default;
    size_t n = ranks->n ? ranks->n : sizeof ranks_by_default / sizeof *ranks_by_default;
    printf("%zu arms of %zu feasible trials, %g infeasible, of %g s +- %g; messages take %g s; means of %zu worlds\n",
           w->arms, w->trials, w->infeasible, w->seconds, w->spread * w->seconds, w->latency, w->n_worlds);
    printf(" ranks   virtual s   of bound  longest first  supervisor  ms a trial of it\n");
    for (size_t i = 0; fine && i < n; i++) {
        uint64_t agents;
        fine = fl_text_whole_read(items[i], 1, 1 << 16, &agents)
                   ? row(w, study, agents, &error)
                   : fl_error_user(&error, "%s is no number of ranks from 1 to 65536", items[i]);
    }
    fl_study_free(study);
    return fine ? 0 : complain(&error);
}

int main(int argc, char **argv)
{
    world w = { .arms = 6,
                .trials = 100,
                .points = 10,
                .n_worlds = 5,
                .infeasible = 0.2,
                .seconds = 60,
                .spread = 0.1,
                .latency = 1e-4 };
    words ranks = { 0 };
    const usage help = {
        "scale [RANKS...] [options]",
        "How much of the time of so many processes a study uses: 'of bound' is the larger of work / ranks "
        "and the longest trial over what the study took; 'longest first' the same for a schedule that knows "
        "beforehand which trials are needed and how long each takes.",
        "scale 64 4096"
    };
    const option options[] = {
        { "--arms", NULL, OPTION_COUNT, "N", "arms (default 6)", &w.arms },
        { "--trials", NULL, OPTION_COUNT, "N", "feasible trials an arm (default 100)", &w.trials },
        { "--points", NULL, OPTION_COUNT, "N", "evaluations a trial (default 10)", &w.points },
        { "--worlds", NULL, OPTION_COUNT, "N", "draws of which the mean is shown (default 5)", &w.n_worlds },
        { "--seconds", NULL, OPTION_NUMBER, "S", "what a trial takes (default 60)", &w.seconds },
        { "--spread", NULL, OPTION_NUMBER0, "F", "of it, more or less (default .1)", &w.spread },
        { "--infeasible", NULL, OPTION_NUMBER0, "F", "the chance that a trial is infeasible (default .2)",
          &w.infeasible },
        { "--latency", NULL, OPTION_NUMBER0, "S", "what a message takes (default 1e-4)", &w.latency },
        { "--no-speculation", NULL, OPTION_FLAG, NULL, "no guesses by those who would be idle", &w.no_speculation },
    };
    int code = options_read(&help, options, sizeof options / sizeof *options, argc, argv, 0, 100, &ranks);
    if (code != GO_ON) return code;
    if (w.infeasible >= 0.99 || w.spread >= 1) code = complain_user("--infeasible and --spread lie below .99 and 1");
    if (code == GO_ON) code = run(&w, &ranks);
    free(ranks.items);
    return code;
}
