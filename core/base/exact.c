/* SLEEF's "cinz" functions: C, identical results, no fused multiply-add. */
#include "base/exact.h"

#include <sleef.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT(number) #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)
const char fl_exact_library[] = "SLEEF " VERSION(SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL);

double fl_exact_exp(double x)
{
    return Sleef_cinz_expd1_u10purec(x);
}

double fl_exact_log(double x)
{
    return Sleef_cinz_logd1_u10purec(x);
}

double fl_exact_pow(double x, double y)
{
    return Sleef_cinz_powd1_u10purec(x, y);
}

double fl_exact_sin(double x)
{
    return Sleef_cinz_sind1_u10purec(x);
}

double fl_exact_cos(double x)
{
    return Sleef_cinz_cosd1_u10purec(x);
}

double fl_exact_erf(double x)
{
    return Sleef_cinz_erfd1_u10purec(x);
}

double fl_exact_round_9_digits(double x)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.8e", x);
    return strtod(digits, NULL);
}
