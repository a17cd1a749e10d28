/* Figures as tables and sentences write them. */
#include "summary/summary_words.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

fl_summary_figure fl_summary_error(bool rate, double error)
{
    fl_summary_figure f = { "-" };
    if (isinf(error)) return (fl_summary_figure){ "diverged" };
    if (!isnan(error)) snprintf(f.text, sizeof f.text, rate ? "%.2f" : "%.4g", rate ? 100 * error : error);
    return f;
}

fl_summary_figure fl_summary_range(bool rate, double low, double high)
{
    fl_summary_figure f = { "" };
    bool none = isnan(low) || isinf(low);
    if (!none)
        snprintf(f.text, sizeof f.text, "[%.20s, %.20s]", fl_summary_error(rate, low).text,
                 fl_summary_error(rate, high).text);
    return f;
}

fl_summary_figure fl_summary_coverage(double coverage)
{
    fl_summary_figure f = { "" };
    if (coverage < 0.885) snprintf(f.text, sizeof f.text, "%.0f %%", 100 * coverage);
    return f;
}

fl_summary_figure fl_summary_difference(bool rate, double difference)
{
    fl_summary_figure f;
    snprintf(f.text, sizeof f.text, rate ? "%.2f points" : "%.4g", rate ? 100 * fabs(difference) : fabs(difference));
    return f;
}

char *fl_summary_said(const char *label)
{
    fl_text text = { 0 };
    if (!strpbrk(label, ",;:") && !strstr(label, " and ")) return fl_memory_copy_text(label);
    fl_text_add(&text, "'%s'", label);
    return text.bytes;
}
