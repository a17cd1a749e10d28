/* Workloads: data set + model + loss + initialisation, each read from a definition in JSON (docs/formats.md). Those of
 * suites/workloads are built in; a user's own come from a file or from a study by the same reader.
 *
 * Definitions live as long as the process, and equal ones are one: whoever has a pointer may keep it and compare it. A
 * workload cannot see which optimizer it serves (core/LAYERS).
 */
#ifndef FL_WORKLOAD_WORKLOAD_H
#define FL_WORKLOAD_WORKLOAD_H

#include "base/hash.h"
#include "base/hyper.h"
#include "base/json.h"
#include "dataset/dataset.h"
#include "dataset/inputs.h"
#include "dataset/source.h"
#include "init/init.h"
#include "layer/layer.h"

enum { FL_WORKLOAD_LAYERS = 512 };

/* Where the value of an option goes: an attribute of a layer, or one of the data set's own numbers. */
typedef struct fl_workload_use {
    size_t option;
    const fl_layer_attribute *attribute; /* NULL: the data's */
    size_t at;                           /* the layer, or the number's place in the data set's table */
} fl_workload_use;

typedef struct fl_workload {
    fl_entry entry;                 /* "fashion_mnist/simple_cnn" */
    char hash[FL_HASH_TEXT];        /* of the definition */
    bool by_name;                   /* unchanged since release 0.1: trials are known by its name, not by the hash */
    fl_dataset_source source;       /* its data, as the definition names them */
    const fl_dataset_kind *dataset; /* what they are */
    const char *trouble;            /* why they cannot be used here; NULL: nothing is wrong */
    double data[FL_HYPER_MAX];      /* the data set's own numbers, where no option is used */
    fl_dataset_inputs inputs;
    const char *input_places[FL_DATASET_INPUTS]; /* where each step of them stands: "file:line:column" */
    const fl_layer *layers; /* the last one is the loss; every one before it has a name and says what it reads */
    size_t n_layers;
    const char *const *places; /* where each stands */
    fl_init init;
    const fl_hyper *options; /* named without the "workload." prefix */
    size_t n_options;
    const fl_workload_use *uses; /* each option has one or more */
    size_t n_uses;
    json_t *definition; /* normalised: every default written out, without `about` and `source` */
    struct fl_arena *arena;
} fl_workload;

/* The workloads of suites/workloads by name, NULL-ended. */
const fl_workload *const *fl_workloads(void);
const fl_workload *fl_workload_find(const char *name, fl_error *error);

/* A name, or the path of a file that ends in .json. */
const fl_workload *fl_workload_named(const char *name_or_path, fl_error *error);

/* What a study's `workload` holds: a name, a path (as it stands, else beside the study), or the definition itself. */
const fl_workload *fl_workload_read(fl_json_node node, fl_error *error);

/* Among the built-in ones and those that this process has met, by the hash of the definition; NULL. */
const fl_workload *fl_workload_of_hash(const char *hash);

/* A definition read without keeping it; the caller frees it. */
fl_workload *fl_workload_new(fl_json_node definition, fl_error *error);
void fl_workload_free(fl_workload *workload);

/* The layers of a workload under `options`; `layers` holds FL_WORKLOAD_LAYERS. Returns how many. */
size_t fl_workload_layers(const fl_workload *workload, const double *options, fl_layer *layers);

/* The data set's own numbers under `options`. */
void fl_workload_data(const fl_workload *workload, const double *options, double data[FL_HYPER_MAX]);

/* Its data under `options`; NULL with a message. */
fl_dataset *fl_workload_load(const fl_workload *workload, const double *options, fl_error *error);

/* What its `error` is: a share of wrong classes, a number of its own (squared differences beside a cross-entropy), or
 * the loss again. */
typedef enum fl_workload_error { FL_WORKLOAD_SHARE, FL_WORKLOAD_NUMBER, FL_WORKLOAD_LOSS } fl_workload_error;
fl_workload_error fl_workload_error_of(const fl_workload *workload);

/* Does this option shape the data, which all arms of a study share? */
bool fl_workload_shapes_data(const fl_workload *workload, size_t option);

/* Do the steps of `inputs` fit examples of this shape? Else a message with the step's place. */
bool fl_workload_inputs_fit(const fl_workload *workload, fl_tensor_shape shape, fl_error *error);

/* What a model meets: the shape of a batch, its classes, how many different tokens it has (0: none, or not known). */
typedef struct fl_workload_batch {
    fl_tensor_shape in;
    size_t n_classes, vocabulary;
} fl_workload_batch;

/* Do inputs and layers fit such a batch, and memory? Else a message with the place of step or layer, and what would. */
bool fl_workload_fits(const fl_workload *workload, const double *options, const fl_workload_batch *batch,
                      fl_error *error);

/* Does a model fit batches of so many of these examples, and do they have what its loss is measured against? */
bool fl_workload_takes(const fl_workload *workload, const double *options, const fl_dataset *dataset, size_t batch,
                       fl_error *error);

/* So many streams evaluate a model that carries state from batch to batch, whatever its batch is. */
enum { FL_WORKLOAD_STREAMS = 10 };

/* Does a layer carry its state from batch to batch? */
bool fl_workload_carries(const fl_workload *workload);

/* Where one does, are there examples to evaluate for every stream? Else a message with the layer's place. */
bool fl_workload_fills_streams(const fl_workload *workload, size_t n_validation, size_t n_test, fl_error *error);

/* The shapes of what all layers give for batches of shape `in`, which they fit. */
void fl_workload_shapes(const fl_workload *workload, const double *options, fl_tensor_shape in,
                        fl_tensor_shape out[FL_WORKLOAD_LAYERS]);

/* Layer `index` as an object with every attribute. Numbers are those of `layers`, the workload's under some options;
 * where that is NULL, what an option settles is "$option". New reference. */
json_t *fl_workload_layer_json(const fl_workload *workload, size_t index, const fl_layer *layers);

/* The definition with `about` and `source`, as a file of suites/workloads has it. New reference. */
json_t *fl_workload_json(const fl_workload *workload);

#endif
