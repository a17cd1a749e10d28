/* The workload that needs no download: a third of its examples defeat a linear model. */
#include "workload/workload.h"

extern const fl_dataset_kind fl_dataset_glyphs;

const fl_workload fl_workload_glyphs_mlp = {
    .entry = { .name = "glyphs/mlp", .about = "MLP 784-256-128-10 with ReLU on generated drawings", .source = "" },
    .dataset = &fl_dataset_glyphs,
    .architecture = &fl_network_mlp,
    .init = "he_normal",
};
