/* A comparison of kernels as a table and as JSON. */
#include "compare/compare_kernels.h"
#include "say/wrap.h"

#include <stdio.h>

static const page_column columns[] = {
    { "", "benchmark", true }, { "", "base", false }, { "", "new", false },    { "", "change", false },
    { "", "noise", false },    { "", "p", false },    { "", "verdict", true },
};

typedef struct time_text {
    char text[24];
} time_text;

/* In the unit that leaves one to three digits before the point. */
static time_text time_of(double seconds)
{
    static const char *const units[] = { "s", "ms", "us", "ns" };
    time_text time;
    size_t unit = 0;
    while (unit < 3 && seconds < 1) {
        seconds *= 1000;
        unit++;
    }
    snprintf(time.text, sizeof time.text, "%.3g %s", seconds, units[unit]);
    return time;
}

static void add_row(page_table *table, const compare_kernel *kernel)
{
    page_table_cell(table, "%s", kernel->base->name);
    page_table_cell(table, "%s", time_of(kernel->base_seconds).text);
    page_table_cell(table, "%s", time_of(kernel->now_seconds).text);
    page_table_cell(table, "%+.1f %%", 100 * (kernel->ratio - 1));
    page_table_cell(table, "%.1f %%", 100 * kernel->noise);
    page_table_cell(table, "%.2g", kernel->p_adjusted);
    page_table_cell(table, "%s", compare_verdict_name(kernel->verdict));
}

void compare_kernels_print(const compare_kernels *kernels)
{
    page_table *table = page_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < kernels->n; i++) add_row(table, &kernels->items[i]);
    page_table_end(table);
    printf("\n%zu benchmarks compared: %zu slower, %zu faster, %zu no difference shown\n", kernels->n,
           kernels->counts[COMPARE_SLOWER], kernels->counts[COMPARE_FASTER], kernels->counts[COMPARE_SAME]);
    if (kernels->n_alone) printf("%zu are in one of the two only\n", kernels->n_alone);
    if (kernels->n_too_few)
        printf("%zu have too few repetitions to show any difference among %zu benchmarks: %zu of each do\n",
               kernels->n_too_few, kernels->n, kernels->least_needed);
}

static json_t *kernel_json(const compare_kernel *kernel)
{
    return json_pack("{s:s, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:s}", "benchmark", kernel->base->name,
                     "base_repetitions", (int)kernel->base->n, "new_repetitions", (int)kernel->now->n, "base_seconds",
                     kernel->base_seconds, "new_seconds", kernel->now_seconds, "ratio", kernel->ratio, "noise",
                     kernel->noise, "p", kernel->p, "p_adjusted", kernel->p_adjusted, "verdict",
                     compare_verdict_name(kernel->verdict));
}

json_t *compare_kernels_json(const compare_kernels *kernels)
{
    json_t *list = json_array();
    for (size_t i = 0; i < kernels->n; i++) json_array_append_new(list, kernel_json(&kernels->items[i]));
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o}", "compared", (int)kernels->n, "slower",
                     (int)kernels->counts[COMPARE_SLOWER], "faster", (int)kernels->counts[COMPARE_FASTER],
                     "in_one_only", (int)kernels->n_alone, "too_few_repetitions", (int)kernels->n_too_few, "benchmarks",
                     list);
}
