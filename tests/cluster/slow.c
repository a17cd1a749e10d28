/* Three processes: the second sends the first one long message over a slow cable, the third small ones, each when the
 * last was answered. Prints how many of these the first had before the long one was there.
 *
 *   mpirun -np 3 cluster_slow BUILD/fairlead-mpi.so
 */
#include "base/memory.h"
#include "wire/launch.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONG = 4 << 20 };
enum { START = 1, SMALL, WHOLE, ENOUGH };

static void say(fl_wire *wire, int to, uint64_t kind, const void *bytes, size_t n)
{
    fl_wire_send(wire, to, &(fl_wire_message){ .kind = kind, .bytes = bytes, .length = n });
}

static uint64_t hear(fl_wire *wire)
{
    int from;
    fl_wire_message message;
    while (!fl_wire_receive(wire, &from, &message)) {
    }
    return message.kind;
}

static void count(fl_wire *wire)
{
    size_t small = 0;
    say(wire, 1, START, NULL, 0);
    say(wire, 2, START, NULL, 0);
    for (; hear(wire) == SMALL; small++) say(wire, 2, SMALL, NULL, 0);
    say(wire, 1, ENOUGH, NULL, 0);
    say(wire, 2, ENOUGH, NULL, 0);
    printf("%zu small messages\n", small);
}

static void send_long(fl_wire *wire)
{
    char *bytes = fl_memory_new(LONG, 1);
    hear(wire);
    say(wire, 0, WHOLE, bytes, LONG);
    free(bytes);
    while (hear(wire) != ENOUGH) {
    }
}

static void send_small(fl_wire *wire)
{
    while (hear(wire) != ENOUGH) say(wire, 0, SMALL, NULL, 0);
}

int main(int argc, char **argv)
{
    static void (*const parts[])(fl_wire *) = { count, send_long, send_small };
    fl_error error;
    fl_wire *wire = NULL;
    if (argc != 2 || !fl_wire_launch(argv[1], &wire, &error) || !wire || fl_wire_size(wire) != 3) return 2;
    parts[fl_wire_rank(wire)](wire);
    fl_wire_finish(wire);
    return 0;
}
