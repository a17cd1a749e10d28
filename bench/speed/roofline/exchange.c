/* Rounds, their medians, and the model's table. */
#include "speed/roofline/exchange.h"
#include "base/clock.h"
#include "base/memory.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PINGS = 501, CROSSINGS = 15, DATA = 1, SMALL = 8, MILLION = 1000 * 1000 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void wait_for(fl_wire *wire)
{
    int from;
    fl_wire_message message;
    while (!fl_wire_receive(wire, &from, &message)) sched_yield();
}

static void send(fl_wire *wire, const char *bytes, size_t n)
{
    fl_wire_send(wire, !fl_wire_rank(wire), &(fl_wire_message){ .kind = DATA, .bytes = bytes, .length = n });
}

/* The first sends, the second answers. */
static void ping(fl_wire *wire, const char *bytes, size_t n)
{
    if (fl_wire_rank(wire) == 0) send(wire, bytes, n);
    wait_for(wire);
    if (fl_wire_rank(wire) == 1) send(wire, bytes, n);
}

/* Both send, and have what the other sent. */
static void cross(fl_wire *wire, const char *bytes, size_t n)
{
    send(wire, bytes, n);
    wait_for(wire);
}

/* Both say where they are, the first having spoken before: are they on one host? */
static bool is_shared(fl_wire *wire)
{
    char here[256] = "";
    int from;
    fl_wire_message there;
    gethostname(here, sizeof here - 1);
    send(wire, here, strlen(here));
    while (!fl_wire_receive(wire, &from, &there)) sched_yield();
    return there.length == strlen(here) && memcmp(there.bytes, here, there.length) == 0;
}

static double median(fl_wire *wire, void (*round)(fl_wire *, const char *, size_t), size_t n, size_t rounds)
{
    char *bytes = fl_memory_new(n, 1);
    double *seconds = fl_memory_new(rounds, sizeof *seconds);
    ping(wire, bytes, SMALL); /* both are there, and begin together */
    for (size_t i = 0; i < rounds; i++) {
        double begun = fl_clock_seconds();
        round(wire, bytes, n);
        seconds[i] = fl_clock_seconds() - begun;
    }
    qsort(seconds, rounds, sizeof *seconds, compare);
    double middle = seconds[rounds / 2];
    free(seconds);
    free(bytes);
    return middle;
}

fl_virtual_link roofline_exchange(fl_wire *wire)
{
    static const double megabytes[] = { .25, 1, 13.1 }; /* a bucket; more; all of simple_cnn */
    fl_virtual_link link = { 0 };
    bool speaks = fl_wire_rank(wire) == 0;
    if (fl_wire_rank(wire) > 1) return link;
    link.latency = median(wire, ping, SMALL, PINGS) / 2;
    bool shared = is_shared(wire);
    if (speaks) printf("ping-pong          %8.2f us  (half of %d bytes there and back)\n", 1e6 * link.latency, SMALL);
    for (size_t i = 0; i < sizeof megabytes / sizeof *megabytes; i++) {
        size_t n = (size_t)(megabytes[i] * MILLION);
        link.bandwidth = (double)n / median(wire, cross, n, CROSSINGS);
        if (speaks)
            printf("exchange %6.2f MB %8.4f GB/s  (each way, both at once)\n", megabytes[i], link.bandwidth / 1e9);
    }
    link.copying = shared ? link.bandwidth : INFINITY;
    return link;
}

static void print_row(const fl_virtual_step *step, const fl_virtual_link *link, const char *name)
{
    static const size_t processes[] = { 2, 8, 64, 256, 1024 };
    printf("%-22s", name);
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
        printf(" %8.1f /%7.1f", 1e3 * fl_virtual_step_whole(step, link, processes[i]),
               1e3 * fl_virtual_step_in_parts(step, link, processes[i]));
    printf("\n");
}

void roofline_model(const fl_virtual_step *step, double copying, const fl_virtual_link *here)
{
    static const double gigabits[] = { 1, 10, 100 }, microseconds[] = { 1, 10, 50 };
    printf(
        "model, not measured: ms of a step that computes for %.4g ms and has a gradient of %.4g MB in %.4g messages;\n"
        "every sum sent whole to everybody, as it is / in parts, as it is not; the longer of computing and sending\n"
        "counts, with what is copied by the core that computes: in one host's memory everything\n"
        "%-22s %17s %17s %17s %17s %17s\n",
        1e3 * step->compute, step->bytes / MILLION, step->messages, "processes", "2", "8", "64", "256", "1024");
    if (here && isfinite(here->copying)) print_row(step, here, "this host's memory");
    if (here && !isfinite(here->copying))
        print_row(step, &(fl_virtual_link){ here->latency, here->bandwidth, copying }, "this network");
    for (size_t i = 0; i < sizeof gigabits / sizeof *gigabits; i++)
        for (size_t k = 0; k < sizeof microseconds / sizeof *microseconds; k++) {
            char name[40];
            snprintf(name, sizeof name, "%3g Gbit/s, %2g us", gigabits[i], microseconds[k]);
            print_row(step, &(fl_virtual_link){ microseconds[k] / 1e6, gigabits[i] * 1e9 / 8, copying }, name);
        }
}
