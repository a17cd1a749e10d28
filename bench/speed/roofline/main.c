/* roofline: what this machine can do at best, on one thread. */
#include "promise/probe.h"
#include "speed/roofline/roofline.h"

#include <stdio.h>

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

int main(void)
{
    print_products();
    for (roofline_traffic traffic = 0; traffic < ROOFLINE_TRAFFICS; traffic++)
        printf("memory %-11s %8.2f GB/s\n", roofline_traffic_name(traffic), roofline_bandwidth(traffic) / 1e9);
    print_in_place();
    return 0;
}
