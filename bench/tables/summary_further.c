/* What a study declares beyond its pairs, on a terminal. */
#include "tables/answers.h"
#include "tables/table_parts.h"

static void print_rows(const answer *a)
{
    page_table *table = page_table_new(a->columns, a->n_columns);
    for (size_t i = 0; i < a->n_cells; i++) page_table_cell(table, "%s", a->cells[i]);
    page_table_end(table);
}

static void print_answers(answers all)
{
    for (const answer *a = all.items; a < all.items + all.n; a++) {
        page_heading("%s", a->title);
        if (a->n_cells) print_rows(a);
        for (const answer_note *note = a->notes; note < a->notes + a->n_notes; note++)
            page_paragraph(4, note->claimed ? "  *" : "  -", note->text);
    }
    answers_free(&all);
}

void summary_print_further(const fl_summary *summary)
{
    print_answers(answers_further(summary));
    if (summary->results->study->claims.effort) print_answers(answers_levels(summary));
}
