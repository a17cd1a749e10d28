/* The layers of core/LAYERS and bench/LAYERS, read from every #include; private headers; and that the library does not
 * talk. Violations come as file:line. The checkers themselves are tested on small trees with one violation each. */
#include "support/tree.h"

#include <ctype.h>

/* --- includes --- */

/* Is `inner` the folder `outer` or one inside it? */
static bool is_within(const char *inner, const char *outer)
{
    size_t n = strlen(outer);
    return !strncmp(inner, outer, n) && (inner[n] == 0 || inner[n] == '/');
}

/* Is this another folder's private header? */
static bool is_hidden(tree *t, const char *from, const char *include)
{
    for (size_t i = 0; i < t->n; i++)
        if (is_listed(t->folders[i].hidden, include) && !is_within(from, t->folders[i].name)) return true;
    return false;
}

/* Why a file of `from` may not include this, or NULL. */
static const char *objection(tree *t, const folder *from, const char *include)
{
    char name[NAME];
    folder_of(include, name);
    const folder *to = tree_find(t, name);
    if (!to) return "names no folder of LAYERS";
    if (to == from) return NULL;
    if (from->only && !is_listed(from->only, include)) return "is not among the headers its folder is narrowed to";
    if (is_hidden(t, from->name, include)) return "is private to its folder";
    if (to->stack != from->stack)
        return to == t->folders ? NULL : "belongs to programs apart"; /* all share the lowest */
    if (to->layer == from->layer) return "is a neighbour on the same layer";
    return to->layer > from->layer ? "lies on a layer above" : NULL;
}

/* bench/ stands on the whole of core/ but for what is private there. */
static const char *objection_to_core(const char *root, const char *include)
{
    char name[NAME];
    tree core;
    tree_read(&core, root, "core");
    folder_of(include, name);
    bool known = tree_find(&core, name), hidden = is_hidden(&core, "", include);
    tree_free(&core);
    return !known ? "names no folder of LAYERS" : hidden ? "is private to its folder" : NULL;
}

static void check_include(const visit *v, const char *include, size_t line)
{
    char name[NAME];
    folder_of(include, name);
    bool of_core = !tree_find(v->t, name) && !strcmp(v->t->part, "bench");
    const char *why = of_core ? objection_to_core(v->t->root, include) : objection(v->t, v->folder, include);
    if (why) fl_text_add(v->found, "%s:%zu: \"%s\" %s\n", v->file, line, include, why);
}

static void check_includes(const visit *v)
{
    size_t number = 1;
    if (!v->folder) fl_text_add(v->found, "%s:1: its folder is not in LAYERS\n", v->file);
    for (char *line = v->text; v->folder && line; number++) {
        char include[NAME], *end = strchr(line, '\n');
        if (end) *end = 0;
        if (sscanf(line, " # include \"%99[^\"]\"", include) == 1) check_include(v, include, number);
        line = end ? end + 1 : NULL;
    }
}

static void every_include_of_core_goes_down(void **state)
{
    assert_tree_clean("core", "ch", check_includes);
}

static void every_include_of_bench_goes_down(void **state)
{
    assert_tree_clean("bench", "ch", check_includes);
}

static void includes_upwards_sideways_and_unnamed_are_found(void **state)
{
    assert_found("core/top/a.c", "#include \"left/x.h\"\n#include \"top/y.h\"\n#include <stdio.h>\n", check_includes,
                 "");
    assert_found("core/base/a.c", "/* a */\n#include \"top/x.h\"\n", check_includes,
                 "core/base/a.c:2: \"top/x.h\" lies on a layer above\n");
    assert_found("core/right/a.c", "#  include   \"left/x.h\"", check_includes,
                 "core/right/a.c:1: \"left/x.h\" is a neighbour on the same layer\n");
    assert_found("core/top/a.c", "#include \"x.h\"\n", check_includes,
                 "core/top/a.c:1: \"x.h\" names no folder of LAYERS\n");
    assert_found("core/cellar/a.c", "int x;\n", check_includes, "core/cellar/a.c:1: its folder is not in LAYERS\n");
}

static void nested_folders_have_layers_of_their_own(void **state)
{
    assert_found("core/right/inner/a.c", "#include \"right/x.h\"\n", check_includes, "");
    assert_found("core/right/a.c", "#include \"right/inner/x.h\"\n", check_includes,
                 "core/right/a.c:1: \"right/inner/x.h\" lies on a layer above\n");
    assert_found("core/right/cellar/a.c", "int x;\n", check_includes,
                 "core/right/cellar/a.c:1: its folder is not in LAYERS\n");
}

static void a_narrowed_folder_sees_its_list_only(void **state)
{
    assert_found("core/left/a.c", "#include \"base/error.h\"\n#include \"left/y.h\"\n", check_includes, "");
    assert_found("core/left/a.c", "#include \"base/clock.h\"\n", check_includes,
                 "core/left/a.c:1: \"base/clock.h\" is not among the headers its folder is narrowed to\n");
}

static void a_private_header_is_for_its_folder(void **state)
{
    assert_found("core/right/a.c", "#include \"right/secret.h\"\n", check_includes, "");
    assert_found("core/right/inner/a.c", "#include \"right/secret.h\"\n", check_includes, "");
    assert_found("core/top/a.c", "#include \"right/secret.h\"\n", check_includes,
                 "core/top/a.c:1: \"right/secret.h\" is private to its folder\n");
}

static void bench_stands_on_core(void **state)
{
    assert_found("bench/base/a.c", "#include \"top/x.h\"\n", check_includes,
                 "bench/base/a.c:1: \"top/x.h\" lies on a layer above\n");
    assert_found("bench/other/a.c", "#include \"base/x.h\"\n", check_includes, "");
    assert_found("bench/other/a.c", "#include \"left/x.h\"\n", check_includes,
                 "bench/other/a.c:1: \"left/x.h\" belongs to programs apart\n");
    assert_found("bench/top/a.c", "#include \"cellar/x.h\"\n", check_includes,
                 "bench/top/a.c:1: \"cellar/x.h\" names no folder of LAYERS\n");
}

static void bench_sees_no_private_header_of_core(void **state)
{
    char root[FL_FILE_PATH_MAX];
    folder_make(root);
    plant(root, "core/LAYERS", "store\nstore private lock.h\n");
    plant(root, "bench/LAYERS", "command\n");
    plant(root, "bench/command/a.c", "#include \"store/store.h\"\n#include \"store/lock.h\"\n");
    char *found = tree_violations(root, "bench", "ch", check_includes);
    assert_string_equal(found, "bench/command/a.c:2: \"store/lock.h\" is private to its folder\n");
    free(found);
    folder_remove(root);
}

/* --- silence --- */

/* What speaks to a person; the second column is whether the word speaks only when called. */
static const struct {
    const char *word;
    bool when_called;
} speech[] = { { "printf", true }, { "vprintf", true }, { "puts", true },   { "putchar", true },
               { "perror", true }, { "stdout", false }, { "stderr", false } };

static bool speaks(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof speech / sizeof *speech; i++) {
        const char *after = word + length + strspn(word + length, " \n");
        if (strlen(speech[i].word) == length && !strncmp(speech[i].word, word, length))
            return !speech[i].when_called || *after == '(';
    }
    return false;
}

/* fl_error_die has to say why, so base/error.c may write to stderr. */
static void check_silence(const visit *v)
{
    size_t number = 1;
    blank_all_but_code(v->text);
    for (const char *c = v->text; *c && strcmp(v->file, "core/base/error.c"); c++) {
        size_t length = 0;
        number += *c == '\n';
        while (isalnum((unsigned char)c[length]) || c[length] == '_') length++;
        if (length && speaks(c, length)) fl_text_add(v->found, "%s:%zu: %.*s\n", v->file, number, (int)length, c);
        c += length ? length - 1 : 0;
    }
}

static void the_library_does_not_talk(void **state)
{
    assert_tree_clean("core", "ch", check_silence);
}

static void speech_is_found_outside_comments_and_literals(void **state)
{
    assert_found("core/top/a.c", "/* printf(\"a\"); */ // puts(x)\nchar *s = \"stdout \\\" puts(1)\"; snprintf(s);\n",
                 check_silence, "");
    assert_found("core/top/a.c", "int f(int) __attribute__((format(printf, 1, 2)));\n", check_silence, "");
    assert_found("core/top/a.c", "/*\n*/ char c = '\"';\nprintf (\"a\");\n", check_silence, "core/top/a.c:3: printf\n");
    assert_found("core/top/a.c", "fputs(\"a\", stderr);\n", check_silence, "core/top/a.c:1: stderr\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_include_of_core_goes_down),
        cmocka_unit_test(every_include_of_bench_goes_down),
        cmocka_unit_test(the_library_does_not_talk),
        cmocka_unit_test(includes_upwards_sideways_and_unnamed_are_found),
        cmocka_unit_test(nested_folders_have_layers_of_their_own),
        cmocka_unit_test(a_narrowed_folder_sees_its_list_only),
        cmocka_unit_test(a_private_header_is_for_its_folder),
        cmocka_unit_test(bench_stands_on_core),
        cmocka_unit_test(bench_sees_no_private_header_of_core),
        cmocka_unit_test(speech_is_found_outside_comments_and_literals),
    };
    return test_run(tests, NULL, NULL);
}
