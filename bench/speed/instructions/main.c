/* fairlead-instructions: does each piece of work once, under `valgrind --tool=callgrind --collect-atstart=no`, and
 * dumps the count of its instructions under its name. bench/speed/instructions/count runs it and reads the counts.
 */
#include "base/file.h"
#include "speed/instructions/work.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

static const work *const works[] = {
    &work_search, &work_records, &work_summary, &work_supervisor, &work_trial, &work_gather, &work_updates,
};

static int remove_entry(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    return remove(path);
}

static void count(const work *piece, const char *command)
{
    char folder[FL_FILE_PATH_MAX];
    const char *root = getenv("TMPDIR");
    fl_file_path_join(folder, root ? root : "/tmp", "fairlead-instructions-XXXXXX");
    if (!mkdtemp(folder)) fl_error_die("no folder for temporary files: set TMPDIR");
    fl_arena *arena = fl_arena_new();
    void *prepared = piece->prepare(arena, folder, command);
    CALLGRIND_TOGGLE_COLLECT;
    piece->run(prepared);
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(piece->name);
    if (piece->finish) piece->finish(prepared);
    fl_arena_free(arena);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
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
