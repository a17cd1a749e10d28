/* The curvature of a trial's model: while it trains, and of an exported one.
 *
 * It is measured by a network of its own, in f32, so that nothing of the training moves: neither its numbers nor its
 * random streams.
 */
#ifndef FL_TRAIN_CURVATURE_H
#define FL_TRAIN_CURVATURE_H

#include "curvature/model.h"
#include "train/train.h"

/* Which examples the mean is taken over. */
typedef enum fl_train_curvature_data {
    FL_TRAIN_CURVATURE_BATCHES, /* of an export, the first ones */
    FL_TRAIN_CURVATURE_TRAIN,
    FL_TRAIN_CURVATURE_VAL,
    FL_TRAIN_CURVATURE_DATA
} fl_train_curvature_data;

/* "batches", "train", "val"; and back. */
const char *fl_train_curvature_data_name(fl_train_curvature_data data);
bool fl_train_curvature_data_find(const char *name, fl_train_curvature_data *data, fl_error *error);

enum { FL_TRAIN_CURVATURE_EXAMPLES = 1000 }; /* unless told otherwise: what an estimate needs, not what there is */

typedef struct fl_train_curvature fl_train_curvature;

/* Over the first `examples` training or validation examples of loaded data, cut to whole chunks. `plans` is borrowed.
 * NULL with a message. */
fl_train_curvature *fl_train_curvature_new(const struct fl_train_plans *plans, const fl_trial *trial,
                                           fl_train_curvature_data data, size_t examples, fl_error *error);

/* Of an exported trial: at its final parameters and state. `plans` fit the kit's trial; only training and validation
 * data come from there. */
fl_train_curvature *fl_train_curvature_of_kit(const char *kit, const struct fl_train_plans *plans,
                                              const fl_trial *trial, fl_train_curvature_data data, size_t examples,
                                              fl_error *error);
void fl_train_curvature_free(fl_train_curvature *curvature); /* accepts NULL */

fl_network *fl_train_curvature_network(fl_train_curvature *curvature);
fl_curvature_model *fl_train_curvature_model(fl_train_curvature *curvature);
size_t fl_train_curvature_examples(const fl_train_curvature *curvature);

/* What is asked at one place. */
typedef struct fl_train_curvature_request {
    fl_network_matrix matrix;
    fl_curvature_request spectrum;
    double radius;        /* of the ball whose worst loss is sought, as a share of the parameters' norm; 0: none */
    const float *factors; /* D of D M D, whose largest eigenvalue is asked for too; NULL: none */
} fl_train_curvature_request;

/* Every field of curvature.jsonl but the trial, its step, rate and limit (docs/formats.md), at parameters of canonical
 * order; NULL with a message. `vectors`, if not NULL, receives the spectrum's eigenvectors, to be freed. */
json_t *fl_train_curvature_record(fl_train_curvature *curvature, const float *parameters,
                                  const fl_train_curvature_request *request, float **vectors, fl_error *error);

/* Read final/NAME.npy of an export for every tensor of the layout into one array of canonical order. */
bool fl_train_curvature_parameters(const char *kit, const fl_tensor_layout *layout, float *parameters, fl_error *error);

/* Likewise preconditioner/NAME.npy, to be freed; NULL where the export has none. */
bool fl_train_curvature_preconditioner(const char *kit, const fl_tensor_layout *layout, float **factors,
                                       fl_error *error);

#endif
