/* The registry of figures, and one figure's way from numbers to a drawing. */
#include "figures/figure.h"
#include "base/file.h"
#include "figures/figure_gnuplot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define X(name) extern const figure figure_##name;
#include "figures/figure_list.h"
#undef X

static const figure *const registry[] = {
#define X(name) &figure_##name,
#include "figures/figure_list.h"
#undef X
    NULL,
};

enum { FILE_NAME = 120 };

const figure *const *figures(void)
{
    return registry;
}

const figure *figure_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "figure", name, error);
}

bool figure_format_known(const char *format, fl_error *error)
{
    static const char *const known[] = { "svg", "png", "pdf", "tex" };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(format, known[i])) return true;
    return fl_error_user(error, "there is no format '%s'; it is svg, png, pdf or tex", format);
}

/* `name`.`ending` into `file`, and `folder`/`file` into `path`. */
static void name_file(char path[FL_FILE_PATH_MAX], char file[FILE_NAME], const char *folder, const char *name,
                      const char *ending)
{
    snprintf(file, FILE_NAME, "%s.%s", name, ending);
    fl_file_path_join(path, folder, file);
}

/* A drawing appears under its name only once it is whole. gnuplot works in the folder and receives only the names of
 * files: a path could hold what its language has no word for, or a meaning for. A drawing for LaTeX is two files, of
 * which NAME.tex names the other, NAME-inc.pdf. */
static bool draw(const figure *drawn, figure_data *data, const char *format, const char *folder, fl_error *error)
{
    const char *name = drawn->entry.name;
    char path[FL_FILE_PATH_MAX], part[FL_FILE_PATH_MAX], file[FILE_NAME];
    name_file(path, file, folder, name, "dat");
    figure_set_plain(data, "data", file);
    if (!fl_file_write(path, data->rows.bytes, data->rows.length, error)) return false;
    name_file(part, file, folder, name, strcmp(format, "tex") ? "part" : "tex"); /* LaTeX goes by names */
    figure_set_plain(data, "output", file);
    figure_set_plain(data, "format", format);
    name_file(path, file, folder, name, format);
    if (gnuplot_run((const char *const[]){ "style", name, drawn->arrangement ? drawn->arrangement : "legend",
                                           drawn->arrangement ? "legend" : NULL, NULL },
                    folder, &data->variables, error)) {
        if (rename(part, path) == 0) return true;
        fl_file_error(error, path, "cannot be written");
    }
    unlink(part);
    return false;
}

/* Panel by panel; false, with the first panel's reason, when no panel can be shown. */
static bool fill(const figure *drawn, const figure_sheet *sheet, bool tex, figure_data *data,
                 char reason[FIGURE_REASON])
{
    const char *first = NULL;
    figure_begin(data, sheet, drawn->entry.name, drawn->columns, drawn->variables, tex);
    for (size_t i = 0; i < sheet->n_panels; i++) {
        const char *why = drawn->refuse(&sheet->panels[i]);
        if (!first) first = why;
        figure_begin_panel(data, &sheet->panels[i]);
        if (!why) drawn->add(data, &sheet->panels[i]);
    }
    if (drawn->set_once) drawn->set_once(data, sheet);
    bool shows = figure_end(data);
    snprintf(reason, FIGURE_REASON, "%s", shows ? "" : first);
    return shows;
}

bool figure_fill(const figure *drawn, const figure_sheet *sheet, bool tex, figure_data *data,
                 char reason[FIGURE_REASON])
{
    figure_sheet *mixed = drawn->mixes ? figure_sheet_mixed(sheet, drawn->mixes) : NULL;
    bool shows = fill(drawn, mixed ? mixed : sheet, tex, data, reason);
    figure_sheet_free(mixed);
    return shows;
}

bool figure_draw(const figure *drawn, const figure_sheet *sheet, const char *format, const char *folder,
                 char reason[FIGURE_REASON], fl_error *error)
{
    figure_data data;
    bool shows = figure_fill(drawn, sheet, !strcmp(format, "tex"), &data, reason);
    bool done = !shows || (fl_file_folder_make(folder, error) && draw(drawn, &data, format, folder, error));
    figure_data_free(&data);
    return done;
}

bool figures_draw(const fl_summary *const *summaries, size_t n, const char *format, const char *folder, fl_error *error)
{
    char reason[FIGURE_REASON];
    fl_error another;
    bool good = true;
    figure_sheet *sheet = figure_sheet_new(summaries, n);
    for (const figure *const *each = registry; *each; each++)
        good = figure_draw(*each, sheet, format, folder, reason, good ? error : &another) && good;
    figure_sheet_free(sheet);
    return good;
}
