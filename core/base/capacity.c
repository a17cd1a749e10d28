/* The least of what the machine, the control groups of this process and the limit on address space leave. Groups lie in
 * each other, and each may have a limit (Slurm, systemd and containers set them); a process reads its own in
 * /proc/self/cgroup, of version 1 of the interface or 2. */
#include "base/capacity.h"
#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double page(void)
{
    return (double)sysconf(_SC_PAGESIZE);
}

static double of_machine(void)
{
    return (double)sysconf(_SC_PHYS_PAGES) * page();
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    return fopen(path, "re");
}

static double number_at(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    return end > text ? number : NAN;
}

/* The number that follows `key` at the start of a line, or that the file begins with (""); else NaN. */
static double number_in(const char *folder, const char *name, const char *key)
{
    char line[256];
    double number = NAN;
    FILE *file = open_in(folder, name);
    while (file && isnan(number) && fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key))) number = number_at(line + strlen(key));
    if (file) fclose(file);
    return number;
}

/* --- control groups --- */

/* `cache` is what the kernel gives back first of what is used: pages of files that nobody has touched lately. */
typedef struct interface {
    const char *mount, *limit, *used, *cache;
} interface;

static const interface version_1 = { "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                     "total_inactive_file " };
static const interface version_2 = { "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file " };

/* Without a limit the file says "max", or a number beyond any machine. */
static double left_in(const char *root, const interface *as, const char *group)
{
    char folder[FL_FILE_PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s%s%s", root, as->mount, group) >= FL_FILE_PATH_MAX) return HUGE_VAL;
    double limit = number_in(folder, as->limit, "");
    if (isnan(limit) || limit > of_machine()) return HUGE_VAL;
    double used = number_in(folder, as->used, ""), cache = number_in(folder, "memory.stat", as->cache);
    return isnan(used) ? HUGE_VAL : limit - used + (isnan(cache) ? 0 : cache);
}

/* Upwards from the group: where a container sees its own group as the root, the path leads nowhere but there. */
static double left_up_from(const char *root, const interface *as, char *group)
{
    double least = left_in(root, as, group);
    while (*group) {
        *strrchr(group, '/') = 0;
        least = fmin(least, left_in(root, as, group));
    }
    return least;
}

/* "4:cpu,memory:/a/b" of version 1, "0::/a/b" of version 2. */
static double left_by(const char *root, char *line)
{
    char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL, *rest;
    bool memory = false;
    if (!group || group[1] != '/') return HUGE_VAL;
    *group++ = 0;
    group[strcspn(group, "\n")] = 0;
    const interface *as = controllers[1] ? &version_1 : &version_2;
    for (char *one = strtok_r(controllers + 1, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
        memory |= !strcmp(one, "memory");
    return memory || as == &version_2 ? left_up_from(root, as, group) : HUGE_VAL;
}

static double left_by_groups(const char *root)
{
    char line[FL_FILE_PATH_MAX];
    double least = HUGE_VAL;
    FILE *file = open_in(root, "/proc/self/cgroup");
    while (file && fgets(line, sizeof line, file)) least = fmin(least, left_by(root, line));
    if (file) fclose(file);
    return least;
}

/* --- all of it --- */

double fl_capacity_left(const char *root)
{
    double available = 1024 * number_in(root, "/proc/meminfo", "MemAvailable:");
    return fmin(isnan(available) ? of_machine() : available, left_by_groups(root));
}

static double of_address_space(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY) return HUGE_VAL;
    return (double)limit.rlim_cur;
}

static size_t n_alike = 1;

void fl_capacity_divide(size_t processes)
{
    n_alike = processes ? processes : 1;
}

double fl_capacity_bytes(void)
{
    double pages[2] = { 0 }; /* reserved; occupied */
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%lf %lf", &pages[0], &pages[1]) != 2) pages[1] = 0;
    if (file) fclose(file);
    double occupied = pages[1] * page(), whole = fl_capacity_left("") + occupied;
    return fmax(0, fmin(whole / (double)n_alike - occupied, of_address_space() - pages[0] * page()));
}

static bool fits(const char *what, double bytes, double there, size_t processes, fl_error *error)
{
    char among[80] = "";
    double gib = 1 << 30;
    if (bytes <= there) return true;
    if (processes > 1)
        snprintf(among, sizeof among, " for each of %zu processes; fewer (-j, -np) have more", processes);
    return fl_error_user(error, "%s needs %.3g GiB of memory (%.0f bytes), and there are %.3g GiB (%.0f bytes)%s", what,
                         bytes / gib, bytes, there / gib, there, among);
}

bool fl_capacity_holds(const char *what, double bytes, fl_error *error)
{
    return fits(what, bytes, fl_capacity_bytes(), n_alike, error);
}

bool fl_capacity_of_machine(const char *what, double bytes, fl_error *error)
{
    return fits(what, bytes, of_machine(), 1, error);
}
