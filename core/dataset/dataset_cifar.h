/* The two CIFAR sets in their binary version: records of labels and 3,072 bytes, red, green, blue, row by row. */
#ifndef FL_DATASET_DATASET_CIFAR_H
#define FL_DATASET_DATASET_CIFAR_H

#include "base/hash.h"
#include "dataset/dataset.h"

enum { FL_DATASET_CIFAR_MEMBERS = 6, FL_DATASET_CIFAR_CONTENTS = 2, FL_DATASET_CIFAR_VALUES = 3 * 32 * 32 };

/* A content that goes by the set's name: the sha256 of its members. */
typedef struct fl_dataset_cifar_content {
    const char *name;
    char sha256[FL_DATASET_CIFAR_MEMBERS][FL_HASH_SHA256_TEXT];
} fl_dataset_cifar_content;

typedef struct fl_dataset_cifar {
    size_t n_members; /* the test file last */
    struct {
        const char *name;
        size_t records;
    } members[FL_DATASET_CIFAR_MEMBERS];
    size_t n_labels, label; /* bytes of labels before each picture, and which of them is the class */
    size_t n_contents;
    fl_dataset_cifar_content contents[FL_DATASET_CIFAR_CONTENTS];
} fl_dataset_cifar;

/* Read the archive of `kind` in `folder`; its members are compared with each content before anything is used. The
 * checksum is that of the members, in order, whatever packed them. */
fl_dataset *fl_dataset_load_cifar(const fl_dataset_kind *kind, const char *folder, const fl_dataset_cifar *cifar,
                                  fl_error *error);

#endif
