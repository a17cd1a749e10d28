/* One training: Adam on drawn digits, its validation error by step.
 *   cc trial.c $(pkg-config --cflags --libs fairlead) -o trial && ./trial
 */
#include <fairlead/fairlead.h>
#include <stdio.h>

static void show(void *user, const fairlead_point *point)
{
    (void)user;
    printf("%6d  %.4f\n", (int)point->step, point->val_error);
}

int main(void)
{
    fairlead_error error;
    fairlead_trial *trial = fairlead_trial_new("glyphs/mlp", "adam", "linear", &error);
    bool set = trial && fairlead_trial_set(trial, "learning_rate", "1e-3", &error) &&
               fairlead_trial_set(trial, "epsilon", "1e-6", &error) &&
               fairlead_trial_set_length(trial, 200, 64, 50, &error) &&
               fairlead_trial_set_backend(trial, "naive", "f32", 1, &error);
    fairlead_outcome *outcome = set ? fairlead_trial_run(trial, show, NULL, &error) : NULL;
    if (outcome)
        printf("%s %s\n", fairlead_outcome_status(outcome), fairlead_outcome_state_hash(outcome));
    else
        fprintf(stderr, "%s\n", error.text);
    int code = outcome ? 0 : error.fault;
    fairlead_outcome_free(outcome);
    fairlead_trial_free(trial);
    return code;
}
