/* fairlead watch: a run in a terminal, until it is complete. */
#include "base/clock.h"
#include "command/verbs.h"
#include "command/watch_screen.h"
#include "say/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const usage watch_usage = {
    "fairlead watch DIR [--once]",
    "Shows the progress of the run in a result folder: trials and steps of every arm, how many diverged, workers, time "
    "left. It only reads the folder, and shows no results, which must not influence when a study ends. On a terminal "
    "it "
    "redraws in place, elsewhere it prints a line at every change. It ends with the run, or once nobody runs it.",
    "fairlead watch results/quick --once",
};

enum { HEIGHT = 24, WIDTH = 100, READING_SHARE = 20 }; /* reading may take 1/20 of the time */

/* A folder that no process of this machine has locked is abandoned when it did not grow for so long: so many seconds
 * while it was watched, in which a run may begin, and so many mean trials since the last record, in which one of
 * another machine adds the next. */
enum { PATIENCE = 10, PATIENCE_TRIALS = 3 };

typedef struct screen {
    bool terminal, colour;
    size_t lines;         /* drawn last, to be drawn over */
    size_t width, height; /* of the terminal then: another size has moved the lines */
    size_t ended, runs;   /* as last printed as a line */
    bool printed;
} screen;

static screen screen_new(void)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool dumb = !terminal || !strcmp(terminal, "dumb");
    screen s = { .terminal = isatty(STDOUT_FILENO) && !dumb };
    s.colour = s.terminal && !(no && *no);
    return s;
}

static void size_of_terminal(size_t *width, size_t *height)
{
    struct winsize window;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col && window.ws_row;
    *width = known ? window.ws_col : WIDTH;
    *height = known ? window.ws_row : HEIGHT;
}

/* Over what was drawn before: up, each line to its end cleared, and everything below. */
static void draw(screen *s, const watch_state *state)
{
    size_t width, height;
    fl_text text = { 0 };
    size_of_terminal(&width, &height);
    watch_add_screen(&text, state, width, height, s->colour);
    bool moved = s->lines && (width != s->width || height != s->height);
    if (moved) printf("\033[H\033[2J");
    if (s->lines && !moved) printf("\033[%zuA\r", s->lines);
    s->width = width;
    s->height = height;
    s->lines = 0;
    for (char *line = strtok(text.bytes, "\n"); line; line = strtok(NULL, "\n"), s->lines++) printf("%s\033[K\n", line);
    printf("\033[J");
    fflush(stdout);
    fl_text_free(&text);
}

static void print_line(screen *s, const watch_state *state)
{
    fl_text line = { 0 };
    bool same = s->printed && s->ended == state->results->n_records && s->runs == state->runs;
    if (same) return;
    *s = (screen){ .ended = state->results->n_records, .runs = state->runs, .printed = true };
    watch_add_line(&line, state);
    puts(line.bytes);
    fflush(stdout);
    fl_text_free(&line);
}

static void print_once(const screen *s, const watch_state *state)
{
    size_t width, height;
    fl_text text = { 0 };
    size_of_terminal(&width, &height);
    watch_add_screen(&text, state, width, SIZE_MAX, s->colour);
    fputs(text.bytes, stdout);
    fl_text_free(&text);
}

/* When something was last seen to happen. */
typedef struct activity {
    size_t n_records;
    double seen;
} activity;

static bool is_abandoned(activity *last, const watch_state *state)
{
    double now = fl_clock_seconds(), trials = PATIENCE_TRIALS * state->all.seconds;
    if (!last->seen || state->runs || state->results->n_records != last->n_records)
        *last = (activity){ state->results->n_records, now };
    return now - last->seen >= PATIENCE && !(state->since_record < trials); /* both are NaN before the first record */
}

/* Failed trials are bad news, and so is a run that nobody goes on with; a folder without a record has nothing to show.
 */
static int code_of(const watch_state *state, bool abandoned)
{
    if (!state->results->n_records) return NOTHING_MEASURED;
    return state->all.failed || abandoned ? 1 : 0;
}

/* Rest long enough that a large folder, read line by line, costs the run little. */
static void rest(double reading)
{
    double seconds = reading * READING_SHARE > 1 ? reading * READING_SHARE : 1;
    struct timespec time = { .tv_sec = (time_t)seconds, .tv_nsec = (long)(1e9 * (seconds - (double)(time_t)seconds)) };
    nanosleep(&time, NULL);
}

static int watch(const char *folder, bool once)
{
    fl_error error;
    screen s = screen_new();
    activity last = { 0 };
    for (;;) {
        watch_state state;
        double begun = fl_clock_seconds();
        if (!watch_look(folder, &state, &error)) return complain(&error);
        double reading = fl_clock_seconds() - begun;
        if (once)
            print_once(&s, &state);
        else if (s.terminal)
            draw(&s, &state);
        else
            print_line(&s, &state);
        bool abandoned = !once && !state.complete && is_abandoned(&last, &state);
        int code = once || state.complete || abandoned ? code_of(&state, abandoned) : GO_ON;
        if (abandoned)
            remark("%s: no process of this machine runs it, and nothing is added; fairlead run goes on", folder);
        watch_state_free(&state);
        if (code != GO_ON || ferror(stdout)) return code == GO_ON ? 0 : code;
        rest(reading);
    }
}

int verb_watch(int argc, char **argv)
{
    bool once = false;
    const option options[] = { { "--once", NULL, OPTION_FLAG, NULL, "print the present state and end", &once } };
    words rest_of_line;
    int code = options_read(&watch_usage, options, 1, argc, argv, 1, 1, &rest_of_line);
    if (code == GO_ON) code = watch(rest_of_line.items[0], once);
    free(rest_of_line.items);
    return code;
}
