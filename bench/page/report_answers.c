/* What a study declares beyond its pairs: each question a table with what is to be said of it. */
#include "page/report_parts.h"
#include "tables/answers.h"

#include <ctype.h>
#include <string.h>

/* A hyphen before a number is its sign. */
static void add_cell(fl_text *page, const char *text)
{
    for (const char *at = text; *at; at++) {
        char one[2] = { *at, 0 };
        bool sign = *at == '-' && isdigit((unsigned char)at[1]) && (at == text || strchr(" [", at[-1]));
        html_text(page, sign ? "\u2212" : one);
    }
}

enum { FOLDED = 12 }; /* longer tables are folded away */

static void add_head(fl_text *page, const answer *a)
{
    char heading[80];
    fl_text_add(page, "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>");
    for (size_t i = 0; i < a->n_columns; i++) {
        if (!answer_has(a, i)) continue;
        answer_heading(&a->columns[i], heading);
        fl_text_add(page, a->columns[i].left ? "<th class=\"words\">" : "<th>");
        add_cell(page, heading);
    }
    fl_text_add(page, "<tbody>\n");
}

static void add_table(fl_text *page, const answer *a)
{
    add_head(page, a);
    for (size_t i = 0; i < a->n_cells; i++) {
        size_t column = i % a->n_columns;
        if (!column) fl_text_add(page, "%s<tr>", i ? "\n" : "");
        if (!answer_has(a, column)) continue;
        fl_text_add(page, !column ? "<th scope=\"row\">" : a->columns[column].left ? "<td class=\"words\">" : "<td>");
        add_cell(page, a->cells[i]);
    }
    fl_text_add(page, "\n</table></div>\n");
}

static void add_rows(fl_text *page, const answer *a)
{
    size_t n = a->n_cells / a->n_columns;
    if (n > FOLDED) fl_text_add(page, "<details><summary>%zu rows</summary>\n", n);
    add_table(page, a);
    if (n > FOLDED) fl_text_add(page, "</details>\n");
}

static void add_notes(fl_text *page, const answer *a)
{
    if (!a->n_notes) return;
    fl_text_add(page, "<ul class=\"findings\">\n");
    for (const answer_note *note = a->notes; note < a->notes + a->n_notes; note++) {
        fl_text_add(page, "<li>");
        html_element(page, note->claimed ? "b" : "span", note->text);
        fl_text_add(page, "\n");
    }
    fl_text_add(page, "</ul>\n");
}

void report_answers(fl_text *page, const fl_summary *summary)
{
    answers all = answers_further(summary);
    for (const answer *a = all.items; a < all.items + all.n; a++) {
        html_element(page, "h3", a->title);
        if (a->n_cells) add_rows(page, a);
        add_notes(page, a);
    }
    answers_free(&all);
}

void report_levels(fl_text *page, const fl_summary *summary)
{
    answers all = answers_levels(summary);
    for (const answer *a = all.items; a < all.items + all.n; a++) {
        fl_text_add(page, "<details><summary>");
        html_text(page, a->title);
        fl_text_add(page, "</summary>\n");
        add_table(page, a);
        fl_text_add(page, "</details>\n");
    }
    answers_free(&all);
}
