#include "support/faults.h"
#include "support/workspace.h"

static void path_of(char path[FL_FILE_PATH_MAX], const char *name)
{
    fl_file_path_join(path, folder, name);
}

static void begin(const char *kind, const char *in, size_t at)
{
    char number[32], met[FL_FILE_PATH_MAX];
    snprintf(number, sizeof number, "%zu", at);
    path_of(met, "met");
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
    setenv("LD_PRELOAD", FAULT_LIBRARY, 1);
    setenv("FAULT_KIND", kind, 1);
    setenv("FAULT_IN", in, 1);
    setenv("FAULT_AT", number, 1);
    setenv("FAULT_MET", met, 1);
    unlink(met);
}

void fault_set(const char *kind, const char *in, size_t at, int trouble, bool stays)
{
    char code[32];
    snprintf(code, sizeof code, "%d", trouble);
    begin(kind, in, at);
    setenv("FAULT_ERRNO", code, 1);
    if (stays) setenv("FAULT_STAYS", "yes", 1);
}

bool fault_unset(void)
{
    char met[FL_FILE_PATH_MAX];
    unsetenv("LD_PRELOAD");
    unsetenv("FAULT_STAYS");
    path_of(met, "met");
    return fl_file_exists(met);
}

void fault_hold(const char *kind, const char *in, size_t at)
{
    char go[FL_FILE_PATH_MAX];
    path_of(go, "go");
    unlink(go);
    begin(kind, in, at);
    setenv("FAULT_HOLD", go, 1);
}

static size_t count_held(void)
{
    char met[FL_FILE_PATH_MAX], line[40];
    size_t n = 0;
    path_of(met, "met");
    FILE *file = fopen(met, "r");
    while (file && fgets(line, sizeof line, file)) n += !strncmp(line, "held ", 5);
    if (file) fclose(file);
    return n;
}

void fault_wait_held(size_t n)
{
    for (int i = 0; i < 60000; i++, usleep(1000))
        if (count_held() >= n) return;
    fail_msg("%zu processes were held, not %zu", count_held(), n);
}

void fault_let_go(void)
{
    char go[FL_FILE_PATH_MAX];
    path_of(go, "go");
    put_file(go, "", 0);
    unsetenv("FAULT_HOLD");
    fault_unset();
}
