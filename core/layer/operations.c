/* Counted kind by kind; what does not multiply by weights, or values by values, is not worth counting. */
#include "layer/operations.h"

/* In how many of its places along one side of an image a window's cells meet the image and not its padding. */
static size_t meetings(const fl_layer *layer, size_t side, size_t n_places)
{
    size_t found = 0;
    for (size_t place = 0; place < n_places; place++)
        for (size_t cell = place * layer->stride; cell < place * layer->stride + layer->kernel; cell++)
            found += cell >= layer->pad && cell < layer->pad + side;
    return found;
}

static double of_convolution(const fl_layer *layer, fl_tensor_shape in)
{
    fl_tensor_shape out = fl_layer_out(layer, in);
    return (double)(in.n * in.c * out.c / layer->groups) * (double)meetings(layer, in.h, out.h) *
           (double)meetings(layer, in.w, out.w);
}

static double of_dense(const fl_layer *layer, fl_tensor_shape in)
{
    return (double)fl_tensor_shape_size(in) * (double)(layer->n_out / layer->groups);
}

/* Four gates, each of the position and of the state before it. */
static double of_lstm(const fl_layer *layer, fl_tensor_shape in)
{
    return (double)(in.n * in.c) * FL_LAYER_GATES * (double)(layer->n_out * (in.h + layer->n_out));
}

/* Four dense layers, and for each pair of positions two products of all values: the score and the mean. */
static double of_attention(const fl_layer *layer, fl_tensor_shape in)
{
    double positions = (double)in.c, values = (double)in.h;
    double pairs = layer->acausal ? positions * positions : positions * (positions + 1) / 2;
    return (double)in.n * (positions * 4 * values * values + pairs * 2 * values);
}

static double (*const multiplications[FL_LAYER_KINDS])(const fl_layer *layer, fl_tensor_shape in) = {
    [FL_LAYER_DENSE] = of_dense,
    [FL_LAYER_CONVOLUTION] = of_convolution,
    [FL_LAYER_LSTM] = of_lstm,
    [FL_LAYER_ATTENTION] = of_attention,
};

double fl_layer_operations(const fl_layer *layer, fl_tensor_shape in)
{
    return multiplications[layer->kind] ? 2 * multiplications[layer->kind](layer, in) : 0;
}
