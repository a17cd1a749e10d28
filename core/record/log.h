/* The log of a result folder, log.jsonl: when its study was frozen or extended, when its claims were looked at, and
 * whether the machine was quiet.
 *
 * Who looks at claims, extends the study because of what he saw and looks again claims too much: 14.7 % instead of 5 %
 * for equal arms looked at after 20, 30, ..., 100 trials. So every look is noted, and counted later. Checked lines
 * (line.h), each appended by one write, by runs and by readers; a damaged or torn one is left out. The log is no part
 * of the results: a folder is whole without it.
 */
#ifndef FL_RECORD_LOG_H
#define FL_RECORD_LOG_H

#include "base/error.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Note that `study` (resolved) becomes the folder's study.json. */
bool fl_record_log_freeze(const char *folder, const json_t *study, fl_error *error);

/* Note that claims on `trials` trials per arm were shown; once for each number of trials. Where the folder cannot be
 * written nothing is noted. */
void fl_record_log_look(const char *folder, size_t trials);

/* At how many other numbers of trials than `trials` claims of this folder were looked at before. Where the log
 * is missing or damaged it was at least once if the study was `extended`. */
size_t fl_record_log_looks(const char *folder, size_t trials, bool extended);

/* Note what speaks against timings on this machine as a run begins, a list of texts that may be empty. Where the folder
 * cannot be written nothing is noted. */
void fl_record_log_machine(const char *folder, json_t *doubts);

/* Did nothing speak against them whenever a run began? False where no run noted it, or the log is damaged. */
bool fl_record_log_quiet(const char *folder);

#endif
