/* Reading a definition, between the files that share the work; nobody else includes this. */
#ifndef FL_WORKLOAD_READING_H
#define FL_WORKLOAD_READING_H

#include "base/arena.h"
#include "workload/workload.h"

typedef struct fl_workload_reading {
    fl_workload *workload; /* grows; its arrays are these */
    fl_arena *arena;
    fl_layer *layers;
    const char **places;
    fl_hyper *options;
    fl_workload_use *uses;
    json_t *hypers; /* `hyperparameters`, normalised; borrowed from the definition */
} fl_workload_reading;

/* A copy of `text` that lives as long as the workload. */
const char *fl_workload_keep_text(fl_workload_reading *r, const char *text);

/* "file:line:column" of a node, likewise. */
const char *fl_workload_keep_place(fl_workload_reading *r, fl_json_node node);

/* A name of layers, options and workloads: letters, digits and `more` characters, at most `most`. */
bool fl_workload_read_name(fl_json_node node, const char *more, size_t most, const char **name, fl_error *error);

/* `hyperparameters`: the options, before anything that uses them. */
bool fl_workload_read_options(fl_json_node root, fl_workload_reading *r, fl_error *error);

/* What stands where an option may stand. */
typedef struct fl_workload_slot {
    double min, max;
    bool whole;
    fl_workload_use use; /* but for its option */
} fl_workload_slot;

/* A number within the slot's range, or "$option", whose default is the value then. */
bool fl_workload_read_number(fl_json_node node, fl_workload_reading *r, const fl_workload_slot *slot, double *value,
                             fl_error *error);

/* {"rule": .., "argument": .., "bias": ..}: what is not given stays as it is. */
bool fl_workload_read_init(fl_json_node node, fl_init *init, fl_error *error);
json_t *fl_workload_init_json(const fl_init *init);

bool fl_workload_read_data(fl_json_node root, fl_workload_reading *r, fl_error *error);
json_t *fl_workload_data_json(const fl_workload *workload);

/* Data and layers read: do examples follow each other where a layer carries its state from one to the next? They do in
 * texts alone. Else a message with the layer's place. */
bool fl_workload_carries_text(const fl_workload *workload, fl_error *error);

bool fl_workload_read_inputs(fl_json_node root, fl_workload_reading *r, fl_error *error);
json_t *fl_workload_inputs_json(const fl_dataset_inputs *inputs);

/* Write `definition`, `hash` and `by_name`, once all else is there. */
void fl_workload_define(fl_workload *workload, json_t *hypers);

/* `layers` and `loss`. */
bool fl_workload_read_layers(fl_json_node root, fl_workload_reading *r, fl_error *error);

/* The option that settles an attribute of a layer, or a number of the data (attribute NULL); NULL: none. */
const fl_hyper *fl_workload_option_of(const fl_workload *workload, const fl_layer_attribute *attribute, size_t at);

json_t *fl_workload_option_json(const fl_hyper *option); /* "$option" */

#endif
