/* The three kinds of failure; see error.h. */
#include "base/error.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void fill(fl_error *error, fl_error_fault fault, const char *format, va_list arguments)
{
    if (!error) return;
    error->fault = fault;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    fl_text_make_plain(error->text);
}

bool fl_error_user(fl_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, FL_ERROR_USER, format, arguments);
    va_end(arguments);
    return false;
}

bool fl_error_machine(fl_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, FL_ERROR_MACHINE, format, arguments);
    va_end(arguments);
    return false;
}

static void say(const char *format, va_list arguments)
{
    fputs("fairlead: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void fl_error_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    abort();
}

void fl_error_give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    _exit(FL_ERROR_MACHINE); /* exit() would run handlers that may want memory */
}
