/* Every header: it compiles alone, its guard is its path, and what a header of core/ offers begins with fl_ and its
 * folder (in base with the header's own name) and is offered once. The checkers are tested on planted headers. */
#include "support/tree.h"

#include "base/memory.h"

#include <ctype.h>
#include <unistd.h>

/* --- compiling alone --- */

static bool has_text(const visit *v, const char *part)
{
    return strstr(v->text, part) != NULL;
}

/* A registry's list: lines of X(...), which stand for nothing by themselves. */
static bool is_list(const visit *v)
{
    return has_text(v, "\nX(") && !has_text(v, "#ifndef");
}

static void check_compiles(const visit *v)
{
    const char *compiler = getenv("CC") ? getenv("CC") : "cc";
    fl_text command = { 0 };
    fl_text_add(&command, "%s -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -x c", compiler);
    fl_text_add(&command, "%s -I core -I %s %s", is_list(v) ? " '-DX(...)='" : "", v->t->part, v->file);
    if (system(command.bytes) != 0) fl_text_add(v->found, "%s:1: does not compile alone\n", v->file);
    fl_text_free(&command);
}

static void every_header_compiles_alone(void **state)
{
    assert_int_equal(chdir(FL_SOURCE_DIR), 0);
    assert_tree_clean("core", "h", check_compiles);
    assert_tree_clean("bench", "h", check_compiles);
}

/* --- guards --- */

/* "core/base/json.h" -> FL_BASE_JSON_H, "bench/page/report.h" -> BENCH_PAGE_REPORT_H; a list of X(...) has none. */
static void check_guard(const visit *v)
{
    char guard[NAME], lines[3 * NAME];
    bool core = !strncmp(v->file, "core/", 5);
    snprintf(guard, sizeof guard, "%s%s", core ? "FL_" : "", v->file + (core ? 5 : 0));
    for (char *c = guard; *c; c++) *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    snprintf(lines, sizeof lines, "#ifndef %s\n#define %s\n", guard, guard);
    if (!is_list(v) && !has_text(v, lines)) fl_text_add(v->found, "%s:1: its guard is not %s\n", v->file, guard);
}

static void every_guard_is_the_header_s_path(void **state)
{
    assert_tree_clean("core", "h", check_guard);
    assert_tree_clean("bench", "h", check_guard);
}

static void wrong_guards_are_found(void **state)
{
    assert_found("core/right/inner/a.h", "#ifndef FL_RIGHT_INNER_A_H\n#define FL_RIGHT_INNER_A_H\n#endif\n",
                 check_guard, "");
    assert_found("core/top/list.h", "\nX(a)\n", check_guard, "");
    assert_found("bench/top/a.h", "#ifndef BENCH_A_H\n#define BENCH_A_H\n#endif\n", check_guard,
                 "bench/top/a.h:1: its guard is not BENCH_TOP_A_H\n");
}

/* --- names --- */

/* The next word of C: an identifier, or one other character; `length` 0 at the end. */
typedef struct token {
    const char *at;
    size_t length;
} token;

static token next_token(const char *c)
{
    token t = { .at = c + strspn(c, " \t\n\\") };
    while (isalnum((unsigned char)t.at[t.length]) || t.at[t.length] == '_') t.length++;
    if (!t.length && *t.at) t.length = 1;
    return t;
}

static bool is_word(token t)
{
    return t.length && (isalpha((unsigned char)*t.at) || *t.at == '_');
}

static bool token_is(token t, const char *text)
{
    return strlen(text) == t.length && !strncmp(t.at, text, t.length);
}

/* Words that stand where a name could and are none. */
static bool is_grammar(token t)
{
    static const char *const words[] = { "enum", "struct", "union", "extern", "__attribute__", "defined" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (token_is(t, words[i])) return true;
    return false;
}

typedef void found_name(void *user, token name);

/* Where in a header a scan stands: how deep in braces and parentheses, and whether the outermost braces are an enum's.
 */
typedef struct scan {
    int braces, parentheses;
    bool enumerators;
    token last, before; /* the two tokens before this one */
} scan;

/* Is the token `name`, followed by `after`, something the header offers? A name at the outermost level that is called,
 * ended, listed, set, indexed or opened; a (*name)(...); an enumerator. */
static bool is_offered(const scan *s, token name, token after)
{
    if (!is_word(name) || is_grammar(name) || !after.length) return false;
    if (s->braces == 1 && s->enumerators && !s->parentheses)
        return (*s->last.at == '{' || *s->last.at == ',') && strchr(",=}", *after.at);
    if (s->braces) return false;
    if (s->parentheses == 1) return *s->last.at == '*' && *s->before.at == '(' && *after.at == ')';
    bool is_type = *after.at == '(' && *next_token(after.at + 1).at == '*'; /* what a (*name)(...) returns */
    return !s->parentheses && !is_type && strchr("(;,=[{", *after.at);
}

static void move(scan *s, token t)
{
    if (*t.at == '{' && s->braces++ == 0) s->enumerators = token_is(s->last, "enum") || token_is(s->before, "enum");
    if (*t.at == '}') s->braces--;
    if (*t.at == '(') s->parentheses++;
    if (*t.at == ')') s->parentheses--;
    s->before = s->last;
    s->last = t;
}

/* A line that begins with # and those it goes on in become spaces; a macro it defines is found, but for the X that a
 * registry's list is read by, which lasts no longer than the list. */
static void take_directive(char *c, found_name *found, void *user)
{
    char *define = c + 1 + strspn(c + 1, " ");
    bool reads_list = !strncmp(define, "define X(", 9);
    if (!strncmp(define, "define ", 7) && !reads_list) found(user, next_token(define + 7));
    for (char last = 0; *c && (*c != '\n' || last == '\\'); c++) {
        last = *c;
        if (*c != '\n') *c = ' ';
    }
}

/* Every name that a header offers. */
static void each_name(char *text, found_name *found, void *user)
{
    scan s = { .last = { "", 0 }, .before = { "", 0 } };
    blank_all_but_code(text);
    for (char *c = text; *c; c++)
        if (*c == '#' && (c == text || c[-1] == '\n')) take_directive(c, found, user);
    for (token t = next_token(text); t.length; t = next_token(t.at + t.length)) {
        if (is_offered(&s, t, next_token(t.at + t.length))) found(user, t);
        move(&s, t);
    }
}

/* --- which begin with their folder --- */

/* "json" of "core/base/json.h"; "naive" of "core/backend/naive/naive.h"; else the folder. */
static void prefix_of(const char *file, char prefix[NAME])
{
    char name[NAME];
    folder_of(file + strlen("core/"), name);
    const char *from = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    if (!strcmp(name, "base")) from = strrchr(file, '/') + 1;
    snprintf(prefix, NAME, "%.*s", (int)strcspn(from, "."), from);
}

/* fl_PREFIX alone or in the plural, or before an underscore; what programs outside see is called fairlead_...; what we
 * only declare of a Fortran library has its own name, which ends in an underscore. */
static bool begins_with(token name, const char *prefix)
{
    size_t n = strlen(prefix);
    if (name.at[name.length - 1] == '_') return true;
    if (!strcmp(prefix, "fairlead") && name.length > n && !strncasecmp(name.at, "fairlead_", n + 1)) return true;
    if (name.length < 3 + n || strncasecmp(name.at, "fl_", 3) || strncasecmp(name.at + 3, prefix, n)) return false;
    const char *rest = name.at + 3 + n;
    size_t left = name.length - 3 - n;
    return !left || *rest == '_' || (left == 1 && *rest == 's') || (left == 2 && !strncmp(rest, "es", 2));
}

static void check_name(void *user, token name)
{
    const visit *v = user;
    char prefix[NAME];
    prefix_of(v->file, prefix);
    if (!begins_with(name, prefix))
        fl_text_add(v->found, "%s: %.*s does not begin with fl_%s\n", v->file, (int)name.length, name.at, prefix);
}

/* A header's guard, which check_guard judges, is no name it offers. */
static void check_names(const visit *v)
{
    if (is_list(v)) return;
    char *guard = strstr(v->text, "#ifndef FL_"), *end = guard ? strstr(guard, "_H\n#define FL_") : NULL;
    if (end) memset(guard, ' ', (size_t)(strchr(end + 3, '\n') - guard));
    each_name(v->text, check_name, (void *)v);
}

static void every_name_begins_with_its_folder(void **state)
{
    assert_tree_clean("core", "h", check_names);
}

static void names_of_other_folders_are_found(void **state)
{
    assert_found(
        "core/top/a.h",
        "#define FL_TOP_MOST 3\nenum { FL_TOP_A, FL_TOP_B = 2 };\ntypedef struct fl_top { int x; } fl_top;\n"
        "extern const char fl_top_text[];\nbool fl_top_get(int a, int b) __attribute__((format(printf, 1, 2)));\n"
        "typedef void (*fl_top_call)(void *x);\nconst fl_top *const *fl_tops(void);\n",
        check_names, "");
    assert_found("core/top/a.h", "void ssyevd_(const int *n);\nvoid ssyevd(const int *n);\n", check_names,
                 "core/top/a.h: ssyevd does not begin with fl_top\n");
    assert_found("core/base/json.h", "int fl_json_get(void);\nint fl_base_get(void);\n", check_names,
                 "core/base/json.h: fl_base_get does not begin with fl_json\n");
    assert_found("core/right/inner/a.h", "#define MOST \\\n 3\nvoid fl_inner(void);\n", check_names,
                 "core/right/inner/a.h: MOST does not begin with fl_inner\n");
    assert_found(
        "core/top/a.h", "typedef enum fl_topping { FL_TOP_A, FL_OTHER } fl_top_kind;\n", check_names,
        "core/top/a.h: fl_topping does not begin with fl_top\ncore/top/a.h: FL_OTHER does not begin with fl_top\n");
    assert_found("core/top/a.h", "typedef void (*call)(int x);\nextern int left, fl_top_right;\n", check_names,
                 "core/top/a.h: call does not begin with fl_top\ncore/top/a.h: left does not begin with fl_top\n");
}

/* --- and are offered once; a private header may hold the members of a type that its folder offers without them --- */

typedef struct offer {
    char name[NAME], file[NAME];
} offer;

static struct {
    offer *items;
    size_t n;
} offers;

static bool gives_members(const visit *v, token name)
{
    static const char before[] = "\nstruct ";
    const size_t n = sizeof before - 1;
    return (size_t)(name.at - v->text) >= n && !strncmp(name.at - n, before, n) &&
           *next_token(name.at + name.length).at == '{';
}

static bool same_folder(const char *a, const char *b)
{
    size_t n = (size_t)(strrchr(a, '/') - a);
    return n == (size_t)(strrchr(b, '/') - b) && !strncmp(a, b, n);
}

static void note_offer(void *user, token name)
{
    const visit *v = user;
    offer new;
    snprintf(new.name, NAME, "%.*s", (int)name.length, name.at);
    snprintf(new.file, NAME, "%s", v->file);
    for (size_t i = 0; i < offers.n; i++)
        if (!strcmp(offers.items[i].name, new.name) && strcmp(offers.items[i].file, new.file) &&
            !(gives_members(v, name) && same_folder(offers.items[i].file, new.file)))
            fl_text_add(v->found, "%s: %s is offered by %s too\n", new.file, new.name, offers.items[i].file);
    offers.items = fl_memory_grow(offers.items, offers.n + 1, sizeof *offers.items);
    offers.items[offers.n++] = new;
}

static void check_once(const visit *v)
{
    if (!is_list(v)) each_name(v->text, note_offer, (void *)v);
}

static void forget_offers(void)
{
    free(offers.items);
    memset(&offers, 0, sizeof offers);
}

static void every_name_is_offered_once(void **state)
{
    forget_offers();
    assert_tree_clean("core", "h", check_once);
    assert_true(offers.n > 500); /* the scan does see names */
    forget_offers();
    assert_tree_clean("bench", "h", check_once);
    forget_offers();
}

static void a_name_offered_twice_is_found(void **state)
{
    char root[FL_FILE_PATH_MAX];
    folder_make(root);
    plant(root, "core/LAYERS", "left right\n");
    plant(root, "core/left/a.h", "typedef struct fl_point { int x; } fl_point;\n");
    plant(root, "core/left/b.h", "typedef struct fl_left fl_left;\n");
    plant(root, "core/left/c.h", "\nstruct fl_left {\n    int x;\n};\n"); /* its members alone */
    plant(root, "core/right/b.h", "int f(void);\ntypedef int fl_point;\n");
    plant(root, "core/right/c.h", "\nstruct fl_left {\n    int x;\n};\n");
    forget_offers();
    char *found = tree_violations(root, "core", "h", check_once);
    assert_string_equal(found, "core/right/b.h: fl_point is offered by core/left/a.h too\n"
                               "core/right/b.h: fl_point is offered by core/left/a.h too\n" /* its tag, its type */
                               "core/right/c.h: fl_left is offered by core/left/b.h too\n"
                               "core/right/c.h: fl_left is offered by core/left/c.h too\n");
    free(found);
    forget_offers();
    folder_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_header_compiles_alone),      cmocka_unit_test(every_guard_is_the_header_s_path),
        cmocka_unit_test(wrong_guards_are_found),           cmocka_unit_test(every_name_begins_with_its_folder),
        cmocka_unit_test(names_of_other_folders_are_found), cmocka_unit_test(every_name_is_offered_once),
        cmocka_unit_test(a_name_offered_twice_is_found),
    };
    return test_run(tests, NULL, NULL);
}
