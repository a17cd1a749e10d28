/* A definition of a workload: read, written out in normal form, asked for layers.
 *
 * What a definition that was accepted must keep: its normal form is a definition with the same hash, its layers fit a
 * registered data set whose shape is known, and files of a user's own, and the corners of its options, or there is a
 * sentence.
 */
#include "fuzz.h"
#include "workload/workload.h"

#include <stdlib.h>
#include <string.h>

static fl_workload *read_text(const char *text, size_t n, fl_error *error)
{
    fl_json *document = fl_json_load_text("workload", text, n, error);
    fl_workload *workload = document ? fl_workload_new(fl_json_root(document), error) : NULL;
    fl_json_free(document);
    return workload;
}

static void check_normal_form(const fl_workload *workload)
{
    fl_error error;
    json_t *object = fl_workload_json(workload);
    char *text = json_dumps(object, JSON_REAL_PRECISION(17));
    fl_workload *again = read_text(text, strlen(text), &error);
    PROMISE(again && !strcmp(again->hash, workload->hash));
    PROMISE(json_equal(again->definition, workload->definition));
    fl_workload_free(again);
    free(text);
    json_decref(object);
}

/* Every option at its default, its least or its largest value. */
static void check_corner(const fl_workload *workload, int corner)
{
    static fl_tensor_shape out[FL_WORKLOAD_LAYERS];
    double options[FL_HYPER_MAX];
    fl_error error;
    const fl_dataset_kind *data = workload->dataset;
    const fl_workload_batch batch = { data->shape, data->n_classes, data->vocabulary };
    for (size_t i = 0; i < workload->n_options; i++) {
        const fl_hyper *option = &workload->options[i];
        options[i] = corner == 0 ? option->default_value : corner == 1 ? option->min : option->max;
        PROMISE(corner || fl_hyper_accepts(option, options[i], &error));
    }
    if (!fl_tensor_shape_size(batch.in)) return;
    bool fits = fl_workload_fits(workload, options, &batch, &error);
    PROMISE(fits || corner || data->source);
    if (!fits) promise_sentence(&error);
    if (fits) fl_workload_shapes(workload, options, batch.in, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_error error = { .text = "" };
    fl_workload *workload = read_text((const char *)bytes, n, &error);
    if (!workload) {
        promise_sentence(&error);
        return 0;
    }
    check_normal_form(workload);
    for (int corner = 0; corner < 3; corner++) check_corner(workload, corner);
    fl_workload_free(workload);
    return 0;
}
