/* Prepared situations. */
#include "speed/kernels/setups.h"
#include "base/random.h"

#include <string.h>

setup_pictures *setup_pictures_of(fl_arena *arena, size_t count)
{
    setup_pictures *pictures = fl_arena_bytes(arena, sizeof *pictures);
    uint8_t *pixels = fl_arena_bytes(arena, count * SETUP_PIXELS);
    uint32_t *index = fl_arena_bytes(arena, count * sizeof *index);
    for (size_t i = 0; i < count * SETUP_PIXELS; i++) pixels[i] = (uint8_t)(i * 37); /* any pixels do */
    for (size_t i = 0; i < count; i++) index[i] = (uint32_t)i;
    pictures->dataset = (fl_dataset){ .shape = { 1, 1, 28, 28 }, .n_train = count, .n_classes = 10, .pixels = pixels };
    pictures->dataset.labels = fl_arena_bytes(arena, count);
    pictures->examples = (fl_dataset_examples){ .dataset = &pictures->dataset, .index = index, .count = count };
    return pictures;
}

static float *draw(fl_arena *arena, size_t n, uint64_t position)
{
    fl_random_stream stream = fl_random_stream_start(1, "setup", position);
    float *values = fl_arena_floats(arena, n);
    for (size_t i = 0; i < n; i++) values[i] = (float)fl_random_uniform(&stream) - 0.5f;
    return values;
}

/* What is measured is the rule: it gets the same gradient wherever it asks, and a curvature of one. */
static double same_loss(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    return 1;
}

static void stay(fl_optimizer_update *update, uint64_t batch) {}

static void identity(fl_optimizer_update *update, fl_optimizer_curvature matrix, const float *v, float *out)
{
    memcpy(out, v, update->layout->count * sizeof *out);
}

static void no_factors(fl_optimizer_update *update, fl_optimizer_curvature fisher, float *const *a, float *const *g) {}

static const fl_optimizer_lent lent = {
    .evaluate = same_loss, .stand = stay, .product = identity, .factors = no_factors
};

/* One vector; for a rule that looks at rows and columns matrices of SETUP_SIDE columns, of which the rest is padding.
 */
static fl_tensor tensor_of(const fl_optimizer *optimizer, size_t count)
{
    fl_tensor tensor = { .name = "parameters", .shape = { count }, .n_dims = 1, .n_values = count, .count = count };
    tensor.role = FL_TENSOR_VECTOR;
    if (!optimizer->canonical || count < SETUP_SIDE) return tensor;
    size_t rows = count / SETUP_SIDE, matrices = rows < SETUP_SIDE ? 1 : rows / SETUP_SIDE;
    if (rows > SETUP_SIDE) rows = matrices * SETUP_SIDE;
    return (fl_tensor){ .name = "parameters",
                        .shape = { rows, SETUP_SIDE },
                        .n_dims = 2,
                        .n_matrices = matrices,
                        .n_values = rows * SETUP_SIDE,
                        .count = count,
                        .role = FL_TENSOR_MATRIX };
}

static void lend_own(fl_arena *arena, const fl_optimizer *optimizer, fl_optimizer_update *update)
{
    if (!optimizer->own) return;
    fl_optimizer_own own = optimizer->own(update);
    update->own = fl_arena_floats(arena, own.kept);
    update->scratch = fl_arena_floats(arena, own.scratch);
}

setup_update *setup_update_of(fl_arena *arena, const fl_optimizer *optimizer, size_t count)
{
    setup_update *s = fl_arena_bytes(arena, sizeof *s);
    s->block = tensor_of(optimizer, count);
    s->layout = (fl_tensor_layout){ .count = count, .n_parameters = count, .n_tensors = 1, .tensors = &s->block };
    s->update =
        (fl_optimizer_update){ .layout = &s->layout, .hyper = s->hyper, .rate = 1e-6, .seed = 1, .lent = &lent };
    s->update.parameters = draw(arena, count, 0);
    s->update.gradient = draw(arena, count, 1);
    for (size_t i = 0; i < optimizer->n_hypers; i++) s->hyper[i] = optimizer->hypers[i].default_value;
    s->hyper[fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate")] = s->update.rate;
    size_t solver = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "solver");
    if (solver < optimizer->n_hypers) s->hyper[solver] = fl_hyper_choice(&optimizer->hypers[solver], "cg");
    for (size_t i = 0; i < optimizer->n_states; i++) s->update.state[i] = fl_arena_floats(arena, count);
    lend_own(arena, optimizer, &s->update);
    if (optimizer->start) optimizer->start(&s->update);
    return s;
}

fl_trial setup_null_trial(size_t steps)
{
    fl_trial_owners owners = { fl_optimizer_find("null", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find("naive", NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1; /* null's only hyperparameter, the learning rate */
    trial.batch_size = 1;
    trial.steps = steps;
    trial.eval_every = 0;
    return trial;
}
