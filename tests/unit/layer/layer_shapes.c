/* What each kind of layer makes of what it reads, and what it says where that does not fit. */
#include "layer/layer.h"
#include "support/test.h"

#define IMAGE(c, h, w)                                                                                                 \
    {                                                                                                                  \
        2, c, h, w, FL_TENSOR_IMAGE                                                                                    \
    }
#define SEQUENCE(t, d)                                                                                                 \
    {                                                                                                                  \
        2, t, d, 1, FL_TENSOR_SEQUENCE                                                                                 \
    }
#define TOKENS(t)                                                                                                      \
    {                                                                                                                  \
        2, t, 1, 1, FL_TENSOR_TOKENS                                                                                   \
    }
#define VECTOR(n) IMAGE(n, 1, 1)

typedef struct shape_case {
    fl_layer layer;
    fl_tensor_shape in[2];
    const char *out; /* its shape in words, or the message */
} shape_case;

/* Shapes by the formulas of PyTorch's layers: floor((h + 2 pad - kernel) / stride) + 1 of a window. */
static const shape_case fits[] = {
    { { FL_LAYER_DENSE, .n_out = 7 }, { IMAGE(3, 5, 4) }, "7" },
    { { FL_LAYER_DENSE, .n_out = 7 }, { SEQUENCE(9, 6) }, "9 x 7 sequence" },
    { { FL_LAYER_CONVOLUTION, .n_out = 6, .kernel = 3, .stride = 2, .pad = 1 }, { IMAGE(3, 9, 8) }, "6 x 5 x 4" },
    { { FL_LAYER_CONVOLUTION, .n_out = 6, .kernel = 2, .groups = 3 }, { IMAGE(3, 9, 8) }, "6 x 8 x 7" },
    { { FL_LAYER_MAX_POOL, .kernel = 2 }, { IMAGE(3, 9, 8) }, "3 x 4 x 4" },
    { { FL_LAYER_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1 }, { IMAGE(3, 9, 8) }, "3 x 5 x 4" },
    { { FL_LAYER_AVERAGE_POOL, .kernel = 3, .stride = 1 }, { IMAGE(3, 9, 8) }, "3 x 7 x 6" },
    { { FL_LAYER_AVERAGE_POOL }, { IMAGE(3, 9, 8) }, "3" },
    { { FL_LAYER_AVERAGE_POOL }, { SEQUENCE(9, 6) }, "6" },
    { { FL_LAYER_RELU }, { IMAGE(3, 9, 8) }, "3 x 9 x 8" },
    { { FL_LAYER_SIGMOID }, { SEQUENCE(9, 6) }, "9 x 6 sequence" },
    { { FL_LAYER_TANH }, { VECTOR(5) }, "5" },
    { { FL_LAYER_GELU }, { VECTOR(5) }, "5" },
    { { FL_LAYER_BATCH_NORM }, { IMAGE(3, 9, 8) }, "3 x 9 x 8" },
    { { FL_LAYER_LAYER_NORM }, { SEQUENCE(9, 6) }, "9 x 6 sequence" },
    { { FL_LAYER_DROPOUT }, { SEQUENCE(9, 6) }, "9 x 6 sequence" },
    { { FL_LAYER_ADD }, { IMAGE(3, 9, 8), IMAGE(3, 9, 8) }, "3 x 9 x 8" },
    { { FL_LAYER_CONCATENATE }, { IMAGE(3, 9, 8), IMAGE(4, 9, 8) }, "7 x 9 x 8" },
    { { FL_LAYER_FLATTEN }, { IMAGE(3, 9, 8) }, "216" },
    { { FL_LAYER_SEQUENCE }, { IMAGE(3, 9, 8) }, "72 x 3 sequence" },
    { { FL_LAYER_SEQUENCE, .by = FL_LAYER_BY_ROWS }, { IMAGE(3, 9, 8) }, "9 x 24 sequence" },
    { { FL_LAYER_LAST }, { SEQUENCE(9, 6) }, "6" },
    { { FL_LAYER_SUBSAMPLE, .stride = 2, .n_out = 5 }, { IMAGE(3, 9, 8) }, "5 x 5 x 4" },
    { { FL_LAYER_EMBEDDING, .vocabulary = 11, .n_out = 6 }, { TOKENS(9) }, "9 x 6 sequence" },
    { { FL_LAYER_POSITION, .length = 9 }, { SEQUENCE(9, 6) }, "9 x 6 sequence" },
    { { FL_LAYER_LSTM, .n_out = 4 }, { SEQUENCE(9, 6) }, "9 x 4 sequence" },
    { { FL_LAYER_ATTENTION, .heads = 3 }, { SEQUENCE(9, 6) }, "9 x 6 sequence" },
};

static const shape_case misfits[] = {
    { { FL_LAYER_DENSE, .n_out = 7 }, { TOKENS(9) }, "dense needs numbers, not tokens; an embedding makes them" },
    { { FL_LAYER_DENSE, .n_out = 8, .groups = 3 }, { VECTOR(6) }, "3 groups do not divide" },
    { { FL_LAYER_CONVOLUTION, .n_out = 6, .kernel = 3 },
      { SEQUENCE(9, 6) },
      "convolution needs an image, not 9 x 6 sequence" },
    { { FL_LAYER_CONVOLUTION, .n_out = 6, .kernel = 5, .pad = 1 },
      { IMAGE(3, 2, 8) },
      "a window of 5 x 5 does not fit an image of 2 x 8 padded by 1" },
    { { FL_LAYER_CONVOLUTION, .n_out = 6, .kernel = 1, .groups = 2 },
      { IMAGE(3, 9, 8) },
      "2 groups do not divide 3 channels in and 6 out" },
    { { FL_LAYER_MAX_POOL, .kernel = 9 }, { IMAGE(3, 9, 8) }, "a window of 9 x 9 does not fit an image of 9 x 8" },
    { { FL_LAYER_MAX_POOL, .kernel = 3, .pad = 2 },
      { IMAGE(3, 9, 8) },
      "a padding of 2 is more than half of a window of 3" },
    { { FL_LAYER_AVERAGE_POOL, .kernel = 3, .pad = 2 },
      { IMAGE(3, 9, 8) },
      "a padding of 2 is more than half of a window of 3" },
    { { FL_LAYER_RELU }, { TOKENS(9) }, "relu needs numbers, not tokens" },
    { { FL_LAYER_SIGMOID }, { TOKENS(9) }, "sigmoid needs numbers, not tokens" },
    { { FL_LAYER_TANH }, { TOKENS(9) }, "tanh needs numbers, not tokens" },
    { { FL_LAYER_GELU }, { TOKENS(9) }, "gelu needs numbers, not tokens" },
    { { FL_LAYER_DROPOUT }, { TOKENS(9) }, "dropout needs numbers, not tokens" },
    { { FL_LAYER_LAYER_NORM }, { TOKENS(9) }, "layer_norm needs numbers, not tokens" },
    { { FL_LAYER_BATCH_NORM }, { SEQUENCE(9, 6) }, "batch_norm needs an image or a vector, not 9 x 6 sequence" },
    { { FL_LAYER_ADD }, { IMAGE(3, 9, 8) }, "a sum needs two layers or more in 'from'" },
    { { FL_LAYER_ADD }, { IMAGE(3, 9, 8), IMAGE(3, 8, 9) }, "a sum of unequal shapes: 3 x 9 x 8 and 3 x 8 x 9" },
    { { FL_LAYER_CONCATENATE }, { IMAGE(3, 9, 8) }, "a concatenation needs two layers or more in 'from'" },
    { { FL_LAYER_CONCATENATE },
      { IMAGE(3, 9, 8), IMAGE(3, 9, 7) },
      "a concatenation of unequal planes: 3 x 9 x 8 and 3 x 9 x 7" },
    { { FL_LAYER_CONCATENATE },
      { SEQUENCE(9, 6), SEQUENCE(9, 6) },
      "concatenate needs images or vectors, not 9 x 6 sequence" },
    { { FL_LAYER_FLATTEN }, { TOKENS(9) }, "flatten needs numbers, not tokens" },
    { { FL_LAYER_SEQUENCE }, { SEQUENCE(9, 6) }, "sequence needs an image, not 9 x 6 sequence" },
    { { FL_LAYER_LAST }, { IMAGE(3, 9, 8) }, "last needs a sequence, not 3 x 9 x 8" },
    { { FL_LAYER_SUBSAMPLE, .stride = 2, .n_out = 2 },
      { IMAGE(3, 9, 8) },
      "a subsample adds channels of zeros: 2 are fewer than the 3 it reads" },
    { { FL_LAYER_EMBEDDING, .vocabulary = 11, .n_out = 6 },
      { IMAGE(3, 9, 8) },
      "embedding needs tokens, not 3 x 9 x 8" },
    { { FL_LAYER_POSITION, .length = 8 }, { SEQUENCE(9, 6) }, "a sequence of 9 is longer than the 8 positions" },
    { { FL_LAYER_LSTM, .n_out = 4 }, { VECTOR(5) }, "lstm needs a sequence, not 5" },
    { { FL_LAYER_ATTENTION, .heads = 4 }, { SEQUENCE(9, 6) }, "4 heads do not divide 6 values" },
    { { FL_LAYER_SOFTMAX_CROSS_ENTROPY }, { TOKENS(9) }, "softmax_cross_entropy needs numbers, not tokens" },
    { { FL_LAYER_SIGMOID_CROSS_ENTROPY }, { TOKENS(9) }, "sigmoid_cross_entropy needs numbers, not tokens" },
    { { FL_LAYER_MEAN_SQUARED }, { TOKENS(9) }, "mean_squared needs numbers, not tokens" },
};

static bool shape_of(const shape_case *c, fl_tensor_shape *out, fl_error *error)
{
    fl_layer layer = c->layer;
    fl_layer_fill_defaults(&layer);
    return fl_layer_spec_of(&layer)->shape(&layer, c->in, c->in[1].n ? 2 : 1, out, error);
}

static void what_fits_has_the_shape_of_the_formula(void **state)
{
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        char text[FL_TENSOR_SHAPE_TEXT];
        fl_tensor_shape out;
        fl_error error;
        if (!shape_of(&fits[i], &out, &error)) fail_msg("case %zu: %s", i, error.text);
        assert_int_equal(out.n, 2);
        fl_tensor_shape_text(out, text);
        assert_string_equal(text, fits[i].out);
    }
}

static void what_does_not_fit_is_told_with_its_shapes(void **state)
{
    for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
        fl_tensor_shape out;
        fl_error error;
        if (shape_of(&misfits[i], &out, &error)) fail_msg("case %zu fits, though %s", i, misfits[i].out);
        assert_contains(error.text, misfits[i].out);
    }
}

/* Kinds that read what they are given, whatever its shape, have nothing to say. */
static void every_kind_that_can_say_something_is_here(void **state)
{
    for (fl_layer_kind kind = 0; kind < FL_LAYER_KINDS; kind++) {
        bool met = kind == FL_LAYER_QUADRATIC || kind == FL_LAYER_FUNCTION; /* losses with their own parameters */
        for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) met |= misfits[i].layer.kind == kind;
        if (!met) fail_msg("no misfit of %s", fl_layer_word(kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_has_the_shape_of_the_formula),
        cmocka_unit_test(what_does_not_fit_is_told_with_its_shapes),
        cmocka_unit_test(every_kind_that_can_say_something_is_here),
    };
    return test_run(tests, NULL, NULL);
}
