/* A layer that workers divide knows of no processes (layer/exchange.h): where its parts come together it asks, and here
 * the processes answer, in exchanges of which each brings what its block of workers has. So forward and backward are
 * one code whether one process carries all workers or several do, and every process goes on with the same bits.
 */
#include "train/exchange.h"
#include "train/workers.h"

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
    size_t first, end, rank = fl_train_workers_carrier(run, worker);
    fl_train_carriers_block(fl_train_carriers_size(run->carriers), rank, run->workers.n, &first, &end);
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
