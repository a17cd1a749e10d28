/* Ranges of hyperparameters, in numbers and in words. */
#include "base/hyper.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double MOST_EXACT = 0x1p53; /* beyond it a double skips whole numbers */

size_t fl_hyper_index(const fl_hyper *table, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(table[i].name, name)) i++;
    return i;
}

int fl_hyper_choice(const fl_hyper *hyper, const char *name)
{
    for (int i = 0; hyper->choices && hyper->choices[i]; i++)
        if (!strcmp(hyper->choices[i], name)) return i;
    return -1;
}

static void list_choices(const fl_hyper *hyper, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "one of ");
    for (size_t i = 0; hyper->choices[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", hyper->choices[i]);
}

void fl_hyper_range(const fl_hyper *hyper, char *text, size_t size)
{
    if (hyper->scale == FL_HYPER_CHOICE) {
        list_choices(hyper, text, size);
        return;
    }
    const char *whole = hyper->scale == FL_HYPER_INTEGER ? "a whole number in " : "";
    bool counts = hyper->scale == FL_HYPER_INTEGER && isinf(hyper->max);
    char open = hyper->min_open || isinf(hyper->min) ? '(' : '[', max[32];
    char close = hyper->max_open || (isinf(hyper->max) && !counts) ? ')' : ']';
    snprintf(max, sizeof max, "%.10g", hyper->max);
    snprintf(text, size, "%s%c%.10g, %s%c", whole, open, hyper->min, counts ? "2^53" : max, close);
}

static bool in_range(const fl_hyper *hyper, double value)
{
    if (!isfinite(value)) return false;
    if (hyper->scale >= FL_HYPER_INTEGER && (value != floor(value) || fabs(value) > MOST_EXACT)) return false;
    if (hyper->scale == FL_HYPER_CHOICE) {
        size_t n = 0;
        while (hyper->choices[n]) n++;
        return value >= 0 && value < (double)n;
    }
    bool above = hyper->min_open ? value > hyper->min : value >= hyper->min;
    bool below = hyper->max_open ? value < hyper->max : value <= hyper->max;
    return above && below;
}

bool fl_hyper_accepts(const fl_hyper *hyper, double value, fl_error *error)
{
    if (in_range(hyper, value)) return true;
    char range[200];
    fl_hyper_range(hyper, range, sizeof range);
    const char *wants = hyper->scale == FL_HYPER_INTEGER ? "must be" : "is outside its range";
    return fl_error_user(error, "%s = %.10g %s %s", hyper->name, value, wants, range);
}
