/* What must hold of every workload in the registry; those whose data set is not there are not loaded. */
#include "workload/workload.h"
#include "support/test.h"

static void default_options(const fl_workload *workload, double options[FL_HYPER_MAX])
{
    for (size_t i = 0; i < workload->n_options; i++) options[i] = workload->options[i].default_value;
}

static void names_are_unique_and_plain(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        const char *name = (*at)->entry.name;
        assert_int_equal(strlen(name), strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_/"));
        assert_ptr_equal(*at, fl_workload_find(name, NULL));
        assert_ptr_equal(*at, fl_workload_of_hash((*at)->hash));
        assert_true(strlen((*at)->entry.about) > 10);
        assert_non_null((*at)->entry.source);
    }
}

/* suites/workloads/NAME.json says that it is NAME: what is read by its path is the one that is built in. */
static void files_are_named_like_their_workloads(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        char path[FL_FILE_PATH_MAX];
        fl_error error;
        snprintf(path, sizeof path, "%s/suites/workloads/%s.json", FL_SOURCE_DIR, (*at)->entry.name);
        const fl_workload *read = fl_workload_named(path, &error);
        if (read != *at) fail_msg("%s is another workload: %s", path, read ? read->entry.name : error.text);
    }
}

/* What a definition is normalised to is itself a definition, of the same hash. */
static void normalised_definitions_mean_the_same(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        fl_error error;
        json_t *object = fl_workload_json(*at);
        char *text = json_dumps(object, JSON_REAL_PRECISION(17));
        fl_json *document = fl_json_load_text("again", text, strlen(text), &error);
        fl_workload *again = fl_workload_new(fl_json_root(document), &error);
        if (!again) fail_msg("%s: %s", (*at)->entry.name, error.text);
        assert_string_equal(again->hash, (*at)->hash);
        assert_true(json_equal(again->definition, (*at)->definition));
        fl_workload_free(again);
        fl_json_free(document);
        free(text);
        json_decref(object);
    }
}

/* Records of release 0.1 know these by their names; a change of meaning is a change of identity. */
static void workloads_of_the_first_release_are_what_they_were(void **state)
{
    static const char *const names[] = { "fashion_mnist/mlp", "fashion_mnist/simple_cnn", "glyphs/mlp",
                                         "mnist/mlp",         "mnist/simple_cnn",         "quadratic/noisy" };
    size_t n = 0;
    for (const fl_workload *const *at = fl_workloads(); *at; at++) n += (*at)->by_name;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const fl_workload *workload = fl_workload_find(names[i], NULL);
        if (!workload->by_name) fail_msg("%s has become another: %s", names[i], workload->hash);
    }
    assert_int_equal(n, sizeof names / sizeof *names);
}

static void data_sets_are_registered(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++)
        if ((*at)->source.name) assert_ptr_equal((*at)->dataset, fl_dataset_find((*at)->source.name, NULL));
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

/* docs/protocol.md, "Workloads": biases of image workloads start at zero. */
static void biases_of_classifiers_start_at_zero(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++)
        if ((*at)->layers[(*at)->n_layers - 1].kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY)
            assert_true((*at)->init.bias == 0);
}

static void the_last_layer_alone_is_a_loss(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++)
        for (size_t i = 0; i < (*at)->n_layers; i++)
            assert_int_equal(i == (*at)->n_layers - 1, fl_layer_spec_of(&(*at)->layers[i])->loss);
}

/* Parameters of the layers on one example of `shape`. */
static size_t count_parameters(const fl_workload *workload, fl_tensor_shape shape)
{
    size_t total = 0;
    fl_tensor_shape out[FL_WORKLOAD_LAYERS], in[FL_LAYER_FROM];
    for (size_t i = 0; i < workload->n_layers; i++) {
        const fl_layer *layer = &workload->layers[i];
        fl_tensor tensors[FL_LAYER_TENSORS];
        for (size_t k = 0; k < layer->n_from; k++) in[k] = layer->from[k] ? out[layer->from[k] - 1] : shape;
        size_t n_tensors = fl_layer_tensors(layer, in[0], tensors);
        for (size_t k = 0; k < n_tensors; k++) total += tensors[k].n_values;
        out[i] = fl_layer_out_of(layer, in, layer->n_from);
    }
    return total;
}

/* Files are loaded once for the workloads that read them, which stand together. */
static void layers_fit_the_data_they_are_fed(void **state)
{
    fl_dataset *dataset = NULL;
    const fl_dataset_kind *loaded = NULL;
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        fl_error error;
        double options[FL_HYPER_MAX];
        default_options(*at, options);
        if ((*at)->dataset != loaded || loaded->options) {
            fl_dataset_free(dataset);
            dataset = fl_workload_load(*at, options, NULL);
            loaded = (*at)->dataset;
        }
        if (!dataset) continue;
        if (!fl_workload_takes(*at, options, dataset, 1, &error)) fail_msg("%s", error.text);
        assert_true(count_parameters(*at, dataset->shape) > 0);
    }
    fl_dataset_free(dataset);
}

/* PyTorch 1.13: sum(p.numel() for p in net.parameters()) of the same layers, an LSTM with one bias. The transformer by
 * hand: 65 * 128 + 64 * 128 + 4 (2 * 256 + 4 * (128 * 128 + 128) + 2 * 128 * 512 + 512 + 128) + 256 + 128 * 65 + 65. */
static void models_have_their_published_sizes(void **state)
{
    static const struct {
        const char *name;
        size_t n_parameters;
    } sizes[] = {
        { "fashion_mnist/mlp", 235146 },
        { "glyphs/mlp", 235146 },
        { "mnist/mlp", 235146 },
        { "fashion_mnist/simple_cnn", 3274634 },
        { "mnist/simple_cnn", 3274634 },
        { "glyphs/simple_cnn", 3274634 },
        { "cifar10/resnet8", 75290 },
        { "cifar10/resnet32", 464154 },
        { "cifar10/vgg16", 14724042 },
        { "cifar10/two_layer", 154160 },
        { "cifar10/allcnn_quarter", 86698 },
        { "cifar100/allcnn", 1387108 },
        { "war_and_peace/char_lstm", 284499 },
        { "tiny_shakespeare/transformer", 818241 },
        { "mnist/autoencoder", 2837314 },
        { "mnist/logistic", 7850 },
        { "fashion_mnist/logistic", 7850 },
        { "regression/unnormalised", 3 },
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const fl_workload *workload = fl_workload_find(sizes[i].name, NULL);
        assert_int_equal(sizes[i].n_parameters, count_parameters(workload, workload->dataset->shape));
    }
}

/* The quadratic of the inclusion checks: 8 dimensions, curvatures 1e-2 to 1e1, theta from 1. */
static void the_quadratic_is_shaped_by_its_options(void **state)
{
    const fl_workload *quadratic = fl_workload_find("quadratic/noisy", NULL);
    fl_layer layers[FL_WORKLOAD_LAYERS];
    double options[FL_HYPER_MAX];
    fl_tensor theta[FL_LAYER_TENSORS];
    default_options(quadratic, options);
    assert_int_equal(1, fl_workload_layers(quadratic, options, layers));
    assert_close(0.01, fl_layer_curvature(&layers[0], 8, 0), 1e-15);
    assert_close(10, fl_layer_curvature(&layers[0], 8, 7), 1e-15);
    assert_int_equal(1, fl_layer_tensors(&layers[0], (fl_tensor_shape){ 1, 8, 1, 1 }, theta));
    float values[8];
    fl_init_tensor(&quadratic->init, &theta[0], 0, 1, values);
    for (int i = 0; i < 8; i++) assert_true(values[i] == 1);
}

static void options_change_the_quadratic_and_its_data(void **state)
{
    const fl_workload *quadratic = fl_workload_find("quadratic/noisy", NULL);
    fl_layer layers[FL_WORKLOAD_LAYERS];
    double options[FL_HYPER_MAX];
    default_options(quadratic, options);
    options[fl_hyper_index(quadratic->options, quadratic->n_options, "dimension")] = 3;
    options[fl_hyper_index(quadratic->options, quadratic->n_options, "condition")] = 50;
    fl_dataset *dataset = fl_workload_load(quadratic, options, NULL);
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
        cmocka_unit_test(files_are_named_like_their_workloads),
        cmocka_unit_test(normalised_definitions_mean_the_same),
        cmocka_unit_test(workloads_of_the_first_release_are_what_they_were),
        cmocka_unit_test(data_sets_are_registered),
        cmocka_unit_test(options_are_few_and_accept_their_defaults),
        cmocka_unit_test(biases_of_classifiers_start_at_zero),
        cmocka_unit_test(the_last_layer_alone_is_a_loss),
        cmocka_unit_test(layers_fit_the_data_they_are_fed),
        cmocka_unit_test(models_have_their_published_sizes),
        cmocka_unit_test(the_quadratic_is_shaped_by_its_options),
        cmocka_unit_test(options_change_the_quadratic_and_its_data),
    };
    return test_run(tests, NULL, NULL);
}
