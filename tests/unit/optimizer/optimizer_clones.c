/* All clones of a pass give the same bits because they use only instructions that IEEE 754 rounds correctly. This reads
 * the machine code of the library itself, so it also covers the clones this processor would not pick. */
#include "support/test.h"

#include "optimizer/optimizer.h"

#ifdef __x86_64__

static const char *const clones[] = { "<pass.default>:", "<pass.avx2>:", "<pass.arch_x86_64_v4>:" };
static const char *const inexact[] = { "vfm", "vfnm", "rcp", "rsqrt" };
enum { MOST_RULES = 100, N_CLONES = sizeof clones / sizeof *clones, NONE = -1 };

/* What the listing says of the rules. */
static struct {
    int clones[MOST_RULES][N_CLONES]; /* how many */
    char inexact[1000];               /* the last such line, with its rule */
} found;

/* The rule whose object file begins with this line, NONE where another file begins, `present` where none does. */
static int file_beginning(const char *line, int present)
{
    if (!strstr(line, "file format")) return present;
    for (int i = 0; fl_optimizers()[i]; i++) {
        char name[64];
        snprintf(name, sizeof name, "optimizer_%s.c.o:", fl_optimizers()[i]->entry.name);
        if (!strncmp(line, name, strlen(name))) return i;
    }
    return NONE;
}

static void look_at(const char *line, int rule)
{
    for (size_t k = 0; k < N_CLONES; k++) found.clones[rule][k] += strstr(line, clones[k]) != NULL;
    for (size_t k = 0; k < sizeof inexact / sizeof *inexact; k++)
        if (strstr(line, inexact[k]))
            snprintf(found.inexact, sizeof found.inexact, "%s: %.900s", fl_optimizers()[rule]->entry.name, line);
}

static int disassemble(void **state)
{
    FILE *listing = popen("objdump -d --no-show-raw-insn '" FL_BUILD_DIR "/libfairlead.a' 2>&1", "r");
    assert_non_null(listing);
    char line[1000];
    for (int rule = NONE; fgets(line, sizeof line, listing);) {
        rule = file_beginning(line, rule);
        if (rule != NONE) look_at(line, rule);
    }
    assert_int_equal(pclose(listing), 0);
    return 0;
}

/* Rules that ask for losses and curvature spend their time there, and go over their arrays in plain loops. */
static bool has_passes(const fl_optimizer *rule)
{
    static const char *const without[] = { "null", "lbfgs", "newton", "gauss_newton", "natural_gradient" };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (!strcmp(rule->entry.name, without[i])) return false;
    return true;
}

static void every_pass_exists_for_three_widths_of_vectors(void **state)
{
    for (size_t i = 0; fl_optimizers()[i]; i++)
        for (size_t k = 0; k < N_CLONES; k++)
            if (found.clones[i][k] != has_passes(fl_optimizers()[i]))
                fail_msg("%s: width %zu is %s", fl_optimizers()[i]->entry.name, k,
                         found.clones[i][k] ? "there" : "missing");
}

static void no_clone_contracts_or_estimates(void **state)
{
    assert_string_equal(found.inexact, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pass_exists_for_three_widths_of_vectors),
        cmocka_unit_test(no_clone_contracts_or_estimates),
    };
    return test_run(tests, disassemble, NULL);
}

#else

int main(void)
{
    return test_skip_all("passes have clones on x86-64 only");
}

#endif
