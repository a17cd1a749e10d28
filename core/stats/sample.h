/* Figures of one sample of numbers. +infinity is a number like any other here (a trial that never got there); NaN is
 * not allowed.
 */
#ifndef FL_STATS_SAMPLE_H
#define FL_STATS_SAMPLE_H

#include <stddef.h>

/* `values` from the smallest to the largest, in place. */
void fl_stats_sort(double *values, size_t n);

/* The places of `values` from the smallest to the largest; equal values keep their order. */
void fl_stats_order(const double *values, size_t n, size_t *order);

/* Ranks from 1, where equal values share the mean of theirs; returns the sum of t^3 - t over groups of t equal values,
 * which the variance of rank statistics is corrected by. */
double fl_stats_ranks(const double *values, size_t n, double *ranks);

/* The quantile at 0 <= p <= 1 of n >= 1 sorted values: linear between the values at (n - 1) p, type 7 of Hyndman and
 * Fan 1996, NumPy's default. Infinite as soon as an infinite value has any weight in it. */
double fl_stats_quantile(const double *sorted, size_t n, double p);

/* The median of n >= 1 values in any order. */
double fl_stats_median(const double *values, size_t n);

/* The weighted mean of those values that are finite, +infinity when none of positive weight is; *finite is their share
 * of the weight. */
double fl_stats_finite_mean(const double *values, const double *weights, size_t n, double *finite);

/* Put the worst of the finite values in the place of the infinite ones; 0 where none is finite. */
void fl_stats_cap(double *values, size_t n);

/* The standard error sqrt(p (1 - p) / n) of a rate measured on n examples, such as a validation error. */
double fl_stats_rate_error(double rate, size_t n);

#endif
