/* Rows as text; variables as gnuplot commands. In a text only letters, digits and blanks go as they are, everything
 * else as an octal escape: gnuplot runs what stands between backquotes, and loses its way in a single-quoted string
 * that begins with a quote, however that is doubled. An escape that begins with 0 has four digits. Its SVG leaves > as
 * it is, but XML has no place for ]]> in a text, so a blank goes between. */
#include "figures/figure_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void figure_data_free(figure_data *data)
{
    fl_text_free(&data->rows);
    fl_text_free(&data->variables);
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

static void add_number(fl_text *out, double value)
{
    if (isnan(value))
        fl_text_add(out, "NaN");
    else
        fl_text_add(out, "%.10g", value);
}

void figure_set(figure_data *data, const char *name, double value)
{
    fl_text_add(&data->variables, "%s = ", name);
    add_number(&data->variables, value);
    fl_text_add(&data->variables, "\n");
}

void figure_set_text(figure_data *data, const char *name, const char *text)
{
    fl_text_add(&data->variables, "%s = ", name);
    add_quoted(&data->variables, text);
    fl_text_add(&data->variables, "\n");
}

void figure_array(figure_data *data, const char *name, size_t n)
{
    fl_text_add(&data->variables, "array %s[%zu]\n", name, n ? n : 1);
}

static void element(char name_at[100], const char *name, size_t at)
{
    snprintf(name_at, 100, "%s[%zu]", name, at);
}

void figure_set_at(figure_data *data, const char *name, size_t at, double value)
{
    char name_at[100];
    element(name_at, name, at);
    figure_set(data, name_at, value);
}

void figure_set_text_at(figure_data *data, const char *name, size_t at, const char *text)
{
    char name_at[100];
    element(name_at, name, at);
    figure_set_text(data, name_at, text);
}

/* --- the file --- */

static void comment(figure_data *data, const char *word, const char *text)
{
    fl_text_add(&data->rows, "# %s", word);
    add_printable(&data->rows, text);
    fl_text_add(&data->rows, "\n");
}

static void set_legend(figure_data *data, const figure_sheet *sheet)
{
    char word[40];
    figure_set(data, "n_slots", (double)sheet->n_slots);
    figure_array(data, "names", sheet->n_slots);
    figure_array(data, "colours", sheet->n_slots);
    figure_array(data, "dashes", sheet->n_slots);
    for (size_t i = 0; i < sheet->n_slots; i++) {
        figure_set_text_at(data, "names", i + 1, sheet->slots[i].name);
        figure_set_at(data, "colours", i + 1, sheet->slots[i].colour);
        figure_set_at(data, "dashes", i + 1, (double)(1 + sheet->slots[i].shade));
        snprintf(word, sizeof word, "arm %zu: ", i + 1);
        comment(data, word, sheet->slots[i].name);
    }
}

size_t figure_most_blocks(const figure_sheet *sheet)
{
    size_t n = 0;
    for (size_t i = 0; i < sheet->n_panels; i++) n += sheet->panels[i].n_arms;
    return n * FL_SEARCH_SPACE_AXES;
}

void figure_begin(figure_data *data, const figure_sheet *sheet, const char *name, const char *columns)
{
    static const char *const arrays[] = { "titles", "details", "first", "last" };
    *data = (figure_data){ .n_panels = 0 };
    comment(data, "figure: ", name);
    comment(data, "columns: ", columns);
    comment(data, "", "inf: never reached, or no feasible trial; NaN: not measured; trials: as in trials.jsonl");
    set_legend(data, sheet);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) figure_array(data, arrays[i], sheet->n_panels);
    figure_array(data, "slot", figure_most_blocks(sheet));
}

void figure_begin_panel(figure_data *data, const figure_panel *panel)
{
    size_t p = ++data->n_panels;
    fl_text_add(&data->rows, "\n\n");
    comment(data, "panel: ", panel->title);
    if (*panel->detail) comment(data, "  ", panel->detail);
    figure_set_text_at(data, "titles", p, panel->title);
    figure_set_text_at(data, "details", p, panel->detail);
    figure_set_at(data, "first", p, (double)data->n_blocks + 1);
}

void figure_begin_block(figure_data *data, size_t slot, const char *about)
{
    size_t b = ++data->n_blocks;
    fl_text_add(&data->rows, "\n\n");
    if (about) comment(data, "", about);
    figure_set_at(data, "slot", b, (double)slot + 1);
    figure_set_at(data, "last", data->n_panels, (double)b);
}

void figure_add_numbers(figure_data *data, const double *numbers, size_t n)
{
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

/* How many trials every arm has; 0 when arms differ. */
static size_t common_trials(const figure_sheet *sheet)
{
    size_t common = 0;
    for (size_t p = 0; p < sheet->n_panels; p++)
        for (size_t i = 0; i < sheet->panels[p].n_arms; i++) {
            size_t n = sheet->panels[p].arms[i].summary->n_counted;
            if (n && common && n != common) return 0;
            if (n) common = n;
        }
    return common;
}

void figure_set_band(figure_data *data, const figure_sheet *sheet)
{
    char text[80] = "5–95 %, resampling each arm's trials";
    size_t n = common_trials(sheet);
    if (n) snprintf(text, sizeof text, "5–95 %%, resampling these %zu trials", n);
    figure_set_text(data, "band_name", text);
}

bool figure_end(figure_data *data, const char *reason)
{
    figure_set(data, "n_panels", (double)data->n_panels);
    figure_set(data, "n_blocks", (double)data->n_blocks);
    snprintf(data->reason, sizeof data->reason, "%s", data->n_blocks ? "" : reason);
    return data->n_blocks > 0;
}
