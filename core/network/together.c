#include "network/together.h"
#include "network/network_parts.h"

static fl_backend_op *op_of(const fl_network_together *t, size_t network, size_t stage)
{
    return t->networks[network]->graph.stages[stage].op;
}

/* Everybody has the mean. */
static void meet(const fl_network_together *t, size_t stage)
{
    size_t n_shared = op_of(t, 0, stage)->n_shared;
    for (size_t i = 0; i < n_shared; i++) {
        for (size_t k = 0; k < t->n; k++) t->values[k] = op_of(t, k, stage)->meeting->shared(op_of(t, k, stage))[i];
        double mean = t->mean(t->values, t->n);
        for (size_t k = 0; k < t->n; k++) op_of(t, k, stage)->meeting->shared(op_of(t, k, stage))[i] = mean;
    }
}

static void forward_in_parts(const fl_network_together *t, size_t stage)
{
    const fl_backend_meeting *meeting = op_of(t, 0, stage)->meeting;
    for (size_t part = 0; part < meeting->forward_parts; part++) {
        if (part) meet(t, stage);
        for (size_t k = 0; k < t->n; k++) meeting->forward(op_of(t, k, stage), part);
    }
}

static void backward_in_parts(const fl_network_together *t, size_t stage)
{
    const fl_backend_meeting *meeting = op_of(t, 0, stage)->meeting;
    for (size_t part = 0; part < meeting->backward_parts; part++) {
        if (part) meet(t, stage);
        for (size_t k = 0; k < t->n; k++) meeting->backward(op_of(t, k, stage), part);
    }
}

void fl_network_together_forward(const fl_network_together *t)
{
    for (size_t i = 0; i < t->networks[0]->graph.n_stages; i++) {
        if (op_of(t, 0, i)->meeting)
            forward_in_parts(t, i);
        else
            for (size_t k = 0; k < t->n; k++) op_of(t, k, i)->forward(op_of(t, k, i));
    }
}

void fl_network_together_backward(const fl_network_together *t)
{
    for (size_t i = t->networks[0]->graph.n_stages; i-- > 0;) {
        if (!t->networks[0]->graph.stages[i].trained) continue;
        bool meets = op_of(t, 0, i)->meeting != NULL;
        if (meets) backward_in_parts(t, i);
        for (size_t k = 0; k < t->n; k++) fl_network_stage_backward(t->networks[k], i, !meets);
    }
}
