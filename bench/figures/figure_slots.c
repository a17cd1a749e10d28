/* Colours of Choi et al. 2019, for as many arms as a study has. */
#include "figures/figure_slots.h"
#include "base/memory.h"
#include "figures/figure_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Matplotlib's tab10, of which Choi et al. 2019 give four colours to optimizers, then of its tab20b the darkest and the
 * third of each hue. The unnamed ones serve all other optimizers in the order they appear. */
static const struct {
    unsigned colour;
    const char *optimizer;
} palette[] = {
    { 0x1f77b4, "sgd" },  { 0x2ca02c, "momentum" }, { 0xff7f0e, "nesterov" }, { 0x9467bd, "rmsprop" },
    { 0x17becf, "adam" }, { 0xd62728, "nadam" },    { 0x8c564b, NULL },       { 0xe377c2, NULL },
    { 0xbcbd22, NULL },   { 0x7f7f7f, NULL },       { 0x393b79, NULL },       { 0x637939, NULL },
    { 0x8c6d31, NULL },   { 0x843c39, NULL },       { 0x7b4173, NULL },       { 0x6b6ecf, NULL },
    { 0xb5cf6b, NULL },   { 0xe7ba52, NULL },       { 0xd6616b, NULL },       { 0xce6dbd, NULL },
};
enum { N_NAMED = 6, N_UNNAMED = sizeof palette / sizeof *palette - N_NAMED };

static size_t hue_of(const figure_layout *layout, const fl_optimizer *optimizer)
{
    size_t n_unnamed = 0;
    for (size_t i = 0; i < N_NAMED; i++)
        if (!strcmp(palette[i].optimizer, optimizer->entry.name)) return i;
    for (size_t i = 0; i < layout->n_slots; i++) {
        const figure_slot *s = &layout->slots[i];
        if (s->optimizer == optimizer) return s->hue;
        bool seen = s->hue < N_NAMED;
        for (size_t j = 0; j < i && !seen; j++) seen = layout->slots[j].optimizer == s->optimizer;
        n_unnamed += !seen;
    }
    return N_NAMED + n_unnamed % N_UNNAMED;
}

static size_t count_hue(const figure_layout *layout, size_t hue)
{
    size_t n = 0;
    for (size_t i = 0; i < layout->n_slots; i++) n += layout->slots[i].hue == hue;
    return n;
}

/* A colour with a share of white, or of black where the share is negative. */
static unsigned mixed(unsigned colour, double share)
{
    unsigned result = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        double channel = (colour >> shift) & 255, target = share < 0 ? 0 : 255;
        channel += (target - channel) * fabs(share);
        result |= (unsigned)(channel + 0.5) << shift;
    }
    return result;
}

/* Arms of one hue are told apart by lightness: five shares far from each other, then the golden section's, which never
 * repeat. */
static unsigned colour_of(size_t hue, size_t shade)
{
    static const double shares[] = { 0, -0.4, 0.5, -0.65, 0.7 }, darkest = -0.7, lightest = 0.75;
    double golden = fmod(0.6180339887 * (double)shade, 1);
    bool listed = shade < sizeof shares / sizeof *shares;
    return mixed(palette[hue].colour, listed ? shares[shade] : darkest + (lightest - darkest) * golden);
}

size_t figure_slot_of(figure_layout *layout, const fl_study_arm *arm)
{
    const fl_optimizer *optimizer = arm->base.owners.optimizer;
    for (size_t i = 0; i < layout->n_slots; i++)
        if (!strcmp(layout->slots[i].label, arm->label) && layout->slots[i].optimizer == optimizer) return i;
    size_t hue = hue_of(layout, optimizer), shade = count_hue(layout, hue);
    layout->slots = fl_memory_grow(layout->slots, layout->n_slots + 1, sizeof *layout->slots);
    layout->slots[layout->n_slots] = (figure_slot){
        .label = arm->label, .optimizer = optimizer, .hue = hue, .shade = shade, .colour = colour_of(hue, shade)
    };
    return layout->n_slots++;
}

/* The optimizer's name follows a label that stands for two of them. */
static void add_name(const figure_layout *layout, const figure_slot *slot, fl_text *name)
{
    bool ambiguous = false;
    for (const figure_slot *s = layout->slots; s < layout->slots + layout->n_slots; s++)
        ambiguous = ambiguous || (s != slot && !strcmp(s->label, slot->label));
    figure_text_add_cut(name, slot->label, FIGURE_NAME_WIDTH);
    if (ambiguous) fl_text_add(name, " (%s)", slot->optimizer->entry.name);
}

static bool of_one_optimizer(const figure_layout *layout)
{
    for (size_t i = 1; i < layout->n_slots; i++)
        if (layout->slots[i].optimizer != layout->slots[0].optimizer) return false;
    return true;
}

/* Where the optimizer tells nothing apart its arms have a colour each; the first keeps the optimizer's. */
static void give_hues(figure_layout *layout)
{
    size_t taken = layout->n_slots && layout->slots[0].hue >= N_NAMED;
    for (size_t i = 1; i < layout->n_slots; i++) {
        figure_slot *slot = &layout->slots[i];
        slot->hue = N_NAMED + (i - 1 + taken) % N_UNNAMED;
        slot->shade = (i - 1 + taken) / N_UNNAMED;
        slot->colour = colour_of(slot->hue, slot->shade);
    }
}

static void give_names(figure_layout *layout)
{
    fl_text *names = fl_memory_new(layout->n_slots, sizeof *names);
    for (size_t i = 0; i < layout->n_slots; i++) add_name(layout, &layout->slots[i], &names[i]);
    figure_texts_make_unique(names, layout->n_slots);
    for (size_t i = 0; i < layout->n_slots; i++) layout->slots[i].name = names[i].bytes;
    free(names);
}

void figure_slots_end(figure_layout *layout)
{
    if (of_one_optimizer(layout)) give_hues(layout);
    give_names(layout);
}
