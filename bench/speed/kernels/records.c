/* What the supervisor pays per finished trial: its points and its record written and synced, in a folder for temporary
 * files. */
#include "base/folder.h"
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "store/store.h"
#include "train/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A study whose trials are over at once, with as many points as usual. */
static const char study_text[] =
    "{ \"study\": \"records\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", \"batch_size\": 1,\n"
    "  \"budget\": { \"trials\": 1, \"steps\": 20, \"eval_every\": 1 },\n"
    "  \"arms\": [ { \"arm\": \"sgd\", \"optimizer\": \"sgd\", \"space\": { \"learning_rate\": 0.01 } } ] }\n";

/* Add one outcome again and again, as trial after trial. */
static void measure_in(gbench *run, const char *folder)
{
    fl_error error;
    fl_outcome outcome;
    fl_study *study = fl_study_load_text("records", study_text, NULL, &error);
    if (!study) fl_error_die("%s", error.text);
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_trial trial = fl_study_trial(study, &study->arms[0], 0, 0);
    fl_store *store = fl_store_open(folder, study, (fl_store_shard){ 1, 1 }, NULL, &error);
    if (!store || !fl_train_trial(trainer, &trial, NULL, &outcome, &error)) fl_error_die("%s", error.text);
    for (fl_record_slot slot = { 0 }; gbench_next(run); slot.index++)
        if (!fl_store_add(store, &slot, &trial, &outcome, "0123456789abcdef", &error)) fl_error_die("%s", error.text);
    fl_store_close(store);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    fl_train_trainer_free(trainer);
    fl_study_free(study);
}

static void measure(gbench *run, const void *what)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (!fl_folder_temporary(folder, "fairlead-kernels", &error)) {
        gbench_skip(run, error.text);
        return;
    }
    measure_in(run, folder);
    fl_folder_remove(folder, NULL);
}

void kernels_records(void)
{
    gbench_register("record/add", GBENCH_WALL, measure, NULL, 0);
}
