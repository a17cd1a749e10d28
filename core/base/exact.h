/* Elementary functions whose bits are the same on every x86-64 machine.
 *
 * libm picks its code by the processor (FMA, AVX2) and so changes the last bits; these are SLEEF's deterministic
 * scalar functions (version 3.5, at most 1 ulp of error, compiled without contraction). Everything whose result must
 * not depend on the machine (initialisation, search, schedules, bias correction, generated data, the naive backend)
 * uses them and never libm's. sqrt, floor, fabs are exact in IEEE 754 and need no twin.
 */
#ifndef FL_BASE_EXACT_H
#define FL_BASE_EXACT_H

#include <stddef.h>

double fl_exact_exp(double x);
double fl_exact_log(double x);
double fl_exact_pow(double x, double y);
double fl_exact_sin(double x);
double fl_exact_cos(double x);
double fl_exact_erf(double x);

/* The same, bit by bit, of each of `n` numbers, which the results replace; several times faster. */
void fl_exact_exp_each(double *x, size_t n);
void fl_exact_log_each(double *x, size_t n);
void fl_exact_cos_each(double *x, size_t n);

/* The library they come from: "SLEEF 3.5.1". */
extern const char fl_exact_library[];

/* `x` rounded to 9 significant decimal digits: what a sampled hyperparameter becomes before it is used. */
double fl_exact_round_9_digits(double x);

#endif
