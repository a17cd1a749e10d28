/* What each tensor is to a rule that treats some apart, and where it lies in canonical arrays. */
#include "support/test.h"

#include "base/memory.h"
#include "network/network.h"

#define KIND(word) .kind = FL_LAYER_##word
enum { TOKENS = 6, WIDTH = 8 };

static const fl_layer layers[] = {
    { KIND(EMBEDDING), .vocabulary = 11, .n_out = WIDTH },
    { KIND(POSITION), .length = TOKENS },
    { KIND(ATTENTION), .heads = 2 },
    { KIND(LAYER_NORM) },
    { KIND(LSTM), .n_out = 5 },
    { KIND(LAST) },
    { KIND(DENSE), .name = "head", .n_out = 3 },
    { KIND(SOFTMAX_CROSS_ENTROPY) },
};

static fl_network *made(const fl_backend *backend)
{
    static fl_layer filled[sizeof layers / sizeof *layers];
    fl_tensor_shape in = { 2, TOKENS, 1, 1, FL_TENSOR_TOKENS };
    fl_error error;
    memcpy(filled, layers, sizeof layers);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) fl_layer_fill_defaults(&filled[i]);
    fl_network *network =
        fl_network_new(backend, filled, sizeof layers / sizeof *layers, in, FL_BACKEND_F32, true, &error);
    if (!network) fail_msg("%s", error.text);
    return network;
}

static const struct {
    const char *name;
    fl_tensor_role role;
    size_t n_matrices;
} expected[] = {
    { "embedding.weight", FL_TENSOR_EMBEDDING, 0 }, { "position.weight", FL_TENSOR_EMBEDDING, 0 },
    { "attention.in_weight", FL_TENSOR_MATRIX, 3 }, /* queries, keys, values */
    { "attention.in_bias", FL_TENSOR_VECTOR, 0 },   { "attention.out_weight", FL_TENSOR_MATRIX, 0 },
    { "attention.out_bias", FL_TENSOR_VECTOR, 0 },  { "layer_norm.weight", FL_TENSOR_VECTOR, 0 },
    { "layer_norm.bias", FL_TENSOR_VECTOR, 0 },     { "lstm.weight_ih", FL_TENSOR_MATRIX, 4 }, /* gates */
    { "lstm.weight_hh", FL_TENSOR_MATRIX, 4 },      { "lstm.bias", FL_TENSOR_VECTOR, 0 },
    { "head.weight", FL_TENSOR_OUTPUT, 0 },         { "head.bias", FL_TENSOR_VECTOR, 0 },
};

static void every_tensor_has_its_role_on_every_backend(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        fl_network *network = made(*b);
        const fl_tensor_layout *layout = fl_network_layout(network);
        assert_int_equal(layout->n_tensors, sizeof expected / sizeof *expected);
        for (size_t i = 0; i < layout->n_tensors; i++) {
            assert_string_equal(layout->tensors[i].name, expected[i].name);
            assert_string_equal(fl_tensor_role_name(layout->tensors[i].role), fl_tensor_role_name(expected[i].role));
            assert_int_equal(layout->tensors[i].n_matrices, expected[i].n_matrices);
        }
        fl_network_free(network);
    }
}

static fl_tensor_layout canonical_of(const fl_network *network, fl_tensor *placed)
{
    fl_tensor_layout layout = fl_tensor_layout_canonical(fl_network_layout(network), placed);
    for (size_t i = 0, end = 0; i < layout.n_tensors; end = placed[i].offset + placed[i].n_values, i++) {
        assert_true(placed[i].offset % FL_TENSOR_ALIGNMENT == 0 && placed[i].offset >= end);
        assert_true(placed[i].offset < end + FL_TENSOR_ALIGNMENT && placed[i].count == placed[i].n_values);
    }
    assert_int_equal(layout.n_parameters, fl_network_layout(network)->n_parameters);
    return layout;
}

/* In: to the network. Out: the same numbers, and in the packed order the same ones too. */
static void numbers_come_back_from_every_layout_as_they_went(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_tensor placed[sizeof expected / sizeof *expected];
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        fl_network *network = made(*b);
        fl_tensor_layout layout = canonical_of(network, placed);
        float *there = fl_memory_new(layout.count, sizeof *there), *back = fl_memory_new(layout.count, sizeof *back),
              *packed = fl_memory_new(layout.n_parameters, sizeof *packed), *at = packed;
        for (size_t i = 0; i < layout.n_tensors; i++)
            for (size_t k = 0; k < placed[i].n_values; k++) there[placed[i].offset + k] = (float)(1000 * i + k);
        fl_network_import_canonical(network, &layout, there);
        fl_network_export_canonical(network, &layout, back);
        fl_network_export(network, packed);
        assert_memory_equal(back, there, layout.count * sizeof *back);
        for (size_t i = 0; i < layout.n_tensors; at += placed[i++].n_values)
            assert_memory_equal(at, there + placed[i].offset, placed[i].n_values * sizeof *at);
        free(there);
        free(back);
        free(packed);
        fl_network_free(network);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tensor_has_its_role_on_every_backend),
        cmocka_unit_test(numbers_come_back_from_every_layout_as_they_went),
    };
    return test_run(tests, NULL, NULL);
}
