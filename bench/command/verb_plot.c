/* fairlead plot: the figures of result folders. */
#include "figures/figure.h"
#include "base/memory.h"
#include "command/folders.h"
#include "command/verbs.h"

#include <stdio.h>
#include <stdlib.h>

static const usage plot_usage = {
    "fairlead plot DIR... [--figure NAME]... [--format svg|png|pdf|tex] [-o DIR]",
    "Draws every figure that the folders have something to show for, and NAME.dat with its numbers and the trials "
    "behind them. Several folders become panels side by side.",
    "fairlead plot results/quick --figure final_error --format pdf",
};

/* The figures asked for, or all of them, NULL-ended, to be freed; NULL when one of the names is none. */
static const figure **choose(const words *names, fl_error *error)
{
    size_t n = 0;
    while (figures()[n]) n++;
    const figure **chosen = fl_memory_new((names->n > n ? names->n : n) + 1, sizeof *chosen);
    for (size_t i = 0; !names->n && i < n; i++) chosen[i] = figures()[i];
    for (size_t i = 0; i < names->n; i++) {
        if ((chosen[i] = figure_find(names->items[i], error))) continue;
        free(chosen);
        return NULL;
    }
    return chosen;
}

/* What became of the figures. */
typedef struct drawn {
    size_t n;
    bool claims; /* one of them shows what is claimed */
} drawn;

/* Draw one, and tell what became of it. */
static bool draw(const figure *one, const figure_layout *layout, const char *format, const char *folder, drawn *all,
                 fl_error *error)
{
    char reason[FIGURE_REASON];
    if (!figure_draw(one, layout, format, folder, NULL, reason, error)) return false;
    fflush(stdout); /* in the order of the figures, also where both go to one file */
    if (*reason)
        fprintf(stderr, "%s: nothing to show: %s\n", one->entry.name, reason);
    else
        printf("%s/%s.%s\n", folder, one->entry.name, format);
    all->n += !*reason;
    all->claims |= !*reason && one->shows_claims;
    return true;
}

static int draw_all(const folders *read, const figure *const *chosen, const char *format, const char *folder)
{
    fl_error error;
    drawn all = { .n = 0 };
    int code = 0;
    figure_layout *layout = figure_layout_new(folders_summaries(read), read->n);
    for (; *chosen && !code; chosen++)
        if (!draw(*chosen, layout, format, folder, &all, &error)) code = complain(&error);
    figure_layout_free(layout);
    if (all.claims) folders_looked(folders_summaries(read), read->n);
    return code || all.n ? code : NOTHING_MEASURED;
}

static int plot(const words *paths, const words *names, const char *format, const char *folder)
{
    fl_error error;
    folders read;
    if (!figure_format_known(format, &error)) return complain(&error);
    const figure **chosen = choose(names, &error);
    if (!chosen) return complain(&error);
    int code = folders_read(paths, &read, &error) ? draw_all(&read, chosen, format, folder) : complain(&error);
    folders_free(&read);
    free(chosen);
    return code;
}

int verb_plot(int argc, char **argv)
{
    words names = { .n = 0 }, paths;
    const char *format = "svg", *asked = NULL;
    const option options[] = {
        { "--figure", NULL, OPTION_LIST, "NAME", "only this one; may be given again (an unknown name lists them all)",
          &names },
        { "--format", NULL, OPTION_TEXT, "FORMAT", "svg (default), png, pdf or tex", &format },
        { "--output", "-o", OPTION_TEXT, "DIR", "where to (default: DIR/figures, or figures for several folders)",
          &asked },
    };
    char folder[FL_FILE_PATH_MAX];
    int code = options_read(&plot_usage, options, 3, argc, argv, 1, SIZE_MAX, &paths);
    if (code == GO_ON) {
        folders_place(&paths, asked, "figures", folder);
        code = plot(&paths, &names, format, folder);
    }
    free(paths.items);
    free(names.items);
    return code;
}
