/* Arms sorted into panels, and what sets the panels apart. */
#include "figures/figure_layout.h"
#include "base/memory.h"
#include "base/text.h"
#include "figures/figure_slots.h"
#include "figures/figure_text.h"

#include <stdlib.h>
#include <string.h>

/* --- panels --- */

static const fl_study_arm *arm_of(const figure_panel *panel)
{
    return panel->arms[0].summary->arm;
}

static const fl_trial *trial_of(const figure_panel *panel)
{
    return &arm_of(panel)->base;
}

static bool belongs(const figure_panel *panel, unsigned mixes, const fl_summary *summary, const fl_study_arm *arm)
{
    const fl_trial *first = trial_of(panel), *trial = &arm->base;
    bool same_backend = first->backend == trial->backend && first->precision == trial->precision;
    return (mixes & FIGURE_MIXES_STUDIES || panel->summary == summary) &&
           (mixes & FIGURE_MIXES_WORKLOADS || first->owners.workload == trial->owners.workload) &&
           (mixes & FIGURE_MIXES_BATCHES || first->batch_size == trial->batch_size) &&
           (mixes & FIGURE_MIXES_BACKENDS || same_backend) &&
           (mixes & FIGURE_MIXES_PARALLELS || fl_study_same_parallel(arm_of(panel), arm));
}

static figure_panel *panel_for(figure_layout *layout, unsigned mixes, const fl_summary *summary,
                               const fl_study_arm *arm)
{
    for (size_t i = 0; i < layout->n_panels; i++)
        if (belongs(&layout->panels[i], mixes, summary, arm)) return &layout->panels[i];
    layout->panels = fl_memory_grow(layout->panels, layout->n_panels + 1, sizeof *layout->panels);
    layout->panels[layout->n_panels] =
        (figure_panel){ .summary = summary, .title = arm->base.owners.workload->entry.name };
    return &layout->panels[layout->n_panels++];
}

static void add_arm(figure_layout *layout, unsigned mixes, const fl_summary *summary, const fl_summary_arm *arm)
{
    figure_panel *panel = panel_for(layout, mixes, summary, arm->arm);
    panel->arms = fl_memory_grow(panel->arms, panel->n_arms + 1, sizeof *panel->arms);
    panel->arms[panel->n_arms++] = (figure_arm){ arm, summary, figure_slot_of(layout, arm->arm) };
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

static void add_parallel(fl_text *text, const figure_panel *panel)
{
    const char *parallel = arm_of(panel)->parallel;
    fl_text_add(text, "%s", parallel ? parallel : "");
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
    { add_precision, FIGURE_MIXES_BACKENDS }, { add_parallel, FIGURE_MIXES_PARALLELS },
    { add_study, FIGURE_MIXES_STUDIES },      { add_folder, FIGURE_MIXES_STUDIES },
};
enum { N_FACETS = sizeof facets / sizeof *facets };

static fl_text *texts_of(const figure_layout *layout, void (*add)(fl_text *, const figure_panel *))
{
    fl_text *texts = fl_memory_new(layout->n_panels, sizeof *texts);
    for (size_t i = 0; i < layout->n_panels; i++) add(&texts[i], &layout->panels[i]);
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
static void add_facet(const figure_layout *layout, fl_text *details, const facet *f)
{
    fl_text *titles = texts_of(layout, add_title), *parts = texts_of(layout, f->add);
    for (size_t i = 0; i < layout->n_panels; i++)
        fl_text_add(&titles[i], "\n%s", details[i].bytes ? details[i].bytes : "");
    bool needed = f->add != add_folder || !all_unlike(titles, layout->n_panels);
    for (size_t i = 0; i < layout->n_panels && needed && !all_equal(parts, layout->n_panels); i++)
        fl_text_add(&details[i], "%s%s", details[i].length && parts[i].length ? ", " : "", parts[i].bytes);
    free_texts(parts, layout->n_panels);
    free_texts(titles, layout->n_panels);
}

/* Panels that are still alike (a folder given twice, long names that agree where they are cut) are numbered. */
static void number_alike(const figure_layout *layout, fl_text *details)
{
    fl_text *whole = texts_of(layout, add_title);
    for (size_t i = 0; i < layout->n_panels; i++) fl_text_add(&whole[i], "\n%s", details[i].bytes);
    figure_texts_make_unique(whole, layout->n_panels);
    for (size_t i = 0; i < layout->n_panels; i++)
        fl_text_add(&details[i], "%s", whole[i].bytes + strlen(layout->panels[i].title) + 1 + details[i].length);
    free_texts(whole, layout->n_panels);
}

static void describe_panels(figure_layout *layout, unsigned mixes)
{
    fl_text *details = fl_memory_new(layout->n_panels, sizeof *details);
    for (const facet *f = facets; f < facets + N_FACETS; f++)
        if (!(mixes & f->mixed_by)) add_facet(layout, details, f);
    for (size_t i = 0; i < layout->n_panels; i++) fl_text_add(&details[i], "%s", "");
    number_alike(layout, details);
    for (size_t i = 0; i < layout->n_panels; i++) layout->panels[i].detail = details[i].bytes;
    free(details);
}

/* --- the layout --- */

static figure_layout *make(const fl_summary *const *summaries, size_t n, unsigned mixes)
{
    figure_layout *layout = fl_memory_new(1, sizeof *layout);
    *layout = (figure_layout){ .summaries = summaries, .n_summaries = n };
    for (size_t i = 0; i < n; i++)
        for (size_t arm = 0; arm < summaries[i]->n_arms; arm++)
            add_arm(layout, mixes, summaries[i], &summaries[i]->arms[arm]);
    figure_slots_end(layout);
    describe_panels(layout, mixes);
    return layout;
}

figure_layout *figure_layout_new(const fl_summary *const *summaries, size_t n)
{
    return make(summaries, n, 0);
}

figure_layout *figure_layout_mixed(const figure_layout *layout, unsigned mixes)
{
    return make(layout->summaries, layout->n_summaries, mixes);
}

void figure_layout_free(figure_layout *layout)
{
    if (!layout) return;
    for (size_t i = 0; i < layout->n_panels; i++) {
        free(layout->panels[i].detail);
        free(layout->panels[i].arms);
    }
    for (size_t i = 0; i < layout->n_slots; i++) free(layout->slots[i].name);
    free(layout->panels);
    free(layout->slots);
    free(layout);
}
