/* The curvature while a trial trains: before its first step and after every so many. */
#include "train/method.h"
#include "base/memory.h"
#include "train/curvature.h"

#include <math.h>
#include <stdlib.h>

/* A ball of a hundredth of the weights' norm. */
static const double radius = 0.01;

bool fl_train_run_measure_start(fl_train_run *run, fl_error *error)
{
    const fl_trial *trial = run->trial;
    if (!trial->curvature_every) return true;
    run->curvature =
        fl_train_curvature_new(run->plans, trial, FL_TRAIN_CURVATURE_TRAIN, FL_TRAIN_CURVATURE_EXAMPLES, error);
    if (run->curvature) run->outcome->curvature = json_array();
    return run->curvature;
}

/* P^-1/2 in canonical order, to be freed; NULL where the rule has none, or no step yet. */
static float *factors_of(const fl_train_run *run, size_t done)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    if (!optimizer->precondition || !done || !(run->rate > 0)) return NULL;
    const fl_tensor_layout *layout = fl_network_layout(run->network);
    float *lying = fl_memory_new(layout->count, sizeof *lying);
    float *factors = fl_memory_new(layout->n_parameters, sizeof *factors);
    optimizer->precondition(&run->update, lying);
    fl_network_export_of(run->network, lying, factors);
    free(lying);
    return factors;
}

void fl_train_run_tell_preconditioner(const fl_train_run *run)
{
    const fl_train_callbacks *callbacks = run->callbacks;
    float *factors = callbacks && callbacks->preconditioned ? factors_of(run, run->outcome->steps_done) : NULL;
    if (factors) callbacks->preconditioned(callbacks->user, run->network, factors);
    free(factors);
}

static void add_limit(json_t *record, const fl_train_run *run, size_t done)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    double limit = optimizer->stable_below && done ? optimizer->stable_below(run->update.hyper, run->rate) : NAN;
    json_object_set_new(record, "rate", done ? json_real(run->rate) : json_null());
    json_object_set_new(record, "limit", fl_json_finite(limit));
}

/* Fewer products than a single measurement is worth: there are many of them. */
static const fl_curvature_request asked = {
    .n_largest = 1, .n_smallest = 1, .trace_products = 30, .lanczos_starts = 1, .lanczos_steps = 30
};

/* What cannot be measured, because the parameters are no longer finite, leaves no line. */
void fl_train_run_measure(fl_train_run *run, size_t done)
{
    const fl_trial *trial = run->trial;
    fl_error error;
    if (!run->curvature || (done % trial->curvature_every && done != trial->steps)) return;
    fl_train_method_present(run, done);
    float *factors = factors_of(run, done);
    fl_train_curvature_request request = { FL_NETWORK_HESSIAN, asked, radius, factors };
    fl_network_export(run->network, run->canonical);
    fl_network_copy_statistics(fl_train_curvature_network(run->curvature), run->network, NULL);
    fl_curvature_model_take_state(fl_train_curvature_model(run->curvature));
    json_t *record = fl_train_curvature_record(run->curvature, run->canonical, &request, NULL, &error);
    free(factors);
    if (record) {
        json_object_set_new(record, "step", json_integer((json_int_t)done));
        add_limit(record, run, done);
        json_array_append_new(run->outcome->curvature, record);
        if (run->callbacks && run->callbacks->measured)
            run->callbacks->measured(run->callbacks->user, run->network, record);
    }
    double before = run->outcome->seconds.curvature;
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
    run->measuring += run->outcome->seconds.curvature - before;
}
