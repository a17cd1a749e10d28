/* Parameters and gradients travel between networks, and to files, in canonical order: the op that owns a tensor
 * converts it. */
#include "network/network_parts.h"

void fl_network_import_of(const fl_network *network, const float *canonical, float *parameters)
{
    const fl_tensor *tensor = network->tensors;
    for (size_t i = 0; i < network->graph.n_stages; i++) {
        const fl_backend_op *op = network->graph.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            op->import(op, t, canonical, parameters + tensor->offset);
            canonical += tensor->n_values;
        }
    }
}

void fl_network_import(fl_network *network, const float *canonical)
{
    fl_network_import_of(network, canonical, network->parameters);
    for (size_t i = 0; i < network->graph.n_stages; i++) fl_backend_op_refresh(network->graph.stages[i].op);
}

void fl_network_export(const fl_network *network, float *canonical)
{
    fl_network_export_of(network, network->parameters, canonical);
}

void fl_network_export_of(const fl_network *network, const float *parameters, float *canonical)
{
    const fl_tensor *tensor = network->tensors;
    for (size_t i = 0; i < network->graph.n_stages; i++) {
        const fl_backend_op *op = network->graph.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            op->export(op, t, parameters + tensor->offset, canonical);
            canonical += tensor->n_values;
        }
    }
}

void fl_network_import_values(const fl_network *network, const fl_tensor_layout *from, const float *values,
                              float *native)
{
    for (size_t i = 0, tensor = 0; i < network->graph.n_stages; i++) {
        const fl_backend_op *op = network->graph.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++)
            op->import(op, t, values + from->tensors[tensor].offset, native + network->tensors[tensor].offset);
    }
}

void fl_network_import_canonical(fl_network *network, const fl_tensor_layout *from, const float *values)
{
    fl_network_import_values(network, from, values, network->parameters);
    fl_network_refresh(network, 0, network->layout.count);
}

void fl_network_export_values(const fl_network *network, const float *native, const fl_tensor_layout *to, float *values)
{
    for (size_t i = 0, tensor = 0; i < network->graph.n_stages; i++) {
        const fl_backend_op *op = network->graph.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++)
            op->export(op, t, native + network->tensors[tensor].offset, values + to->tensors[tensor].offset);
    }
}

void fl_network_export_canonical(const fl_network *network, const fl_tensor_layout *to, float *values)
{
    fl_network_export_values(network, network->parameters, to, values);
}

void fl_network_export_gradient(const fl_network *network, const fl_tensor_layout *to, float *values)
{
    fl_network_export_values(network, network->gradient, to, values);
}
