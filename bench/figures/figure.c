/* The registry of figures, and one figure's way from numbers to a drawing. */
#include "figures/figure.h"
#include "base/file.h"
#include "figures/figure_gnuplot.h"
#include "figures/figure_svg.h"

#include <stdio.h>
#include <stdlib.h>
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

const char *const figure_formats[] = { "svg", "png", "pdf", "tex", NULL };

bool figure_format_known(const char *format, fl_error *error)
{
    size_t index;
    return fl_entry_choose(figure_formats, "format", format, &index, error);
}

/* `name`.`ending` into `file`, and `folder`/`file` into `path`. */
static void name_file(char path[FL_FILE_PATH_MAX], char file[FILE_NAME], const char *folder, const char *name,
                      const char *ending)
{
    snprintf(file, FILE_NAME, "%s.%s", name, ending);
    fl_file_path_join(path, folder, file);
}

/* An SVG without the marks that are for pages; `linked`, if not NULL, receives the one with them. */
static bool give_svg(const char *part, const char *path, char **linked, fl_error *error)
{
    char *svg;
    size_t n;
    fl_text plain = { 0 };
    if (!fl_file_read(part, &svg, &n, error)) return false;
    figure_svg_add_plain(&plain, svg);
    bool written = fl_file_write(path, plain.bytes, plain.length, error);
    fl_text_free(&plain);
    if (linked && written)
        *linked = svg;
    else
        free(svg);
    return written;
}

static bool give(const char *part, const char *path, const char *format, char **linked, fl_error *error)
{
    bool svg = !strcmp(format, "svg");
    bool given = svg ? give_svg(part, path, linked, error)
                     : rename(part, path) == 0 || fl_file_error(error, path, "cannot be written");
    if (svg || !given) unlink(part);
    return given;
}

/* A drawing appears under its name only once it is whole. gnuplot works in the folder and receives only the names of
 * files: a path could hold what its language has no word for, or a meaning for. A drawing for LaTeX is two files, of
 * which NAME.tex names the other, NAME-inc.pdf. */
static bool draw(const figure *drawn, figure_data *data, const char *format, const char *folder, char **linked,
                 fl_error *error)
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
                    folder, &data->variables, error))
        return give(part, path, format, linked, error);
    unlink(part);
    return false;
}

/* Panel by panel; false, with the first panel's reason, when no panel can be shown. */
static bool fill(const figure *drawn, const figure_layout *layout, bool tex, figure_data *data,
                 char reason[FIGURE_REASON])
{
    const char *first = NULL;
    figure_begin(data, layout, drawn->entry.name, drawn->columns, drawn->variables, tex);
    for (size_t i = 0; i < layout->n_panels; i++) {
        const char *why = drawn->refuse(&layout->panels[i]);
        if (!first) first = why;
        figure_begin_panel(data, &layout->panels[i]);
        if (!why) drawn->add(data, &layout->panels[i]);
    }
    if (drawn->set_once) drawn->set_once(data, layout);
    bool shows = figure_end(data);
    snprintf(reason, FIGURE_REASON, "%s", shows ? "" : first);
    return shows;
}

bool figure_fill(const figure *drawn, const figure_layout *layout, bool tex, figure_data *data,
                 char reason[FIGURE_REASON])
{
    figure_layout *mixed = drawn->mixes ? figure_layout_mixed(layout, drawn->mixes) : NULL;
    bool shows = fill(drawn, mixed ? mixed : layout, tex, data, reason);
    figure_layout_free(mixed);
    return shows;
}

bool figure_draw(const figure *drawn, const figure_layout *layout, const char *format, const char *folder,
                 char **linked, char reason[FIGURE_REASON], fl_error *error)
{
    figure_data data;
    if (linked) *linked = NULL;
    bool shows = figure_fill(drawn, layout, !strcmp(format, "tex"), &data, reason);
    bool done = !shows || (fl_file_folder_make(folder, error) && draw(drawn, &data, format, folder, linked, error));
    figure_data_free(&data);
    return done;
}
