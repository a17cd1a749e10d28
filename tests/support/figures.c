#include "support/figures.h"

#include "record/line.h"

#include "base/entry.h"

const double figures_five[5] = { 0.30, 0.20, 0.10, 0.25, 0.15 };

void figures_finish(fixture *s)
{
    fl_store_close(s->store);
    s->store = NULL;
    read_fixture(s);
}

void figures_begin(fixture *s)
{
    fixture_begin(s, BUDGET(5) TARGET, SGD("sgd") "," MOMENTUM("mom_^{x}@ 'd' <e>&"));
    add_errors(s, 0, figures_five, 5);
    add_trial(s, 0, 2, 0, (synthetic){ .val_error = 0.10, .test_error = 0.11, .reached = 40 });
    for (uint64_t i = 0; i < 5; i++) add_trial(s, 1, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    figures_finish(s);
}

bool figures_gnuplot(void)
{
    return system("command -v gnuplot >/dev/null") == 0;
}

char *figures_read(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX], *text;
    size_t n;
    fl_error error;
    fl_file_path_join(path, folder, name);
    if (!fl_file_read(path, &text, &n, &error)) fail_msg("%s", error.text);
    return text;
}

void figures_assert_drawn(const char *folder, const char *name, const char *format)
{
    static const char *const formats[] = { "svg", "png", "pdf", NULL }, *const magic[] = { "<?xml", "\x89PNG", "%PDF" };
    char file[80], path[FL_FILE_PATH_MAX], *drawing;
    size_t n, index;
    fl_error error;
    assert_true(fl_entry_choose(formats, "format", format, &index, NULL));
    snprintf(file, sizeof file, "%s.%s", name, format);
    fl_file_path_join(path, folder, file);
    if (!fl_file_read(path, &drawing, &n, &error)) fail_msg("%s", error.text);
    if (n < 1000 || strncmp(drawing, magic[index], strlen(magic[index]))) fail_msg("%s is no drawing", path);
    free(drawing);
}

static char *draw(const fixture *s, const char *figure, const char *ending)
{
    char name[80];
    assert_runs(0, s->folder, "plot", s->folder, "--figure", figure, "-o", s->folder);
    snprintf(name, sizeof name, "%s.%s", figure, ending);
    return figures_read(s->folder, name);
}

char *figures_numbers(const fixture *s, const char *figure)
{
    return draw(s, figure, "dat");
}

char *figures_svg(const fixture *s, const char *figure)
{
    return draw(s, figure, "svg");
}

const char *figures_trial(const fixture *s, size_t arm, size_t i)
{
    return s->results->arms[arm].search[i].trial;
}

void figures_add_work(const fixture *s, size_t arm, size_t i, const char *line)
{
    char path[FL_FILE_PATH_MAX], text[400];
    fl_file_path_join(path, s->folder, "timeline.jsonl");
    snprintf(text, sizeof text, "{'trial': '%s', %s}", figures_trial(s, arm, i), line);
    test_quote(text);
    json_t *object = json_loads(text, 0, NULL);
    assert_true(fl_record_line_append(path, object));
    json_decref(object);
}

void figures_add_timeline(const fixture *s, size_t arm, size_t i)
{
    figures_add_work(s, arm, i,
                     "'step': 1, 'worker': 0, 'clock': 'virtual', 'spans': [{'what': 'compute', 'from': 0, 'to': 1}, "
                     "{'what': 'push', 'from': 1, 'to': 1.5}]");
    figures_add_work(s, arm, i,
                     "'step': 2, 'worker': 1, 'clock': 'virtual', 'spans': [{'what': 'compute', 'from': 0, 'to': 2}]");
}
