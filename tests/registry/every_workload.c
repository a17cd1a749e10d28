/* What must hold of every workload in the registry; those whose data set is not there are not loaded. */
#include "workload/workload.h"
#include "support/test.h"

static void standard_options(const fl_workload *workload, double options[FL_HYPER_MAX])
{
    for (size_t i = 0; i < workload->n_options; i++) options[i] = workload->options[i].default_value;
}

static bool is_loss(fl_layer_kind kind)
{
    return kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY || kind == FL_LAYER_QUADRATIC;
}

static void names_are_unique_and_plain(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        const char *name = (*at)->entry.name;
        assert_int_equal(strlen(name), strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_/"));
        assert_ptr_equal(*at, fl_workload_find(name, NULL));
        assert_true(strlen((*at)->entry.about) > 10);
        assert_non_null((*at)->entry.source);
    }
}

static void data_sets_are_registered(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++)
        assert_ptr_equal((*at)->dataset, fl_dataset_find((*at)->dataset->entry.name, NULL));
}

static void options_are_few_and_accept_their_defaults(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        assert_true((*at)->n_options <= FL_HYPER_MAX);
        for (size_t i = 0; i < (*at)->n_options; i++) {
            const fl_hyper *option = &(*at)->options[i];
            assert_true(strlen(option->name) > 0 && strlen(option->help) > 0);
            assert_true(fl_hyper_accepts(option, option->default_value, NULL));
        }
    }
}

static void initialisation_is_known(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        fl_init init = fl_workload_init(*at);
        assert_string_equal((*at)->init, init.weights->entry.name);
    }
}

/* docs/protocol.md, "Workloads": biases of image workloads start at zero. */
static void biases_of_classifiers_start_at_zero(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++)
        if ((*at)->architecture->layers[(*at)->architecture->n_layers - 1].kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY)
            assert_true(fl_workload_init(*at).bias == 0);
}

static void the_last_layer_alone_is_a_loss(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        fl_layer layers[FL_WORKLOAD_LAYERS];
        double options[FL_HYPER_MAX];
        standard_options(*at, options);
        size_t n = fl_workload_layers(*at, options, layers);
        for (size_t i = 0; i < n; i++) assert_int_equal(i == n - 1, is_loss(layers[i].kind));
    }
}

/* Parameters of the layers on one example of `shape`; *outputs is what the loss sees. */
static size_t count_parameters(const fl_layer *layers, size_t n, fl_tensor_shape shape, size_t *outputs)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        fl_tensor tensors[FL_LAYER_TENSORS];
        size_t n_tensors = fl_layer_tensors(&layers[i], shape, tensors);
        for (size_t k = 0; k < n_tensors; k++) total += tensors[k].n_values;
        *outputs = fl_tensor_shape_size(shape);
        shape = fl_layer_out(&layers[i], shape);
    }
    return total;
}

static void layers_fit_the_data_they_are_fed(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        fl_layer layers[FL_WORKLOAD_LAYERS];
        double options[FL_HYPER_MAX];
        size_t outputs = 0;
        standard_options(*at, options);
        fl_dataset *dataset = fl_dataset_load((*at)->dataset, options, NULL);
        if (!dataset) continue;
        assert_true(count_parameters(layers, fl_workload_layers(*at, options, layers), dataset->shape, &outputs) > 0);
        if (dataset->n_classes) assert_int_equal(dataset->n_classes, outputs);
        fl_dataset_free(dataset);
    }
}

/* PyTorch 1.13: sum(p.numel() for p in net.parameters()) of the same layers. */
static void models_have_their_published_sizes(void **state)
{
    static const struct {
        const char *end;
        size_t n_parameters;
    } sizes[] = { { "/mlp", 235146 }, { "/simple_cnn", 3274634 } };
    for (const fl_workload *const *at = fl_workloads(); *at; at++)
        for (size_t k = 0; k < 2; k++) {
            size_t outputs;
            const fl_network_architecture *a = (*at)->architecture;
            if (!strstr((*at)->entry.name, sizes[k].end)) continue;
            assert_int_equal(sizes[k].n_parameters,
                             count_parameters(a->layers, a->n_layers, (fl_tensor_shape){ 1, 1, 28, 28 }, &outputs));
        }
}

/* The quadratic of the inclusion checks: 8 dimensions, curvatures 1e-2 to 1e1, theta from 1. */
static void the_quadratic_is_shaped_by_its_options(void **state)
{
    const fl_workload *quadratic = fl_workload_find("quadratic/noisy", NULL);
    fl_layer layers[FL_WORKLOAD_LAYERS];
    double options[FL_HYPER_MAX];
    fl_tensor theta[FL_LAYER_TENSORS];
    standard_options(quadratic, options);
    assert_int_equal(1, fl_workload_layers(quadratic, options, layers));
    assert_close(0.01, fl_layer_curvature(&layers[0], 8, 0), 1e-15);
    assert_close(10, fl_layer_curvature(&layers[0], 8, 7), 1e-15);
    assert_int_equal(1, fl_layer_tensors(&layers[0], (fl_tensor_shape){ 1, 8, 1, 1 }, theta));
    fl_init init = fl_workload_init(quadratic);
    float values[8];
    fl_init_tensor(&init, &theta[0], 0, 1, values);
    for (int i = 0; i < 8; i++) assert_true(values[i] == 1);
}

static void options_change_the_quadratic_and_its_data(void **state)
{
    const fl_workload *quadratic = fl_workload_find("quadratic/noisy", NULL);
    fl_layer layers[FL_WORKLOAD_LAYERS];
    double options[FL_HYPER_MAX];
    standard_options(quadratic, options);
    options[fl_hyper_index(quadratic->options, quadratic->n_options, "dimension")] = 3;
    options[fl_hyper_index(quadratic->options, quadratic->n_options, "condition")] = 50;
    fl_dataset *dataset = fl_dataset_load(quadratic->dataset, options, NULL);
    fl_workload_layers(quadratic, options, layers);
    assert_int_equal(3, dataset->shape.c);
    assert_close(50, layers[0].condition, 0);
    assert_close(0.2, fl_layer_curvature(&layers[0], 3, 0), 1e-15);
    fl_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_plain),
        cmocka_unit_test(data_sets_are_registered),
        cmocka_unit_test(options_are_few_and_accept_their_defaults),
        cmocka_unit_test(initialisation_is_known),
        cmocka_unit_test(biases_of_classifiers_start_at_zero),
        cmocka_unit_test(the_last_layer_alone_is_a_loss),
        cmocka_unit_test(layers_fit_the_data_they_are_fed),
        cmocka_unit_test(models_have_their_published_sizes),
        cmocka_unit_test(the_quadratic_is_shaped_by_its_options),
        cmocka_unit_test(options_change_the_quadratic_and_its_data),
    };
    return test_run(tests, NULL, NULL);
}
