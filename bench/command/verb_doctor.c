/* fairlead doctor: what machine this is, and whether timings on it can be trusted. */
#include "base/clock.h"
#include "base/text.h"
#include "export/export.h"
#include "say/options.h"
#include "say/places.h"
#include "record/host.h"
#include "stats/sample.h"
#include "wire/launch.h"
#include "command/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const usage doctor_usage = {
    "fairlead doctor [--json]",
    "Names the machine, the build and the backends, and tells what makes timings here less trustworthy: a busy "
    "machine, a varying clock rate, a noisy neighbour. Results never depend on any of it, only seconds do.",
    "fairlead doctor",
};

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

static json_t *doubts_json(double unsteady, double load, unsigned cores)
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

static json_t *examine(void)
{
    double load = 0;
    double unsteady = unsteadiness();
    unsigned cores = fl_record_host_cores();
    char module[FL_FILE_PATH_MAX], mpi[200];
    places_mpi_module(module);
    fl_wire_launch_describe(module, mpi);
    json_t *backends = json_object();
    if (getloadavg(&load, 1) != 1) load = 0;
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_text library = { 0 };
        fl_error why;
        if ((*b)->usable(FL_BACKEND_F32, &why)) (*b)->describe(&library);
        json_object_set_new(backends, (*b)->entry.name, json_string(library.bytes ? library.bytes : why.text));
        fl_text_free(&library);
    }
    return json_pack("{s:o, s:o, s:o, s:{s:s, s:s}, s:f, s:f, s:o}", "machine", fl_record_host_machine(), "build",
                     fl_record_host_build(), "backends", backends, "libraries", "sqlite", export_sqlite_library(),
                     "mpi", mpi, "load", load, "unsteadiness", unsteady, "doubts", doubts_json(unsteady, load, cores));
}

static void print_object(const char *title, const json_t *object)
{
    const char *key;
    json_t *value;
    printf("%s\n", title);
    json_object_foreach((json_t *)object, key, value)
    {
        if (json_is_integer(value))
            printf("  %-18s %lld\n", key, (long long)json_integer_value(value));
        else if (*json_string_value(value))
            printf("  %-18s %s\n", key, json_string_value(value));
    }
}

static void print_findings(const json_t *found)
{
    const json_t *doubts = json_object_get(found, "doubts");
    size_t i;
    json_t *message;
    print_object("machine", json_object_get(found, "machine"));
    print_object("build", json_object_get(found, "build"));
    print_object("backends", json_object_get(found, "backends"));
    print_object("libraries", json_object_get(found, "libraries"));
    printf("timings\n");
    if (!json_array_size(doubts)) printf("  nothing speaks against them\n");
    json_array_foreach(doubts, i, message) printf("  %s\n", json_string_value(message));
    if (json_array_size(doubts)) printf("  compare only what was measured interleaved, in one run, by medians\n");
}

int verb_doctor(int argc, char **argv)
{
    bool json = false;
    const option options[] = { { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json } };
    words rest;
    int code = options_read(&doctor_usage, options, 1, argc, argv, 0, 0, &rest);
    if (code != GO_ON) return code;
    json_t *found = examine();
    if (json) {
        json_dumpf(found, stdout, JSON_INDENT(2));
        printf("\n");
    } else {
        print_findings(found);
    }
    json_decref(found);
    return 0;
}
