/* Reading a study file, between the files that share the work; nobody else includes this. */
#ifndef FL_PLAN_STUDY_READING_H
#define FL_PLAN_STUDY_READING_H

#include "plan/study.h"

/* A study from its document, all but `frozen`; NULL on error. */
fl_study *fl_study_read(const fl_json *document, fl_error *error);

/* The listed fields and the arms, once everything else of the study is settled. */
bool fl_study_read_arms(fl_node root, fl_study *study, fl_error *error);

/* The study's normal form: every default written out, spaces as the file has them. New reference. */
json_t *fl_study_normal(const fl_study *study, const json_t *file);

#endif
