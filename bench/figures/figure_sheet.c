/* Arms sorted into panels; legend entries with the colours of Choi et al. 2019. */
#include "figures/figure_sheet.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- slots --- */

/* Matplotlib's tab10, of which Choi et al. 2019 give four colours to optimizers; the unnamed ones serve all others. */
static const struct {
    unsigned colour;
    const char *optimizer;
} palette[] = {
    { 0x1f77b4, "sgd" },  { 0x2ca02c, "momentum" }, { 0xff7f0e, "nesterov" }, { 0x9467bd, "rmsprop" },
    { 0x17becf, "adam" }, { 0xd62728, "nadam" },    { 0x8c564b, NULL },       { 0xe377c2, NULL },
    { 0xbcbd22, NULL },   { 0x7f7f7f, NULL },
};
enum { N_NAMED = 6, N_UNNAMED = 4 };

enum { NAME_LENGTH = 48 }; /* characters of an arm's name that a legend shows */

static size_t hue_of(const figure_sheet *sheet, const fl_optimizer *optimizer)
{
    size_t n_unnamed = 0;
    for (size_t i = 0; i < N_NAMED; i++)
        if (!strcmp(palette[i].optimizer, optimizer->entry.name)) return i;
    for (const figure_slot *s = sheet->slots; s < sheet->slots + sheet->n_slots; s++) {
        if (s->optimizer == optimizer) return s->hue;
        n_unnamed += s->hue >= N_NAMED && s->shade == 0;
    }
    return N_NAMED + n_unnamed % N_UNNAMED;
}

static size_t count_of(const figure_sheet *sheet, const fl_optimizer *optimizer)
{
    size_t n = 0;
    for (size_t i = 0; i < sheet->n_slots; i++) n += sheet->slots[i].optimizer == optimizer;
    return n;
}

/* A colour with a share of white, or of black where the share is negative. */
static unsigned mixed(unsigned colour, double share)
{
    unsigned result = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        double channel = (colour >> shift) & 255, target = share < 0 ? 0 : 255;
        channel += (target - channel) * (share < 0 ? -share : share);
        result |= (unsigned)(channel + 0.5) << shift;
    }
    return result;
}

/* The same optimizer in several arms: one hue, told apart by lightness. */
static unsigned colour_of(size_t hue, size_t shade)
{
    static const double shares[] = { 0, -0.4, 0.5, -0.65, 0.7 };
    return mixed(palette[hue].colour, shares[shade % (sizeof shares / sizeof *shares)]);
}

static size_t slot_of(figure_sheet *sheet, const fl_study_arm *arm)
{
    const fl_optimizer *optimizer = arm->base.owners.optimizer;
    for (size_t i = 0; i < sheet->n_slots; i++)
        if (!strcmp(sheet->slots[i].label, arm->label) && sheet->slots[i].optimizer == optimizer) return i;
    figure_slot slot = { .label = arm->label,
                         .optimizer = optimizer,
                         .hue = hue_of(sheet, optimizer),
                         .shade = count_of(sheet, optimizer) };
    slot.colour = colour_of(slot.hue, slot.shade);
    sheet->slots = fl_memory_grow(sheet->slots, sheet->n_slots + 1, sizeof *sheet->slots);
    sheet->slots[sheet->n_slots] = slot;
    return sheet->n_slots++;
}

/* `text` up to a number of characters; what is cut leaves an ellipsis. */
static void add_cut(fl_text *out, const char *text, size_t most)
{
    size_t n = 0, end = 0, cut = 0;
    for (; text[end]; end++) {
        bool starts = ((unsigned char)text[end] & 0xC0) != 0x80;
        if (starts && ++n == most) cut = end;
    }
    fl_text_add_bytes(out, text, n > most ? cut : end);
    if (n > most) fl_text_add(out, "…");
}

/* The optimizer's name follows a label that stands for two of them. */
static void name_slot(const figure_sheet *sheet, figure_slot *slot)
{
    fl_text name = { 0 };
    bool ambiguous = false;
    for (const figure_slot *s = sheet->slots; s < sheet->slots + sheet->n_slots; s++)
        ambiguous = ambiguous || (s != slot && !strcmp(s->label, slot->label));
    add_cut(&name, slot->label, NAME_LENGTH);
    if (ambiguous) fl_text_add(&name, " (%s)", slot->optimizer->entry.name);
    slot->name = name.bytes;
}

/* --- panels --- */

static const fl_trial *trial_of(const figure_panel *panel)
{
    return &panel->arms[0].summary->arm->base;
}

static bool belongs(const figure_panel *panel, const fl_summary *summary, const fl_trial *trial)
{
    const fl_trial *mine = trial_of(panel);
    return panel->summary == summary && mine->owners.workload == trial->owners.workload &&
           mine->backend == trial->backend && mine->precision == trial->precision &&
           mine->batch_size == trial->batch_size;
}

static figure_panel *panel_for(figure_sheet *sheet, const fl_summary *summary, const fl_trial *trial)
{
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (belongs(&sheet->panels[i], summary, trial)) return &sheet->panels[i];
    sheet->panels = fl_memory_grow(sheet->panels, sheet->n_panels + 1, sizeof *sheet->panels);
    sheet->panels[sheet->n_panels] = (figure_panel){ .summary = summary, .title = trial->owners.workload->entry.name };
    return &sheet->panels[sheet->n_panels++];
}

static void add_arm(figure_sheet *sheet, const fl_summary *summary, const fl_summary_arm *arm)
{
    figure_panel *panel = panel_for(sheet, summary, &arm->arm->base);
    panel->arms = fl_memory_grow(panel->arms, panel->n_arms + 1, sizeof *panel->arms);
    panel->arms[panel->n_arms++] = (figure_arm){ arm, slot_of(sheet, arm->arm) };
}

/* What a panel's second line may say. */
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
    add_cut(text, panel->summary->results->study->name, NAME_LENGTH);
}

static void add_folder(fl_text *text, const figure_panel *panel)
{
    add_cut(text, panel->summary->results->folder, NAME_LENGTH);
}

/* Add to the panels' details what `add` says of them, unless it says the same of all. Returns whether they differ. */
static bool add_difference(const figure_sheet *sheet, fl_text *details, void (*add)(fl_text *, const figure_panel *))
{
    fl_text *said = fl_memory_new(sheet->n_panels, sizeof *said);
    bool differ = false;
    for (size_t i = 0; i < sheet->n_panels; i++) {
        add(&said[i], &sheet->panels[i]);
        differ = differ || strcmp(said[i].bytes, said[0].bytes);
    }
    for (size_t i = 0; i < sheet->n_panels; i++) {
        if (differ) fl_text_add(&details[i], "%s%s", details[i].length ? ", " : "", said[i].bytes);
        fl_text_free(&said[i]);
    }
    free(said);
    return differ;
}

static bool several_studies(const figure_sheet *sheet)
{
    return sheet->n_panels && sheet->panels[0].summary != sheet->panels[sheet->n_panels - 1].summary;
}

static void describe_panels(figure_sheet *sheet)
{
    fl_text *details = fl_memory_new(sheet->n_panels, sizeof *details);
    add_difference(sheet, details, add_batch);
    add_difference(sheet, details, add_backend);
    add_difference(sheet, details, add_precision);
    if (several_studies(sheet) && !add_difference(sheet, details, add_study))
        add_difference(sheet, details, add_folder);
    for (size_t i = 0; i < sheet->n_panels; i++)
        sheet->panels[i].detail = details[i].bytes ? details[i].bytes : fl_memory_copy_text("");
    free(details);
}

/* --- the sheet --- */

figure_sheet *figure_sheet_new(const fl_summary *const *summaries, size_t n)
{
    figure_sheet *sheet = fl_memory_new(1, sizeof *sheet);
    for (size_t i = 0; i < n; i++)
        for (size_t arm = 0; arm < summaries[i]->n_arms; arm++) add_arm(sheet, summaries[i], &summaries[i]->arms[arm]);
    for (size_t i = 0; i < sheet->n_slots; i++) name_slot(sheet, &sheet->slots[i]);
    describe_panels(sheet);
    return sheet;
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
