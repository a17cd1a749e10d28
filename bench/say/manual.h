/* Manual pages in troff's man macros, from the same tables that --help prints. */
#ifndef BENCH_SAY_MANUAL_H
#define BENCH_SAY_MANUAL_H

#include "say/options.h"

/* `.TH`, and NAME with what it is in a few words: "fairlead-run" of section 1. */
void manual_title(const char *name, int section, const char *about);

void manual_heading(const char *heading);
void manual_paragraph(const char *text);

/* What `term` stands for; the parts of the term that are `argument` are printed slanted. NULL: none. */
void manual_item(const char *term, const char *argument, const char *text);

/* The page of a verb: fairlead-VERB(1). */
void manual_verb(const usage *help, const option *options, size_t n);

#endif
