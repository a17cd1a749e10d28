/* What is left follows from the records alone, by the same agenda that the run itself uses. Who runs it is asked of the
 * kernel: /proc/locks names the holder of a lock file without taking the lock. */
#include "command/watch_state.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "farm/agenda.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { SAMPLE = 16 }; /* records per arm whose seconds are read: a mean of these is near enough to say "left" */

/* --- trials --- */

/* One trial: the repeats that begin at `first`. */
static void count_trial(watch_arm *arm, const fl_study *study, const fl_results_entry *first, size_t n)
{
    bool diverged = false, failed = false;
    for (size_t i = 0; i < n; i++) {
        diverged = diverged || first[i].status == FL_OUTCOME_INFEASIBLE;
        failed = failed || first[i].status == FL_OUTCOME_FAILED;
    }
    arm->ended += n >= study->repeats;
    arm->diverged += diverged;
    arm->failed += failed;
}

static void count_trials(watch_arm *arm, const fl_study *study, const fl_results_arm *results)
{
    for (size_t i = 0, n; i < results->n_search; i += n) {
        const fl_results_entry *first = &results->search[i];
        for (n = 1; i + n < results->n_search && first[n].slot.index == first->slot.index;) n++;
        count_trial(arm, study, first, n);
    }
}

static void count_steps(watch_state *state, const fl_results_arm *arm)
{
    const fl_results *results = state->results;
    for (size_t i = 0; i < arm->n_search; i++) {
        const fl_results_entry *entry = &arm->search[i];
        if (entry->status != FL_OUTCOME_COMPLETE) continue;
        fl_record record = { .stopped_at = results->study->arms[entry->slot.arm].base.steps };
        if (entry->stopped_early) record = fl_results_record(results, entry);
        state->steps += record.stopped_at;
        if (entry->stopped_early) fl_record_free(&record);
    }
}

/* The mean seconds of up to SAMPLE runs, evenly spread. */
static double sample_seconds(const fl_results *results, const fl_results_arm *arm)
{
    size_t n = arm->n_search < SAMPLE ? arm->n_search : SAMPLE;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        fl_record record = fl_results_record(results, &arm->search[i * arm->n_search / n]);
        sum += record.seconds.total;
        fl_record_free(&record);
    }
    return n ? sum / (double)n : NAN;
}

/* --- what is left --- */

static void count_left(watch_state *state)
{
    const fl_study *study = state->results->study;
    fl_record_slot slot;
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, (fl_store_shard){ 1, 1 }, state->results, false);
    while (fl_farm_agenda_next(agenda, &slot) == FL_FARM_NEXT_TRIAL) {
        watch_arm *arm = &state->arms[slot.arm];
        arm->left += slot.repeat == study->repeats - 1;
        arm->runs_left++;
        state->steps_left += study->arms[slot.arm].base.steps;
    }
    fl_farm_agenda_free(agenda);
}

/* Until the search has ended nobody knows which trials are to be rerun, but how many. */
static void count_reruns(watch_state *state)
{
    const fl_study *study = state->results->study;
    fl_farm_agenda *agenda = fl_farm_agenda_reruns(study, state->results, false);
    bool searching = state->steps_left > 0;
    for (size_t i = 0; i < study->n_arms; i++) state->reruns += state->results->arms[i].n_reruns;
    state->reruns_left = searching ? study->n_arms * study->rerun_best - state->reruns : fl_farm_agenda_total(agenda);
    fl_farm_agenda_free(agenda);
}

static void add_up(watch_state *state)
{
    double seconds = 0;
    size_t known = 0;
    for (watch_arm *arm = state->arms; arm < state->arms + state->results->study->n_arms; arm++) {
        state->all.ended += arm->ended;
        state->all.left += arm->left;
        state->all.diverged += arm->diverged;
        state->all.failed += arm->failed;
        state->all.runs_left += arm->runs_left;
        known += !isnan(arm->seconds);
        seconds += isnan(arm->seconds) ? 0 : arm->seconds;
    }
    state->all.runs_left += state->reruns_left;
    state->all.seconds = known ? seconds / (double)known : NAN;
    state->complete = !state->all.runs_left;
}

/* An arm that has no run yet is taken for an average one. */
static double seconds_left(const watch_state *state)
{
    double sum = (double)state->reruns_left * state->all.seconds;
    for (const watch_arm *arm = state->arms; arm < state->arms + state->results->study->n_arms; arm++)
        sum += (double)arm->runs_left * (isnan(arm->seconds) ? state->all.seconds : arm->seconds);
    return state->workers ? sum / (double)state->workers : NAN;
}

/* --- who runs it --- */

/* Is the file `inode` locked by the process whose number its text is? */
static bool is_locked(ino_t inode, long process)
{
    char line[200];
    bool found = false;
    FILE *locks = fopen("/proc/locks", "r");
    while (locks && !found && fgets(line, sizeof line, locks)) {
        long holder;
        unsigned long long place;
        found = sscanf(line, "%*d: FLOCK %*s WRITE %ld %*x:%*x:%llu", &holder, &place) == 2 && holder == process &&
                place == inode;
    }
    if (locks) fclose(locks);
    return found;
}

static size_t count_children(long process)
{
    char path[64];
    size_t n = 0;
    long child;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", process, process);
    FILE *children = fopen(path, "r");
    while (children && fscanf(children, "%ld", &child) == 1) n++;
    if (children) fclose(children);
    return n;
}

static void look_at_lock(watch_state *state, const char *path)
{
    struct stat facts;
    long process;
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%ld", &process) == 1 && fstat(fileno(file), &facts) == 0 &&
        is_locked(facts.st_ino, process)) {
        state->runs++;
        state->workers += count_children(process);
    }
    if (file) fclose(file);
}

static void note_age(watch_state *state, const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || !facts.st_size) return;
    double age = difftime(time(NULL), facts.st_mtime);
    state->since_record = fmin(isnan(state->since_record) ? age : state->since_record, fmax(age, 0));
}

static void look_at_files(watch_state *state, const char *folder)
{
    char path[FL_FILE_PATH_MAX];
    DIR *files = opendir(folder);
    for (struct dirent *file; files && (file = readdir(files));) {
        fl_file_path_join(path, folder, file->d_name);
        if (!strncmp(file->d_name, ".lock", 5)) look_at_lock(state, path);
        if (!strncmp(file->d_name, "trials.", 7)) note_age(state, path);
    }
    if (files) closedir(files);
}

/* --- together --- */

bool watch_look(const char *folder, watch_state *state, fl_error *error)
{
    *state = (watch_state){ .since_record = NAN, .results = fl_results_read(folder, error) };
    if (!state->results) return false;
    const fl_study *study = state->results->study;
    state->arms = fl_memory_new(study->n_arms, sizeof *state->arms);
    for (size_t i = 0; i < study->n_arms; i++) {
        count_trials(&state->arms[i], study, &state->results->arms[i]);
        count_steps(state, &state->results->arms[i]);
        state->arms[i].seconds = sample_seconds(state->results, &state->results->arms[i]);
    }
    count_left(state);
    count_reruns(state);
    add_up(state);
    look_at_files(state, folder);
    state->left = seconds_left(state);
    return true;
}

void watch_state_free(watch_state *state)
{
    fl_results_free(state->results);
    free(state->arms);
    *state = (watch_state){ 0 };
}

double watch_rate(const watch_state *state)
{
    return state->workers ? 60 * (double)state->workers / state->all.seconds : NAN;
}
