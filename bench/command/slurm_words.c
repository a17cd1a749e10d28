/* What sbatch takes was asked of sbatch 22.05 itself; minutes and seconds may be above 59. */
#include "command/slurm_words.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The first `n` characters. */
static bool read_number(const char *text, size_t n, uint64_t *number)
{
    char digits[12];
    if (n >= sizeof digits) return false;
    snprintf(digits, sizeof digits, "%.*s", (int)n, text);
    return fl_text_whole_read(digits, 0, INT32_MAX, number);
}

/* Up to three numbers with colons between them. */
static bool read_parts(const char *text, uint64_t parts[3], size_t *n)
{
    for (*n = 0; *n < 3; text++) {
        size_t length = strcspn(text, ":");
        if (!read_number(text, length, &parts[(*n)++])) return false;
        text += length;
        if (!*text) return true;
    }
    return false;
}

/* One or two numbers without days begin with minutes, all others with hours. Slurm counts the seconds in an int. */
bool slurm_words_limit(const char *text, uint64_t *seconds)
{
    static const uint64_t units[] = { 3600, 60, 1 };
    uint64_t days = 0, parts[3];
    const char *dash = strchr(text, '-');
    size_t n;
    *seconds = 0;
    if (!strcasecmp(text, "UNLIMITED") || !strcasecmp(text, "INFINITE")) return true;
    if (dash && !read_number(text, (size_t)(dash - text), &days)) return false;
    if (!read_parts(dash ? dash + 1 : text, parts, &n)) return false;
    size_t first = dash || n == 3 ? 0 : 1;
    *seconds = days * 86400;
    for (size_t i = 0; i < n; i++) *seconds += parts[i] * units[first + i];
    return *seconds <= INT32_MAX;
}
