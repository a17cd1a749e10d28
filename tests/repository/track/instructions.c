/* Stands in for fairlead-instructions: a path of known length. */
#include <valgrind/callgrind.h>

enum { PLANTED = 100 };

int main(void)
{
    CALLGRIND_TOGGLE_COLLECT;
    for (volatile int i = 0; i < 1000 * PLANTED; i++) {
    }
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT("path");
    return 0;
}
