/* Studies from text; one that does not load fails the test. */
#ifndef FL_TESTS_STUDY_H
#define FL_TESTS_STUDY_H

#include "study/study.h"
#include "support/test.h"

/* `overrides` may be NULL. In the second text ' stands for ". */
fl_study *study_of_text(const char *text, const fl_study_overrides *overrides);
fl_study *study_of(const char *text, const fl_study_overrides *overrides);

#endif
