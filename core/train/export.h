/* A trial written out step by step, so that any other framework can replay it: --trace and --export, whose files
 * docs/formats.md describes.
 *
 * A trace is a line of JSON per step: {"step":1,"loss":..,"rate":..,"gradient_norm":..}. An export is a folder:
 * manifest.json, init/NAME.npy and final/NAME.npy in canonical layout, preconditioner/NAME.npy, inputs.npy (steps,
 * batch, ...), labels.npy (steps, batch), trace.jsonl. A trial that ends early leaves inputs and labels as long as it
 * ran.
 */
#ifndef FL_TRAIN_EXPORT_H
#define FL_TRAIN_EXPORT_H

#include "train/train.h"

typedef struct fl_train_export fl_train_export;

/* Begin: `trace_path` and `folder` may each be NULL. NULL when something cannot be created. The trial is borrowed. */
fl_train_export *fl_train_export_new(const fl_trial *trial, const char *trace_path, const char *folder,
                                     fl_error *error);

/* The callbacks to run the trial with. */
fl_train_callbacks fl_train_export_callbacks(fl_train_export *export);

/* Finish all files; false with the first thing that went wrong. Accepts NULL. */
bool fl_train_export_close(fl_train_export *export, fl_error *error);

#endif
