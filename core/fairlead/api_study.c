/* A study of the interface is one of study/study.h, and is run by the farm with the program's workers. */
#include "base/file.h"
#include "base/memory.h"
#include "fairlead/api.h"
#include "farm/farm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fairlead_study {
    fl_study *study;
};

static fairlead_study *hand_out(fl_study *study, const fl_error *why, fairlead_error *error)
{
    if (!study) {
        fl_fairlead_failed(error, why);
        return NULL;
    }
    fairlead_study *s = fl_memory_new(1, sizeof *s);
    s->study = study;
    return s;
}

static const fl_study_overrides to_run = { .to_run = true };

fairlead_study *fairlead_study_load(const char *path, fairlead_error *error)
{
    fl_error why;
    return hand_out(fl_study_load(path, &to_run, &why), &why, error);
}

fairlead_study *fairlead_study_read(const char *name, const char *text, fairlead_error *error)
{
    fl_error why;
    return hand_out(fl_study_load_text(name, text, &to_run, &why), &why, error);
}

void fairlead_study_free(fairlead_study *s)
{
    if (!s) return;
    fl_study_free(s->study);
    free(s);
}

/* The file that `program` names, by PATH where it holds no slash. */
static bool find_program(const char *program, char path[FL_FILE_PATH_MAX], fl_error *error)
{
    if (strchr(program, '/')) {
        snprintf(path, FL_FILE_PATH_MAX, "%s", program);
        return access(path, X_OK) == 0 || fl_error_user(error, "%s: no program that can be run", program);
    }
    const char *folders = getenv("PATH");
    for (const char *at = folders ? folders : ""; *at; at += strspn(at, ":")) {
        size_t n = strcspn(at, ":");
        int length = snprintf(path, FL_FILE_PATH_MAX, "%.*s/%s", (int)n, at, program);
        if (length < FL_FILE_PATH_MAX && access(path, X_OK) == 0) return true;
        at += n;
    }
    return fl_error_user(error, "%s: no such program in PATH; its workers train the trials", program);
}

typedef struct watcher {
    void (*progressed)(void *user, const fairlead_progress *progress);
    void *user;
} watcher;

static void show_progress(void *user, const fl_farm_progress *p)
{
    const watcher *w = user;
    fairlead_progress shown = { p->total, p->done, p->complete, p->infeasible, p->failed, p->seconds };
    if (w->progressed) w->progressed(w->user, &shown);
}

bool fairlead_study_run(const fairlead_study *s, const char *folder, unsigned workers, const char *program,
                        void (*progressed)(void *user, const fairlead_progress *progress), void *user,
                        fairlead_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_error why;
    if (workers > FL_TRIAL_THREADS_MAX) {
        fl_error_user(&why, "workers must be at most %d, not %u", FL_TRIAL_THREADS_MAX, workers);
        return fl_fairlead_failed(error, &why);
    }
    if (!find_program(program ? program : "fairlead", path, &why)) return fl_fairlead_failed(error, &why);
    watcher watching = { progressed, user };
    char *const command[] = { path, "worker", NULL };
    fl_farm farm = { .study = s->study,
                     .folder = folder,
                     .shard = { 1, 1 },
                     .workers = workers ? workers : 1,
                     .worker_command = command,
                     .interrupt = -1,
                     .leave = -1,
                     .progress = show_progress,
                     .user = &watching };
    fl_farm_progress progress;
    return fl_farm_run(&farm, &progress, &why) == FL_FARM_DONE || fl_fairlead_failed(error, &why);
}
