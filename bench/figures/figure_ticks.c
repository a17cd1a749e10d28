/* From the densest kind of ticks to the sparsest, the first that fits. */
#include "figures/figure_ticks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A tick at the very end of an axis must not be lost to rounding. */
static const double ROUNDING = 1e-9;

/* Below half a decade a log axis looks linear, and round steps are its best ticks. */
static const double HALF_DECADE = 0.5;

void figure_ticks_free(figure_ticks *ticks)
{
    fl_text_free(&ticks->list);
}

/* A leading hyphen becomes a minus sign. */
static void add(figure_ticks *ticks, double at, const char *label, size_t width)
{
    bool minus = *label == '-';
    fl_text_add(&ticks->list, "%s\"%s%s\" %.17g", ticks->n ? " , " : "", minus ? "−" : "", label + minus, at);
    double room = 2 * log10(at / ticks->last) / (double)(width + ticks->last_width + 2);
    ticks->room = ticks->n < 2 || room < ticks->room ? room : ticks->room;
    ticks->last = at;
    ticks->last_width = width;
    ticks->n++;
    ticks->widest = width > ticks->widest ? width : ticks->widest;
    ticks->columns += width + (ticks->n > 1);
}

/* m 10^k as somebody would write it: 0.05, 2000, 5·10^-14. A superscript is two thirds as wide. */
static void add_scientific(figure_ticks *ticks, double m, int k, bool power)
{
    enum { PLAIN_FROM = -4, PLAIN_TO = 5 };
    char label[80], exponent[20];
    if (!power && k >= PLAIN_FROM && k <= PLAIN_TO) {
        int n = snprintf(label, sizeof label, "%.10g", m * pow(10, k));
        add(ticks, m * pow(10, k), label, (size_t)n);
        return;
    }
    size_t n_exponent = (size_t)snprintf(exponent, sizeof exponent, k < 0 ? "−%d" : "%d", k < 0 ? -k : k);
    size_t n_factor = m == 1 ? 0 : (size_t)snprintf(label, sizeof label / 2, "%g·", m) - 1; /* the dot has two bytes */
    snprintf(label + (m == 1 ? 0 : n_factor + 1), sizeof label / 2, "10^{%s}", exponent);
    add(ticks, m * pow(10, k), label, n_factor + 2 + (2 * n_exponent + 2) / 3);
}

/* --- linear --- */

/* The same of a number with so many digits behind the point of its factor: -1.50·10^25. */
static void add_digits(figure_ticks *ticks, double at, int digits)
{
    char number[60], label[80];
    int k = 0;
    snprintf(number, sizeof number, "%.*e", digits, at);
    char *e = strchr(number, 'e');
    k = (int)strtol(e + 1, NULL, 10);
    *e = 0;
    int n = snprintf(label, sizeof label, "%s·10^{%s%d}", number, k < 0 ? "−" : "", k < 0 ? -k : k);
    add(ticks, at, label, (size_t)n - 3); /* what the marks of an exponent and the dot have beyond their columns */
}

/* The round step that divides `span` into at most `most` parts. */
static double round_step(double span, size_t most)
{
    static const double factors[] = { 1, 2, 5, 10 };
    double least = span / (double)most, power = pow(10, floor(log10(least)));
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (factors[i] * power >= least * (1 - ROUNDING)) return factors[i] * power;
    return 10 * power;
}

static figure_ticks linear(double low, double high, size_t most)
{
    figure_ticks ticks = { .n = 0 };
    double step = round_step(high - low, most), magnitude = fmax(fabs(low), fabs(high));
    int decimals = (int)fmax(0, -floor(log10(step) + ROUNDING));
    bool plain = magnitude < 1e6 && decimals <= 8;
    int digits = (int)fmax(0, floor(log10(magnitude)) - floor(log10(step) + ROUNDING));
    for (double i = ceil(low / step - ROUNDING); i * step <= high + ROUNDING * step && ticks.n <= most; i++) {
        char label[80];
        double at = i * step + 0.0; /* no -0 */
        if (!plain && at != 0) {
            add_digits(&ticks, at, digits);
            continue;
        }
        int n = snprintf(label, sizeof label, "%.*f", at == 0 ? 0 : decimals, at);
        add(&ticks, at, label, (size_t)n);
    }
    return ticks;
}

/* --- log --- */

/* Powers of ten with these factors, every `step`-th of them. */
typedef struct kind {
    double factors[7]; /* ends with 0 */
    int step;
} kind;

static figure_ticks powers(double low, double high, const kind *k, bool power)
{
    figure_ticks ticks = { .n = 0 };
    int from = (int)floor(log10(low)) - k->step, to = (int)ceil(log10(high));
    for (int e = from - (from % k->step + k->step) % k->step; e <= to; e += k->step)
        for (const double *m = k->factors; *m; m++) {
            double at = log10(*m) + e;
            if (at >= log10(low) - ROUNDING && at <= log10(high) + ROUNDING) add_scientific(&ticks, *m, e, power);
        }
    return ticks;
}

static bool fits(const figure_ticks *ticks, size_t most, size_t columns)
{
    return ticks->n <= most && (!columns || ticks->columns <= columns);
}

/* Unlike factors lie unlike far apart: 0.15 and 0.2 touch where 0.1 and 1 do not. */
static bool apart(const figure_ticks *ticks, size_t columns, double decades)
{
    return !columns || ticks->n < 2 || ticks->room * (double)columns >= decades;
}

static figure_ticks logarithmic(double low, double high, size_t most, size_t columns)
{
    static const kind kinds[] = { { { 1, 1.5, 2, 3, 5, 7 }, 1 },
                                  { { 1, 2, 5 }, 1 },
                                  { { 1, 3 }, 1 },
                                  { { 1 }, 1 },
                                  { { 1 }, 2 },
                                  { { 1 }, 3 },
                                  { { 1 }, 5 },
                                  { { 1 }, 10 },
                                  { { 1 }, 20 },
                                  { { 1 }, 50 },
                                  { { 1 }, 100 },
                                  { { 1 }, 200 } };
    enum { N_KINDS = sizeof kinds / sizeof *kinds, POWERS = 3 };
    bool power = log10(high) - log10(low) > 2;
    for (size_t i = power ? POWERS : 0;; i++) {
        figure_ticks ticks = powers(low, high, &kinds[i], power);
        bool clear = power || apart(&ticks, columns, log10(high) - log10(low));
        if ((clear && fits(&ticks, most, columns)) || i + 1 == N_KINDS) return ticks;
        figure_ticks_free(&ticks);
    }
}

figure_ticks figure_ticks_of(double low, double high, bool log, size_t most, size_t columns)
{
    if (log && log10(high) - log10(low) > HALF_DECADE) {
        figure_ticks ticks = logarithmic(low, high, most, columns);
        if (ticks.n >= 2) return ticks;
        figure_ticks_free(&ticks);
    }
    for (size_t n = most;; n--) {
        figure_ticks ticks = linear(low, high, n);
        if (fits(&ticks, most, columns) || n == 1) return ticks;
        figure_ticks_free(&ticks);
    }
}

static void add_plain(figure_ticks *ticks, double at)
{
    char label[40];
    int n = snprintf(label, sizeof label, "%.6g", at);
    add(ticks, at, label, (size_t)n);
}

/* The first power to be named: the axis's own beginning, else one that counts from 1 on. */
static int first_power(double low, int from, int step)
{
    int past = ((from % step) + step) % step;
    return exp2(from) == low || !past ? from : from + step - past;
}

/* Every `step`-th power of two, and the end where it is a whole number. */
static figure_ticks powers_of_two(double low, double high, int from, int to, int step)
{
    static const double CLOSE = 1.5; /* times: nearer labels would touch */
    figure_ticks ticks = { .n = 0 };
    for (int e = first_power(low, from, step);
         e <= to && (exp2(e) * CLOSE < high || exp2(e) == low || high != floor(high)); e += step)
        add_plain(&ticks, exp2(e));
    if (high > low && high == floor(high)) add_plain(&ticks, high);
    return ticks;
}

figure_ticks figure_ticks_of_two(double low, double high, size_t most, size_t columns)
{
    int from = (int)ceil(log2(low) - ROUNDING), to = (int)floor(log2(high) + ROUNDING);
    for (int step = 1 + (to - from) / (int)most;; step++) {
        figure_ticks ticks = powers_of_two(low, high, from, to, step);
        if (ticks.n >= 2 && (step > to - from || fits(&ticks, most + 1, columns))) return ticks;
        figure_ticks_free(&ticks);
        if (ticks.n < 2) break; /* less than an octave */
    }
    return figure_ticks_of(low, high, true, most, columns);
}
