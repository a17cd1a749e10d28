/* The words of `fairlead trial`: optimizer, schedule, initialisation, where validation is taken from, and from the
 * fifth line on a --set each. A trial that was accepted travels. */
#include "command/trial_options.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 40 };

/* The next line of *rest, or NULL; an empty one says nothing. */
static const char *next(char **rest)
{
    const char *line = strsep(rest, "\n");
    return line && *line ? line : NULL;
}

static void check(const trial_request *asked)
{
    fl_error error = { .text = "" };
    fl_text command = { 0 };
    fl_trial trial;
    if (!trial_from_request(asked, &trial, &error)) {
        promise_sentence(&error);
        return;
    }
    json_t *object = fl_trial_json(&trial);
    fl_trial_command(&trial, &command);
    fl_text_free(&command);
    json_decref(object);
    fl_trial_free(&trial);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char *text = strndup((const char *)bytes, n), *rest = text;
    const char *list[MOST_WORDS];
    trial_request asked = { .workload = "quadratic/noisy",
                            .batch = "16",
                            .steps = 3,
                            .eval_every = 1,
                            .threads = 1,
                            .validation = SIZE_MAX,
                            .set = { list, 0 } };
    asked.optimizer = next(&rest);
    asked.schedule = next(&rest);
    asked.init = next(&rest);
    asked.validation_from = next(&rest);
    while (rest && asked.set.n < MOST_WORDS) {
        const char *word = next(&rest);
        if (word && !strstr(word, "=@")) list[asked.set.n++] = word; /* files are rates.c's */
    }
    check(&asked);
    free(text);
    return 0;
}
