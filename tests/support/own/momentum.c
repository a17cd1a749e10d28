/* Momentum as a program of its own. */
#include "fairlead_optimizer.h"

static const char *step(fairlead_optimizer *rule)
{
    float eta = (float)rule->rate;
    float gamma = (float)json_number_value(json_object_get(rule->hyperparameters, "momentum"));
    float *theta = rule->parameters, *v = rule->state[0];
    for (size_t i = 0; i < rule->count; i++) {
        v[i] = gamma * v[i] + rule->gradient[i];
        theta[i] -= eta * v[i];
    }
    return NULL;
}

int main(void)
{
    return fairlead_optimizer_serve(step, NULL);
}
