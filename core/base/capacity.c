/* The least of what the machine, its container and the limit on address space leave. */
#include "base/capacity.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double page(void)
{
    return (double)sysconf(_SC_PAGESIZE);
}

/* The first `n` numbers of a file; false where it has fewer. */
static bool read_numbers(const char *path, size_t n, double *numbers)
{
    FILE *file = fopen(path, "r");
    size_t found = 0;
    while (file && found < n && fscanf(file, "%lf", &numbers[found]) == 1) found++;
    if (file) fclose(file);
    return found == n;
}

/* The file says "max" where there is no limit. */
static double of_container(void)
{
    double limit;
    return read_numbers("/sys/fs/cgroup/memory.max", 1, &limit) ? limit : HUGE_VAL;
}

static double of_address_space(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY) return HUGE_VAL;
    return (double)limit.rlim_cur;
}

static double of_machine(void)
{
    return (double)sysconf(_SC_PHYS_PAGES) * page();
}

double fl_capacity_bytes(void)
{
    double pages[2] = { 0 }; /* reserved; occupied */
    read_numbers("/proc/self/statm", 2, pages);
    double occupied = fmin(of_machine(), of_container()) - pages[1] * page();
    return fmax(0, fmin(occupied, of_address_space() - pages[0] * page()));
}

static bool fits(const char *what, double bytes, double there, fl_error *error)
{
    double gib = 1 << 30;
    return bytes <= there ||
           fl_error_user(error, "%s needs %.3g GiB of memory (%.0f bytes), and there are %.3g GiB (%.0f bytes)", what,
                         bytes / gib, bytes, there / gib, there);
}

bool fl_capacity_holds(const char *what, double bytes, fl_error *error)
{
    return fits(what, bytes, fl_capacity_bytes(), error);
}

bool fl_capacity_of_machine(const char *what, double bytes, fl_error *error)
{
    return fits(what, bytes, of_machine(), error);
}
