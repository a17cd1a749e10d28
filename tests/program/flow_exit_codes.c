/* docs/formats.md tells the truth of exit codes and the environment: every verb, every code and every variable that the
 * sources read has its row there. */
#include "support/documented.h"

#include <ctype.h>
#include <ftw.h>
#include <signal.h>

static int set_up(void **state)
{
    read_page("docs/formats.md");
    return 0;
}

static int tear_down(void **state)
{
    free_page();
    return 0;
}

/* --- exit codes --- */

/* Codes of every command stand in the first table, the others in the command's row. */
static void assert_codes(const char *verb, const char *help, const char *row)
{
    const char *codes = strstr(help, "Exit code");
    for (; codes && *codes; codes++) {
        char code[16];
        int n = 0, end = 0;
        if (!isdigit((unsigned char)*codes) || sscanf(codes, "%d:%n", &n, &end) != 1 || !end) continue;
        snprintf(code, sizeof code, " %d:", n);
        if (n != 0 && n != FL_ERROR_USER && n != FL_ERROR_MACHINE && !strstr(row, code))
            fail_msg("docs/formats.md does not say when '%s' ends with %d", verb, n);
    }
}

static void every_verb_has_its_exit_codes(void **state)
{
    size_t n = 0;
    section s = section_of("Exit codes");
    command all = command_run("/", WORDS("--help"));
    for (char *line = all.out; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        char verb[40], name[60], row[400], more;
        if (strncmp(line, "  ", 2) || sscanf(line, " %39[a-z] %c", verb, &more) != 2) continue;
        if (!strcmp(verb, "fairlead")) continue; /* the example */
        snprintf(name, sizeof name, "fairlead %s", verb);
        row_of(&s, name, row);
        command help = command_run("/", WORDS(verb, "--help"));
        assert_codes(verb, help.out, row);
        command_free(&help);
        n++;
    }
    assert_true(n >= 12);
    command_free(&all);
}

static void every_exit_code_has_its_row(void **state)
{
    const int codes[] = { 0, 1, FL_ERROR_USER, FL_ERROR_MACHINE, 4, 128 + SIGABRT };
    section s = section_of("Exit codes");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char row[20];
        snprintf(row, sizeof row, "\n| %d |", codes[i]);
        const char *found = strstr(s.begin, row);
        if (!found || found >= s.end) fail_msg("docs/formats.md has no row for exit code %d", codes[i]);
    }
    char both[40];
    snprintf(both, sizeof both, "\n| %d, %d |", 128 + SIGINT, 128 + SIGTERM);
    assert_contains(s.begin, both);
}

/* --- the environment --- */

static size_t n_variables; /* places that read one */

static int look_for_variables(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    static const char *const calls[] = { "getenv(\"", "from_environment(\"" };
    const char *ending = strrchr(path, '.');
    if (kind != FTW_F || !ending || (strcmp(ending, ".c") && strcmp(ending, ".h"))) return 0;
    section s = section_of("Environment variables");
    char *text = read_text(path);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (char *found = text; (found = strstr(found, calls[i]));) {
            char name[80];
            found += strlen(calls[i]);
            snprintf(name, sizeof name, "%.*s", (int)strcspn(found, "\""), found);
            see(&s, name);
            n_variables++;
        }
    free(text);
    return 0;
}

static void every_variable_has_its_row(void **state)
{
    assert_int_equal(nftw(FL_SOURCE_DIR "/core", look_for_variables, 8, FTW_PHYS), 0);
    assert_int_equal(nftw(FL_SOURCE_DIR "/bench", look_for_variables, 8, FTW_PHYS), 0);
    assert_true(n_variables >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_has_its_exit_codes),
        cmocka_unit_test(every_exit_code_has_its_row),
        cmocka_unit_test(every_variable_has_its_row),
    };
    return test_run(tests, set_up, tear_down);
}
