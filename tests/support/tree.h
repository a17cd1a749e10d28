/* A part of the tree (core or bench) as the structure tests see it: the folders its LAYERS file lists, a layer a line,
 * and its sources. A small tree with one planted violation tests the checkers themselves.
 */
#ifndef FL_TESTS_TREE_H
#define FL_TESTS_TREE_H

#include "support/folder.h"

#include "base/text.h"

enum { MAX_FOLDERS = 48, NAME = 100 };

typedef struct folder {
    char name[NAME];
    int layer, stack; /* folders of different stacks see nothing of each other */
    char *only,
        *hidden; /* " base/error.h base/hyper.h ": what it is narrowed to, its private headers; NULL: nothing said */
} folder;

typedef struct tree {
    const char *root, *part; /* borrowed; part: "core" or "bench" */
    folder folders[MAX_FOLDERS];
    size_t n;
} tree;

/* By name; NULL: LAYERS does not list it. */
folder *tree_find(tree *t, const char *name);

/* Is the file in a list of a folder's? False of NULL. */
bool is_listed(const char *list, const char *file);

/* Read PART/LAYERS below `root`; a tree is freed. */
void tree_read(tree *t, const char *root, const char *part);
void tree_free(tree *t);

/* The folder of a path: "backend/naive" of "backend/naive/naive.h"; "" where it names none. */
void folder_of(const char *path, char name[NAME]);

/* A source of the part, as a checker meets it; violations go to `found`, a line each. */
typedef struct visit {
    tree *t;
    const folder *folder; /* NULL when LAYERS does not list it */
    const char *file;     /* "core/folder/file.c" */
    char *text;           /* the checker's own */
    fl_text *found;
} visit;

typedef void checker(const visit *v);

/* The violations in the files of a part that end in one of `endings` ("ch"), a line each; "" when there is none.
 * free() it. */
char *tree_violations(const char *root, const char *part, const char *endings, checker *check);

void assert_tree_clean(const char *part, const char *endings, checker *check);

/* Comments and literals become spaces; lines stay. */
void blank_all_but_code(char *text);

/* A file of a planted tree, with its folders. */
void plant(const char *root, const char *file, const char *text);

/* What `check` finds in a tree of some layers whose only source is `file`, with this text. */
void assert_found(const char *file, const char *text, checker *check, const char *expected);

#endif
