/* Statistics are sums in double over the training examples in their order, so they are the same bits everywhere. They
 * become a shift and a factor per value; a whitened data set is worked out whole, as its products are too much for each
 * step. */
#include "dataset/pipeline.h"
#include "base/arena.h"
#include "base/clones.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "dataset/augment.h"
#include "dataset/example.h"
#include "dataset/whiten.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* x becomes (x - shift) * factor, value by value. */
typedef struct stage {
    fl_dataset_inputs_step step;
    const float *shift, *factor; /* NULL: none */
} stage;

struct fl_dataset_pipeline {
    fl_arena *arena;
    const fl_dataset *dataset;
    size_t n_values, n_stages, n_prepared; /* stages that `prepared` has behind it */
    stage stages[FL_DATASET_INPUTS];
    float *prepared; /* all examples, NULL: they are read from the data set */
    float *values, *room;
};

FL_CLONES static void shift_and_scale(size_t n, const float *restrict shift, const float *restrict factor,
                                      float *restrict values)
{
    for (size_t i = 0; i < n; i++) values[i] = (values[i] - shift[i]) * factor[i];
}

FL_CLONES static void shift_only(size_t n, const float *restrict shift, float *restrict values)
{
    for (size_t i = 0; i < n; i++) values[i] -= shift[i];
}

static void draw(const fl_dataset_pipeline *p, const fl_dataset_inputs_step *step, fl_random_stream *stream)
{
    fl_tensor_shape shape = p->dataset->shape;
    switch (step->kind) {
    case FL_DATASET_CROP:
        fl_dataset_augment_crop(stream, shape, (size_t)step->number, p->values, p->room);
        break;
    case FL_DATASET_FLIP:
        fl_dataset_augment_flip(stream, shape, p->values);
        break;
    case FL_DATASET_NOISE:
        fl_dataset_augment_noise(stream, p->n_values, step->number, p->values);
        break;
    case FL_DATASET_BRIGHTNESS:
        fl_dataset_augment_brightness(stream, p->n_values, step->number, p->values);
        break;
    default:
        break;
    }
}

/* Steps fit into 32 bits, as rows do. */
static fl_random_stream stream_of(const fl_backend_moment *moment)
{
    return fl_random_stream_start(moment->seed, "augment", moment->step << 32 | moment->row);
}

static void run_stages(fl_dataset_pipeline *p, const fl_backend_moment *moment)
{
    fl_random_stream stream = moment ? stream_of(moment) : (fl_random_stream){ 0 };
    for (size_t i = p->n_prepared; i < p->n_stages; i++) {
        const stage *s = &p->stages[i];
        if (s->factor)
            shift_and_scale(p->n_values, s->shift, s->factor, p->values);
        else if (s->shift)
            shift_only(p->n_values, s->shift, p->values);
        else if (moment)
            draw(p, &s->step, &stream);
    }
}

const float *fl_dataset_pipeline_run(fl_dataset_pipeline *p, size_t position, const fl_backend_moment *moment)
{
    if (p->prepared)
        memcpy(p->values, p->prepared + position * p->n_values, p->n_values * sizeof *p->values);
    else
        fl_dataset_example_read(p->dataset, position, FL_BACKEND_F32, p->values);
    run_stages(p, moment);
    return p->values;
}

/* --- statistics, of the examples as the stages so far make them --- */

FL_CLONES static void add(size_t n, const float *restrict values, double *restrict sums)
{
    for (size_t i = 0; i < n; i++) sums[i] += (double)values[i];
}

FL_CLONES static void add_squares(size_t n, const float *restrict values, const double *restrict means,
                                  double *restrict sums)
{
    for (size_t i = 0; i < n; i++) {
        double off = (double)values[i] - means[i];
        sums[i] += off * off;
    }
}

/* Per value: the mean over the training examples of x, or of (x - means)^2. */
static void average(fl_dataset_pipeline *p, const fl_dataset_examples *training, const double *means, double *result)
{
    memset(result, 0, p->n_values * sizeof *result);
    for (size_t i = 0; i < training->count; i++) {
        const float *values = fl_dataset_pipeline_run(p, training->index[i], NULL);
        if (means)
            add_squares(p->n_values, values, means, result);
        else
            add(p->n_values, values, result);
    }
    for (size_t i = 0; i < p->n_values; i++) result[i] /= (double)training->count;
}

/* The channel of a value: of an image its plane, of a vector and a position the value itself. */
static size_t channel_of(fl_tensor_shape shape, size_t value)
{
    return shape.form == FL_TENSOR_SEQUENCE ? value % shape.h : value / (shape.h * shape.w);
}

static size_t n_channels(fl_tensor_shape shape)
{
    return shape.form == FL_TENSOR_SEQUENCE ? shape.h : shape.c;
}

/* Each value becomes the mean over its channel. */
static void over_channels(const fl_dataset_pipeline *p, double *values)
{
    fl_tensor_shape shape = p->dataset->shape;
    size_t n = n_channels(shape);
    double *sums = fl_memory_new(n, sizeof *sums);
    for (size_t i = 0; i < p->n_values; i++) sums[channel_of(shape, i)] += values[i];
    for (size_t i = 0; i < p->n_values; i++) values[i] = sums[channel_of(shape, i)] * (double)n / (double)p->n_values;
    free(sums);
}

static void centre(fl_dataset_pipeline *p, stage *s, const fl_dataset_examples *training, double *means)
{
    float *shift = fl_arena_floats(p->arena, p->n_values);
    average(p, training, NULL, means);
    if (s->step.kind == FL_DATASET_STANDARDIZE) over_channels(p, means);
    for (size_t i = 0; i < p->n_values; i++) shift[i] = (float)means[i];
    s->shift = shift;
}

/* A channel without variance is only centred. */
static void scale(fl_dataset_pipeline *p, stage *s, const fl_dataset_examples *training, const double *means)
{
    float *factor = fl_arena_floats(p->arena, p->n_values);
    double *squares = fl_memory_new(p->n_values, sizeof *squares);
    average(p, training, means, squares);
    over_channels(p, squares);
    for (size_t i = 0; i < p->n_values; i++) factor[i] = squares[i] > 0 ? (float)(1 / sqrt(squares[i])) : 1;
    s->factor = factor;
    free(squares);
}

/* What the whitening's statistics depend on: data, split, and every step up to it. */
static void key_of(const fl_dataset_pipeline *p, const fl_dataset_examples *training, char key[FL_HASH_TEXT])
{
    fl_text text = { 0 };
    fl_text_add(&text, "%s %016llx", p->dataset->checksum,
                (unsigned long long)fl_hash(training->index, training->count * sizeof *training->index));
    for (size_t i = 0; i <= p->n_stages; i++)
        fl_text_add(&text, " %d %.17g", (int)p->stages[i].step.kind, p->stages[i].step.number);
    fl_hash_text(fl_hash(text.bytes, text.length), key);
    fl_text_free(&text);
}

static bool whiten(fl_dataset_pipeline *p, const fl_dataset_inputs_step *step, const fl_dataset_examples *training,
                   fl_error *error)
{
    size_t count = p->dataset->n_train + p->dataset->n_test, n = p->n_values;
    char key[FL_HASH_TEXT];
    float *rows = fl_memory_new(count, n * sizeof *rows);
    for (size_t i = 0; i < count; i++) memcpy(rows + i * n, fl_dataset_pipeline_run(p, i, NULL), n * sizeof *rows);
    key_of(p, training, key);
    free(p->prepared);
    p->prepared = rows;
    p->n_prepared = p->n_stages + 1;
    return fl_dataset_whiten(rows, count, n, training, step->kind == FL_DATASET_WHITEN_ZCA, step->number, key, error);
}

/* --- making one --- */

static bool add_stage(fl_dataset_pipeline *p, const fl_dataset_inputs_step *step, const fl_dataset_examples *training,
                      fl_error *error)
{
    stage *s = &p->stages[p->n_stages];
    s->step = *step;
    if (fl_dataset_inputs_specs[step->kind].method && !whiten(p, step, training, error)) return false;
    if (step->kind == FL_DATASET_CENTRE || step->kind == FL_DATASET_STANDARDIZE) {
        double *means = fl_memory_new(p->n_values, sizeof *means);
        centre(p, s, training, means);
        if (step->kind == FL_DATASET_STANDARDIZE) scale(p, s, training, means);
        free(means);
    }
    p->n_stages++;
    return true;
}

static bool does_something(const fl_dataset_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++)
        if (inputs->steps[i].kind != FL_DATASET_RAW) return true;
    return false;
}

bool fl_dataset_pipeline_new(fl_dataset_pipeline **pipeline, const fl_dataset_inputs *inputs,
                             const fl_dataset_examples *training, fl_error *error)
{
    *pipeline = NULL;
    if (!does_something(inputs)) return true;
    fl_dataset_pipeline *p = fl_memory_new(1, sizeof *p);
    p->arena = fl_arena_new();
    p->dataset = training->dataset;
    p->n_values = fl_tensor_shape_size(p->dataset->shape);
    p->values = fl_arena_floats(p->arena, p->n_values);
    p->room = fl_arena_floats(p->arena, p->n_values);
    for (size_t i = 0; i < inputs->n; i++)
        if (!add_stage(p, &inputs->steps[i], training, error)) {
            fl_dataset_pipeline_free(p);
            return false;
        }
    *pipeline = p;
    return true;
}

void fl_dataset_pipeline_free(fl_dataset_pipeline *p)
{
    if (!p) return;
    fl_arena_free(p->arena);
    free(p->prepared);
    free(p);
}
