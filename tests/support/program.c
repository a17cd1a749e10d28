#include "support/program.h"

int program_set_up(void **state)
{
    command_without_gnuplot();
    return workspace_set_up(state);
}

int program_tear_down(void **state)
{
    return workspace_tear_down(state);
}

void program_run_once(const char *name, const char *study)
{
    char file[80];
    snprintf(file, sizeof file, "%.60s.json", name);
    put_study(folder, file, study);
    assert_runs(0, folder, "run", file, "-o", "once", "-j", "1");
}
