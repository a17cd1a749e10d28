/* Figures drawn by the command from synthetic results: their numbers (NAME.dat) and their drawings as text. */
#ifndef FL_TESTS_FIGURES_H
#define FL_TESTS_FIGURES_H

#include "support/command.h"
#include "support/fixtures.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},"
#define MOMENTUM(name)                                                                                                 \
    "{\"arm\": \"" name "\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate/(1-momentum)\": "                \
    "{\"min\": 1e-2, \"max\": 10, \"scaling\": \"log\"}, \"one_minus_momentum\": "                                     \
    "{\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}"
#define MOMENTUM_RATE(name)                                                                                            \
    "{\"arm\": \"" name "\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "                             \
    "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}}}"

/* Validation errors of five trials, of which the third is selected; test errors are .01 more (add_errors). */
extern const double figures_five[5];

/* The end of a fixture: its records are read, and figures can be drawn. */
void figures_finish(fixture *s);

/* Two arms: five trials of which one reaches the target at step 40; and one that diverged every time. */
void figures_begin(fixture *s);

/* Run a table of tests, or say that there is no gnuplot. */
#define figures_run(tests) (figures_gnuplot() ? test_run(tests, NULL, NULL) : test_skip_all("gnuplot is not installed"))
bool figures_gnuplot(void);

char *figures_read(const char *folder, const char *name);

/* folder/NAME.FORMAT (svg, png, pdf) is a drawing. */
void figures_assert_drawn(const char *folder, const char *name, const char *format);

/* Draw a figure of the fixture and return its .dat, or its drawing. */
char *figures_numbers(const fixture *s, const char *figure);
char *figures_svg(const fixture *s, const char *figure);

/* A trial's identity, by its arm and its place among the arm's trials. */
const char *figures_trial(const fixture *s, size_t arm, size_t i);

/* A line of a trial's timeline, without its key. */
void figures_add_work(const fixture *s, size_t arm, size_t i, const char *line);

/* Two lines of a timeline for a trial: worker 0 computes for a second and then waits for half of one, worker 1 computes
 * for two seconds. */
void figures_add_timeline(const fixture *s, size_t arm, size_t i);

#endif
