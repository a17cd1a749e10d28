/* cmocka counts a skipped test as neither passed nor failed and says so to nobody: the exit code does. */
#include "support/test.h"

static bool skipped;

int test_exit_code(int n_failed)
{
    if (n_failed) return 1; /* not their number, which may be TEST_SKIPPED */
    return skipped ? TEST_SKIPPED : 0;
}

void test_skip(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("skipped: ");
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    skipped = true;
    _skip(__FILE__, __LINE__);
}

int test_skip_all(const char *missing)
{
    printf("skipped: %s\n", missing);
    return TEST_SKIPPED;
}

void test_quote(char *text)
{
    for (; *text; text++)
        if (*text == '\'') *text = '"';
}
