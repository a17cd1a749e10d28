/* An SQLite database being written. The first failure sticks: what follows does nothing, and is asked about at the end.
 */
#ifndef BENCH_EXPORT_SQLITE_DATABASE_H
#define BENCH_EXPORT_SQLITE_DATABASE_H

#include "base/error.h"

#include <sqlite3.h>
#include <stddef.h>

typedef struct sqlite_database {
    sqlite3 *handle;
    char why[200]; /* "" while nothing failed */
} sqlite_database;

/* A statement that inserts into one table, and the column that is filled next. */
typedef struct sqlite_insert {
    sqlite_database *database; /* borrowed */
    sqlite3_stmt *statement;
    int column;
} sqlite_insert;

/* Make the file `path` and begin a transaction. */
void sqlite_open(sqlite_database *database, const char *path);

/* Run statements without results. */
void sqlite_run(sqlite_database *database, const char *statements);

/* Commit and close; false with the message of the first failure. */
bool sqlite_close(sqlite_database *database, const char *path, fl_error *error);

/* Insert into `table`, which has `columns` columns; sqlite_insert_end gives it back. */
sqlite_insert sqlite_insert_into(sqlite_database *database, const char *table, int columns);
void sqlite_insert_end(sqlite_insert *insert);

/* The next column: NULL for no text, and for a number that is not finite. */
void sqlite_text(sqlite_insert *insert, const char *text);
void sqlite_texts(sqlite_insert *insert, char *const *lines, size_t n); /* one text, line by line */
void sqlite_number(sqlite_insert *insert, double value);
void sqlite_count(sqlite_insert *insert, size_t value);
void sqlite_null(sqlite_insert *insert);

/* The row is complete. */
void sqlite_row(sqlite_insert *insert);

#endif
