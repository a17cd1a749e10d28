/* The options of workload quadratic/noisy, which its data set reads as well. */
#ifndef FL_DATASET_QUADRATIC_H
#define FL_DATASET_QUADRATIC_H

/* Their places in the table. */
enum { FL_QUADRATIC_CONDITION, FL_QUADRATIC_DIMENSION, FL_QUADRATIC_NOISE, FL_QUADRATIC_OPTIONS };

#endif
