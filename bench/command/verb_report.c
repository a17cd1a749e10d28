/* fairlead report: one self-contained page of result folders. */
#include "page/report.h"
#include "command/folders.h"
#include "command/verbs.h"
#include "say/places.h"

#include <stdio.h>
#include <stdlib.h>

static const usage report_usage = {
    "fairlead report DIR... [-o FILE.html]",
    "Writes one page with what is tested, the results, the figures (whose marks lead to their trials), the cost, the "
    "study and the machine. Several folders begin with an overview. It needs no network and no scripts.",
    "fairlead report results/quick",
};

static int report(const words *paths, const char *file)
{
    fl_error error;
    folders read;
    if (!places_may_write(file, 0, REPORT_MARK))
        return complain_user("%s: exists and is no earlier page; give another name, or remove it", file);
    if (!folders_read(paths, &read, &error)) return complain(&error);
    figure_drawings *drawings = figure_drawings_new(folders_summaries(&read), read.n, NULL);
    bool written = report_write(folders_summaries(&read), read.n, drawings, file, &error);
    figure_drawings_free(drawings);
    int code = !written ? complain(&error) : read.n_records ? 0 : NOTHING_MEASURED;
    if (written) {
        printf("%s\n", file);
        folders_looked(folders_summaries(&read), read.n);
    }
    folders_free(&read);
    return code;
}

int verb_report(int argc, char **argv)
{
    const char *asked = NULL;
    const option options[] = {
        { "--output", "-o", OPTION_TEXT, "FILE",
          "the page (default: DIR/report.html, or report.html for several folders)", &asked },
    };
    words paths;
    char file[FL_FILE_PATH_MAX];
    int code = options_read(&report_usage, options, 1, argc, argv, 1, SIZE_MAX, &paths);
    if (code == GO_ON) {
        folders_place(&paths, asked, "report.html", file);
        code = report(&paths, file);
    }
    free(paths.items);
    return code;
}
