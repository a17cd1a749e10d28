/* fairlead carry: from a search at several batch sizes to the study that asks whether a rule would have spared it. */
#include "command/study_file.h"
#include "command/verbs.h"
#include "plan/carry.h"

#include <stdio.h>
#include <stdlib.h>

static const usage carry_usage = {
    "fairlead carry DIR -o STUDY [--from N] [--to N] [--seeds N]",
    "Writes the study that tests the rules by which a learning rate is carried to another batch size. Every arm's "
    "tuned point at one batch size is taken to another, its rate by the ratio of the two (linear rule) and by the "
    "root of that (square-root rule), beside the point that was tuned there. Each point is trained with fresh seeds; "
    "that a rule's point differs from the tuned one is declared and tested.",
    "fairlead carry results/batches -o carry.json --from 64 --to 512",
};

static void print_arms(const json_t *study)
{
    size_t i;
    json_t *arm;
    json_array_foreach(json_object_get(study, "arms"), i, arm)
        printf("%s: learning_rate %.4g\n", json_string_value(json_object_get(arm, "arm")),
               json_number_value(json_object_get(json_object_get(arm, "space"), "learning_rate")));
}

static int carry(const char *folder, const char *path, fl_plan_carried asked)
{
    fl_error error;
    if (!path) return complain_user("-o STUDY is missing: the file to write the study to");
    if (asked.seeds < FL_PLAN_LEAST_SEEDS)
        return complain_user("--seeds must be at least %d, not %zu", FL_PLAN_LEAST_SEEDS, asked.seeds);
    fl_results *tuned = fl_results_read(folder, &error);
    json_t *study = tuned ? fl_plan_carry(tuned, asked, &error) : NULL;
    bool written = study && study_write(study, path, NULL, &error);
    if (written) print_arms(study);
    json_decref(study);
    fl_results_free(tuned);
    return written ? 0 : complain(&error);
}

int verb_carry(int argc, char **argv)
{
    const char *path = NULL;
    fl_plan_carried asked = { .seeds = FL_PLAN_SEEDS };
    const option options[] = {
        { "--output", "-o", OPTION_TEXT, "STUDY", "the file of the new study", &path },
        { "--from", NULL, OPTION_COUNT, "N", "the batch size to carry from (default: the least)", &asked.from },
        { "--to", NULL, OPTION_COUNT, "N", "the batch size to carry to (default: the greatest)", &asked.to },
        { "--seeds", NULL, OPTION_COUNT, "N", "fresh seeds of each point (default: 10)", &asked.seeds },
    };
    words rest;
    int code = options_read(&carry_usage, options, sizeof options / sizeof *options, argc, argv, 1, 1, &rest);
    if (code == GO_ON) code = carry(rest.items[0], path, asked);
    free(rest.items);
    return code;
}
