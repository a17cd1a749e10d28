/* fairlead curvature: the Hessian, the Gauss-Newton and the Fisher matrix of an exported model. */
#include "base/file.h"
#include "base/memory.h"
#include "command/landscape.h"
#include "command/verbs.h"
#include "math/eigen.h"
#include "record/line.h"
#include "results/results.h"
#include "say/options.h"
#include "train/curvature.h"
#include "train/train.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MATRICES "hessian, ggn, fisher, fisher_sampled, fisher_empirical"

static const usage curvature_usage = {
    "fairlead curvature KIT [options]",
    "Measures the curvature of an exported trial's mean loss at its final parameters, in evaluation mode: extreme "
    "eigenvalues, trace, condition numbers, spectral density, gradient noise scale, and the worst loss in a ball. KIT "
    "is a folder that 'fairlead trial --export' wrote. With -o the line joins a result folder that holds the trial, "
    "whose figures spectrum and landscape then show it.",
    "fairlead curvature kit --data train --matrix ggn --largest 5",
};

enum { DENSITY_STARTS = 10, LEAST_PRODUCTS = 3 };

typedef struct request {
    const char *kit, *data, *matrix, *folder;
    size_t largest, smallest, products, examples; /* products: 0 as many as by default */
    uint64_t seed;
    double ball;
    bool density, landscape, json;
    words through;
} request;

/* An export being looked at. */
typedef struct kit {
    fl_json *manifest;
    fl_trial trial;
    fl_train_trainer *trainer;
    fl_train_curvature *curvature;
    float *parameters, *factors; /* factors: of the rule's preconditioner; NULL: none */
    char id[17];
    size_t step; /* the last one, and its rate */
    double rate;
} kit;

/* --- the kit --- */

static bool read_manifest(kit *k, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_json_node node;
    fl_file_path_join(path, folder, "manifest.json");
    if (!fl_file_exists(path))
        return fl_error_user(error, "%s: is no export: it has no manifest.json; 'fairlead trial --export' writes one",
                             folder);
    k->manifest = fl_json_load(path, error);
    return k->manifest && fl_json_need(fl_json_root(k->manifest), "trial", &node, error) &&
           fl_trial_read(node, &k->trial, error);
}

/* Step and rate of the trace's last line. */
static bool read_end(kit *k, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX], *text;
    size_t n;
    fl_file_path_join(path, folder, "trace.jsonl");
    if (!fl_file_read(path, &text, &n, error)) return false;
    size_t end = n && text[n - 1] == '\n' ? n - 1 : n;
    const char *before = memrchr(text, '\n', end), *line = before ? before + 1 : text;
    json_t *last = json_loadb(line, (size_t)(text + end - line), 0, NULL);
    k->step = (size_t)json_integer_value(json_object_get(last, "step"));
    k->rate = json_number_value(json_object_get(last, "rate"));
    json_decref(last);
    free(text);
    return k->step || fl_error_user(error, "%s: its last line is no step", path);
}

static bool open_kit(kit *k, const request *asked, fl_train_curvature_data data, fl_error *error)
{
    if (!read_manifest(k, asked->kit, error) || !read_end(k, asked->kit, error)) return false;
    if (!fl_train_prepare(k->trainer, &k->trial, error)) return false;
    fl_train_identify(k->trainer, &k->trial, k->id);
    k->curvature =
        fl_train_curvature_of_kit(asked->kit, fl_train_prepared(k->trainer), &k->trial, data, asked->examples, error);
    if (!k->curvature) return false;
    const fl_tensor_layout *layout = fl_network_layout(fl_train_curvature_network(k->curvature));
    k->parameters = fl_memory_new(layout->n_parameters, sizeof *k->parameters);
    return fl_train_curvature_parameters(asked->kit, layout, k->parameters, error) &&
           (!k->trial.owners.optimizer->precondition ||
            fl_train_curvature_preconditioner(asked->kit, layout, &k->factors, error));
}

static void close_kit(kit *k)
{
    fl_train_curvature_free(k->curvature);
    fl_train_trainer_free(k->trainer);
    if (k->manifest) fl_trial_free(&k->trial);
    fl_json_free(k->manifest);
    free(k->parameters);
    free(k->factors);
}

/* --- what is said --- */

static void print_list(const json_t *record, const char *key, const char *name)
{
    const json_t *list = json_object_get(record, key);
    printf("%-16s", name);
    for (size_t i = 0; i < json_array_size(list); i++) printf(" %.6g", json_number_value(json_array_get(list, i)));
    printf("\n");
}

static void print_number(const json_t *record, const char *key, const char *name, const char *note)
{
    const json_t *value = json_object_get(record, key);
    if (json_is_number(value)) printf("%-16s %.6g%s\n", name, json_number_value(value), note);
}

static void print_record(const json_t *record)
{
    bool exact = json_is_true(json_object_get(record, "exact"));
    printf("%s of the mean loss over %lld examples (%s), %lld parameters, after step %lld; %s, %lld products\n",
           json_string_value(json_object_get(record, "matrix")),
           (long long)json_integer_value(json_object_get(record, "examples")),
           json_string_value(json_object_get(record, "data")),
           (long long)json_integer_value(json_object_get(record, "n_parameters")),
           (long long)json_integer_value(json_object_get(record, "step")), exact ? "exact" : "estimated",
           (long long)json_integer_value(json_object_get(record, "products")));
    print_number(record, "loss", "loss", "");
    print_list(record, "largest", "largest");
    print_list(record, "smallest", "smallest");
    print_number(record, "preconditioned", "preconditioned", "");
    print_number(record, "limit", "limit of the rate", "");
    print_number(record, "trace", "trace", "");
    print_number(record, "condition", "condition", exact ? "" : " at least");
    print_number(record, "condition_mean", "largest/mean", "");
    print_number(record, "noise_scale", "noise scale", " examples");
    print_number(record, "worst_loss", "worst in a ball", "");
}

static void print_json(const json_t *record)
{
    json_dumpf(record, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    printf("\n");
}

/* --- the measurement --- */

static void add_place(json_t *record, const kit *k)
{
    const fl_optimizer *optimizer = k->trial.owners.optimizer;
    bool known = optimizer->stable_below && (!optimizer->precondition || k->factors);
    double limit = known ? optimizer->stable_below(k->trial.values.of[FL_TRIAL_OF_OPTIMIZER], k->rate) : NAN;
    json_object_set_new(record, "rate", json_real(k->rate));
    json_object_set_new(record, "limit", fl_json_finite(limit));
}

/* {"trial", "step", ...} as a line has them; NULL with a message. */
static json_t *measure(kit *k, const request *asked, fl_network_matrix matrix, fl_error *error)
{
    fl_train_curvature_request wanted = { matrix, fl_curvature_default, asked->ball, k->factors };
    float *vectors = NULL;
    bool eigenvectors = asked->landscape && !asked->through.n;
    wanted.spectrum.n_largest = eigenvectors && asked->largest < 2 ? 2 : asked->largest;
    wanted.spectrum.n_smallest = asked->smallest;
    wanted.spectrum.n_vectors = eigenvectors ? 2 : 0;
    wanted.spectrum.seed = asked->seed;
    if (asked->products) wanted.spectrum.trace_products = wanted.spectrum.lanczos_steps = asked->products;
    if (asked->density) wanted.spectrum.lanczos_starts = DENSITY_STARTS;
    json_t *measured = fl_train_curvature_record(k->curvature, k->parameters, &wanted, &vectors, error);
    json_t *record = json_pack("{s:s, s:I}", "trial", k->id, "step", (json_int_t)k->step);
    bool fine = measured;
    if (fine) json_object_update(record, measured);
    if (fine) add_place(record, k);
    if (fine && asked->landscape)
        fine = landscape_add(record, k->curvature, asked->kit, k->parameters, vectors, &asked->through, error);
    free(vectors);
    json_decref(measured);
    if (fine) return record;
    json_decref(record);
    return NULL;
}

/* The folder must hold the trial: a figure finds the line by it. */
static bool holds(const char *folder, const char *id, fl_error *error)
{
    bool found = false;
    fl_results *results = fl_results_read(folder, error);
    if (!results) return false;
    for (size_t i = 0; i < results->n_records && !found; i++) found = !strcmp(results->records[i].trial, id);
    fl_results_free(results);
    return found || fl_error_user(error, "%s: holds no trial %s", folder, id);
}

static bool keep(const json_t *record, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "curvature.jsonl");
    return fl_record_line_append(path, record) || fl_file_error(error, path, "cannot be written");
}

static int run(const request *asked, fl_train_curvature_data data, fl_network_matrix matrix)
{
    fl_error error;
    kit k = { .trainer = fl_train_trainer_new() };
    bool ready = open_kit(&k, asked, data, &error) && (!asked->folder || holds(asked->folder, k.id, &error));
    json_t *record = ready ? measure(&k, asked, matrix, &error) : NULL;
    bool done = record && (!asked->folder || keep(record, asked->folder, &error));
    if (done) (asked->json ? print_json : print_record)(record);
    json_decref(record);
    close_kit(&k);
    return done ? 0 : complain(&error);
}

int verb_curvature(int argc, char **argv)
{
    request asked = { .data = "batches",
                      .matrix = "hessian",
                      .largest = 1,
                      .smallest = 1,
                      .examples = FL_TRAIN_CURVATURE_EXAMPLES,
                      .ball = 0.01 };
    const option options[] = {
        { "--data", NULL, OPTION_TEXT, "WHICH", "examples: batches (default, exported), train or val", &asked.data },
        { "--examples", NULL, OPTION_COUNT, "N", "how many of them, in whole chunks (default 1000)", &asked.examples },
        { "--matrix", NULL, OPTION_TEXT, "M", MATRICES, &asked.matrix },
        { "--largest", NULL, OPTION_COUNT, "K", "eigenvalues from the largest (default 1)", &asked.largest },
        { "--smallest", NULL, OPTION_COUNT0, "K", "eigenvalues from the smallest (default 1)", &asked.smallest },
        { "--products", NULL, OPTION_COUNT, "N",
          "for the trace, and for each random vector of the density (default 60 and 80; --curvature-every: 30)",
          &asked.products },
        { "--density", NULL, OPTION_FLAG, NULL, "the spectral density from 10 random vectors, not 1", &asked.density },
        { "--ball", NULL, OPTION_NUMBER, "R", "radius as a share of the weights' norm (default 0.01)", &asked.ball },
        { "--seed", NULL, OPTION_SEED, "N", "of the random vectors (default 0)", &asked.seed },
        { "--landscape", NULL, OPTION_FLAG, NULL, "the loss on the plane of the two leading eigenvectors",
          &asked.landscape },
        { "--through", NULL, OPTION_LIST, "KIT", "or through two more exports of the same model, given twice",
          &asked.through },
        { "--output", "-o", OPTION_TEXT, "DIR", "add the line to a result folder's curvature.jsonl", &asked.folder },
        { "--json", NULL, OPTION_FLAG, NULL, "print the line's object as JSON", &asked.json },
    };
    words rest;
    fl_error error;
    fl_train_curvature_data data;
    fl_network_matrix matrix;
    int code = options_read(&curvature_usage, options, sizeof options / sizeof *options, argc, argv, 1, 1, &rest);
    if (code != GO_ON) return code;
    asked.kit = rest.items[0];
    if (asked.through.n && asked.through.n != 2)
        code = complain_user("--through wants two exports, not %zu", asked.through.n);
    else if (asked.products && asked.products < LEAST_PRODUCTS)
        code = complain_user("--products wants at least %d, as the trace has three parts, not %zu", LEAST_PRODUCTS,
                             asked.products);
    else if (!fl_math_eigen_usable(&error) || !fl_train_curvature_data_find(asked.data, &data, &error) ||
             !fl_network_matrix_find(asked.matrix, &matrix, &error))
        code = complain(&error);
    else {
        asked.landscape |= asked.through.n > 0;
        code = run(&asked, data, matrix);
    }
    free(asked.through.items);
    free(rest.items);
    return code;
}
