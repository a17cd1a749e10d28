/* A training step allocates nothing and looks nothing up, whatever workload, backend, precision, optimizer and schedule
 * it is made of; and no parameter is kept in more than twice its room.
 *
 * The functions below take the place of the C library's in this whole process, shared libraries included, and count
 * while steps run. oneDNN and OpenBLAS may allocate for themselves (dnnl_primitive_execute does, seven times a call):
 * a call with code of theirs on the stack is not ours. A look-up is a name compared with another, or the environment
 * asked: every registry, JSON object and environment variable is read through one of these.
 */
#include "base/npy.h"
#include "base/memory.h"
#include "support/folder.h"
#include "support/trial.h"
#include "support/trainer.h"
#include "train/train.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FRAMES = 64, SLOW_BATCH = 2, BATCH = 4, EPOCH = 2, WARM = 3, STEPS = 6 };

extern char **environ;

static bool watching; /* one thread computes, and only it is watched */
static size_t n_calls;
static const char *first_call;
static void *first_stack[FRAMES];
static int first_depth;

#ifndef __SANITIZE_ADDRESS__ /* which has functions of its own in their place */
static bool in_a_library(void *const *stack, int depth)
{
    Dl_info place;
    for (int i = 0; i < depth; i++)
        if (dladdr(stack[i], &place) && (strstr(place.dli_fname, "libdnnl") || strstr(place.dli_fname, "libopenblas")))
            return true;
    return false;
}

/* To see the stack may need what is being watched. */
static void count_call(const char *name)
{
    void *stack[FRAMES];
    if (!watching) return;
    watching = false;
    int depth = backtrace(stack, FRAMES);
    if (!in_a_library(stack, depth) && n_calls++ == 0) {
        first_call = name;
        first_depth = depth;
        memcpy(first_stack, stack, sizeof stack);
    }
    watching = true;
}

extern void *__libc_malloc(size_t n), *__libc_calloc(size_t n, size_t size), *__libc_realloc(void *memory, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n), __libc_free(void *memory);

void *malloc(size_t n)
{
    count_call("malloc");
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    count_call("calloc");
    return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t n)
{
    count_call("realloc");
    return __libc_realloc(memory, n);
}

void *memalign(size_t alignment, size_t n)
{
    count_call("memalign");
    return __libc_memalign(alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    count_call("aligned_alloc");
    return __libc_memalign(alignment, n);
}

int posix_memalign(void **memory, size_t alignment, size_t n)
{
    count_call("posix_memalign");
    *memory = __libc_memalign(alignment, n);
    return *memory ? 0 : ENOMEM;
}

void free(void *memory)
{
    count_call("free");
    __libc_free(memory);
}

void *mmap(void *address, size_t n, int protection, int flags, int file, off_t offset)
{
    count_call("mmap");
    return (void *)syscall(SYS_mmap, address, n, protection, flags, file, offset);
}

int strcmp(const char *a, const char *b)
{
    count_call("strcmp");
    for (; *a && *a == *b; a++, b++) {
    }
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    count_call("strncmp");
    for (; n && *a && *a == *b; a++, b++, n--) {
    }
    return n ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *getenv(const char *name)
{
    size_t n = strlen(name);
    count_call("getenv");
    for (char **setting = environ; setting && *setting; setting++)
        if (!memcmp(*setting, name, strnlen(*setting, n)) && (*setting)[n] == '=') return *setting + n + 1;
    return NULL;
}
#endif

/* --- trials --- */

/* Two batches to an epoch, so that the steps watched begin several. The weights are alike because drawing millions
 * takes longer than all else. */
static fl_trial trial_of(const fl_workload *workload, const fl_backend *backend, fl_backend_precision precision)
{
    fl_trial_owners owners = { fl_optimizer_find("null", NULL), fl_schedule_find("constant", NULL), workload };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = backend;
    trial.precision = precision;
    trial.init = (fl_init){ fl_init_find("constant", NULL), 0.01, 0 };
    trial.batch_size = strcmp(backend->entry.name, "naive") ? BATCH : SLOW_BATCH;
    trial.split.validation = workload->dataset->n_train - EPOCH * trial.batch_size;
    trial.steps = STEPS;
    trial.eval_every = 0;
    return trial;
}

static void begin_or_end(void *user, const fl_train_step *step)
{
    watching = step->step >= WARM && step->step < STEPS;
}

static void train(fl_train_trainer *trainer, const fl_trial *trial)
{
    fl_train_callbacks watch = { .stepped = begin_or_end };
    n_calls = 0;
    fl_outcome outcome = must_train(trainer, trial, &watch);
    watching = false;
    assert_int_equal(STEPS, outcome.steps_done);
    fl_outcome_free(&outcome);
    if (!n_calls) return;
    backtrace_symbols_fd(first_stack, first_depth, STDERR_FILENO);
    fail_msg("%s, %s, %s, %s, %s: %zu calls in %d steps, the first of %s", trial->owners.workload->entry.name,
             trial->backend->entry.name, fl_backend_precision_name(trial->precision),
             trial->owners.optimizer->entry.name, trial->owners.schedule->entry.name, n_calls, STEPS - WARM,
             first_call);
}

/* --- workloads --- */

static char root[FL_FILE_PATH_MAX];

/* As many pictures, all of them black, as the trials here want, and a class for each. */
static json_t *black_pictures(const fl_dataset_kind *kind)
{
    fl_tensor_shape s = kind->shape;
    const size_t n = 2 * kind->n_classes + EPOCH * BATCH, shape[] = { n, s.c, s.h, s.w };
    char x[FL_FILE_PATH_MAX], y[FL_FILE_PATH_MAX];
    float *pixels = fl_memory_new(n * fl_tensor_shape_size(s), sizeof *pixels);
    int32_t *classes = fl_memory_new(n, sizeof *classes);
    for (size_t i = 0; i < n; i++) classes[i] = (int32_t)(i % kind->n_classes);
    fl_file_path_join(x, root, "x.npy");
    fl_file_path_join(y, root, "y.npy");
    assert_true(fl_npy_write(x, FL_NPY_F32, shape, 4, pixels, NULL));
    assert_true(fl_npy_write(y, FL_NPY_I32, shape, 1, classes, NULL));
    free(pixels);
    free(classes);
    return json_pack("{s:{s:s, s:s}}", "npy", "inputs", x, "targets", y);
}

/* The workload, on stand-ins where its data are pictures and not at hand, as those of cifar100 nowhere are. */
static const fl_workload *at_hand(const fl_workload *workload)
{
    char folder[FL_FILE_PATH_MAX];
    if (!workload->dataset->n_classes || workload->dataset->characters ||
        fl_dataset_folder(workload->dataset, folder, NULL))
        return workload;
    json_t *definition = json_deep_copy(workload->definition);
    json_object_set_new(definition, "data", black_pictures(workload->dataset));
    char *line = fl_json_line(definition);
    fl_text text = { 0 };
    fl_text_add(&text, "%s", line);
    free(line);
    json_decref(definition);
    return defined_workload(&text);
}

/* Call `check` for every workload with every backend and precision that can be used here. The trainer keeps the data
 * for the next workload, which often has the same. */
static void with_everything(void (*check)(fl_train_trainer *trainer, fl_trial *trial))
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    for (const fl_workload *const *w = fl_workloads(); *w; w++) {
        const fl_workload *workload = at_hand(*w);
        for (const fl_backend *const *b = fl_backends(); *b; b++)
            for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++) {
                fl_trial trial = trial_of(workload, *b, precision);
                if ((*b)->usable(precision, NULL)) check(trainer, &trial);
                fl_trial_free(&trial);
            }
    }
    fl_train_trainer_free(trainer);
}

/* --- tests --- */

/* A step of these takes a rule of dense algebra 10^11 operations; its tensors are of no other kinds elsewhere. */
static bool is_large(const fl_workload *workload)
{
    return !strcmp(workload->entry.name, "glyphs/simple_cnn") || !strcmp(workload->entry.name, "glyphs/autoencoder");
}

/* What a rule does in a step depends on its arrays, not on what the network computes: two small workloads meet every
 * rule, the others on generated data one of each kind. Real data bring nothing new but size: their networks meet Adam,
 * and naive leaves those of pictures to their twins on generated data, which texts do not have. */
static bool is_met(const fl_optimizer *rule, const fl_trial *trial)
{
    const fl_workload *workload = trial->owners.workload;
    bool real = workload->dataset->n_files || workload->dataset->source;
    bool slow = !workload->dataset->characters && !strcmp(trial->backend->entry.name, "naive");
    if (rule->dense && is_large(workload)) return false;
    if (real) return !slow && !strcmp(rule->entry.name, "adam");
    static const char *const words[] = { "adam", "muon", "sam" }, *const small[] = { "glyphs/mlp", "quadratic/noisy" };
    bool met = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) met |= !strcmp(rule->entry.name, words[i]);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) met |= !strcmp(workload->entry.name, small[i]);
    return met;
}

/* Rules that ask for curvature find none of some losses, and form matrices of small networks alone. */
static bool is_possible(fl_train_trainer *trainer, const fl_trial *trial)
{
    return !trial->owners.optimizer->wants || fl_train_prepare(trainer, trial, NULL);
}

static void train_with_every_optimizer(fl_train_trainer *trainer, fl_trial *trial)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (!fl_dataset_folder(trial->owners.workload->dataset, folder, &error)) {
        print_message("%s\n", error.text);
        return;
    }
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        if (!is_met(*o, trial)) continue;
        trial->owners.optimizer = *o;
        fl_trial_values_default(&trial->owners, &trial->values);
        size_t rate = fl_hyper_index((*o)->hypers, (*o)->n_hypers, "learning_rate");
        trial->values.of[FL_TRIAL_OF_OPTIMIZER][rate] = 1e-12; /* the regression's largest curvature is 2e10 */
        if (!is_possible(trainer, trial)) continue;
        train(trainer, trial);
    }
}

static void a_step_allocates_nothing_and_looks_nothing_up(void **state)
{
    with_everything(train_with_every_optimizer);
}

static void nor_does_a_schedule(void **state)
{
    double rates[STEPS] = { 0 };
    const fl_workload *quadratic = fl_workload_find("quadratic/noisy", NULL);
    fl_train_trainer *trainer = fl_train_trainer_new();
    for (const fl_schedule *const *s = fl_schedules(); *s; s++) {
        fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), *s, quadratic };
        fl_trial trial = fl_trial_default(&owners);
        trial.backend = fl_backend_find("naive", NULL);
        trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-6;
        trial.rates = (*s)->absolute ? rates : NULL;
        trial.n_rates = (*s)->absolute ? STEPS : 0;
        trial.steps = STEPS;
        trial.eval_every = 0;
        train(trainer, &trial);
    }
    fl_train_trainer_free(trainer);
}

/* The shape of one example. Where options decide it the data are loaded, once for all backends; 0: they are not there.
 */
static fl_tensor_shape example_shape(const fl_workload *workload, const double *options)
{
    static const fl_workload *last;
    static fl_tensor_shape shape;
    if (workload->dataset->shape.c) return workload->dataset->shape;
    if (workload == last) return shape;
    fl_dataset *dataset = fl_workload_load(workload, options, NULL);
    shape = dataset ? dataset->shape : (fl_tensor_shape){ 0 };
    fl_dataset_free(dataset);
    last = workload;
    return shape;
}

static void measure_padding(fl_train_trainer *trainer, fl_trial *trial)
{
    const fl_workload *workload = trial->owners.workload;
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_workload_layers(workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    fl_tensor_shape in = example_shape(workload, trial->values.of[FL_TRIAL_OF_WORKLOAD]);
    fl_error error;
    if (!in.c) return;
    in.n = trial->batch_size;
    fl_network *network = fl_network_new(trial->backend, layers, n, in, trial->precision, true, &error);
    const fl_tensor_layout *layout = fl_network_layout(network);
    for (const fl_tensor *block = layout->tensors; block < layout->tensors + layout->n_tensors; block++)
        if (block->count > 2 * block->n_values)
            fail_msg("%s, %s, %s: %s has %zu values in %zu floats", workload->entry.name, trial->backend->entry.name,
                     fl_backend_precision_name(trial->precision), block->name, block->n_values, block->count);
    fl_network_free(network);
}

static void no_parameter_takes_more_than_twice_its_room(void **state)
{
    with_everything(measure_padding);
}

/* Without this a counter that counts nothing would pass. */
static void calls_are_counted(void **state)
{
    n_calls = 0;
    watching = true;
    char *copy = strdup("a copy"); /* the C library's call, on our behalf */
    getenv(copy);
    free(copy);
    watching = false;
    assert_int_equal(3, n_calls);
    assert_string_equal("malloc", first_call);
}

static int set_up(void **state)
{
    folder_make(root);
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(root);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted),
        cmocka_unit_test(a_step_allocates_nothing_and_looks_nothing_up),
        cmocka_unit_test(nor_does_a_schedule),
        cmocka_unit_test(no_parameter_takes_more_than_twice_its_room),
    };
#ifdef __SANITIZE_ADDRESS__
    return test_skip_all("the address sanitizer has its own malloc, so calls cannot be counted in this build");
#endif
    return test_run(tests, set_up, tear_down);
}
