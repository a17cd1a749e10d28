/* The bar is redrawn in place; lines come when a twentieth more is done, or after half a minute. */
#include "command/progress.h"
#include "base/entry.h"
#include "base/memory.h"
#include "say/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef enum style { STYLE_NONE, STYLE_LINES, STYLE_BAR, STYLE_AUTO } style;

enum { BAR_CELLS = 24, LINE_SECONDS = 30, LINES = 20 };

struct progress {
    style style;
    double last_seconds; /* of the last line */
    size_t last_done;
    bool drawn;
};

progress *progress_new(const char *mode, fl_error *error)
{
    static const char *const modes[] = {
        [STYLE_NONE] = "none", [STYLE_LINES] = "lines", [STYLE_BAR] = "bar", [STYLE_AUTO] = "auto", NULL
    };
    size_t found;
    if (!fl_entry_choose(modes, "progress", mode, &found, error)) return NULL;
    progress *p = fl_memory_new(1, sizeof *p);
    p->style = found != STYLE_AUTO ? (style)found : isatty(STDERR_FILENO) ? STYLE_BAR : STYLE_LINES;
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
static void message(const fl_farm_progress *now, char *text, size_t size)
{
    char left[64] = "", time[48], failed[40] = "";
    if (now->failed) snprintf(failed, sizeof failed, ", %zu failed", now->failed);
    if (now->left >= 0 && now->done < now->total) {
        progress_duration(now->left, time);
        snprintf(left, sizeof left, ", %s left", time);
    }
    snprintf(text, size, "%zu/%zu trials, %zu infeasible%s%s", now->done, now->total, now->infeasible, failed, left);
}

static size_t columns(void)
{
    struct winsize window;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col ? window.ws_col : 80;
}

static void draw_bar(progress *p, const fl_farm_progress *now)
{
    char text[400], bar[3 * BAR_CELLS + 1] = "";
    size_t filled = now->total ? BAR_CELLS * now->done / now->total : 0, width = columns();
    for (size_t i = 0; i < BAR_CELLS; i++) strcat(bar, i < filled ? "█" : "░");
    message(now, text, sizeof text);
    int room = width > BAR_CELLS + 2 ? (int)(width - BAR_CELLS - 2) : 0;
    fprintf(stderr, "\r%s %.*s\033[K", bar, room, text);
    p->drawn = true;
}

static void print_line(progress *p, const fl_farm_progress *now)
{
    char text[400];
    size_t step = now->total / LINES ? now->total / LINES : 1;
    bool more = now->done >= p->last_done + step || now->done == now->total;
    bool due = now->done != p->last_done && (more || now->seconds - p->last_seconds >= LINE_SECONDS);
    if (!due) return;
    message(now, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    p->last_seconds = now->seconds;
    p->last_done = now->done;
}

void progress_show(void *user, const fl_farm_progress *now)
{
    progress *p = user;
    if (p->style == STYLE_BAR) draw_bar(p, now);
    if (p->style == STYLE_LINES) print_line(p, now);
}

void progress_say(void *user, const char *text)
{
    progress *p = user;
    if (p->drawn) fputs("\r\033[K", stderr);
    remark("%s", text);
}

void progress_free(progress *p)
{
    if (!p) return;
    if (p->drawn) fputc('\n', stderr);
    free(p);
}
