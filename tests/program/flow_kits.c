/* Exports go by themselves: their curvature can be taken whatever was trained, after the files that defined it are
 * gone, and what a loss does not have is refused. */
#include "support/plugin.h"
#include "support/program.h"

#include "base/memory.h"
#include "math/eigen.h"
#include "train/curvature.h"
#include "workload/workload.h"

/* One step of a registered workload, of one defined in `folder`, or by a rule of one's own (NULL: sgd). */
static void export_kit(const char *workload, const char *plugin, const char *kit)
{
    assert_runs(0, folder, "trial", "--workload", workload, "--optimizer", plugin ? "mine" : "sgd", "--set",
                "learning_rate=1e-6", "--batch", "2", "--steps", "1", "--eval-every", "0", "--backend", "naive",
                "--export", kit, plugin ? "--plugin" : NULL, plugin);
}

static json_t *read_manifest(const char *kit, char path[FL_FILE_PATH_MAX])
{
    char inside[FL_FILE_PATH_MAX];
    fl_file_path_join(inside, folder, kit);
    fl_file_path_join(path, inside, "manifest.json");
    json_t *manifest = json_load_file(path, 0, NULL);
    if (!manifest) fail_msg("%s cannot be read", path);
    return manifest;
}

static void remove_file(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    assert_int_equal(remove(path), 0);
}

/* --- registered workloads --- */

/* Those on generated data; the others differ in what is read and in size. */
static bool is_at_hand(const fl_workload *workload)
{
    return workload->dataset->n_files == 0;
}

static void kit_of(const fl_workload *workload, char kit[80])
{
    snprintf(kit, 80, "%s", workload->entry.name);
    *strchr(kit, '/') = '-';
}

/* An export being looked at, as `fairlead curvature` opens it. */
typedef struct opened {
    fl_json *manifest;
    fl_trial trial;
    fl_train_curvature *curvature;
    float *parameters;
    size_t n;
} opened;

static opened open_kit(fl_train_trainer *trainer, const char *kit)
{
    opened o = { 0 };
    fl_error error;
    fl_json_node node;
    char inside[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    fl_file_path_join(inside, folder, kit);
    fl_file_path_join(path, inside, "manifest.json");
    bool read = (o.manifest = fl_json_load(path, &error)) &&
                fl_json_need(fl_json_root(o.manifest), "trial", &node, &error) &&
                fl_trial_read(node, &o.trial, &error) && fl_train_prepare(trainer, &o.trial, &error) &&
                (o.curvature = fl_train_curvature_of_kit(inside, fl_train_prepared(trainer), &o.trial,
                                                         FL_TRAIN_CURVATURE_BATCHES, 2, &error));
    if (!read) fail_msg("%s: %s", kit, error.text);
    const fl_tensor_layout *layout = fl_network_layout(fl_train_curvature_network(o.curvature));
    o.n = layout->n_parameters;
    o.parameters = fl_memory_new(o.n, sizeof *o.parameters);
    if (!fl_train_curvature_parameters(inside, layout, o.parameters, &error)) fail_msg("%s: %s", kit, error.text);
    return o;
}

static void close_kit(opened *o)
{
    fl_train_curvature_free(o->curvature);
    fl_trial_free(&o->trial);
    fl_json_free(o->manifest);
    free(o->parameters);
}

/* network/curvature.h: a function of the parameters has no outputs whose curvature G and F would take; it and the
 * quadratic predict no targets, drawn or true. */
static bool has(const fl_workload *workload, fl_network_matrix matrix)
{
    fl_layer_kind loss = workload->layers[workload->n_layers - 1].kind;
    if (loss == FL_LAYER_FUNCTION) return matrix == FL_NETWORK_HESSIAN;
    return loss != FL_LAYER_QUADRATIC || matrix < FL_NETWORK_FISHER_SAMPLED;
}

/* M v for v = 1: a whole spectrum of millions of parameters would take a minute. */
static void assert_product_is_finite(opened *o, fl_network_matrix matrix, const char *kit)
{
    float *v = fl_memory_new(o->n, sizeof *v), *out = fl_memory_new(o->n, sizeof *out);
    fl_curvature_model *model = fl_train_curvature_model(o->curvature);
    double loss = fl_curvature_model_at(model, o->parameters), sum = 0;
    fl_curvature_matrix of = fl_curvature_model_matrix(model, matrix, NULL);
    for (size_t i = 0; i < o->n; i++) v[i] = 1;
    of.apply(of.user, v, out);
    for (size_t i = 0; i < o->n; i++) sum += out[i];
    if (!isfinite(loss) || !isfinite(sum)) fail_msg("%s: %s: %g", kit, fl_network_matrix_name(matrix), sum);
    free(v);
    free(out);
}

static void assert_record_is_refused(opened *o, fl_network_matrix matrix)
{
    fl_error error;
    const fl_train_curvature_request request = { .matrix = matrix, .spectrum = fl_curvature_default };
    assert_null(fl_train_curvature_record(o->curvature, o->parameters, &request, NULL, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, fl_network_matrix_name(matrix));
}

static void every_export_has_every_matrix_of_its_loss_and_no_other(void **state)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        char kit[80];
        if (!is_at_hand(*at)) continue;
        kit_of(*at, kit);
        opened o = open_kit(trainer, kit);
        assert_ptr_equal(o.trial.owners.workload, *at);
        for (fl_network_matrix m = 0; m < FL_NETWORK_MATRICES; m++)
            if (has(*at, m))
                assert_product_is_finite(&o, m, kit);
            else
                assert_record_is_refused(&o, m);
        close_kit(&o);
    }
    fl_train_trainer_free(trainer);
}

/* The program takes it of those whose matrix is small enough to be formed. */
static void the_program_takes_or_refuses_the_matrices_of_small_models(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        char kit[80];
        if (!is_at_hand(*at) || !strncmp((*at)->entry.name, "glyphs/", 7)) continue;
        kit_of(*at, kit);
        for (fl_network_matrix m = 0; m < FL_NETWORK_MATRICES; m++)
            if (has(*at, m))
                assert_runs(0, folder, "curvature", kit, "--matrix", fl_network_matrix_name(m));
            else
                assert_refused(2, "the loss '", folder, "curvature", kit, "--matrix", fl_network_matrix_name(m));
    }
}

/* --- what a manifest holds --- */

static void a_manifest_holds_the_definition_unless_the_name_stands_for_it(void **state)
{
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        char kit[80], path[FL_FILE_PATH_MAX];
        if (!is_at_hand(*at)) continue;
        kit_of(*at, kit);
        json_t *manifest = read_manifest(kit, path);
        const json_t *definition = json_object_get(json_object_get(manifest, "trial"), "definition");
        if ((*at)->by_name)
            assert_null(definition);
        else
            assert_true(json_equal(definition, (*at)->definition));
        json_decref(manifest);
    }
}

/* A network of 25 x 10 + 10 parameters on glyphs, from a file. */
static void export_own_network(void)
{
    put_study(folder, "own.json",
              "{'workload': 'mine/small', 'data': 'glyphs', 'layers': [{'kind': 'average_pool', 'kernel': 5, 'stride': "
              "5}, {'kind': 'dense', 'out': 10}], 'loss': {'kind': 'softmax_cross_entropy'}}");
    export_kit("own.json", NULL, "own");
    remove_file("own.json");
}

static void a_network_from_a_file_is_measured_without_the_file(void **state)
{
    export_own_network();
    assert_runs(0, folder, "curvature", "own", "--matrix", "fisher");
    assert_runs(0, folder, "curvature", "own", "--landscape");
}

static void a_rule_of_ones_own_is_found_without_its_name_being_known(void **state)
{
    plugin_make("cc", "mine.c", "", folder, "mine.so");
    export_kit("quadratic/noisy", "mine.so", "plugged");
    assert_runs(0, folder, "curvature", "plugged");
}

/* As exports were written that named a definition by its hash alone. */
static void put_hash_alone(const char *kit, const char *hash)
{
    char path[FL_FILE_PATH_MAX];
    json_t *manifest = read_manifest(kit, path);
    json_object_set_new(json_object_get(manifest, "trial"), "definition", json_string(hash));
    assert_int_equal(json_dump_file(manifest, path, JSON_INDENT(2)), 0);
    json_decref(manifest);
}

static void an_export_that_holds_a_hash_alone_is_read_where_the_workload_is_built_in(void **state)
{
    const fl_workload *saddle = fl_workload_find("function/saddle", NULL);
    export_kit(saddle->entry.name, NULL, "by_hash");
    put_hash_alone("by_hash", saddle->hash);
    assert_runs(0, folder, "curvature", "by_hash");
    put_hash_alone("by_hash", "0123456789abcdef");
    assert_refused(2, "by_hash/manifest.json:", folder, "curvature", "by_hash");
    assert_refused(2, "no workload of this program has it; export the trial again", folder, "curvature", "by_hash");
}

static int set_up(void **state)
{
    program_set_up(state);
    for (const fl_workload *const *at = fl_workloads(); *at; at++) {
        char kit[80];
        if (!is_at_hand(*at)) continue;
        kit_of(*at, kit);
        export_kit((*at)->entry.name, NULL, kit);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_export_has_every_matrix_of_its_loss_and_no_other),
        cmocka_unit_test(the_program_takes_or_refuses_the_matrices_of_small_models),
        cmocka_unit_test(a_manifest_holds_the_definition_unless_the_name_stands_for_it),
        cmocka_unit_test(a_network_from_a_file_is_measured_without_the_file),
        cmocka_unit_test(a_rule_of_ones_own_is_found_without_its_name_being_known),
        cmocka_unit_test(an_export_that_holds_a_hash_alone_is_read_where_the_workload_is_built_in),
    };
    fl_error error;
    return fl_math_eigen_usable(&error) ? test_run(tests, set_up, program_tear_down) : test_skip_all(error.text);
}
