/* Columns are as wide as their widest entry, and the bars take what is left of the width. */
#include "command/watch_screen.h"
#include "command/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LEAST_BAR = 4,
    MOST_BAR = 48,
    MOST_NAME = 32,
    BESIDE_ARMS = 5
}; /* title, total, counts, what the run does, the cursor */

static size_t characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* `text` in exactly `width` characters, cut where it is longer. */
static void add_padded(fl_text *out, const char *text, size_t width)
{
    size_t n = 0;
    bool cut = characters(text) > width;
    for (; *text && (!cut || n < width); text++) {
        bool starts = ((unsigned char)*text & 0xc0) != 0x80;
        if (starts && cut && n + 1 == width) break;
        n += starts;
        fl_text_add_bytes(out, text, 1);
    }
    if (cut) fl_text_add(out, "…");
    for (n += cut; n < width; n++) fl_text_add(out, " ");
}

/* Add a line of a screen, cut at its width. */
static void add_cut(fl_text *screen, fl_text *line, size_t width)
{
    size_t n = characters(line->bytes);
    add_padded(screen, line->bytes, n < width ? n : width);
    fl_text_add(screen, "\n");
    line->length = 0;
}

/* --- a row --- */

typedef struct layout {
    size_t screen, name, bar, count; /* widths */
    bool colour;
} layout;

static void counted(char text[48], const watch_arm *arm)
{
    snprintf(text, 48, "%zu/%zu", arm->ended, arm->ended + arm->left);
}

static void add_bar(fl_text *out, const layout *columns, const watch_arm *arm)
{
    size_t whole = arm->ended + arm->left, filled = whole ? columns->bar * arm->ended / whole : columns->bar;
    if (columns->colour) fl_text_add(out, "\033[36m");
    for (size_t i = 0; i < columns->bar; i++) fl_text_add(out, i < filled ? "█" : "░");
    if (columns->colour) fl_text_add(out, "\033[0m");
}

/* The bars take what a narrow screen leaves: where they have no room, a row may be too long for it, too. */
static void add_row(fl_text *out, const layout *columns, const char *name, const watch_arm *arm)
{
    char count[48];
    fl_text words = { 0 };
    counted(count, arm);
    add_padded(out, name, columns->name);
    fl_text_add(out, "  ");
    if (columns->bar) add_bar(out, columns, arm);
    fl_text_add(&words, "%s%*s", columns->bar ? "  " : "", (int)columns->count, count);
    if (arm->diverged) fl_text_add(&words, "  %zu diverged", arm->diverged);
    if (arm->failed) fl_text_add(&words, "  %zu failed", arm->failed);
    add_cut(out, &words, columns->screen - columns->name - columns->bar - 2);
    fl_text_free(&words);
}

static layout layout_of(const watch_state *state, size_t width, bool colour)
{
    char count[48];
    const fl_study *study = state->results->study;
    layout found = { .screen = width, .name = 5, .colour = colour };
    for (size_t i = 0; i < study->n_arms; i++) {
        size_t name = characters(study->arms[i].name);
        found.name = name > found.name ? name : found.name;
    }
    counted(count, &state->all);
    found.count = strlen(count);
    if (found.name > MOST_NAME) found.name = MOST_NAME;
    if (found.name > width / 3 && width / 3 > 5) found.name = width / 3;
    size_t words = (state->all.diverged ? 14 : 0) + (state->all.failed ? 12 : 0); /* "  99 diverged" */
    size_t taken = found.name + found.count + 4 + words;
    found.bar = width > taken + LEAST_BAR ? width - taken : 0;
    if (found.bar > MOST_BAR) found.bar = MOST_BAR;
    return found;
}

/* --- words --- */

static void add_activity(fl_text *out, const watch_state *state)
{
    char time[48];
    if (state->complete) {
        fl_text_add(out, "complete");
        return;
    }
    if (isfinite(state->left)) {
        progress_duration(state->left, time);
        fl_text_add(out, "about %s left, ", time);
    }
    if (state->runs)
        fl_text_add(out, "%zu worker%s", state->workers, state->workers == 1 ? "" : "s");
    else
        fl_text_add(out, "no run on this machine writes here");
    if (isfinite(watch_rate(state))) fl_text_add(out, ", %.3g trials/min", watch_rate(state));
    if (!isnan(state->since_record)) {
        progress_duration(state->since_record, time);
        fl_text_add(out, ", last record %s ago", time);
    }
}

static void add_counts(fl_text *out, const watch_state *state)
{
    fl_text_add(out, "%zu of %zu steps", state->steps, state->steps + state->steps_left);
    if (state->reruns + state->reruns_left)
        fl_text_add(out, ", %zu of %zu reruns", state->reruns, state->reruns + state->reruns_left);
}

void watch_add_screen(fl_text *screen, const watch_state *state, size_t width, size_t height, bool colour)
{
    const fl_study *study = state->results->study;
    layout columns = layout_of(state, width, colour);
    size_t room = height > BESIDE_ARMS + 2 ? height - BESIDE_ARMS : 2;
    size_t n = study->n_arms <= room ? study->n_arms : room - 1;
    fl_text line = { 0 };
    fl_text_add(&line, "%s: %s", study->name, state->results->folder);
    add_cut(screen, &line, width);
    for (size_t i = 0; i < n; i++) add_row(screen, &columns, study->arms[i].name, &state->arms[i]);
    if (n < study->n_arms) fl_text_add(screen, "and %zu more arms\n", study->n_arms - n);
    add_row(screen, &columns, "total", &state->all);
    add_counts(&line, state);
    add_cut(screen, &line, width);
    add_activity(&line, state);
    add_cut(screen, &line, width);
    fl_text_free(&line);
}

void watch_add_line(fl_text *line, const watch_state *state)
{
    char count[48];
    counted(count, &state->all);
    fl_text_add(line, "%s trials, ", count);
    add_counts(line, state);
    if (state->all.diverged) fl_text_add(line, ", %zu diverged", state->all.diverged);
    if (state->all.failed) fl_text_add(line, ", %zu failed", state->all.failed);
    fl_text_add(line, ", ");
    add_activity(line, state);
}
