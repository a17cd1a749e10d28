/* What the kinds of a user's own data share: a kind made from a source, a seeded order, and limits. */
#ifndef FL_DATASET_OWN_H
#define FL_DATASET_OWN_H

#include "dataset/source.h"

typedef struct fl_dataset_own {
    fl_dataset_kind kind;
    fl_dataset_source source;
    char about[200];
    size_t n_absent, first_absent; /* classes without examples, and the least of them */
} fl_dataset_own;

/* A kind called `name`, which is borrowed, that loads by `load`; its facts are still to be filled in. */
fl_dataset_own *fl_dataset_own_new(const fl_dataset_source *source, const char *name,
                                   fl_dataset *(*load)(const fl_dataset_kind *, const char *, const double *,
                                                       fl_error *));

/* Each kind of source; NULL with a message. */
fl_dataset_own *fl_dataset_open_text(const fl_dataset_source *source, fl_error *error);
fl_dataset_own *fl_dataset_open_npy(const fl_dataset_source *source, fl_error *error);
fl_dataset_own *fl_dataset_open_pictures(const fl_dataset_source *source, fl_error *error);

/* Of `n` examples without test files a tenth tests; of those that are left a tenth validates. False when they are too
 * few for that. `name` is for the message. */
bool fl_dataset_own_split(fl_dataset_kind *kind, size_t n, const char *name, fl_error *error);
size_t fl_dataset_own_tenth(size_t n); /* at least 1 */

/* The order that such examples are put in before the last of them become the test set: the same every time. free() */
uint32_t *fl_dataset_own_order(size_t n);

/* Row i becomes what row order[i] was. */
void fl_dataset_own_permute(void *rows, size_t row_bytes, const uint32_t *order, size_t n);

/* False, with a message, when `count` elements of `size` bytes are more than this process may still take. */
bool fl_dataset_own_fits(const char *path, size_t count, size_t size, fl_error *error);

#endif
