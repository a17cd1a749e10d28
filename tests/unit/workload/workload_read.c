/* Definitions of workloads: what they mean, and where a mistake in one is. */
#include "support/test.h"
#include "workload/workload.h"

static fl_workload *read_text(const char *text, fl_error *error)
{
    fl_json *document = fl_json_load_text("net.json", text, strlen(text), error);
    fl_workload *workload = document ? fl_workload_new(fl_json_root(document), error) : NULL;
    fl_json_free(document);
    return workload;
}

static fl_workload *accepted(const char *text)
{
    fl_error error;
    fl_workload *workload = read_text(text, &error);
    if (!workload) fail_msg("%s", error.text);
    return workload;
}

#define NET(layers) "{ \"workload\": \"w\", \"data\": \"glyphs\",\n\"layers\": [\n" layers "],\n" LOSS "}"
#define LOSS "\"loss\": { \"kind\": \"softmax_cross_entropy\" }"
#define DENSE "{ \"kind\": \"dense\", \"out\": 10 }"

static const struct {
    const char *text, *message;
} mistakes[] = {
    { "[]", "net.json:1:1: this must be an object" },
    { "{ \"data\": \"glyphs\", " LOSS " }", "net.json:1:1: 'workload' is missing here" },
    { "{ \"workload\": \"w\", " LOSS " }", "net.json:1:1: 'data' is missing here" },
    { "{ \"workload\": \"w w\", \"data\": \"glyphs\", " LOSS " }", "net.json:1:15: a name has from 1 to 80 letters" },
    { "{ \"workload\": \"w\", \"data\": \"glyph\", " LOSS " }",
      "net.json:1:28: unknown data set 'glyph' (did you mean glyphs?); use" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"layers\": [" DENSE "] }", "'loss' is missing here" },
    { NET(DENSE ",\n{ \"kind\": \"dens\", \"out\": 10 }"),
      "net.json:4:11: unknown layer kind 'dens' (did you mean dense?); use dense" },
    { NET("{ \"kind\": \"dense\" }"), "net.json:3:1: dense needs 'out': outputs" },
    { NET("{ \"kind\": \"dense\", \"out\": 10, \"rate\": 1 }"),
      "net.json:3:31: unknown key 'rate'; use kind, name, from, init, out, bias or groups" },
    { NET("{ \"kind\": \"dense\", \"out\": 0 }"), "net.json:3:27: out must be a whole number in [1, 16777216], not 0" },
    { NET("{ \"kind\": \"dense\", \"out\": 1.5 }"), "net.json:3:27: out must be a whole number" },
    { NET("{ \"kind\": \"dense\", \"out\": \"$n\" }"), "net.json:3:27: 'hyperparameters' has no 'n'" },
    { NET("{ \"kind\": \"dense\", \"out\": 10, \"bias\": 1 }"), "net.json:3:39: 'bias' must be true or false" },
    { NET("{ \"kind\": \"sequence\", \"by\": \"columns\" }"),
      "net.json:3:29: unknown by 'columns'; use positions or rows" },
    { NET(DENSE ",\n{ \"kind\": \"softmax_cross_entropy\" }"),
      "net.json:4:11: 'softmax_cross_entropy' is a loss: it belongs in 'loss', and there is one" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"loss\": { \"kind\": \"relu\" } }",
      "net.json:1:56: 'relu' is no loss" },
    /* graphs */
    { NET("{ \"kind\": \"relu\", \"name\": \"a\", \"from\": \"b\" },\n{ \"kind\": \"relu\", \"name\": \"b\" "
          "},\n" DENSE),
      "net.json:3:40: 'a' reads 'b', and no layer before it has that name; a layer reads 'input' or those that stand "
      "before it, so that there is no cycle" },
    { NET("{ \"kind\": \"relu\", \"name\": \"stem\" },\n{ \"kind\": \"relu\", \"from\": \"setm\" },\n" DENSE),
      "net.json:4:27: 'relu2' reads 'setm' (did you mean stem?), and no layer" },
    { NET("{ \"kind\": \"relu\", \"from\": \"relu1\" },\n" DENSE),
      "net.json:3:27: 'relu1' reads 'relu1', and no layer" },
    { NET("{ \"kind\": \"relu\", \"name\": \"a\" },\n{ \"kind\": \"add\", \"from\": [ \"a\", \"a\" ] },\n" DENSE),
      "net.json:4:33: 'add1' reads 'a' twice" },
    { NET("{ \"kind\": \"relu\", \"name\": \"a\" },\n{ \"kind\": \"relu\", \"name\": \"a\" },\n" DENSE),
      "net.json:4:27: there is a layer 'a' already" },
    { NET("{ \"kind\": \"relu\", \"name\": \"tanh1\" },\n{ \"kind\": \"tanh\" },\n" DENSE),
      "net.json:4:1: without a 'name' this layer is called 'tanh1', as another one is already" },
    { NET("{ \"kind\": \"relu\", \"name\": \"input\" },\n" DENSE), "net.json:3:27: 'input' is what the network reads" },
    { NET("{ \"kind\": \"relu\", \"from\": [ \"input\", \"input\" ] },\n" DENSE),
      "net.json:3:27: relu reads from 1 to 1 layers, not 2" },
    { NET("{ \"kind\": \"relu\" },\n{ \"kind\": \"tanh\" },\n{ \"kind\": \"dense\", \"out\": 10, \"from\": \"relu1\" "
          "}"),
      "net.json:4:1: no layer reads 'tanh1'" },
    /* shapes */
    { NET("{ \"kind\": \"convolution\", \"out\": 4, \"kernel\": 29 },\n" DENSE),
      "net.json:3:1: convolution1, which reads 1 x 28 x 28: a window of 29 x 29 does not fit an image of 28 x 28 "
      "padded "
      "by 0" },
    { NET("{ \"kind\": \"max_pool\", \"kernel\": 2 },\n{ \"kind\": \"add\", \"from\": [ \"max_pool1\", \"input\" ] "
          "},\n" DENSE),
      "net.json:4:1: add1, which reads 1 x 14 x 14: a sum of unequal shapes: 1 x 14 x 14 and 1 x 28 x 28" },
    { NET("{ \"kind\": \"lstm\", \"out\": 4 },\n" DENSE),
      "net.json:3:1: lstm1, which reads 1 x 28 x 28: lstm needs a sequence" },
    { NET("{ \"kind\": \"dense\", \"out\": 9 }"),
      "net.json:4:9: the last layer gives 9 outputs, and the data have 10 classes" },
    { NET("{ \"kind\": \"dense\", \"out\": 10 },\n{ \"kind\": \"dense\", \"out\": 16777216, \"groups\": 2 },\n"
          "{ \"kind\": \"convolution\", \"out\": 16777216, \"kernel\": 16777216, \"pad\": 16777216 },\n" DENSE),
      "net.json:5:1: the model up to convolution1 needs" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\",\n\"layers\": [ { \"kind\": \"dense\", \"out\": 2 } ],\n"
      "\"loss\": { \"kind\": \"function\", \"name\": \"beale\", \"start\": [ 1, 1 ] } }",
      "net.json:2:13: function reads no layer; leave the layers before it out" },
    { NET(""), "net.json:4:9: the model has no parameters" },
    /* initialisation, inputs, options */
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"init\": { \"rule\": \"he\" }, \"layers\": [" DENSE "], " LOSS
      " }",
      "unknown initialisation 'he'" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\",\n\"init\": { \"rule\": \"uniform\" }, \"layers\": [" DENSE
      "], " LOSS "}",
      "net.json:2:19: initialisation 'uniform' needs 'argument', its bound" },
    { NET("{ \"kind\": \"dense\", \"out\": 10, \"init\": { \"rule\": \"constant\" } }"),
      "initialisation 'constant' needs 'argument', its value" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"inputs\": [ \"crop\" ], \"layers\": [" DENSE "], " LOSS " }",
      "net.json:1:50: 'crop' needs a number: {\"crop\": ..}" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"inputs\": [ { \"crop\": 1.5 } ], \"layers\": [" DENSE "], " LOSS
      " }",
      "net.json:1:60: 'crop' must be a whole number in [1, 1024]" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"inputs\": [ \"turn\" ], \"layers\": [" DENSE "], " LOSS " }",
      "net.json:1:50: unknown input step 'turn'; there is raw" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"inputs\": [ \"raw\", \"centre\",\n{ \"crop\": 28 } ], "
      "\"layers\": [" DENSE "], " LOSS " }",
      "net.json:2:1: 'crop' shifts by up to 28 pixels, but a picture is 1 x 28 x 28" },
    { "{ \"workload\": \"w\", \"data\": \"tiny-shakespeare\", \"layers\": [\n{ \"kind\": \"embedding\", "
      "\"vocabulary\": 64, "
      "\"out\": 4 }, { \"kind\": \"dense\", \"out\": 65 } ], " LOSS " }",
      "net.json:2:1: embedding1 has 64 rows, and the data have tokens up to 64" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"hyperparameters\": { \"n\": { \"default\": 2 } }, \"layers\": "
      "[" DENSE "], " LOSS " }",
      "net.json:1:59: nothing uses '$n'" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"hyperparameters\": { \"n\": { \"default\": 2, \"min\": 0 } }, "
      "\"layers\": "
      "[ { \"kind\": \"dense\", \"out\": \"$n\" }, " DENSE "], " LOSS " }",
      "$n lies in [0, 16777216], but here only [1, 16777216] is possible" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"hyperparameters\": { \"p\": { \"default\": 0.4, \"min\": 0, "
      "\"scaling\": \"log\" } },\n\"layers\": [ { \"kind\": \"dropout\", \"rate\": \"$p\" }, " DENSE "], " LOSS " }",
      "net.json:2:42: $p is scaled log, so its 'min' must be above 0, not 0" },
    { "{ \"workload\": \"w\", \"data\": \"glyphs\", \"hyperparameters\": { \"p\": { \"default\": 0.4, "
      "\"scaling\": \"log\" } },\n\"layers\": [ { \"kind\": \"dropout\", \"rate\": \"$p\" }, " DENSE "], " LOSS " }",
      "net.json:2:42: $p is scaled log, so its 'min' must be above 0, not 0" },
};

static void a_mistake_is_refused_at_its_place(void **state)
{
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        fl_error error;
        fl_workload *workload = read_text(mistakes[i].text, &error);
        if (workload) fail_msg("accepted: %s", mistakes[i].text);
        assert_int_equal(error.fault, FL_ERROR_USER);
        bool right = strstr(error.text, mistakes[i].message);
        if (!right) print_error("%s\n  should say %s\n", error.text, mistakes[i].message);
        wrong += !right;
    }
    assert_int_equal(wrong, 0);
}

/* A step whose number stands under its own word has no other key. */
static void every_key_is_offered_once(void **state)
{
    static const struct {
        const char *step, *message;
    } steps[] = { { "\"crop\": 2", "net.json:1:63: unknown key 'noise'; use crop" },
                  { "\"whiten\": \"zca\"", "net.json:1:69: unknown key 'noise'; use whiten or epsilon" } };
    for (size_t i = 0; i < 2; i++) {
        char text[300];
        fl_error error;
        snprintf(
            text, sizeof text,
            "{ \"workload\": \"w\", \"data\": \"glyphs\", \"inputs\": [ { %s, \"noise\": 1 } ], \"layers\": [" DENSE
            "], " LOSS " }",
            steps[i].step);
        assert_null(read_text(text, &error));
        assert_string_equal(error.text, steps[i].message);
    }
}

static const char block[] =
    "{ \"workload\": \"mine/one_block\", \"data\": \"glyphs\", \"layers\": ["
    "{ \"kind\": \"convolution\", \"name\": \"conv0\", \"out\": \"$width\", \"kernel\": 3, \"pad\": 1, \"bias\": false "
    "},"
    "{ \"kind\": \"batch_norm\" }, { \"kind\": \"relu\", \"name\": \"relu0\" },"
    "{ \"kind\": \"convolution\", \"out\": \"$width\", \"kernel\": 3, \"pad\": 1, \"init\": { \"rule\": "
    "\"glorot_normal\" } },"
    "{ \"kind\": \"batch_norm\", \"name\": \"bn1\" },"
    "{ \"kind\": \"add\", \"from\": [ \"bn1\", \"relu0\" ] }, { \"kind\": \"relu\" },"
    "{ \"kind\": \"average_pool\" }, { \"kind\": \"dense\", \"out\": 10 } ], " LOSS ","
    "\"hyperparameters\": { \"width\": { \"default\": 16, \"min\": 1, \"max\": 512, \"scaling\": \"log\" } } }";

/* A layer without a name is called by its kind and its number among those of its kind. */
static void layers_have_names_and_know_what_they_read(void **state)
{
    fl_workload *workload = accepted(block);
    static const char *const names[] = { "conv0", "batch_norm1", "relu0",         "convolution2", "bn1",
                                         "add1",  "relu2",       "average_pool1", "dense1" };
    assert_int_equal(workload->n_layers, 10);
    for (size_t i = 0; i < 9; i++) assert_string_equal(workload->layers[i].name, names[i]);
    const fl_layer *add = &workload->layers[5];
    assert_int_equal(add->n_from, 2);
    assert_int_equal(add->from[0], 5); /* bn1 is layer 4 */
    assert_int_equal(add->from[1], 3); /* relu0 is layer 2 */
    assert_true(workload->layers[0].no_bias && !workload->layers[3].no_bias);
    assert_string_equal(workload->layers[3].init->weights->entry.name, "glorot_normal");
    assert_null(workload->layers[0].init);
    fl_workload_free(workload);
}

static void an_option_settles_every_place_that_names_it(void **state)
{
    fl_workload *workload = accepted(block);
    fl_layer layers[FL_WORKLOAD_LAYERS];
    double width = 20;
    assert_int_equal(workload->n_options, 1);
    assert_int_equal(workload->options[0].scale, FL_HYPER_INTEGER); /* it counts channels */
    assert_int_equal(workload->layers[0].n_out, 16);
    fl_workload_layers(workload, &width, layers);
    assert_int_equal(layers[0].n_out, 20);
    assert_int_equal(layers[3].n_out, 20);
    assert_false(fl_workload_shapes_data(workload, 0));
    fl_workload_free(workload);
}

/* Defaults written out, keys in another order, about and source: nothing of it changes what is computed. */
static void texts_that_mean_the_same_have_one_hash(void **state)
{
    static const char *const same[] = {
        "{ \"workload\": \"w\", \"data\": \"glyphs\", \"layers\": [" DENSE "], " LOSS " }",
        "{ " LOSS ", \"data\": \"glyphs\", \"layers\": [" DENSE "], \"workload\": \"w\" }",
        "{ \"workload\": \"w\", \"about\": \"a\", \"source\": \"b\", \"data\": \"glyphs\", \"inputs\": [ \"raw\" ], "
        "\"layers\": "
        "[{ \"kind\": \"dense\", \"name\": \"dense1\", \"from\": [ \"input\" ], \"out\": 10.0, \"bias\": true, "
        "\"groups\": 1 }], "
        "\"loss\": { \"kind\": \"softmax_cross_entropy\", \"label_smoothing\": 0 }, \"init\": { \"rule\": "
        "\"he_normal\" } }",
    };
    static const char *const other[] = {
        "{ \"workload\": \"v\", \"data\": \"glyphs\", \"layers\": [" DENSE "], " LOSS " }",
        "{ \"workload\": \"w\", \"data\": \"mnist\", \"layers\": [" DENSE "], " LOSS " }",
        "{ \"workload\": \"w\", \"data\": \"glyphs\", \"inputs\": [ \"centre\" ], \"layers\": [" DENSE "], " LOSS " }",
        "{ \"workload\": \"w\", \"data\": \"glyphs\", \"layers\": [{ \"kind\": \"dense\", \"out\": 11 }], " LOSS " }",
        "{ \"workload\": \"w\", \"data\": \"glyphs\", \"layers\": [" DENSE "], " LOSS ", \"init\": { \"bias\": 1 } }",
        "{ \"workload\": \"w\", \"data\": \"glyphs\", \"layers\": [" DENSE
        "], \"loss\": { \"kind\": \"softmax_cross_entropy\", \"label_smoothing\": 0.1 } }",
    };
    fl_workload *first = accepted(same[0]);
    for (size_t i = 1; i < 3; i++) {
        fl_workload *workload = accepted(same[i]);
        assert_string_equal(workload->hash, first->hash);
        fl_workload_free(workload);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        fl_workload *workload = accepted(other[i]);
        assert_string_not_equal(workload->hash, first->hash);
        fl_workload_free(workload);
    }
    fl_workload_free(first);
}

/* A definition of the same name as one of release 0.1, and another meaning, is not known by its name. */
static void a_name_alone_is_not_an_identity(void **state)
{
    fl_workload *workload =
        accepted("{ \"workload\": \"glyphs/mlp\", \"data\": \"glyphs\", \"layers\": [" DENSE "], " LOSS " }");
    assert_false(workload->by_name);
    assert_true(fl_workload_find("glyphs/mlp", NULL)->by_name);
    fl_workload_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_is_refused_at_its_place),
        cmocka_unit_test(every_key_is_offered_once),
        cmocka_unit_test(layers_have_names_and_know_what_they_read),
        cmocka_unit_test(an_option_settles_every_place_that_names_it),
        cmocka_unit_test(texts_that_mean_the_same_have_one_hash),
        cmocka_unit_test(a_name_alone_is_not_an_identity),
    };
    return test_run(tests, NULL, NULL);
}
