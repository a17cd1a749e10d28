/* Reading a study file, between the files that share the work; nobody else includes this. */
#ifndef FL_STUDY_STUDY_READING_H
#define FL_STUDY_STUDY_READING_H

#include "study/study.h"
#include "trial/parallel.h"

/* A study from its document, all but `resolved`; NULL on error. */
fl_study *fl_study_read(const fl_json *document, fl_error *error);

/* A name that people read in tables, legends and file lists: a line of 1 to 200 bytes without control characters, which
 * terminals would obey; else a message that begins with `what`. */
bool fl_study_read_label(fl_json_node node, const char *what, const char **label, fl_error *error);

/* Text of any length and several lines, without other control characters. */
bool fl_study_read_prose(fl_json_node node, const char **text, fl_error *error);

/* As a study writes it: "64" or "all". */
enum { FL_STUDY_BATCH_TEXT = 32 };
const char *fl_study_batch_text(size_t batch_size, char text[FL_STUDY_BATCH_TEXT]);

/* What the listed fields hold: the study is their product. */
typedef struct fl_study_lists {
    const fl_workload *workloads[32];
    const fl_backend *backends[8];
    fl_backend_precision precisions[FL_BACKEND_PRECISIONS];
    size_t batches[32];
    fl_trial_parallel parallels[32];
    size_t n_workloads, n_backends, n_precisions, n_batches, n_parallels;
    bool many_workloads, many_backends, many_precisions, many_batches, many_parallels;
} fl_study_lists;

bool fl_study_read_lists(fl_json_node root, fl_study_lists *lists, fl_error *error);

/* Fill what the study says itself into an arm's first trial, which has its owners, backend, precision and batch; of a
 * batch of all examples the size. */
bool fl_study_read_base(fl_json_node root, const fl_study *study, const fl_search_space *space, fl_trial *base,
                        fl_error *error);

/* `budget.steps`, a number or an object by batch size: the steps at `batch_size`, or the most of all where that is 0.
 */
bool fl_study_read_steps(fl_json_node root, size_t batch_size, size_t *steps, fl_error *error);

/* `budget.eval_every`, {"ratio": r} or a number, by default a twentieth of the steps. */
bool fl_study_read_evaluations(fl_json_node budget, size_t steps, size_t *every, double *ratio, fl_error *error);

/* The listed fields and the arms, once everything else of the study is settled. */
bool fl_study_read_arms(fl_json_node root, fl_study *study, fl_error *error);

/* What the study declares that it will test, once its arms are there. */
bool fl_study_read_claims(fl_json_node root, fl_study *study, fl_error *error);

/* The first product arm of the arm that a string names. */
bool fl_study_read_arm(fl_json_node node, const fl_study *study, size_t *arm, fl_error *error);

/* A pair of arms of the file: the first product arms of both. */
bool fl_study_read_pair(fl_json_node node, const fl_study *study, fl_study_pair *pair, fl_error *error);

/* An arm of the file and its rival, or the list of its rivals. */
bool fl_study_read_rivals(fl_json_node node, const fl_study *study, fl_study_rivals *side, fl_error *error);

/* Is `arm` the arm, or a rival of it? */
bool fl_study_rivals_hold(const fl_study_rivals *side, size_t arm);

/* An arm of the file is so many arms of the product, side by side and in the same order for every arm of the file. */
size_t fl_study_combinations(const fl_study *study);

/* The claims beyond pairs: flips, effort, time to target, workloads. */
bool fl_study_read_further_claims(fl_json_node claims, fl_study *study, fl_error *error);

/* What its spaces were narrowed from, once the seeds are there: refused where somebody has edited them since. */
bool fl_study_read_narrowed(fl_json_node root, const fl_study *study, fl_error *error);

/* The declared claims as an object with their defaults; NULL where none are declared. New reference. */
json_t *fl_study_claims_json(const fl_study *study, const json_t *file);

/* Can it be run on this machine, and does every field of it mean something? */
bool fl_study_runnable(fl_json_node root, const fl_study *study, fl_error *error);

/* The study with every default written out, spaces as the file has them. New reference. */
json_t *fl_study_resolved(const fl_study *study, const json_t *file);

#endif
