/* Google Benchmark for C: its header is C++ only, so one C++ file stands behind these few words.
 *
 * A benchmark is registered with a body; the body prepares, loops `while (gbench_next(run))`, and counts. The library
 * calls a body several times with growing numbers of iterations until the time is long enough, and again per
 * repetition, so what is costly to prepare is best kept between calls.
 */
#ifndef BENCH_SPEED_GBENCH_GBENCH_H
#define BENCH_SPEED_GBENCH_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gbench gbench; /* a benchmark under way; lives while its body runs */

/* `what` is the body's own copy of what was registered. */
typedef void gbench_body(gbench *run, const void *what);

/* Whose seconds count. */
typedef enum gbench_clock {
    GBENCH_WALL, /* the library's, from the first gbench_next to the last */
    GBENCH_OWN,  /* the body's, reported by gbench_seconds for every iteration */
} gbench_clock;

/* Register a benchmark; `bytes` bytes of `what` are copied. */
void gbench_register(const char *name, gbench_clock clock, gbench_body *body, const void *what, size_t bytes);

/* True while an iteration is still to be done. Once false, or after gbench_skip, the body only counts and returns. */
bool gbench_next(gbench *run);

/* How many iterations this call of the body has. */
uint64_t gbench_iterations(const gbench *run);

/* What the present iteration took, with GBENCH_OWN. */
void gbench_seconds(gbench *run, double seconds);

/* Counters of its own: a number, or an amount per iteration shown per second, after the loop. Zero and what is no
 * finite number is left out: Google Benchmark 1.7.1 prints NaN and Infinity bare (its coefficient of variation of
 * zeros, 0/0, included), which is no JSON. */
void gbench_count(gbench *run, const char *name, double value);
void gbench_rate(gbench *run, const char *name, double per_iteration);

/* A few words beside the numbers. */
void gbench_label(gbench *run, const char *text);

/* Give up with a message instead of a time; before the first gbench_next. */
void gbench_skip(gbench *run, const char *message);

/* A fact about the whole run, for the head of the output. */
void gbench_context(const char *name, const char *value);

/* Read the --benchmark_* flags, run what they ask for. Returns the exit code: 0; 2 for arguments the library does not
 * know or cannot follow, 3 when not all could be printed, 4 when nothing was measured. `help` prints the help and ends
 * the process; the library calls it for some wrong values, too. */
int gbench_main(int argc, char **argv, void (*help)(void));

#ifdef __cplusplus
}
#endif

#endif
