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

/* Of two that say the same the later one would win. */
typedef struct own {
    const char *name;
    char letter;
    bool is_option; /* of `fairlead slurm` too */
} own;

static const own owns[] = {
    { "--array", 'a', true },         { "--nodes", 'N', true },     { "--time", 't', true },
    { "--partition", 'p', true },     { "--account", 'A', true },   { "--mem", 0, true },
    { "--cpus-per-task", 'c', true }, { "--job-name", 'J', false }, { "--output", 'o', false },
    { "--open-mode", 0, false },      { "--signal", 0, false },     { "--requeue", 0, false },
    { "--no-requeue", 0, false },     { "--ntasks", 'n', false },   { "--ntasks-per-node", 0, false },
};

/* "--arr=1-9" is --array. What is short for several, sbatch would not take either. */
static bool is_long(const own *o, const char *word)
{
    size_t n = strcspn(word, "=");
    return n > 2 && !strncmp(word, "--", 2) && !strncmp(word, o->name, n);
}

/* "-a1-9", also behind letters that take no value: "-Ha1-9". */
static bool is_short(const own *o, const char *word)
{
    if (word[0] != '-' || word[1] == '-' || !o->letter) return false;
    return word[1 + strspn(word + 1, "HhIOQsVvW")] == o->letter;
}

bool slurm_words_further(const char *word, fl_error *error)
{
    for (const own *o = owns; o < owns + sizeof owns / sizeof *owns; o++) {
        if (!is_long(o, word) && !is_short(o, word)) continue;
        if (o->is_option)
            return fl_error_user(error, "'%s' after '--': give %s to 'fairlead slurm' itself, before the '--'", word,
                                 o->name);
        return fl_error_user(error, "'%s' after '--': the script decides %s itself", word, o->name);
    }
    return true;
}
