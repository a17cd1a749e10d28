/* fairlead-instructions: does each piece of work once, under `valgrind --tool=callgrind --collect-atstart=no`, and
 * dumps the count of its instructions under its name. bench/speed/instructions/count runs it and reads the counts.
 */
#include "base/folder.h"
#include "speed/instructions/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

static const work *const works[] = {
    &work_search, &work_records, &work_summary, &work_supervisor, &work_trial, &work_gather, &work_updates,
};

static void count(const work *piece, const char *command)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (!fl_folder_temporary(folder, "fairlead-instructions", &error)) fl_error_die("%s", error.text);
    fl_arena *arena = fl_arena_new();
    void *prepared = piece->prepare(arena, folder, command);
    CALLGRIND_TOGGLE_COLLECT;
    piece->run(prepared);
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(piece->name);
    if (piece->finish) piece->finish(prepared);
    fl_arena_free(arena);
    fl_folder_remove(folder, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: fairlead-instructions FAIRLEAD_COMMAND\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) count(works[i], argv[1]);
    return 0;
}
