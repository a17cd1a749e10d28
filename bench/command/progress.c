/* The bar is redrawn in place; lines come when a twentieth more is done, or after half a minute. */
#include "command/progress.h"
#include "base/memory.h"
#include "say/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef enum style { STYLE_NONE, STYLE_LINES, STYLE_BAR } style;

enum { BAR_CELLS = 24, LINE_SECONDS = 30, LINES = 20 };

struct progress {
    style style;
    double last_seconds; /* of the last line */
    size_t last_done;
    bool drawn;
};

progress *progress_new(const char *mode, fl_error *error)
{
    static const char *const names[] = { [STYLE_NONE] = "none", [STYLE_LINES] = "lines", [STYLE_BAR] = "bar" };
    style found = isatty(STDERR_FILENO) ? STYLE_BAR : STYLE_LINES;
    bool known = !strcmp(mode, "auto");
    for (style s = STYLE_NONE; s <= STYLE_BAR && !known; s++) {
        known = !strcmp(mode, names[s]);
        found = s;
    }
    if (!known) {
        fl_error_user(error, "--progress is auto, bar, lines or none, not '%s'", mode);
        return NULL;
    }
    progress *p = fl_memory_new(1, sizeof *p);
    *p = (progress){ .style = found };
    return p;
}

void progress_duration(double seconds, char text[48])
{
    unsigned long whole = (unsigned long)(seconds + 0.5);
    if (whole < 60)
        snprintf(text, 48, "%lu s", whole);
    else if (whole < 3600)
        snprintf(text, 48, "%lu min %02lu s", whole / 60, whole % 60);
    else
        snprintf(text, 48, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
}

/* "37/60 trials, 2 infeasible, 1 failed, 1 min 20 s left": counts and time, no results, which would invite to stop or
 * extend the study because of what they are. */
static void message(const fl_farm_progress *tally, char *text, size_t size)
{
    char left[64] = "", time[48], failed[40] = "";
    if (tally->failed) snprintf(failed, sizeof failed, ", %zu failed", tally->failed);
    if (tally->left >= 0 && tally->done < tally->total) {
        progress_duration(tally->left, time);
        snprintf(left, sizeof left, ", %s left", time);
    }
    snprintf(text, size, "%zu/%zu trials, %zu infeasible%s%s", tally->done, tally->total, tally->infeasible, failed,
             left);
}

static size_t columns(void)
{
    struct winsize window;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col ? window.ws_col : 80;
}

static void draw_bar(progress *p, const fl_farm_progress *tally)
{
    char text[400], bar[3 * BAR_CELLS + 1] = "";
    size_t filled = tally->total ? BAR_CELLS * tally->done / tally->total : 0, width = columns();
    for (size_t i = 0; i < BAR_CELLS; i++) strcat(bar, i < filled ? "█" : "░");
    message(tally, text, sizeof text);
    int room = width > BAR_CELLS + 2 ? (int)(width - BAR_CELLS - 2) : 0;
    fprintf(stderr, "\r%s %.*s\033[K", bar, room, text);
    p->drawn = true;
}

static void print_line(progress *p, const fl_farm_progress *tally)
{
    char text[400];
    size_t step = tally->total / LINES ? tally->total / LINES : 1;
    bool more = tally->done >= p->last_done + step || tally->done == tally->total;
    bool due = tally->done != p->last_done && (more || tally->seconds - p->last_seconds >= LINE_SECONDS);
    if (!due) return;
    message(tally, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    p->last_seconds = tally->seconds;
    p->last_done = tally->done;
}

void progress_show(void *whose, const fl_farm_progress *tally)
{
    progress *p = whose;
    if (p->style == STYLE_BAR) draw_bar(p, tally);
    if (p->style == STYLE_LINES) print_line(p, tally);
}

void progress_say(void *whose, const char *text)
{
    progress *p = whose;
    if (p->drawn) fputs("\r\033[K", stderr);
    remark("%s", text);
}

void progress_free(progress *p)
{
    if (!p) return;
    if (p->drawn) fputc('\n', stderr);
    free(p);
}
