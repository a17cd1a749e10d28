/* Places in the table of method `distributed_kfac`, for whoever carries it out (core/train/method_distributed_kfac.c).
 */
#ifndef FL_METHOD_METHOD_DISTRIBUTED_KFAC_H
#define FL_METHOD_METHOD_DISTRIBUTED_KFAC_H

#include "method/method.h"

enum {
    FL_METHOD_KFAC_INVERSES,
    FL_METHOD_KFAC_STATISTICS_WORKERS, /* 0: the gradient workers, on their own batch */
    FL_METHOD_KFAC_INVERSE_WORKERS,
    FL_METHOD_KFAC_STEP, /* seconds */
    FL_METHOD_KFAC_STATISTICS,
    FL_METHOD_KFAC_INVERSE,
    FL_METHOD_KFAC_DURATIONS, /* an fl_virtual_distribution */
    FL_METHOD_KFAC_SPREAD,
    FL_METHOD_KFAC_DOUBLY_ABOVE, /* inputs; 0: never */
    FL_METHOD_KFAC_CLOCK
};

enum { FL_METHOD_KFAC_SYNCHRONOUS, FL_METHOD_KFAC_ASYNCHRONOUS };

#endif
