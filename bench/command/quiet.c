/* The load of the last minute, the frequency governor, and how steadily equal pieces of work are done. */
#include "command/quiet.h"
#include "base/clock.h"
#include "record/host.h"
#include "stats/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES = 60, PROBE_ADDITIONS = 3000000 };

/* Seconds of a fixed piece of work that stays in the registers. */
static double probe(void)
{
    double begun = fl_clock_seconds();
    for (volatile unsigned i = 0; i < PROBE_ADDITIONS; i++) {
    }
    return fl_clock_seconds() - begun;
}

/* How much longer the 90th percentile of equal pieces of work takes than the median. */
static double unsteadiness(void)
{
    double seconds[PROBES];
    for (size_t i = 0; i < PROBES; i++) seconds[i] = probe();
    fl_stats_sort(seconds, PROBES);
    return fl_stats_quantile(seconds, PROBES, .9) / fl_stats_quantile(seconds, PROBES, .5) - 1;
}

static void read_line(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    *text = 0;
    if (file && fgets(text, (int)size, file)) text[strcspn(text, "\n")] = 0;
    if (file) fclose(file);
}

static void doubt(json_t *doubts, const char *message)
{
    json_array_append_new(doubts, json_string(message));
}

static json_t *doubts_of(double unsteady, double load, unsigned cores)
{
    char text[200], governor[40];
    json_t *doubts = json_array();
    read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor, sizeof governor);
    if (*governor && strcmp(governor, "performance")) {
        snprintf(text, sizeof text, "the clock rate varies: the frequency governor is '%s'", governor);
        doubt(doubts, text);
    }
    if (load > 0.2 * cores) {
        snprintf(text, sizeof text, "the machine is busy: a load of %.2f on %u cores over the last minute", load,
                 cores);
        doubt(doubts, text);
    }
    if (unsteady > 0.03) {
        snprintf(text, sizeof text, "equal pieces of work differ: one in ten takes %.0f %% longer than the median",
                 100 * unsteady);
        doubt(doubts, text);
    }
    return doubts;
}

quiet quiet_now(void)
{
    quiet now = { .unsteadiness = unsteadiness() };
    if (getloadavg(&now.load, 1) != 1) now.load = 0;
    now.doubts = doubts_of(now.unsteadiness, now.load, fl_record_host_cores());
    return now;
}
