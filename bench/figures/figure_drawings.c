/* gnuplot works on files, so drawings for a page alone are files as well, in a folder that lives as long as it takes.
 */
#include "figures/figure_drawings.h"
#include "base/folder.h"
#include "base/memory.h"

#include <stdlib.h>

static void fail(figure_drawings *drawings, const fl_error *error)
{
    if (!drawings->failed) drawings->error = *error;
    drawings->failed = true;
}

static void draw_all(figure_drawings *drawings, const figure_layout *layout, const char *folder)
{
    for (const figure *const *each = figures(); *each; each++) {
        fl_error error;
        drawings->of = fl_memory_grow(drawings->of, drawings->n + 1, sizeof *drawings->of);
        figure_drawing *one = &drawings->of[drawings->n++];
        *one = (figure_drawing){ .drawn = *each };
        if (!figure_draw(*each, layout, "svg", folder, &one->svg, one->reason, &error)) fail(drawings, &error);
    }
}

figure_drawings *figure_drawings_new(const fl_summary *const *summaries, size_t n, const char *folder)
{
    char temporary[FL_FILE_PATH_MAX];
    fl_error error;
    figure_layout *layout = figure_layout_new(summaries, n);
    figure_drawings *drawings = fl_memory_new(1, sizeof *drawings);
    bool made = !folder && fl_folder_temporary(temporary, "fairlead-page", &error);
    if (folder || made)
        draw_all(drawings, layout, made ? temporary : folder);
    else
        fail(drawings, &error);
    if (made) fl_folder_remove(temporary, NULL);
    figure_layout_free(layout);
    return drawings;
}

void figure_drawings_free(figure_drawings *drawings)
{
    for (size_t i = 0; i < drawings->n; i++) free(drawings->of[i].svg);
    free(drawings->of);
    free(drawings);
}
