/* All clones of a pass give the same bits because they use only instructions that IEEE 754 rounds correctly. This reads
 * the machine code of the library itself, so it also covers the clones this processor would not pick. */
#include "test.h"

#ifdef __x86_64__

static const char *const rules[] = { "sgd", "momentum", "nesterov", "rmsprop", "adam", "nadam" };
enum { N_RULES = sizeof rules / sizeof *rules };

static FILE *disassemble(void)
{
    FILE *listing = popen("objdump -d --no-show-raw-insn '" FL_BUILD_DIR "/libfairlead.a' 2>&1", "r");
    assert_non_null(listing);
    return listing;
}

/* Which rule's object file starts on this line of the listing; -1 when it is another file; -2 when none starts. */
static int file_starting(const char *line)
{
    if (!strstr(line, "file format")) return -2;
    for (int i = 0; i < N_RULES; i++) {
        char name[64];
        snprintf(name, sizeof name, "optimizer_%s.c.o:", rules[i]);
        if (!strncmp(line, name, strlen(name))) return i;
    }
    return -1;
}

static void no_clone_contracts_or_estimates(void **state)
{
    const char *const inexact[] = { "vfm", "vfnm", "rcp", "rsqrt" };
    FILE *listing = disassemble();
    char line[1000];
    int rule = -1;
    while (fgets(line, sizeof line, listing)) {
        int starting = file_starting(line);
        if (starting != -2) rule = starting;
        for (size_t k = 0; rule >= 0 && k < sizeof inexact / sizeof *inexact; k++)
            if (strstr(line, inexact[k])) fail_msg("optimizer_%s.c: %s", rules[rule], line);
    }
    assert_int_equal(pclose(listing), 0);
}

static void every_pass_exists_for_three_widths_of_vectors(void **state)
{
    const char *const clones[] = { "<pass.default>:", "<pass.avx2>:", "<pass.arch_x86_64_v4>:" };
    int seen[N_RULES][3] = { 0 };
    FILE *listing = disassemble();
    char line[1000];
    int rule = -1;
    while (fgets(line, sizeof line, listing)) {
        int starting = file_starting(line);
        if (starting != -2) rule = starting;
        for (size_t k = 0; rule >= 0 && k < 3; k++) seen[rule][k] += strstr(line, clones[k]) != NULL;
    }
    assert_int_equal(pclose(listing), 0);
    for (size_t i = 0; i < N_RULES; i++)
        for (size_t k = 0; k < 3; k++) assert_int_equal(seen[i][k], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_clone_contracts_or_estimates),
        cmocka_unit_test(every_pass_exists_for_three_widths_of_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77; /* skipped: passes have clones on x86-64 only */
}

#endif
