/* The options of workload quadratic/noisy, which its data set reads as well. */
#ifndef FL_DATASET_QUADRATIC_H
#define FL_DATASET_QUADRATIC_H

/* Their places in the table. */
enum {
    FL_DATASET_QUADRATIC_CONDITION,
    FL_DATASET_QUADRATIC_DIMENSION,
    FL_DATASET_QUADRATIC_NOISE,
    FL_DATASET_QUADRATIC_OPTIONS
};

#endif
