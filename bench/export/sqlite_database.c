/* The file is new and is thrown away when anything fails, so neither journal nor syncs are needed. */
#include "export/sqlite_database.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

/* 0x466c6561 is "Flea", by which export_sqlite.c knows its own databases. */

static void check(sqlite_database *database, int code)
{
    bool good = code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE;
    if (!good && !*database->why) snprintf(database->why, sizeof database->why, "%s", sqlite3_errmsg(database->handle));
}

void sqlite_run(sqlite_database *database, const char *statements)
{
    if (!*database->why) check(database, sqlite3_exec(database->handle, statements, NULL, NULL, NULL));
}

void sqlite_open(sqlite_database *database, const char *path)
{
    *database = (sqlite_database){ 0 };
    check(database, sqlite3_open_v2(path, &database->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
    sqlite_run(database,
               "PRAGMA application_id = 0x466c6561; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
}

bool sqlite_close(sqlite_database *database, const char *path, fl_error *error)
{
    sqlite_run(database, "COMMIT");
    sqlite3_close(database->handle);
    return !*database->why || fl_error_machine(error, "%s: cannot be written: %s", path, database->why);
}

sqlite_insert sqlite_insert_into(sqlite_database *database, const char *table, int columns)
{
    sqlite_insert insert = { .database = database };
    fl_text sql = { 0 };
    fl_text_add(&sql, "INSERT INTO %s VALUES (?", table);
    for (int i = 1; i < columns; i++) fl_text_add(&sql, ", ?");
    fl_text_add(&sql, ")");
    if (!*database->why) check(database, sqlite3_prepare_v2(database->handle, sql.bytes, -1, &insert.statement, NULL));
    fl_text_free(&sql);
    return insert;
}

void sqlite_insert_end(sqlite_insert *insert)
{
    sqlite3_finalize(insert->statement);
}

void sqlite_text(sqlite_insert *insert, const char *text)
{
    insert->column++;
    if (!*insert->database->why)
        check(insert->database, sqlite3_bind_text(insert->statement, insert->column, text, -1, SQLITE_TRANSIENT));
}

void sqlite_texts(sqlite_insert *insert, char *const *lines, size_t n)
{
    fl_text all = { 0 };
    for (size_t i = 0; i < n; i++) fl_text_add(&all, "%s%s", i ? "\n" : "", lines[i]);
    sqlite_text(insert, all.bytes);
    fl_text_free(&all);
}

void sqlite_number(sqlite_insert *insert, double value)
{
    insert->column++;
    if (!*insert->database->why && isfinite(value))
        check(insert->database, sqlite3_bind_double(insert->statement, insert->column, value));
}

void sqlite_count(sqlite_insert *insert, size_t value)
{
    insert->column++;
    if (!*insert->database->why)
        check(insert->database, sqlite3_bind_int64(insert->statement, insert->column, (sqlite3_int64)value));
}

void sqlite_null(sqlite_insert *insert)
{
    insert->column++;
}

void sqlite_row(sqlite_insert *insert)
{
    insert->column = 0;
    if (*insert->database->why) return;
    check(insert->database, sqlite3_step(insert->statement));
    check(insert->database, sqlite3_reset(insert->statement));
    sqlite3_clear_bindings(insert->statement);
}
