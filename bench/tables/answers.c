/* A new question is a function and a line in a list here: everybody who sets answers then shows it. */
#include "tables/answers.h"
#include "base/memory.h"
#include "tables/answers_parts.h"

#include <stdlib.h>

typedef answer answer_of(const fl_summary *summary);

static void answer_free(answer *a)
{
    for (size_t i = 0; i < a->n_cells; i++) free(a->cells[i]);
    for (size_t i = 0; i < a->n_notes; i++) free(a->notes[i].text);
    for (size_t i = a->n_columns - a->n_numbered; i < a->n_columns; i++) free((char *)a->columns[i].bottom);
    free(a->columns);
    free(a->cells);
    free(a->notes);
    free(a->title);
}

static answers list(const fl_summary *summary, answer_of *const *questions, size_t n)
{
    answers all = { fl_memory_new(n, sizeof *all.items), 0 };
    for (size_t i = 0; i < n; i++) {
        answer a = questions[i](summary);
        if (a.n_cells || a.n_notes)
            all.items[all.n++] = a;
        else
            answer_free(&a);
    }
    return all;
}

answers answers_tested(const fl_summary *summary)
{
    static answer_of *const questions[] = { answer_of_pairs };
    return list(summary, questions, 1);
}

answers answers_levels(const fl_summary *summary)
{
    static answer_of *const questions[] = { answer_of_levels };
    return list(summary, questions, 1);
}

answers answers_further(const fl_summary *summary)
{
    static answer_of *const questions[] = { answer_of_flips, answer_of_effort, answer_of_time, answer_of_scalings,
                                            answer_of_workloads };
    return list(summary, questions, sizeof questions / sizeof *questions);
}

void answers_free(answers *all)
{
    for (size_t i = 0; i < all->n; i++) answer_free(&all->items[i]);
    free(all->items);
    *all = (answers){ 0 };
}
