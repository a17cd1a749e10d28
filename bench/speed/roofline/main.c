/* roofline: what this machine can do at best, on one thread; launched by mpirun, what messages between two processes
 * cost. */
#include "base/file.h"
#include "promise/probe.h"
#include "say/options.h"
#include "speed/roofline/exchange.h"
#include "speed/roofline/roofline.h"
#include "wire/launch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ADAM_ARRAYS = 3,
    SIMPLE_CNN = 3274640
}; /* Adam updates parameters and two states; the workload's size, in whole lines */

static void print_products(void)
{
    for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++) {
        char winner[60];
        double rate = roofline_product(precision, winner);
        if (rate > 0)
            printf("product %-10s %8.1f GFLOP/s  (%s)\n", fl_backend_precision_name(precision), rate / 1e9, winner);
    }
}

static void print_in_place(void)
{
    fl_arena *arena = fl_arena_new();
    fl_promise_probe *pass = fl_promise_probe_of(arena, ADAM_ARRAYS, SIMPLE_CNN);
    double rate = fl_promise_probe_bytes(pass) / roofline_seconds(fl_promise_probe_run, pass);
    printf("memory %-11s %8.2f GB/s  (reads 4 arrays of %d floats, writes 3)\n", "in place", rate / 1e9, SIMPLE_CNN);
    fl_arena_free(arena);
}

static void print_limits(void)
{
    print_products();
    for (roofline_traffic traffic = 0; traffic < ROOFLINE_TRAFFICS; traffic++)
        printf("memory %-11s %8.2f GB/s\n", roofline_traffic_name(traffic), roofline_bandwidth(traffic) / 1e9);
    print_in_place();
}

/* The MPI module is built beside this program. */
static bool join(fl_wire **wire, fl_error *error)
{
    char self[FL_FILE_PATH_MAX] = "", module[FL_FILE_PATH_MAX];
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) self[0] = 0;
    char *name = strrchr(self, '/');
    if (name) *name = 0;
    fl_file_path_join(module, self, "fairlead-mpi.so");
    return fl_wire_launch(module, wire, error);
}

static const usage help = {
    "roofline [--step SECONDS --bytes N [--before SECONDS] [--copying BYTES] [--messages N]]",
    "What this machine can do at best: matrix products and memory traffic of one thread. Launched as two processes or "
    "more, "
    "what messages between the first two cost. With --step a model of a step of synchronous training on several "
    "processes, "
    "for this link and for others.",
    "mpirun -np 2 roofline --step 0.1 --bytes 13098536",
};

int main(int argc, char **argv)
{
    fl_virtual_step step = { .messages = 2 };
    fl_virtual_link here;
    double copying = INFINITY;
    fl_wire *wire = NULL;
    fl_error error;
    words rest;
    const option options[] = {
        { "--step", NULL, OPTION_NUMBER, "SECONDS", "what a process computes in a step", &step.compute },
        { "--before", NULL, OPTION_NUMBER, "SECONDS",
          "of them, that no sending hides: until the larger part of the gradient is there, and after it has come "
          "(default 0)",
          &step.before },
        { "--copying", NULL, OPTION_NUMBER, "BYTES",
          "that the computing core copies in a second of what a network carries (default: the adapter copies)",
          &copying },
        { "--bytes", NULL, OPTION_NUMBER, "N", "of a gradient: 4 times the number of parameters", &step.bytes },
        { "--messages", NULL, OPTION_NUMBER, "N", "in which it is sent (default 2)", &step.messages },
    };
    int code = options_read(&help, options, sizeof options / sizeof *options, argc, argv, 0, 0, &rest);
    if (code != GO_ON) return code;
    free(rest.items);
    if ((step.compute > 0) != (step.bytes > 0)) return complain_user("--step and --bytes belong together");
    if (!join(&wire, &error)) return complain(&error);
    if (wire)
        here = roofline_exchange(wire);
    else if (!(step.compute > 0))
        print_limits();
    if (step.compute > 0 && (!wire || fl_wire_rank(wire) == 0)) roofline_model(&step, copying, wire ? &here : NULL);
    fl_wire_finish(wire);
    return 0;
}
