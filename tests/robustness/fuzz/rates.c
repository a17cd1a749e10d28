/* The file behind --set schedule.rates=@FILE. */
#include "command/trial_options.h"
#include "fuzz.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char word[80];
    const char *list[] = { word };
    fl_error error = { .text = "" };
    fl_trial trial;
    fuzz_file file = fuzz_file_open(bytes, n);
    snprintf(word, sizeof word, "schedule.rates=@%s", file.path);
    trial_request asked = { .workload = "quadratic/noisy",
                            .optimizer = "sgd",
                            .schedule = "list",
                            .batch = "16",
                            .steps = 2,
                            .eval_every = 1,
                            .threads = 1,
                            .validation = SIZE_MAX,
                            .set = { list, 1 } };
    if (trial_from_request(&asked, &trial, &error)) {
        fl_schedule_context context = fl_trial_schedule_context(&trial);
        context.step = 1;
        PROMISE(trial.n_rates >= trial.steps && fl_schedule_rate(trial.owners.schedule, &context) >= 0);
        fl_trial_free(&trial);
    } else {
        promise_sentence(&error);
    }
    fuzz_file_close(&file);
    return 0;
}
