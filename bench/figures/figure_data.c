/* Rows as text; variables as gnuplot commands. In a text only letters, digits and blanks go as they are, everything
 * else as an octal escape: gnuplot runs what stands between backquotes, and loses its way in a single-quoted string
 * that begins with a quote, however that is doubled. An escape that begins with 0 has four digits. Its SVG leaves > as
 * it is, but XML has no place for ]]> in a text, so a blank goes between. */
#include "figures/figure_data.h"
#include "base/error.h"
#include "base/memory.h"
#include "figures/figure_ends.h"
#include "figures/figure_text.h"
#include "figures/figure_ticks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 100 };

void figure_data_free(figure_data *data)
{
    fl_text_free(&data->rows);
    fl_text_free(&data->variables);
    fl_text_free(&data->elements);
    free(data->last_of);
}

/* --- variables --- */

static void add_printable(fl_text *out, const char *text)
{
    for (const char *c = text; *c; c++) fl_text_add_bytes(out, (unsigned char)*c < ' ' || *c == 0x7f ? " " : c, 1);
}

static void add_quoted(fl_text *out, const char *text)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ";
    fl_text_add(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '>' && c - text >= 2 && c[-1] == ']' && c[-2] == ']') fl_text_add(out, " ");
        if (strchr(harmless, *c))
            fl_text_add_bytes(out, c, 1);
        else
            fl_text_add(out, "\\0%03o", (unsigned char)*c);
    }
    fl_text_add(out, "\"");
}

/* The same text for LaTeX: what it would take for orders is escaped. */
static void add_tex(fl_text *out, const char *text)
{
    static const char *const replacements[][2] = {
        { "\\", "\\textbackslash{}" },
        { "~", "\\textasciitilde{}" },
        { "^", "\\textasciicircum{}" },
        { "_", "\\_" },
        { "#", "\\#" },
        { "%", "\\%" },
        { "&", "\\&" },
        { "$", "\\$" },
        { "{", "\\{" },
        { "}", "\\}" },
        { "<", "\\textless{}" },
        { ">", "\\textgreater{}" },
        { "−", "$-$" },
    };
    enum { N = sizeof replacements / sizeof *replacements };
    while (*text) {
        size_t i = 0;
        while (i < N && strncmp(text, replacements[i][0], strlen(replacements[i][0]))) i++;
        size_t taken = i < N ? strlen(replacements[i][0]) : 1;
        if (i < N)
            fl_text_add(out, "%s", replacements[i][1]);
        else
            fl_text_add_bytes(out, text, 1);
        text += taken;
    }
}

static void add_number(fl_text *out, double value)
{
    if (isnan(value))
        fl_text_add(out, "NaN");
    else
        fl_text_add(out, "%.10g", value);
}

static void assign_number(fl_text *out, const char *name, double value)
{
    fl_text_add(out, "%s = ", name);
    add_number(out, value);
    fl_text_add(out, "\n");
}

static void assign_text(fl_text *out, const char *name, const char *text)
{
    fl_text_add(out, "%s = ", name);
    add_quoted(out, text);
    fl_text_add(out, "\n");
}

/* A text that is shown, for the terminal that shows it. */
static void assign_shown(const figure_data *data, fl_text *out, const char *name, const char *text)
{
    fl_text escaped = { 0 };
    fl_text_add(&escaped, "%s", "");
    if (data->tex) add_tex(&escaped, text);
    assign_text(out, name, data->tex ? escaped.bytes : text);
    fl_text_free(&escaped);
}

static void assign_array(fl_text *out, const char *name, size_t n)
{
    fl_text_add(out, "array %s[%zu]\n", name, n ? n : 1);
}

static void element_number(figure_data *data, const char *name, size_t at, double value)
{
    fl_text_add(&data->elements, "%s[%zu]", name, at);
    assign_number(&data->elements, "", value);
}

static void element_text(figure_data *data, const char *name, size_t at, const char *text)
{
    fl_text_add(&data->elements, "%s[%zu]", name, at);
    assign_shown(data, &data->elements, "", text);
}

void figure_set_plain(figure_data *data, const char *name, const char *text)
{
    assign_text(&data->variables, name, text);
}

/* --- declared variables --- */

static size_t count_of(const figure_data *data, figure_scope scope)
{
    return scope == FIGURE_ONCE ? 1 : scope == FIGURE_PER_PANEL ? data->n_panels : data->n_blocks;
}

/* The variable that is about to be set once more; dies where that is not what its figure declared. */
static const figure_variable *declared(figure_data *data, const char *name, figure_kind kind, figure_kind last)
{
    for (size_t i = 0; data->declared[i].name; i++) {
        const figure_variable *v = &data->declared[i];
        if (strcmp(v->name, name) || v->kind < kind || v->kind > last) continue;
        if (++data->n_set[i] == count_of(data, v->scope)) return v;
        fl_error_give_up("a figure sets '%s' for the %zu. time in place %zu", name, data->n_set[i],
                         count_of(data, v->scope));
    }
    fl_error_give_up("a figure sets '%s', which it does not declare as such", name);
}

void figure_set_number(figure_data *data, const char *name, double value)
{
    const figure_variable *v = declared(data, name, FIGURE_NUMBER, FIGURE_NUMBER);
    if (v->scope == FIGURE_ONCE)
        assign_number(&data->variables, name, value);
    else
        element_number(data, name, count_of(data, v->scope), value);
}

void figure_set_text(figure_data *data, const char *name, const char *text)
{
    const figure_variable *v = declared(data, name, FIGURE_TEXT, FIGURE_TEXT);
    if (v->scope == FIGURE_ONCE)
        assign_shown(data, &data->variables, name, text);
    else
        element_text(data, name, count_of(data, v->scope), text);
}

enum { MOST_LABELS = 6, MOST_LABELS_OF_TWO = 9 };

/* How many columns the labels of an axis may take; 0: they stand one below the other. */
static const size_t room[FIGURE_KINDS] = { [FIGURE_HORIZONTAL] = 40, [FIGURE_NARROW] = 20 };

static figure_ticks ticks_of(const figure_scale *scale, size_t columns)
{
    if (figure_scale_is_none(scale)) return (figure_ticks){ .n = 0 };
    if (scale->spacing == FIGURE_LOG2) return figure_ticks_of_two(scale->low, scale->high, MOST_LABELS_OF_TWO, columns);
    return figure_ticks_of(scale->low, scale->high, scale->spacing == FIGURE_LOG, MOST_LABELS, columns);
}

/* LaTeX sets labels as formulas; the list is read twice, so a backslash is four. */
static void element_ticks(figure_data *data, const char *name, size_t at, const figure_ticks *ticks)
{
    fl_text list = { 0 };
    bool inside = false;
    fl_text_add(&list, "%s", "");
    for (const char *c = ticks->n ? ticks->list.bytes : ""; *c; c++) {
        if (!data->tex || (*c != '"' && strncmp(c, "−", 3) && strncmp(c, "·", 2))) {
            fl_text_add_bytes(&list, c, 1);
            continue;
        }
        if (*c == '"') {
            fl_text_add(&list, inside ? "$\"" : "\"$");
            inside = !inside;
            continue;
        }
        bool minus = !strncmp(c, "−", 3);
        fl_text_add(&list, minus ? "-" : "\\\\cdot ");
        c += minus ? 2 : 1;
    }
    fl_text_add(&data->elements, "%s[%zu]", name, at);
    assign_text(&data->elements, "", list.bytes);
    fl_text_free(&list);
}

void figure_set_scale(figure_data *data, const char *name, const figure_scale *scale)
{
    static const double bases[] = { [FIGURE_LINEAR] = 0, [FIGURE_LOG] = 10, [FIGURE_LOG2] = 2 };
    static const char *const parts[] = { "low", "high", "log", "ticks" };
    const figure_variable *v = declared(data, name, FIGURE_VERTICAL, FIGURE_NARROW);
    const double edge = scale->spacing == FIGURE_LOG2 ? 1 + 1e-6 : 1; /* else gnuplot loses what lies on the frame */
    const double numbers[] = { scale->low / edge, scale->high * edge, bases[scale->spacing] };
    figure_ticks ticks = ticks_of(scale, room[v->kind]);
    char part[NAME_SIZE];
    for (size_t i = 0; i < 4; i++) {
        snprintf(part, sizeof part, "%s_%s", name, parts[i]);
        if (i < 3)
            element_number(data, part, count_of(data, v->scope), numbers[i]);
        else
            element_ticks(data, part, count_of(data, v->scope), &ticks);
    }
    if (v->kind == FIGURE_VERTICAL && ticks.widest > data->widest) data->widest = ticks.widest;
    figure_ticks_free(&ticks);
}

/* Arrays can be made only when it is known how long they are; what a figure forgot to set dies here. */
static void make_arrays(figure_data *data, fl_text *out)
{
    static const char *const parts[] = { "_low", "_high", "_log", "_ticks", "" };
    for (size_t i = 0; data->declared[i].name; i++) {
        const figure_variable *v = &data->declared[i];
        size_t n = count_of(data, v->scope);
        if (data->n_set[i] != n) fl_error_give_up("a figure sets '%s' %zu times, not %zu", v->name, data->n_set[i], n);
        for (size_t p = v->kind < FIGURE_VERTICAL ? 4 : 0; p < (v->kind < FIGURE_VERTICAL ? 5 : 4); p++) {
            char name[NAME_SIZE];
            snprintf(name, sizeof name, "%s%s", v->name, parts[p]);
            if (v->scope != FIGURE_ONCE) assign_array(out, name, n);
        }
    }
}

/* --- the file --- */

static void comment(figure_data *data, const char *word, const char *text)
{
    fl_text_add(&data->rows, "# %s", word);
    add_printable(&data->rows, text);
    fl_text_add(&data->rows, "\n");
}

static void set_legend(figure_data *data, const figure_layout *layout)
{
    static const char *const arrays[] = { "names", "widths", "colours" };
    char word[40];
    assign_number(&data->variables, "n_slots", (double)layout->n_slots);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        assign_array(&data->variables, arrays[i], layout->n_slots);
    for (size_t i = 0; i < layout->n_slots; i++) {
        element_text(data, "names", i + 1, layout->slots[i].name);
        element_number(data, "widths", i + 1, (double)figure_text_width(layout->slots[i].name));
        element_number(data, "colours", i + 1, layout->slots[i].colour);
        snprintf(word, sizeof word, "arm %zu: ", i + 1);
        comment(data, word, layout->slots[i].name);
    }
}

/* How many trials every arm has; 0 when arms differ. */
static size_t common_trials(const figure_layout *layout)
{
    size_t common = 0;
    for (size_t p = 0; p < layout->n_panels; p++)
        for (size_t i = 0; i < layout->panels[p].n_arms; i++) {
            size_t n = layout->panels[p].arms[i].summary->n_counted;
            if (n && common && n != common) return 0;
            if (n) common = n;
        }
    return common;
}

/* What whiskers and bands of resampling are, for the legend. They claim nothing about new trials. */
static void set_band(figure_data *data, const figure_layout *layout)
{
    char text[80] = "5–95 %, resampling each arm's trials";
    size_t n = common_trials(layout);
    if (n) snprintf(text, sizeof text, "5–95 %%, resampling these %zu trials", n);
    assign_shown(data, &data->variables, "band_name", text);
}

void figure_begin(figure_data *data, const figure_layout *layout, const char *name, const char *columns,
                  const figure_variable *variables, bool tex)
{
    *data = (figure_data){ .declared = variables, .tex = tex };
    comment(data, "figure: ", name);
    comment(data, "columns: ", columns);
    comment(data, "", "inf: never reached, or no feasible trial; NaN: not measured; trials: as in trials.jsonl");
    set_legend(data, layout);
    set_band(data, layout);
}

void figure_begin_panel(figure_data *data, const figure_panel *panel)
{
    data->panel = panel;
    data->panel_begun = false;
}

static void begin_panel(figure_data *data)
{
    size_t p = ++data->n_panels;
    data->panel_begun = true;
    data->panel_first = data->n_blocks;
    fl_text_add(&data->rows, "\n\n");
    comment(data, "panel: ", data->panel->title);
    if (*data->panel->detail) comment(data, "  ", data->panel->detail);
    element_text(data, "titles", p, data->panel->title);
    element_text(data, "details", p, data->panel->detail);
    element_number(data, "detail_widths", p, (double)figure_text_width(data->panel->detail));
    element_number(data, "places", p, (double)data->panel->n_arms);
    element_number(data, "first", p, (double)data->n_blocks + 1);
}

void figure_begin_block(figure_data *data, size_t slot, const char *about)
{
    if (!data->panel_begun) begin_panel(data);
    size_t b = ++data->n_blocks;
    fl_text_add(&data->rows, "\n\n");
    if (about) comment(data, "", about);
    data->last_of = fl_memory_grow(data->last_of, b, sizeof *data->last_of);
    for (size_t i = 0; i < FIGURE_ENDS_COLUMNS; i++) data->last_of[b - 1][i] = NAN;
    element_number(data, "slot", b, (double)slot + 1);
    element_number(data, "last", data->n_panels, (double)b);
}

void figure_set_title(figure_data *data, const char *title)
{
    element_text(data, "titles", data->n_panels, title);
}

/* A line that leaves the frame ends there; one that was never within is not drawn, and has no end. */
static void note_last(double *last, double number)
{
    bool drawn = isfinite(number) || !isnan(*last);
    if (drawn && !isnan(number)) *last = number;
}

void figure_add_numbers(figure_data *data, const double *numbers, size_t n)
{
    for (size_t i = 0; i < n && i < FIGURE_ENDS_COLUMNS; i++)
        note_last(&data->last_of[data->n_blocks - 1][i], numbers[i]);
    for (size_t i = 0; i < n; i++) {
        add_number(&data->rows, numbers[i]);
        fl_text_add(&data->rows, "\t");
    }
}

void figure_add_trials(figure_data *data, const char *const *trials, size_t n)
{
    for (size_t i = 0; i < n; i++) fl_text_add(&data->rows, "%s%s", i ? "," : "", trials[i]);
    fl_text_add(&data->rows, "%s\n", n ? "" : "-");
}

void figure_add_row(figure_data *data, const double *numbers, size_t n, const char *trial)
{
    figure_add_numbers(data, numbers, n);
    figure_add_trials(data, &trial, trial != NULL);
}

void figure_add_gap(figure_data *data)
{
    fl_text_add(&data->rows, "\n");
}

void figure_set_ends_among(figure_data *data, size_t which, size_t column, const figure_scale *scale, size_t from,
                           size_t to)
{
    const double gap = 0.046; /* a label of 11 in a panel of 240 pixels */
    size_t first = data->panel_first, n = data->n_blocks - first;
    double *heights = fl_memory_new(n, sizeof *heights);
    for (int spread = 0; spread < 2; spread++) {
        char name[NAME_SIZE];
        snprintf(name, sizeof name, "%s_%zu", spread ? "labels" : "ends", which + 1);
        for (size_t i = 0, b = first; i < n; i++, b++)
            heights[i] = b >= from && b < to ? figure_ends_height(scale, data->last_of[b][column]) : NAN;
        if (spread) figure_ends_spread(heights, n, gap);
        for (size_t i = 0; i < n; i++) element_number(data, name, first + i + 1, heights[i]);
    }
    free(heights);
}

void figure_set_ends(figure_data *data, size_t which, size_t column, const figure_scale *scale)
{
    figure_set_ends_among(data, which, column, scale, data->panel_first, data->n_blocks);
}

bool figure_end(figure_data *data)
{
    static const char *const of_blocks[] = { "slot", "ends_1", "ends_2", "labels_1", "labels_2" };
    static const char *const arrays[] = { "titles", "details", "detail_widths", "places", "first", "last" };
    if (!data->n_blocks) return false;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        assign_array(&data->variables, arrays[i], data->n_panels);
    for (size_t i = 0; i < sizeof of_blocks / sizeof *of_blocks; i++)
        assign_array(&data->variables, of_blocks[i], data->n_blocks);
    make_arrays(data, &data->variables);
    fl_text_add_bytes(&data->variables, data->elements.bytes, data->elements.length);
    assign_number(&data->variables, "n_panels", (double)data->n_panels);
    assign_number(&data->variables, "n_blocks", (double)data->n_blocks);
    assign_number(&data->variables, "widest", (double)data->widest);
    return true;
}
