/* What an exported database holds: its tables and views, and the rows of a result folder. */
#ifndef BENCH_EXPORT_SQLITE_TABLES_H
#define BENCH_EXPORT_SQLITE_TABLES_H

#include "export/sqlite_database.h"
#include "summary/summary.h"

extern const char sqlite_tables[]; /* CREATE TABLE ... */
extern const char sqlite_views[];  /* CREATE VIEW ..., one per question */

/* Fill the tables about a study and its arms, and those about every trial; the latter returns how many there are. */
void sqlite_add_summary(sqlite_database *database, const fl_summary *summary);
void sqlite_add_further(sqlite_database *database, const fl_summary *summary); /* what is declared beyond pairs */
size_t sqlite_add_trials(sqlite_database *database, const fl_summary *summary);

#endif
