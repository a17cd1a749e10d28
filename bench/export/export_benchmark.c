/* github-action-benchmark's customSmallerIsBetter: an array of {extra, name, unit, value}. What an arm has no figure
 * for is left out. */
#include "base/memory.h"
#include "export/export.h"
#include "stats/sample.h"
#include "summary/summary.h"

#include <math.h>
#include <stdlib.h>

static void add(json_t *list, const fl_summary *summary, const fl_summary_arm *arm, const char *what, const char *unit,
                double value)
{
    fl_text name = { 0 };
    if (!isfinite(value)) return;
    fl_text_add(&name, "%s/%s: %s", summary->results->study->name, arm->arm->name, what);
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:s, s:f}", "extra", "fairlead", "name", name.bytes, "unit", unit, "value", value));
    fl_text_free(&name);
}

static double seconds_of(const fl_results *results, const fl_results_entry *entry)
{
    fl_record record = fl_results_record(results, entry);
    double seconds = record.seconds.total;
    fl_record_free(&record);
    return seconds;
}

static double median_seconds(const fl_results *results, const fl_results_arm *arm)
{
    if (!arm->n_search) return NAN;
    double *seconds = fl_memory_new(arm->n_search, sizeof *seconds);
    for (size_t i = 0; i < arm->n_search; i++) seconds[i] = seconds_of(results, &arm->search[i]);
    double median = fl_stats_median(seconds, arm->n_search);
    free(seconds);
    return median;
}

static void add_arm(json_t *list, const fl_summary *summary, const fl_summary_arm *arm)
{
    bool rate = fl_summary_rates(arm->arm);
    add(list, summary, arm, rate ? "test error of the selected trial" : "test loss of the selected trial",
        rate ? "%" : "loss", (rate ? 100 : 1) * arm->test_error.center);
    add(list, summary, arm, "steps to target", "steps", arm->steps.center);
    add(list, summary, arm, "median time of a trial", "seconds", median_seconds(summary->results, arm->results));
}

static bool write_benchmark(const fl_results *results, FILE *file, export_content *content, fl_error *error)
{
    json_t *list = json_array();
    fl_summary *summary = fl_summary_make(results);
    for (size_t i = 0; i < summary->n_arms; i++) add_arm(list, summary, &summary->arms[i]);
    fl_summary_free(summary);
    content->n = json_array_size(list);
    json_dumpf(list, file, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fputc('\n', file);
    json_decref(list);
    return true;
}

const export_format export_benchmark = {
    .name = "benchmark-action",
    .mark = "[\n  {\n    \"extra\": \"fairlead\",",
    .write = write_benchmark,
};
