/* What a study's author writes is text, never markup. */
#include "page/report_html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void html_text(fl_text *page, const char *text)
{
    static const char special[] = "<>&\"'";
    static const char *const entities[] = { "&lt;", "&gt;", "&amp;", "&quot;", "&#39;" };
    while (*text) {
        size_t plain = strcspn(text, special);
        fl_text_add_bytes(page, text, plain);
        text += plain;
        if (*text) fl_text_add(page, "%s", entities[strchr(special, *text++) - special]);
    }
}

void html_element(fl_text *page, const char *tag, const char *text)
{
    fl_text_add(page, "<%s>", tag);
    html_text(page, text);
    fl_text_add(page, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_error(fl_text *page, bool rate, double error)
{
    if (!isfinite(error))
        fl_text_add(page, isinf(error) ? "∞" : "–");
    else
        fl_text_add(page, rate ? "%.2f" : "%.4g", rate ? 100 * error : error);
}

void html_signed(fl_text *page, bool rate, double difference)
{
    fl_text_add(page, difference < 0 ? "−" : "+");
    html_error(page, rate, fabs(difference));
}

void html_error_range(fl_text *page, bool rate, double low, double high)
{
    if (!isfinite(low)) return;
    html_error(page, rate, low);
    fl_text_add(page, "–");
    html_error(page, rate, high);
}

void html_number(fl_text *page, double value)
{
    double below_one = 1 - value;
    int digits = value < 1 && below_one < 1e-4 ? 3 - (int)floor(log10(below_one)) : 6;
    fl_text_add(page, "%.*g", digits < 17 ? digits : 17, value);
}
