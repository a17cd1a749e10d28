/* Arms sorted into panels, and what sets the panels apart. */
#include "figures/figure_sheet.h"
#include "base/memory.h"
#include "base/text.h"
#include "figures/figure_slots.h"
#include "figures/figure_text.h"

#include <stdlib.h>
#include <string.h>

/* --- panels --- */

static const fl_trial *trial_of(const figure_panel *panel)
{
    return &panel->arms[0].summary->arm->base;
}

static bool belongs(const figure_panel *panel, unsigned mixes, const fl_summary *summary, const fl_trial *trial)
{
    const fl_trial *first = trial_of(panel);
    bool same_backend = first->backend == trial->backend && first->precision == trial->precision;
    return (mixes & FIGURE_MIXES_STUDIES || panel->summary == summary) &&
           (mixes & FIGURE_MIXES_WORKLOADS || first->owners.workload == trial->owners.workload) &&
           (mixes & FIGURE_MIXES_BATCHES || first->batch_size == trial->batch_size) &&
           (mixes & FIGURE_MIXES_BACKENDS || same_backend);
}

static figure_panel *panel_for(figure_sheet *sheet, unsigned mixes, const fl_summary *summary, const fl_trial *trial)
{
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (belongs(&sheet->panels[i], mixes, summary, trial)) return &sheet->panels[i];
    sheet->panels = fl_memory_grow(sheet->panels, sheet->n_panels + 1, sizeof *sheet->panels);
    sheet->panels[sheet->n_panels] = (figure_panel){ .summary = summary, .title = trial->owners.workload->entry.name };
    return &sheet->panels[sheet->n_panels++];
}

static void add_arm(figure_sheet *sheet, unsigned mixes, const fl_summary *summary, const fl_summary_arm *arm)
{
    figure_panel *panel = panel_for(sheet, mixes, summary, &arm->arm->base);
    panel->arms = fl_memory_grow(panel->arms, panel->n_arms + 1, sizeof *panel->arms);
    panel->arms[panel->n_arms++] = (figure_arm){ arm, summary, figure_slot_of(sheet, arm->arm) };
}

/* --- what sets them apart --- */

static void add_title(fl_text *text, const figure_panel *panel)
{
    fl_text_add(text, "%s", panel->title);
}

static void add_batch(fl_text *text, const figure_panel *panel)
{
    fl_text_add(text, "batch %zu", trial_of(panel)->batch_size);
}

static void add_backend(fl_text *text, const figure_panel *panel)
{
    fl_text_add(text, "%s", trial_of(panel)->backend->entry.name);
}

static void add_precision(fl_text *text, const figure_panel *panel)
{
    fl_text_add(text, "%s", fl_backend_precision_name(trial_of(panel)->precision));
}

static void add_study(fl_text *text, const figure_panel *panel)
{
    figure_text_add_cut(text, panel->summary->results->study->name, FIGURE_NAME_WIDTH);
}

static void add_folder(fl_text *text, const figure_panel *panel)
{
    figure_text_add_cut(text, panel->summary->results->folder, FIGURE_NAME_WIDTH);
}

/* What a panel's second line may say, unless its figure mixes it. */
typedef struct facet {
    void (*add)(fl_text *text, const figure_panel *panel);
    unsigned mixed_by;
} facet;

static const facet facets[] = {
    { add_batch, FIGURE_MIXES_BATCHES },      { add_backend, FIGURE_MIXES_BACKENDS },
    { add_precision, FIGURE_MIXES_BACKENDS }, { add_study, FIGURE_MIXES_STUDIES },
    { add_folder, FIGURE_MIXES_STUDIES },
};
enum { N_FACETS = sizeof facets / sizeof *facets };

static fl_text *texts_of(const figure_sheet *sheet, void (*add)(fl_text *, const figure_panel *))
{
    fl_text *texts = fl_memory_new(sheet->n_panels, sizeof *texts);
    for (size_t i = 0; i < sheet->n_panels; i++) add(&texts[i], &sheet->panels[i]);
    return texts;
}

static void free_texts(fl_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) fl_text_free(&texts[i]);
    free(texts);
}

static bool all_equal(const fl_text *texts, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(texts[i].bytes, texts[0].bytes)) return false;
    return true;
}

static bool all_unlike(const fl_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (!strcmp(texts[i].bytes, texts[j].bytes)) return false;
    return true;
}

/* Add to the panels' details what a facet says of them, unless it says the same of all. A folder's name is the last
 * resort: it tells panels apart that nothing else does. */
static void add_facet(const figure_sheet *sheet, fl_text *details, const facet *f)
{
    fl_text *titles = texts_of(sheet, add_title), *parts = texts_of(sheet, f->add);
    for (size_t i = 0; i < sheet->n_panels; i++)
        fl_text_add(&titles[i], "\n%s", details[i].bytes ? details[i].bytes : "");
    bool needed = f->add != add_folder || !all_unlike(titles, sheet->n_panels);
    for (size_t i = 0; i < sheet->n_panels && needed && !all_equal(parts, sheet->n_panels); i++)
        fl_text_add(&details[i], "%s%s", details[i].length ? ", " : "", parts[i].bytes);
    free_texts(parts, sheet->n_panels);
    free_texts(titles, sheet->n_panels);
}

/* Panels that are still alike (a folder given twice, long names that agree where they are cut) are numbered. */
static void number_alike(const figure_sheet *sheet, fl_text *details)
{
    fl_text *whole = texts_of(sheet, add_title);
    for (size_t i = 0; i < sheet->n_panels; i++) fl_text_add(&whole[i], "\n%s", details[i].bytes);
    figure_texts_make_unique(whole, sheet->n_panels);
    for (size_t i = 0; i < sheet->n_panels; i++)
        fl_text_add(&details[i], "%s", whole[i].bytes + strlen(sheet->panels[i].title) + 1 + details[i].length);
    free_texts(whole, sheet->n_panels);
}

static void describe_panels(figure_sheet *sheet, unsigned mixes)
{
    fl_text *details = fl_memory_new(sheet->n_panels, sizeof *details);
    for (const facet *f = facets; f < facets + N_FACETS; f++)
        if (!(mixes & f->mixed_by)) add_facet(sheet, details, f);
    for (size_t i = 0; i < sheet->n_panels; i++) fl_text_add(&details[i], "%s", "");
    number_alike(sheet, details);
    for (size_t i = 0; i < sheet->n_panels; i++) sheet->panels[i].detail = details[i].bytes;
    free(details);
}

/* --- the sheet --- */

static figure_sheet *make(const fl_summary *const *summaries, size_t n, unsigned mixes)
{
    figure_sheet *sheet = fl_memory_new(1, sizeof *sheet);
    *sheet = (figure_sheet){ .summaries = summaries, .n_summaries = n };
    for (size_t i = 0; i < n; i++)
        for (size_t arm = 0; arm < summaries[i]->n_arms; arm++)
            add_arm(sheet, mixes, summaries[i], &summaries[i]->arms[arm]);
    figure_slots_name(sheet);
    describe_panels(sheet, mixes);
    return sheet;
}

figure_sheet *figure_sheet_new(const fl_summary *const *summaries, size_t n)
{
    return make(summaries, n, 0);
}

figure_sheet *figure_sheet_mixed(const figure_sheet *sheet, unsigned mixes)
{
    return make(sheet->summaries, sheet->n_summaries, mixes);
}

void figure_sheet_free(figure_sheet *sheet)
{
    if (!sheet) return;
    for (size_t i = 0; i < sheet->n_panels; i++) {
        free(sheet->panels[i].detail);
        free(sheet->panels[i].arms);
    }
    for (size_t i = 0; i < sheet->n_slots; i++) free(sheet->slots[i].name);
    free(sheet->panels);
    free(sheet->slots);
    free(sheet);
}
