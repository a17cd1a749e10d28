/* A study in memory, and its trials. */
#include "study/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fl_study_free(fl_study *study)
{
    if (!study) return;
    for (size_t i = 0; i < study->n_arms; i++) {
        free(study->arms[i].name);
        free(study->arms[i].label);
        free(study->arms[i].parallel);
        free(study->arms[i].place);
        fl_trial_free(&study->arms[i].base);
    }
    for (size_t i = 0; i < study->n_spaces; i++) fl_search_space_free(&study->spaces[i]);
    free(study->arms);
    free(study->spaces);
    free(study->claims.pairs);
    free(study->claims.flips);
    free(study->claims.family);
    free(study->name);
    free(study->why);
    json_decref(study->resolved);
    free(study);
}

bool fl_study_same_parallel(const fl_study_arm *a, const fl_study_arm *b)
{
    return a->parallel && b->parallel ? !strcmp(a->parallel, b->parallel) : a->parallel == b->parallel;
}

const fl_study_arm *fl_study_find_arm(const fl_study *study, const char *name)
{
    for (size_t i = 0; i < study->n_arms; i++)
        if (!strcmp(study->arms[i].name, name)) return &study->arms[i];
    return NULL;
}

void fl_study_evaluations_text(const fl_study *study, char text[80])
{
    size_t least = study->arms[0].base.eval_every, most = least;
    for (size_t i = 1; i < study->n_arms; i++) {
        size_t every = study->arms[i].base.eval_every;
        if (every < least) least = every;
        if (every > most) most = every;
    }
    if (study->eval_ratio > 0)
        snprintf(text, 80, "at steps that grow by %g", study->eval_ratio);
    else if (least == most)
        snprintf(text, 80, "every %zu steps", most);
    else
        snprintf(text, 80, "every %zu to %zu steps", least, most);
}

fl_trial fl_study_trial(const fl_study *study, const fl_study_arm *arm, uint64_t index, uint64_t repeat)
{
    size_t levels[FL_SEARCH_SPACE_AXES];
    double u[FL_SEARCH_SPACE_AXES] = { 0 };
    fl_search_space_levels(arm->space, levels);
    fl_search_request context = { .seed = study->search_seed,
                                  .index = index,
                                  .n_axes = fl_search_space_dimensions(arm->space),
                                  .n_levels = levels,
                                  .points_per_axis = study->points_per_axis };
    if (context.n_axes) fl_search_of_space(arm->space, study->search)->point(&context, u);
    fl_trial trial = fl_trial_copy(&arm->base);
    fl_search_space_resolve(arm->space, u, &trial.values);
    trial.seed = fl_random_seed_derive(study->first_seed, index, repeat);
    return trial;
}
