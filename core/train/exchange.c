#include "train/exchange.h"

static float *begin(void *user, size_t each)
{
    const fl_train_run *run = user;
    return fl_train_carriers_begin(run->carriers, (run->workers.end - run->workers.first) * each * sizeof(float));
}

static void await(void *user)
{
    fl_train_carriers *carriers = ((fl_train_run *)user)->carriers;
    fl_train_carriers_await(carriers, fl_train_carriers_send(carriers));
}

static const float *brought(void *user, size_t worker, size_t each)
{
    const fl_train_run *run = user;
    size_t rank = 0, first, end, size = fl_train_carriers_size(run->carriers);
    fl_train_carriers_block(size, rank, run->workers.n, &first, &end);
    while (worker >= end) fl_train_carriers_block(size, ++rank, run->workers.n, &first, &end);
    const float *all = fl_train_carriers_brought(run->carriers, rank, (end - first) * each * sizeof *all);
    return all + (worker - first) * each;
}

void fl_train_exchange_begin(fl_train_run *run)
{
    run->plans->exchange = (fl_layer_exchange){ .user = run->carriers ? run : NULL,
                                                .first = run->workers.first,
                                                .end = run->workers.end,
                                                .begin = begin,
                                                .await = await,
                                                .brought = brought };
}

void fl_train_exchange_end(fl_train_run *run)
{
    run->plans->exchange = (fl_layer_exchange){ .user = NULL };
}
