/* One parser for all verbs. An option's value follows it as the next word or after "=". */
#include "say/options.h"
#include "base/entry.h"
#include "base/memory.h"
#include "base/text.h"
#include "say/manual.h"
#include "say/wrap.h"
#include "trial/trial.h"
#include "wire/launch.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void remark(const char *format, ...)
{
    char text[4096]; /* in one piece: other processes may write to the same place */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fflush(stdout);
    fprintf(stderr, "fairlead: %s\n", text);
}

int complain(const fl_error *error)
{
    remark("%s", error->text);
    return (int)error->fault;
}

int complain_for_all(const fl_error *error, bool speaks)
{
    enum { PATIENCE_SECONDS = 3 };
    if (speaks && *error->text) return complain(error);
    signal(SIGTERM, SIG_DFL);
    sleep(PATIENCE_SECONDS);
    return (int)error->fault;
}

int complain_user(const char *format, ...)
{
    fl_error error;
    char text[sizeof error.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fl_error_user(&error, "%s", text);
    return complain(&error);
}

enum { COLUMN = 29 }; /* where the help of an option stands */

static void print_help(const usage *help, const option *options, size_t n)
{
    page_help(strlen("usage: "), "usage: ", help->line);
    putchar('\n');
    page_help(0, "", help->about);
    if (n) printf("\noptions:\n");
    for (size_t i = 0; i < n; i++) {
        char left[60];
        const char *letter = options[i].letter, *argument = options[i].argument;
        snprintf(left, sizeof left, "  %s%s%s%s%s ", letter ? letter : "", letter ? ", " : "", options[i].name,
                 argument ? " " : "", argument ? argument : "");
        page_help(COLUMN, left, options[i].help);
    }
    printf("\nexample:\n  %s\n", help->example);
}

/* For completion: an option and its argument a line. */
static void print_options(const usage *help, const option *options, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%s%s%s\n", options[i].name, options[i].argument ? " " : "",
               options[i].argument ? options[i].argument : "");
}

/* Does `word` ask for help, in one of its forms? */
static bool asks_for_help(const char *word, const usage *help, const option *options, size_t n)
{
    static const struct {
        const char *word;
        void (*print)(const usage *help, const option *options, size_t n);
    } forms[] = { { "--help", print_help },
                  { "-h", print_help },
                  { "--help=man", manual_verb },
                  { "--help=options", print_options } };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(word, forms[i].word) != 0) continue;
        if (fl_wire_launch_is_first()) forms[i].print(help, options, n);
        return true;
    }
    return false;
}

/* Is `word` this option? Then *value is what follows "=", or a letter ("-j4"), or NULL where nothing does. */
static bool names(const option *row, const char *word, const char **value)
{
    size_t length = strcspn(word, "="), letters = row->letter ? strlen(row->letter) : 0;
    if (letters && !strncmp(row->letter, word, letters))
        length = letters;
    else if (strlen(row->name) != length || strncmp(row->name, word, length))
        return false;
    *value = word[length] ? word + length + (word[length] == '=') : NULL;
    return true;
}

static const option *find(const option *options, size_t n, const char *word, const char **value)
{
    for (size_t i = 0; i < n; i++)
        if (names(&options[i], word, value)) return &options[i];
    return NULL;
}

static void add_word(words *list, const char *word)
{
    list->items = fl_memory_grow(list->items, list->n + 1, sizeof *list->items);
    list->items[list->n++] = word;
}

/* Put `text` where the option wants it; false with a message. */
static bool store(const option *row, const char *text, fl_error *error)
{
    uint64_t whole;
    double number;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->value = true;
        return true;
    case OPTION_TEXT:
        *(const char **)row->value = text;
        return true;
    case OPTION_LIST:
        add_word(row->value, text);
        return true;
    case OPTION_COUNT:
    case OPTION_COUNT0:
        if (!fl_text_whole_read(text, row->kind == OPTION_COUNT, FL_TRIAL_SEED_MAX, &whole))
            return fl_error_user(error, "%s must be a whole number of at least %d, not '%s'", row->name,
                                 row->kind == OPTION_COUNT, text);
        *(size_t *)row->value = whole;
        return true;
    case OPTION_CORES:
        if (!fl_text_whole_read(text, 1, FL_TRIAL_THREADS_MAX, &whole))
            return fl_error_user(error, "%s must be a whole number from 1 to %d, not '%s'", row->name,
                                 FL_TRIAL_THREADS_MAX, text);
        *(size_t *)row->value = whole;
        return true;
    case OPTION_SEED:
        if (!fl_text_whole_read(text, 0, FL_TRIAL_SEED_MAX, row->value))
            return fl_error_user(error, "%s must be a whole number from 0 to 2^53 - 1, not '%s'", row->name, text);
        return true;
    case OPTION_NUMBER:
    case OPTION_NUMBER0:
        if (!fl_text_number_read(text, &number) || !isfinite(number) || number < 0 ||
            (row->kind == OPTION_NUMBER && number == 0))
            return fl_error_user(error, "%s must be a number %s 0, not '%s'", row->name,
                                 row->kind == OPTION_NUMBER ? "above" : "of at least", text);
        *(double *)row->value = number;
        return true;
    }
    return false;
}

static bool unknown(const option *options, size_t n, const char *word, fl_error *error)
{
    const char **names = fl_memory_new(n + 1, sizeof *names);
    char *name = fl_memory_copy_text(word);
    size_t index;
    name[strcspn(name, "=")] = 0;
    for (size_t i = 0; i < n; i++) names[i] = options[i].name;
    fl_entry_choose(names, "option", name, &index, error);
    free(name);
    free(names);
    return false;
}

/* Read the option at argv[*i], and its value. */
static bool take(const option *options, size_t n, int argc, char **argv, int *i, fl_error *error)
{
    const char *value;
    const option *found = find(options, n, argv[*i], &value);
    if (!found) return unknown(options, n, argv[*i], error);
    if (found->kind == OPTION_FLAG && value) return fl_error_user(error, "%s takes no value", found->name);
    if (found->kind != OPTION_FLAG && !value) value = *i + 1 < argc ? argv[++*i] : "";
    if (found->kind != OPTION_FLAG && !*value)
        return fl_error_user(error, "%s needs a value: %s %s", found->name, found->name, found->argument);
    return store(found, value, error);
}

static bool check_words(const usage *help, const words *rest, size_t least, size_t most, fl_error *error)
{
    if (rest->n < least) return fl_error_user(error, "something is missing; usage: %s", help->line);
    return rest->n <= most ||
           fl_error_user(error, "'%s' is one word too many; usage: %s", rest->items[most], help->line);
}

/* All that were launched together have the same words. */
static int complain_of_words(const fl_error *error)
{
    return complain_for_all(error, fl_wire_launch_is_first());
}

static int read_all(const usage *help, const option *options, size_t n, int argc, char **argv, size_t least,
                    size_t most, words *rest)
{
    fl_error error;
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        bool word = only_words || argv[i][0] != '-' || !argv[i][1];
        if (word) {
            add_word(rest, argv[i]);
        } else if (!strcmp(argv[i], "--")) {
            only_words = true;
        } else if (asks_for_help(argv[i], help, options, n)) {
            return 0;
        } else if (!take(options, n, argc, argv, &i, &error)) {
            return complain_of_words(&error);
        }
    }
    return check_words(help, rest, least, most, &error) ? GO_ON : complain_of_words(&error);
}

static void forget(words *list)
{
    free(list->items);
    *list = (words){ .n = 0 };
}

int options_read(const usage *help, const option *options, size_t n, int argc, char **argv, size_t least, size_t most,
                 words *rest)
{
    *rest = (words){ .n = 0 };
    int code = read_all(help, options, n, argc, argv, least, most, rest);
    if (code == GO_ON) return code;
    forget(rest);
    for (size_t i = 0; i < n; i++)
        if (options[i].kind == OPTION_LIST) forget(options[i].value);
    return code;
}
