/* The work of a training that is Fairlead's own: the step loop around nothing, batches, updates. Under valgrind the
 * AVX2 versions run. */
#include "speed/instructions/work.h"
#include "speed/kernels/setups.h"
#include "train/train.h"

enum { STEPS = 1000, BATCHES = 100, BATCH = 64, EXAMPLES = 1000, UPDATES = 20, PARAMETERS = 16000 };

/* --- a trial of null on the quadratic --- */

typedef struct training {
    fl_trial trial;
    fl_train_trainer *trainer;
} training;

static void train(void *prepared)
{
    training *t = prepared;
    fl_outcome outcome;
    fl_error error;
    if (!fl_train_trial(t->trainer, &t->trial, NULL, &outcome, &error)) fl_error_die("%s", error.text);
    fl_outcome_free(&outcome);
}

/* The first trial loads and plans; the one that counts meets everything in place. */
static void *prepare_training(fl_arena *arena, const work_place *place)
{
    training *t = fl_arena_bytes(arena, sizeof *t);
    t->trial = setup_null_trial(STEPS);
    t->trainer = fl_train_trainer_new();
    train(t);
    return t;
}

static void finish_training(void *prepared)
{
    training *t = prepared;
    fl_train_trainer_free(t->trainer);
    fl_trial_free(&t->trial);
}

/* --- batches --- */

typedef struct gathering {
    const setup_pictures *pictures;
    fl_dataset_order order;
    float *input;
    int32_t labels[BATCH];
} gathering;

static void *prepare_gathering(fl_arena *arena, const work_place *place)
{
    gathering *g = fl_arena_bytes(arena, sizeof *g);
    g->pictures = setup_pictures_of(arena, EXAMPLES);
    g->input = fl_arena_floats(arena, (size_t)BATCH * SETUP_PIXELS);
    fl_dataset_order_start(&g->order, EXAMPLES, BATCH, 1);
    return g;
}

static void gather(void *prepared)
{
    gathering *g = prepared;
    for (uint64_t step = 0; step < BATCHES; step++) {
        size_t first = fl_dataset_order_batch(&g->order, step);
        fl_dataset_examples_gather(&g->pictures->examples, g->order.order, first, BATCH,
                                   (fl_dataset_input){ FL_BACKEND_F32, g->input }, g->labels);
    }
}

static void finish_gathering(void *prepared)
{
    gathering *g = prepared;
    fl_dataset_order_free(&g->order);
}

/* --- an update --- */

typedef struct updating {
    const fl_optimizer *optimizer;
    fl_optimizer_update *update;
} updating;

static void *prepare_update(fl_arena *arena, const work_place *place)
{
    updating *u = fl_arena_bytes(arena, sizeof *u);
    *u = (updating){ place->optimizer, &setup_update_of(arena, place->optimizer, PARAMETERS)->update };
    return u;
}

static void update_often(void *prepared)
{
    const updating *u = prepared;
    for (; u->update->step < UPDATES; u->update->step++) u->optimizer->step(u->update);
}

const work work_trial = { "trial", prepare_training, train, finish_training };
const work work_gather = { "gather", prepare_gathering, gather, finish_gathering };
const work work_update = { "update", prepare_update, update_often, NULL };
