/* A walk through the sources of a part, and small trees that are planted to be walked through. */
#include "support/tree.h"

#include "base/memory.h"

#include <fts.h>

folder *tree_find(tree *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (!strcmp(t->folders[i].name, name)) return &t->folders[i];
    return NULL;
}

static char *list_add(char *list, const char *file)
{
    fl_text text = { 0 };
    fl_text_add(&text, "%s%s ", list ? list : " ", file);
    free(list);
    return text.bytes;
}

bool is_listed(const char *list, const char *file)
{
    char word[FL_FILE_PATH_MAX];
    snprintf(word, sizeof word, " %.200s ", file);
    return list && strstr(list, word);
}

/* "FOLDER only FILE...", whose files stand below core/; "FOLDER private FILE...", whose files stand in FOLDER. */
static void tree_read_rule(tree *t, const char *name, const char *verb)
{
    folder *f = tree_find(t, name);
    if (!f) fail_msg("%s/LAYERS speaks of '%s' before it lists it", t->part, name);
    for (char *file; (file = strtok(NULL, " \t"));) {
        char path[2 * NAME];
        snprintf(path, sizeof path, "%s/%s", name, file);
        if (!strcmp(verb, "only"))
            f->only = list_add(f->only, file);
        else
            f->hidden = list_add(f->hidden, path);
    }
}

static void tree_read_line(tree *t, char *line, int *layer, int *stack)
{
    char *first = strtok(line, " \t"), *word = strtok(NULL, " \t");
    if (!first) return;
    if (word && (!strcmp(word, "only") || !strcmp(word, "private"))) {
        tree_read_rule(t, first, word);
        return;
    }
    ++*layer;
    if (!strcmp(first, "apart")) {
        ++*stack;
        return;
    }
    for (const char *name = first; name; name = word, word = word ? strtok(NULL, " \t") : NULL) {
        assert_true(t->n < MAX_FOLDERS);
        folder *f = &t->folders[t->n++];
        *f = (folder){ .layer = *layer, .stack = *stack };
        snprintf(f->name, sizeof f->name, "%s", name);
    }
}

void tree_read(tree *t, const char *root, const char *part)
{
    char path[FL_FILE_PATH_MAX], name[NAME], line[1000];
    snprintf(name, sizeof name, "%s/LAYERS", part);
    fl_file_path_join(path, root, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *t = (tree){ .root = root, .part = part };
    for (int layer = 0, stack = 0; fgets(line, sizeof line, file);) {
        line[strcspn(line, "#\n")] = 0;
        tree_read_line(t, line, &layer, &stack);
    }
    fclose(file);
}

void tree_free(tree *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->folders[i].only);
        free(t->folders[i].hidden);
    }
}

void folder_of(const char *path, char name[NAME])
{
    const char *end = strrchr(path, '/');
    snprintf(name, NAME, "%.*s", end ? (int)(end - path) : 0, path);
}

static bool is_source(const char *name, const char *endings)
{
    const char *dot = strrchr(name, '.');
    return dot && strlen(dot) == 2 && strchr(endings, dot[1]);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void visit_file(tree *t, const char *path, checker *check, fl_text *found)
{
    char name[NAME], *text;
    size_t n;
    const char *file = path + strlen(t->root) + 1;
    folder_of(file + strlen(t->part) + 1, name);
    assert_true(fl_file_read(path, &text, &n, NULL));
    check(&(visit){ .t = t, .folder = tree_find(t, name), .file = file, .text = text, .found = found });
    free(text);
}

char *tree_violations(const char *root, const char *part, const char *endings, checker *check)
{
    tree t;
    fl_text found = { 0 };
    char top[FL_FILE_PATH_MAX], *paths[] = { top, NULL };
    fl_text_add(&found, "%s", "");
    tree_read(&t, root, part);
    fl_file_path_join(top, root, part);
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    for (FTSENT *entry; (entry = fts_read(walk));)
        if (entry->fts_info == FTS_F && is_source(entry->fts_name, endings))
            visit_file(&t, entry->fts_path, check, &found);
    fts_close(walk);
    tree_free(&t);
    return found.bytes;
}

void assert_tree_clean(const char *part, const char *endings, checker *check)
{
    char *found = tree_violations(FL_SOURCE_DIR, part, endings, check);
    if (*found) fail_msg("\n%s", found);
    free(found);
}

/* How long the comment or literal is that begins at `c`; 0 where code goes on. */
static size_t quiet_length(const char *c)
{
    if (!strncmp(c, "//", 2)) return strcspn(c, "\n");
    if (!strncmp(c, "/*", 2)) return (size_t)(strstr(c + 2, "*/") - c) + 2;
    if (*c != '"' && *c != '\'') return 0;
    size_t n = 1;
    while (c[n] != *c) n += c[n] == '\\' ? 2 : 1;
    return n + 1;
}

void blank_all_but_code(char *text)
{
    while (*text) {
        char *end = text + quiet_length(text);
        if (text == end) text++;
        for (; text < end; text++)
            if (*text != '\n') *text = ' ';
    }
}

/* --- planted trees --- */

void plant(const char *root, const char *file, const char *text)
{
    char path[FL_FILE_PATH_MAX], above[FL_FILE_PATH_MAX];
    fl_file_path_join(path, root, file);
    snprintf(above, sizeof above, "%.*s", (int)(strrchr(path, '/') - path), path);
    assert_true(fl_file_folder_make(above, NULL));
    put_file(path, text, strlen(text));
}

void assert_found(const char *file, const char *text, checker *check, const char *expected)
{
    static const char layers[] = "# layers\nbase\nleft  right # neighbours\nright/inner\ntop\napart\nother\n"
                                 "left only base/error.h\nright private secret.h\n";
    char root[FL_FILE_PATH_MAX];
    folder_make(root);
    plant(root, file, text);
    plant(root, "core/LAYERS", layers);
    plant(root, "bench/LAYERS", layers);
    char *found = tree_violations(root, strncmp(file, "core/", 5) ? "bench" : "core", "ch", check);
    folder_remove(root);
    assert_string_equal(found, expected);
    free(found);
}
