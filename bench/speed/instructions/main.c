/* fairlead-instructions: does each piece of work once, under `valgrind --tool=callgrind --instr-atstart=no`, and dumps
 * the count of its instructions under its name. bench/speed/instructions/count runs it and reads the counts. What
 * prepares the work runs without being counted, several times faster.
 */
#include "base/folder.h"
#include "speed/instructions/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

static const work *const works[] = {
    &work_search, &work_records, &work_summary, &work_supervisor, &work_trial, &work_gather,
};

static void count(const work *piece, const char *name, work_place place)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (!fl_folder_temporary(folder, "fairlead-instructions", &error)) fl_error_die("%s", error.text);
    place.folder = folder;
    fl_arena *arena = fl_arena_new();
    void *prepared = piece->prepare(arena, &place);
    CALLGRIND_START_INSTRUMENTATION;
    piece->run(prepared);
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS_AT(name);
    if (piece->finish) piece->finish(prepared);
    fl_arena_free(arena);
    fl_folder_remove(folder, NULL);
}

/* Rules that compute by the library would count the library's instructions, and its threads' waiting. */
static void count_updates(const char *command)
{
    for (const fl_optimizer *const *optimizer = fl_optimizers(); *optimizer; optimizer++) {
        if ((*optimizer)->dense) continue;
        char name[64];
        snprintf(name, sizeof name, "update/%s", (*optimizer)->entry.name);
        count(&work_update, name, (work_place){ .command = command, .optimizer = *optimizer });
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: fairlead-instructions FAIRLEAD_COMMAND\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        count(works[i], works[i]->name, (work_place){ .command = argv[1] });
    count_updates(argv[1]);
    return 0;
}
