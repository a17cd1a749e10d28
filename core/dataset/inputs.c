/* The table of what can be done to an example. Brightness adds a number to the whole picture, as DeepOBS does to
 * CIFAR's (Schneider et al. 2019). */
#include "dataset/inputs.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

const fl_dataset_inputs_spec fl_dataset_inputs_specs[FL_DATASET_INPUTS_KINDS] = {
    [FL_DATASET_RAW] = { "raw", "pixels / 255, numbers as they are" },
    [FL_DATASET_CENTRE] = { "centre", "less the mean of each value" },
    [FL_DATASET_STANDARDIZE] = { "standardize", "less the channel's mean, by its standard deviation" },
    [FL_DATASET_WHITEN_PCA] = { "whiten", "centred, along the principal axes, each by its standard deviation", "pca",
                                "epsilon", 1e-2, 0, 1e6 },
    [FL_DATASET_WHITEN_ZCA] = { "whiten", "the same, turned back", "zca", "epsilon", 1e-2, 0, 1e6 },
    [FL_DATASET_CROP] = { "crop", "shifted by up to so many pixels, with zeros where nothing was", NULL, "crop", NAN, 1,
                          1024, .whole = true, .training = true, .pictures = true },
    [FL_DATASET_FLIP] = { "flip", "left and right exchanged, or not", .training = true, .pictures = true },
    [FL_DATASET_NOISE] = { "noise", "plus a normal number for each value, of this deviation", NULL, "noise", NAN, 0,
                           1e6, .training = true },
    [FL_DATASET_BRIGHTNESS] = { "brightness", "plus one number for the whole example, up to this much either way", NULL,
                                "brightness", NAN, 0, 1e6, .training = true },
};

static bool is(const fl_dataset_inputs_spec *spec, const char *word, const char *method)
{
    if (strcmp(spec->word, word)) return false;
    return spec->method ? method && !strcmp(spec->method, method) : !method;
}

bool fl_dataset_inputs_find(const char *word, const char *method, fl_dataset_inputs_kind *kind, fl_error *error)
{
    fl_text known = { 0 };
    for (size_t i = 0; i < FL_DATASET_INPUTS_KINDS; i++) {
        const fl_dataset_inputs_spec *spec = &fl_dataset_inputs_specs[i];
        if (is(spec, word, method)) {
            fl_text_free(&known);
            *kind = (fl_dataset_inputs_kind)i;
            return true;
        }
        fl_text_add(&known, "%s%s%s%s", i ? ", " : "", spec->word, spec->method ? " " : "",
                    spec->method ? spec->method : "");
    }
    fl_error_user(error, "unknown input step '%s%s%s'; there is %s", word, method ? " " : "", method ? method : "",
                  known.bytes);
    fl_text_free(&known);
    return false;
}

/* Statistics of what is drawn anew in each step would be of one draw. */
static bool follows_draws(const fl_dataset_inputs *inputs, size_t at, fl_error *error)
{
    for (size_t i = 0; i < at; i++) {
        const fl_dataset_inputs_spec *spec = &fl_dataset_inputs_specs[inputs->steps[i].kind];
        if (!spec->training) continue;
        fl_error_user(error, "'whiten' comes before '%s', which differs from step to step", spec->word);
        return true;
    }
    return false;
}

bool fl_dataset_inputs_fit(const fl_dataset_inputs *inputs, size_t at, fl_tensor_shape shape, fl_error *error)
{
    const fl_dataset_inputs_step *step = &inputs->steps[at];
    const fl_dataset_inputs_spec *spec = &fl_dataset_inputs_specs[step->kind];
    size_t side = shape.h < shape.w ? shape.h : shape.w;
    char words[FL_TENSOR_SHAPE_TEXT];
    fl_tensor_shape_text(shape, words);
    if (shape.form == FL_TENSOR_TOKENS && step->kind != FL_DATASET_RAW)
        return fl_error_user(error, "tokens are no quantities; of '%s' and the like there is 'raw' alone", spec->word);
    if (spec->pictures && (shape.form != FL_TENSOR_IMAGE || shape.h * shape.w == 1))
        return fl_error_user(error, "'%s' is for pictures; an example is %s", spec->word, words);
    if (step->kind == FL_DATASET_CROP && step->number >= (double)side)
        return fl_error_user(error, "'crop' shifts by up to %g pixels, but a picture is %s", step->number, words);
    return !spec->method || !follows_draws(inputs, at, error);
}
