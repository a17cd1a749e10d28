/* IDX files, the format of MNIST: a big-endian magic number, one 32-bit size per dimension, then bytes.
 *
 * Opening validates the header before anything is allocated for it; reading takes the body. Files may
 * be packed with gzip or plain. Every message names the file and what is wrong with it.
 */
#ifndef FL_DATASET_IDX_H
#define FL_DATASET_IDX_H

#include "base/file.h"
#include <stdint.h>

typedef enum fl_dataset_idx_content { FL_DATASET_IDX_LABELS, FL_DATASET_IDX_IMAGES } fl_dataset_idx_content;

typedef struct fl_dataset_idx {
    char path[FL_FILE_PATH_MAX];
    void *file;                  /* zlib's, owned; NULL once closed */
    size_t count, height, width; /* of labels: height and width are 1 */
} fl_dataset_idx;

/* Open `path`, which must hold `content`; to be closed whenever this was called. */
bool fl_dataset_idx_open(fl_dataset_idx *idx, const char *path, fl_dataset_idx_content content, fl_error *error);

/* Bytes of the body: count * height * width. */
size_t fl_dataset_idx_bytes(const fl_dataset_idx *idx);

/* Read the body, once, into `bytes`; false unless it ends where the header says and its gzip checksum agrees. */
bool fl_dataset_idx_read(fl_dataset_idx *idx, uint8_t *bytes, fl_error *error);

/* True when each of the labels read from `idx` is below `n_classes`. */
bool fl_dataset_idx_check_labels(const fl_dataset_idx *idx, const uint8_t *labels, size_t n_classes, fl_error *error);

void fl_dataset_idx_close(fl_dataset_idx *idx);

#endif
