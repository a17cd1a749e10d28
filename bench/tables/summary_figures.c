/* Figures as a table and its sentences write them. */
#include "tables/table_parts.h"

#include <math.h>
#include <stdio.h>

summary_figure summary_error(bool rate, double error)
{
    summary_figure f = { "-" };
    if (isinf(error)) return (summary_figure){ "diverged" };
    if (!isnan(error)) snprintf(f.text, sizeof f.text, rate ? "%.2f" : "%.4g", rate ? 100 * error : error);
    return f;
}

summary_figure summary_range(bool rate, double low, double high)
{
    summary_figure f = { "" };
    bool none = isnan(low) || isinf(low);
    if (!none)
        snprintf(f.text, sizeof f.text, "[%.20s, %.20s]", summary_error(rate, low).text,
                 summary_error(rate, high).text);
    return f;
}

summary_figure summary_difference(bool rate, double difference)
{
    summary_figure f;
    snprintf(f.text, sizeof f.text, rate ? "%.2f points" : "%.4g", rate ? 100 * fabs(difference) : fabs(difference));
    return f;
}

bool summary_in_group(const fl_summary *summary, size_t first, size_t i)
{
    return fl_summary_comparable(summary->arms[first].arm, summary->arms[i].arm);
}
