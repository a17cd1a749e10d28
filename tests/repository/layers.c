/* The floors of core/LAYERS, read from every #include; that each header compiles alone; and that the library does not
 * talk. Violations come as file:line. The checks themselves are tested on small trees with one violation each. */
#include "support/folder.h"

#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <glob.h>

enum { MAX_ROOMS = 32, NAME = 64 };

typedef struct room {
    char name[NAME];
    int floor;
    char *only; /* "base/error.h base/hyper.h ..." between spaces, or NULL */
} room;

typedef struct layers {
    room rooms[MAX_ROOMS];
    size_t n;
} layers;

static room *find_room(layers *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->rooms[i].name, name)) return &l->rooms[i];
    return NULL;
}

/* "FOLDER..." opens a floor; "FOLDER only FILE..." narrows a folder. */
static void read_line(layers *l, char *line, int *floor)
{
    char *narrowed = strstr(line, " only ");
    if (narrowed) {
        *narrowed = 0;
        room *r = find_room(l, line);
        if (!r) fail_msg("core/LAYERS narrows '%s' before it names it", line);
        fl_text only = { 0 };
        fl_text_add(&only, " %s ", narrowed + strlen(" only "));
        r->only = only.bytes;
        return;
    }
    for (char *word = strtok(line, " \t"); word; word = strtok(NULL, " \t")) {
        assert_true(l->n < MAX_ROOMS);
        room *r = &l->rooms[l->n++];
        snprintf(r->name, sizeof r->name, "%s", word);
        r->floor = *floor;
    }
    ++*floor;
}

static void read_layers(layers *l, const char *root)
{
    char path[FL_FILE_PATH_MAX], line[1000];
    fl_file_path_join(path, root, "core/LAYERS");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *l = (layers){ 0 };
    for (int floor = 0; fgets(line, sizeof line, file);) {
        line[strcspn(line, "#\n")] = 0;
        if (line[strspn(line, " \t")]) read_line(l, line, &floor);
    }
    fclose(file);
}

static void free_layers(layers *l)
{
    for (size_t i = 0; i < l->n; i++) free(l->rooms[i].only);
}

/* The room of a path below core/: "backend/naive" of "backend/naive/naive.h"; "" where it names none. */
static void room_of(const char *path, char name[NAME])
{
    const char *end = strrchr(path, '/');
    snprintf(name, NAME, "%.*s", end ? (int)(end - path) : 0, path);
}

/* Why a file of `from` may not include this, or NULL. */
static const char *objection(layers *l, const room *from, const char *include)
{
    char folder[NAME], listed[NAME + 2];
    room_of(include, folder);
    const room *to = find_room(l, folder);
    snprintf(listed, sizeof listed, " %.60s ", include);
    if (!to) return "names no folder of core/LAYERS";
    if (to == from) return NULL;
    if (from->only && !strstr(from->only, listed)) return "is not among the headers its folder is narrowed to";
    if (to->floor == from->floor) return "is a neighbour on the same floor";
    return to->floor > from->floor ? "lies on a floor above" : NULL;
}

/* A walk over the text of core/<room>/<file>, one violation a line into `found`. */
typedef struct visit {
    layers *l;
    const room *room; /* NULL when LAYERS does not know the folder */
    const char *file; /* "core/room/file.c" */
    fl_text *found;
} visit;

typedef void checker(const visit *v, char *text);

static void check_includes(const visit *v, char *text)
{
    size_t number = 1;
    if (!v->room) fl_text_add(v->found, "%s:1: its folder is not in core/LAYERS\n", v->file);
    for (char *line = text; v->room && line; number++) {
        char include[NAME], *end = strchr(line, '\n');
        if (end) *end = 0;
        if (sscanf(line, " # include \"%63[^\"]\"", include) == 1) {
            const char *why = objection(v->l, v->room, include);
            if (why) fl_text_add(v->found, "%s:%zu: \"%s\" %s\n", v->file, number, include, why);
        }
        line = end ? end + 1 : NULL;
    }
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

/* Comments and literals become spaces; lines stay. */
static void blank_all_but_code(char *text)
{
    while (*text) {
        char *end = text + quiet_length(text);
        if (text == end) text++;
        for (; text < end; text++)
            if (*text != '\n') *text = ' ';
    }
}

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
static void check_silence(const visit *v, char *text)
{
    size_t number = 1;
    blank_all_but_code(text);
    for (const char *c = text; *c && strcmp(v->file, "core/base/error.c"); c++) {
        size_t length = 0;
        number += *c == '\n';
        while (isalnum((unsigned char)c[length]) || c[length] == '_') length++;
        if (length && speaks(c, length)) fl_text_add(v->found, "%s:%zu: %.*s\n", v->file, number, (int)length, c);
        c += length ? length - 1 : 0;
    }
}

static void check_file(layers *l, const char *root, const char *path, checker *check, fl_text *found)
{
    char folder[NAME], *text;
    size_t n;
    const char *file = path + strlen(root) + 1;
    room_of(file + strlen("core/"), folder);
    assert_true(fl_file_read(path, &text, &n, NULL));
    visit v = { .l = l, .room = find_room(l, folder), .file = file, .found = found };
    check(&v, text);
    free(text);
}

/* The violations of a tree, a line each; "" when there is none. free() it. */
static char *violations(const char *root, checker *check)
{
    layers l;
    glob_t files;
    char pattern[FL_FILE_PATH_MAX];
    fl_text found = { 0 };
    fl_text_add(&found, "%s", "");
    read_layers(&l, root);
    fl_file_path_join(pattern, root, "core/*/*.[ch]");
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    fl_file_path_join(pattern, root, "core/*/*/*.[ch]");
    glob(pattern, GLOB_APPEND, NULL, &files);
    for (size_t i = 0; i < files.gl_pathc; i++) check_file(&l, root, files.gl_pathv[i], check, &found);
    globfree(&files);
    free_layers(&l);
    return found.bytes;
}

static void assert_clean(checker *check)
{
    char *found = violations(FL_SOURCE_DIR, check);
    if (*found) fail_msg("\n%s", found);
    free(found);
}

static void every_include_goes_down(void **state)
{
    assert_clean(check_includes);
}

static void the_library_does_not_talk(void **state)
{
    assert_clean(check_silence);
}

/* X(...) is what a list.h is made of, and stands for nothing here. */
static void every_header_compiles_alone(void **state)
{
    const char *compiler = getenv("CC") ? getenv("CC") : "cc";
    glob_t headers;
    assert_int_equal(glob(FL_SOURCE_DIR "/core/*/*.h", 0, NULL, &headers), 0);
    assert_int_equal(glob(FL_SOURCE_DIR "/core/*/*/*.h", GLOB_APPEND, NULL, &headers), 0);
    for (size_t i = 0; i < headers.gl_pathc; i++) {
        fl_text command = { 0 };
        fl_text_add(&command, "%s -std=gnu11 -D_GNU_SOURCE '-DX(...)=' -Wall -Wextra -Werror -fsyntax-only -x c -I ",
                    compiler);
        fl_text_add_shell_word(&command, FL_SOURCE_DIR "/core");
        fl_text_add(&command, " ");
        fl_text_add_shell_word(&command, headers.gl_pathv[i]);
        if (system(command.bytes) != 0) fail_msg("%s does not compile alone", headers.gl_pathv[i]);
        fl_text_free(&command);
    }
    globfree(&headers);
}

static void put_text(const char *root, const char *name, const char *text)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, root, name);
    put_file(path, text, strlen(text));
}

/* The violations in a tree of three floors whose only source is core/<folder>/a.c with this text. */
static char *violations_of(const char *folder, const char *text, checker *check)
{
    char root[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX + NAME], file[NAME];
    folder_make(root);
    snprintf(path, sizeof path, "%s/core/%s", root, folder);
    assert_true(fl_file_folder_make(path, NULL));
    snprintf(file, sizeof file, "core/%s/a.c", folder);
    put_text(root, file, text);
    put_text(root, "core/LAYERS", "# floors\nbase\nleft right # neighbours\ntop\nleft only base/error.h\n");
    char *found = violations(root, check);
    folder_remove(root);
    return found;
}

static void assert_found(const char *folder, const char *text, checker *check, const char *expected)
{
    char *found = violations_of(folder, text, check);
    assert_string_equal(found, expected);
    free(found);
}

static void includes_upwards_sideways_and_unnamed_are_found(void **state)
{
    assert_found("top", "#include \"left/x.h\"\n#include \"top/y.h\"\n#include <stdio.h>\n", check_includes, "");
    assert_found("base", "/* a */\n#include \"top/x.h\"\n", check_includes,
                 "core/base/a.c:2: \"top/x.h\" lies on a floor above\n");
    assert_found("right", "#  include   \"left/x.h\"", check_includes,
                 "core/right/a.c:1: \"left/x.h\" is a neighbour on the same floor\n");
    assert_found("top", "#include \"x.h\"\n", check_includes,
                 "core/top/a.c:1: \"x.h\" names no folder of core/LAYERS\n");
    assert_found("cellar", "int x;\n", check_includes, "core/cellar/a.c:1: its folder is not in core/LAYERS\n");
}

static void a_narrowed_folder_sees_its_list_only(void **state)
{
    assert_found("left", "#include \"base/error.h\"\n#include \"left/y.h\"\n", check_includes, "");
    assert_found("left", "#include \"base/clock.h\"\n", check_includes,
                 "core/left/a.c:1: \"base/clock.h\" is not among the headers its folder is narrowed to\n");
}

static void speech_is_found_outside_comments_and_literals(void **state)
{
    assert_found("top", "/* printf(\"a\"); */ // puts(x)\nchar *s = \"stdout \\\" puts(1)\"; snprintf(s);\n",
                 check_silence, "");
    assert_found("top", "int f(int) __attribute__((format(printf, 1, 2)));\n", check_silence, "");
    assert_found("top", "/*\n*/ char c = '\"';\nprintf (\"a\");\n", check_silence, "core/top/a.c:3: printf\n");
    assert_found("top", "fputs(\"a\", stderr);\n", check_silence, "core/top/a.c:1: stderr\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_include_goes_down),
        cmocka_unit_test(the_library_does_not_talk),
        cmocka_unit_test(every_header_compiles_alone),
        cmocka_unit_test(includes_upwards_sideways_and_unnamed_are_found),
        cmocka_unit_test(a_narrowed_folder_sees_its_list_only),
        cmocka_unit_test(speech_is_found_outside_comments_and_literals),
    };
    return test_run(tests, NULL, NULL);
}
