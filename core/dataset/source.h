/* The data of a workload: a registered set, or files of the user's own, whose sizes, classes and checksums are found.
 *
 * What a source makes is an fl_dataset_kind like any registered one, so nobody above needs to know the difference.
 */
#ifndef FL_DATASET_SOURCE_H
#define FL_DATASET_SOURCE_H

#include "dataset/dataset.h"

/* One of `name`, `text`, `inputs`, `pictures` is given, the rest NULL. Borrowed: they outlive the kind. */
typedef struct fl_dataset_source {
    const char *name;                                          /* "cifar10" */
    const char *text;                                          /* a registered text, or a file */
    size_t length;                                             /* of its examples; 0: the default */
    const char *inputs, *targets, *test_inputs, *test_targets; /* .npy; the last two both or neither */
    const char *pictures;                                      /* a folder of class folders */
    fl_tensor_form form;                                       /* what the model's first layer reads */
} fl_dataset_source;

/* The registered kind, or a new one whose facts are read from the headers of the files; NULL with a message. */
const fl_dataset_kind *fl_dataset_open(const fl_dataset_source *source, fl_error *error);

/* Accepts NULL and registered kinds, which stay. */
void fl_dataset_close(const fl_dataset_kind *kind);

enum { FL_DATASET_TEXT_LENGTH = 50 }; /* of a text's examples, where nothing is said */

#endif
