/* How many examples a trial validates on, and where they are taken from. */
#include "trial/trial.h"

size_t fl_trial_validation(const fl_trial *trial)
{
    return trial->split.validation == SIZE_MAX ? trial->owners.workload->dataset->n_validation
                                               : trial->split.validation;
}

bool fl_trial_split_from_find(const char *name, fl_dataset_split_from *from, fl_error *error)
{
    const char *words[FL_DATASET_SPLITS_FROM + 1] = { NULL };
    size_t index;
    for (fl_dataset_split_from f = 0; f < FL_DATASET_SPLITS_FROM; f++) words[f] = fl_dataset_split_from_name(f);
    bool found = fl_entry_choose(words, "place of the validation split", name, &index, error);
    *from = (fl_dataset_split_from)index;
    return found;
}
