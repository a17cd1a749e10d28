/* No circles among the object files of the library, nor among those of the command: an object uses symbols of others,
 * and nothing may lead back. Includes cannot show this, since a header may be implemented by several files. What is
 * compiled is asked of compile_commands.json, so that objects of files long gone count for nothing; what a build takes
 * from another is named on the command line.
 */
#include "support/folder.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <unistd.h>

enum { MAX_OBJECTS = 1000, SYMBOL = 200 };

typedef struct symbol {
    char name[SYMBOL];
    size_t object;
    bool defined;
} symbol;

typedef struct graph {
    char *objects[MAX_OBJECTS]; /* paths, owned */
    size_t n_objects;
    symbol *symbols; /* those defined first, each kind by name, once sorted */
    size_t n_symbols, n_defined;
    bool *uses; /* n_objects x n_objects */
    /* Tarjan 1972: the order in which objects are met, the earliest each leads back to, those not yet placed. */
    size_t met[MAX_OBJECTS], earliest[MAX_OBJECTS], pending[MAX_OBJECTS], n_met, n_pending;
    bool is_pending[MAX_OBJECTS];
    fl_text found;
} graph;

/* --- reading symbols --- */

static void add_object(graph *g, const char *path)
{
    assert_true(g->n_objects < MAX_OBJECTS);
    g->objects[g->n_objects++] = fl_memory_copy_text(path);
}

/* What follows "PATH:" in a line of `nm -gA`: "0000000000000000 T name", or "                 U name" where another
 * object defines it. */
static void add_symbol(graph *g, size_t object, const char *line)
{
    symbol s = { .object = object };
    char kind;
    s.defined = sscanf(line, "%*[0-9a-f] %c %199s", &kind, s.name) == 2;
    if (!s.defined && sscanf(line, " %c %199s", &kind, s.name) != 2) return;
    g->symbols = fl_memory_grow(g->symbols, g->n_symbols + 1, sizeof *g->symbols);
    g->symbols[g->n_symbols++] = s;
}

/* The symbols of all objects, which nm lists in the order in which it is given them. */
static void read_symbols(graph *g)
{
    char line[1000];
    fl_text command = { 0 };
    fl_text_add(&command, "nm -gA");
    for (size_t i = 0; i < g->n_objects; i++) {
        fl_text_add(&command, " ");
        fl_text_add_shell_word(&command, g->objects[i]);
    }
    FILE *nm = popen(command.bytes, "r");
    assert_non_null(nm);
    for (size_t object = 0; fgets(line, sizeof line, nm);) {
        size_t n = 0;
        while (n = strlen(g->objects[object]), strncmp(line, g->objects[object], n) || line[n] != ':') object++;
        add_symbol(g, object, line + n + 1);
    }
    assert_int_equal(pclose(nm), 0);
    fl_text_free(&command);
}

/* --- who uses whom --- */

static int by_name(const void *left, const void *right)
{
    const symbol *a = left, *b = right;
    return a->defined != b->defined ? b->defined - a->defined : strcmp(a->name, b->name);
}

static const symbol *definition(const graph *g, const symbol *used)
{
    symbol key = *used;
    key.defined = true;
    return bsearch(&key, g->symbols, g->n_defined, sizeof key, by_name);
}

static void connect(graph *g)
{
    qsort(g->symbols, g->n_symbols, sizeof *g->symbols, by_name);
    while (g->n_defined < g->n_symbols && g->symbols[g->n_defined].defined) g->n_defined++;
    g->uses = fl_memory_new(g->n_objects * g->n_objects, sizeof *g->uses);
    for (size_t i = g->n_defined; i < g->n_symbols; i++) {
        const symbol *used = &g->symbols[i], *home = definition(g, used);
        if (home && home->object != used->object) g->uses[used->object * g->n_objects + home->object] = true;
    }
}

/* --- circles --- */

/* "core/base/file.c.o" of "CMakeFiles/fairlead.dir/core/base/file.c.o" */
static const char *short_name(const char *object)
{
    const char *folder = strstr(object, ".dir/");
    return folder ? folder + strlen(".dir/") : object;
}

/* "a.c.o -> b.c.o: fl_b_x fl_b_y" */
static void tell_edge(graph *g, size_t from, size_t to)
{
    fl_text_add(&g->found, "%s -> %s:", short_name(g->objects[from]), short_name(g->objects[to]));
    for (size_t i = g->n_defined; i < g->n_symbols; i++) {
        const symbol *used = &g->symbols[i], *home = definition(g, used);
        if (used->object == from && home && home->object == to) fl_text_add(&g->found, " %s", used->name);
    }
    fl_text_add(&g->found, "\n");
}

static void tell_circle(graph *g, const size_t *objects, size_t n)
{
    if (n < 2) return;
    fl_text_add(&g->found, "a circle of %zu:\n", n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (g->uses[objects[i] * g->n_objects + objects[j]]) tell_edge(g, objects[i], objects[j]);
}

static void visit(graph *g, size_t object)
{
    g->met[object] = g->earliest[object] = ++g->n_met;
    g->pending[g->n_pending++] = object;
    g->is_pending[object] = true;
    for (size_t next = 0; next < g->n_objects; next++) {
        if (!g->uses[object * g->n_objects + next]) continue;
        if (!g->met[next]) visit(g, next);
        if (g->is_pending[next] && g->earliest[next] < g->earliest[object]) g->earliest[object] = g->earliest[next];
    }
    if (g->earliest[object] != g->met[object]) return;
    size_t first = g->n_pending;
    do g->is_pending[g->pending[--first]] = false;
    while (g->pending[first] != object);
    tell_circle(g, g->pending + first, g->n_pending - first);
    g->n_pending = first;
}

/* The circles among the objects added, or ""; frees the graph. */
static char *circles(graph *g)
{
    fl_text_add(&g->found, "%s", "");
    read_symbols(g);
    connect(g);
    for (size_t i = 0; i < g->n_objects; i++)
        if (!g->met[i]) visit(g, i);
    for (size_t i = 0; i < g->n_objects; i++) free(g->objects[i]);
    free(g->symbols);
    free(g->uses);
    return g->found.bytes;
}

/* --- the tree --- */

/* The object a compiler's command line writes, "-o PATH", relative to the build. */
static void read_output(fl_json_node entry, char path[FL_FILE_PATH_MAX])
{
    fl_json_node command;
    const char *line;
    assert_true(fl_json_need(entry, "command", &command, NULL) && fl_json_string(command, &line, NULL));
    const char *output = strstr(line, " -o ");
    assert_non_null(output);
    snprintf(path, FL_FILE_PATH_MAX, "%.*s", (int)strcspn(output + 4, " "), output + 4);
}

/* Every object of the build whose path begins with `prefix`. */
static void add_objects_of(graph *g, const char *prefix)
{
    fl_json *commands = fl_json_load(FL_BUILD_DIR "/compile_commands.json", NULL);
    fl_json_node entry;
    assert_non_null(commands);
    for (bool more = fl_json_first(fl_json_root(commands), &entry); more; more = fl_json_next(&entry)) {
        char path[FL_FILE_PATH_MAX];
        read_output(entry, path);
        if (!strncmp(path, prefix, strlen(prefix))) add_object(g, path);
    }
    fl_json_free(commands);
}

static char **taken; /* paths of further objects, NULL-ended */

static void no_objects_depend_on_each_other(void **state)
{
    graph g = { 0 };
    assert_int_equal(chdir(FL_BUILD_DIR), 0);
    add_objects_of(&g, "CMakeFiles/fairlead.dir/");
    add_objects_of(&g, "bench/CMakeFiles/fairlead_command.dir/");
    for (char **path = taken; *path; path++) add_object(&g, *path);
    assert_true(g.n_objects > 150); /* the library and the command were found */
    char *found = circles(&g);
    fputs(found, stderr); /* longer than a message of cmocka's may be */
    assert_string_equal(found, "");
    free(found);
}

/* --- the search itself --- */

static void plant_object(graph *g, const char *folder, const char *name, const char *text)
{
    char path[FL_FILE_PATH_MAX], source[40], object[40];
    const char *compiler = getenv("CC") ? getenv("CC") : "cc";
    snprintf(source, sizeof source, "%s.c", name);
    snprintf(object, sizeof object, "%s.o", name);
    fl_file_path_join(path, folder, source);
    put_file(path, text, strlen(text));
    fl_text command = { 0 };
    fl_text_add(&command, "%s -w -c %s -o %s", compiler, source, object);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(system(command.bytes), 0);
    fl_text_free(&command);
    add_object(g, object);
}

static void planted_circles_are_found(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    graph g = { 0 };
    folder_make(folder);
    plant_object(&g, folder, "top", "int a(void); int top(void) { return a(); }");
    plant_object(&g, folder, "a", "int b(void); int a(void) { return b(); }");
    plant_object(&g, folder, "b", "extern int c[]; int b(void) { return c[0]; }");
    plant_object(&g, folder, "c", "int a(void); static int own(void) { return a(); } int (*d)(void) = own; int c[3];");
    char *found = circles(&g);
    assert_int_equal(chdir("/"), 0);
    folder_remove(folder);
    assert_contains(found, "a circle of 3:\n");
    assert_contains(found, "a.o -> b.o: b\n");
    assert_contains(found, "b.o -> c.o: c\n");
    assert_contains(found, "c.o -> a.o: a\n");
    assert_null(strstr(found, "top.o"));
    free(found);
}

static void a_chain_is_no_circle(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    graph g = { 0 };
    folder_make(folder);
    plant_object(&g, folder, "a", "int b(void); static int x; int a(void) { return b() + x; }");
    plant_object(&g, folder, "b", "int c(void); static int x; int b(void) { return c() + x; }");
    plant_object(&g, folder, "c", "int c(void) { return 1; }");
    char *found = circles(&g);
    assert_int_equal(chdir("/"), 0);
    folder_remove(folder);
    assert_string_equal(found, "");
    free(found);
}

int main(int argc, char **argv)
{
    taken = argv + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_objects_depend_on_each_other),
        cmocka_unit_test(planted_circles_are_found),
        cmocka_unit_test(a_chain_is_no_circle),
    };
    return test_run(tests, NULL, NULL);
}
