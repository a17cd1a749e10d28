/* Naive: the readable reference, and the oracle of every other backend.
 *
 * Plain C loops over float, ordered so that the innermost one adds a multiple of one row to another: the compiler
 * vectorises that without changing the order of any sum, so results are the same bits on every x86-64 machine and at
 * every level of optimisation.
 */
#include "backend/naive/naive.h"

static bool usable(fl_backend_precision precision, fl_error *error)
{
    if (precision == FL_BACKEND_F32) return true;
    return fl_error_user(error, "backend 'naive' computes in f32 only, not in %s",
                         fl_backend_precision_name(precision));
}

/* Always one thread: more would sit idle, and the results are the same. */
static bool start(unsigned threads, fl_error *error)
{
    return true;
}

static void describe(fl_text *text)
{
    fl_text_add(text, "plain C loops, one thread");
}

const fl_backend fl_backend_naive = {
    .entry = { "naive", "plain C loops: the readable reference, the same bits on every x86-64 machine", "" },
    .usable = usable,
    .start = start,
    .describe = describe,
    .canonical = true,
    .product = fl_naive_product,
    .plan =
        (fl_backend_op_maker *const[FL_LAYER_KINDS]){
#define X(NAME, name) [FL_LAYER_##NAME] = fl_naive_##name,
#include "layer/list.h"
#undef X
        },
};
