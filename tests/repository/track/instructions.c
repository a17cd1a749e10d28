/* Stands in for fairlead-instructions: a path of known length. */
#include <valgrind/callgrind.h>

enum { PLANTED = 100 };

int main(void)
{
    CALLGRIND_START_INSTRUMENTATION;
    for (volatile int i = 0; i < 1000 * PLANTED; i++) {
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS_AT("path");
    return 0;
}
