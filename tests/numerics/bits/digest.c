/* Prints one hash for each thing that must be the same bits on every x86-64 machine and at every level of optimisation:
 * drawings, search, schedules, initialisation, update rules, layers and whole trainings on naive. CMakeLists.txt builds
 * it in several ways, same_bits.c compares what they print.
 *
 *   digest         the hashes
 *   digest libm    one hash of libm's functions, whose bits do depend on the processor
 */
#include "support/command_trial.h"
#include "support/op_case.h"

#include "base/denormals.h"
#include "base/exact.h"
#include "base/hash.h"
#include "base/memory.h"
#include "network/network.h"
#include "study/study.h"
#include "train/train.h"

enum { N_STEPS = 40 };

/* What was added so far. */
static uint64_t sum;

static void add(const void *bytes, size_t n)
{
    uint64_t pair[2] = { sum, fl_hash(bytes, n) };
    sum = fl_hash(pair, sizeof pair);
}

static void add_number(double number)
{
    add(&number, sizeof number);
}

/* Print what was added under a name, and begin anew. */
static void close_as(const char *kind, const char *name)
{
    char text[FL_HASH_TEXT];
    fl_hash_text(sum, text);
    printf("%s%s%s %s\n", kind, *name ? ":" : "", name, text);
    sum = 0;
}

static void functions(void)
{
    fl_random_stream stream = fl_random_stream_start(3, "functions", 0);
    for (int i = 0; i < 20000; i++) {
        double x = fl_random_uniform(&stream), y = 40 * fl_random_uniform(&stream) - 20;
        const double values[] = { fl_exact_exp(y), fl_exact_log(x), fl_exact_pow(x, y),
                                  fl_exact_sin(y), fl_exact_cos(y), fl_exact_round_9_digits(y) };
        add(values, sizeof values);
    }
    close_as("functions", "");
}

static void drawings(void)
{
    fl_dataset *dataset = fl_dataset_load(fl_dataset_find("glyphs", NULL), NULL, NULL);
    printf("glyphs %s\n", dataset->checksum);
    fl_dataset_free(dataset);
}

static void searches(void)
{
    static const size_t levels[] = { 0, 3, 0, 7, 0, 0 };
    for (const fl_search *const *s = fl_searches(); *s; s++) {
        double u[6];
        fl_search_request question = { .seed = 5, .n_axes = 6, .n_levels = levels, .points_per_axis = 3 };
        if (!fl_search_accepts(*s, &question, NULL)) continue;
        for (; question.index < 500; question.index++) {
            (*s)->point(&question, u);
            add(u, sizeof u);
        }
        close_as("search", (*s)->entry.name);
    }
}

/* Axes of every scale and coupling, to the values a trial is given. */
static void spaces(void)
{
    static const char text[] =
        "{\"study\":\"bits\",\"workload\":\"glyphs/mlp\",\"batch_size\":8,\"budget\":{\"trials\":200,\"steps\":100},"
        "\"arms\":[{\"arm\":\"nadam\",\"optimizer\":\"nadam\",\"schedule\":\"linear\",\"space\":{"
        "\"learning_rate/epsilon\":{\"min\":1e-2,\"max\":1e7,\"scaling\":\"log\"},"
        "\"epsilon\":{\"min\":1e-10,\"max\":1e10,\"scaling\":\"log\"},"
        "\"one_minus_beta1\":{\"min\":1e-3,\"max\":1,\"scaling\":\"log\"},"
        "\"schedule.decay_fraction\":{\"min\":0.5,\"max\":1,\"scaling\":\"linear\"},"
        "\"schedule.end_factor\":{\"feasible_points\":[0.001,0.01,0.1]}}},"
        "{\"arm\":\"rmsprop\",\"optimizer\":\"rmsprop\",\"space\":{"
        "\"learning_rate/sqrt(epsilon)\":{\"min\":1e-2,\"max\":1e4,\"scaling\":\"log\"},"
        "\"epsilon\":{\"min\":1e-10,\"max\":1e10,\"scaling\":\"log\"}}},"
        "{\"arm\":\"momentum\",\"optimizer\":\"momentum\",\"space\":{"
        "\"learning_rate/(1-momentum)\":{\"min\":1e-4,\"max\":1e2,\"scaling\":\"log\"},"
        "\"one_minus_momentum\":{\"min\":1e-4,\"max\":1,\"scaling\":\"log\"}}}]}";
    fl_error error;
    fl_study *study = fl_study_load_text("bits", text, NULL, &error);
    if (!study) fl_error_die("%s", error.text);
    for (size_t arm = 0; arm < study->n_arms; arm++)
        for (uint64_t index = 0; index < 200; index++) {
            char id[17];
            fl_trial trial = fl_study_trial(study, &study->arms[arm], index, 0);
            fl_trial_id(&trial, "bits", id); /* of every value to its last bit, and of the seed */
            add(id, sizeof id);
            fl_trial_free(&trial);
        }
    fl_study_free(study);
    close_as("space", "");
}

static void schedules(void)
{
    const size_t told_steps[] = { 10, 20, 30, 40 };
    const double told_losses[] = { 2, 1.5, 1.75, 1.625 };
    fl_random_stream stream = fl_random_stream_start(4, "schedules", 0);
    for (const fl_schedule *const *s = fl_schedules(); *s; s++) {
        for (int draw = 0; draw < 20; draw++) {
            fl_trial trial = draw_trial(fl_optimizers()[0], *s, fl_workload_find("glyphs/mlp", NULL), &stream);
            fl_schedule_context question = fl_trial_schedule_context(&trial);
            for (question.step = 0; question.step < trial.steps; question.step++) {
                question.history = (fl_schedule_history){ told_steps, told_losses, question.step / 12 };
                add_number(fl_schedule_rate(*s, &question));
            }
            fl_trial_free(&trial);
        }
        close_as("schedule", (*s)->entry.name);
    }
}

static void initialisations(void)
{
    static float values[5000];
    const fl_tensor tensor = { .shape = { 50, 4, 5, 5 }, .n_dims = 4, .n_values = 5000 };
    for (const fl_init_rule *const *rule = fl_init_rules(); *rule; rule++) {
        fl_init init = { *rule, 0.125, 0 };
        fl_init_tensor(&init, &tensor, 2, 6, values);
        add(values, sizeof values);
        close_as("init", (*rule)->entry.name);
    }
}

/* The same gradient wherever it is asked for. */
static double slope(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    double loss = 0;
    for (size_t i = 0; i < update->layout->count; i++)
        loss += (double)update->gradient[i] * (double)update->parameters[i];
    return loss;
}

/* Forty steps of a rule on drawn gradients, bias correction included, with every choice its table has. */
static void run_rule(const fl_optimizer *rule, const double *hyper)
{
    enum { N = 1003 };
    static float arrays[FL_OPTIMIZER_STATES + 2][N];
    static const fl_optimizer_lent lent = { .evaluate = slope };
    memset(arrays, 0, sizeof arrays);
    fl_tensor vector = { .n_dims = 1, .shape = { N }, .n_values = N, .count = N, .role = FL_TENSOR_VECTOR };
    fl_tensor_layout layout = { .count = N, .n_parameters = N, .n_tensors = 1, .tensors = &vector };
    fl_optimizer_update update = {
        .layout = &layout, .parameters = arrays[0], .gradient = arrays[1], .hyper = hyper, .rate = 0.01, .lent = &lent
    };
    fl_optimizer_own own = rule->own ? rule->own(&update) : (fl_optimizer_own){ 0 };
    update.own = fl_memory_new(own.kept + 1, sizeof(float));
    update.scratch = fl_memory_new(own.scratch + 1, sizeof(float));
    for (size_t i = 0; i < rule->n_states; i++) update.state[i] = arrays[i + 2];
    if (rule->start) rule->start(&update);
    fl_random_stream stream = fl_random_stream_start(7, "gradient", 0);
    for (; update.step < N_STEPS; update.step++) {
        if (rule->look) rule->look(&update);
        for (size_t i = 0; i < N; i++) arrays[1][i] = (float)fl_random_normal(&stream);
        rule->step(&update);
    }
    add(arrays, sizeof arrays);
    free(update.own);
    free(update.scratch);
}

static void rules(void)
{
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        const fl_optimizer *rule = *o;
        double hyper[FL_HYPER_MAX];
        if (rule->dense) continue; /* whose bits are the machine's */
        for (size_t i = 0; i < rule->n_hypers; i++) hyper[i] = rule->hypers[i].default_value;
        size_t form = fl_hyper_index(rule->hypers, rule->n_hypers, "epsilon_form");
        if (form == rule->n_hypers) run_rule(rule, hyper);
        for (size_t i = 0; form < rule->n_hypers && rule->hypers[form].choices[i]; i++) {
            hyper[form] = (double)i;
            run_rule(rule, hyper);
        }
        close_as("optimizer", rule->entry.name);
    }
}

static void training(const char *workload, const char *optimizer, size_t batch, size_t steps, size_t eval_every)
{
    fl_error error;
    fl_outcome outcome;
    fl_trial_owners owners = { fl_optimizer_find(optimizer, NULL), fl_schedule_find("cosine", NULL),
                               fl_workload_find(workload, NULL) };
    fl_trial trial = fl_trial_default(&owners);
    fl_train_trainer *trainer = fl_train_trainer_new();
    trial.backend = fl_backend_find("naive", NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.003;
    trial.batch_size = batch, trial.steps = steps, trial.eval_every = eval_every;
    if (!fl_train_trial(trainer, &trial, NULL, &outcome, &error)) fl_error_die("%s", error.text);
    add(&outcome.first_losses, sizeof outcome.first_losses);
    add(outcome.state_hash, sizeof outcome.state_hash);
    for (size_t i = 0; i < outcome.n_points; i++) add(outcome.points[i].of, sizeof outcome.points[i].of);
    close_as(workload, optimizer);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

/* The smallest network with every kind of layer, and plain gradient descent on it. */
static void convolutions(void)
{
    static const fl_layer layers[] = {
        { .kind = FL_LAYER_CONVOLUTION, .name = "conv1", .n_out = 4, .kernel = 5, .pad = 2 },
        { .kind = FL_LAYER_RELU },
        { .kind = FL_LAYER_MAX_POOL, .kernel = 2 },
        { .kind = FL_LAYER_CONVOLUTION, .name = "conv2", .n_out = 6, .kernel = 3, .pad = 0 },
        { .kind = FL_LAYER_RELU },
        { .kind = FL_LAYER_MAX_POOL, .kernel = 2 },
        { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 10 },
        { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
    };
    const fl_tensor_shape in = { 4, 1, 14, 14 };
    fl_init init = { .weights = fl_init_find("he_normal", NULL) };
    fl_random_stream stream = fl_random_stream_start(8, "batch", 0);
    fl_network *network = fl_network_new(fl_backend_find("naive", NULL), layers, sizeof layers / sizeof *layers, in,
                                         FL_BACKEND_F32, true, NULL);
    size_t n = fl_network_layout(network)->count;
    float *input = fl_network_input(network), *parameters = fl_network_parameters(network),
          *gradient = fl_network_gradient(network);
    fl_network_init(network, &init, 9);
    for (int step = 0; step < 20; step++) {
        for (size_t i = 0; i < fl_tensor_shape_size(in); i++) input[i] = (float)fl_random_uniform(&stream);
        for (size_t i = 0; i < in.n; i++) fl_network_labels(network)[i] = (int32_t)fl_random_below(&stream, 10);
        fl_network_forward(network);
        fl_network_backward(network, NULL, NULL);
        add_number(fl_network_loss(network));
        for (size_t i = 0; i < n; i++) parameters[i] -= 0.05f * gradient[i];
        fl_network_refresh(network, 0, n);
    }
    add(parameters, n * sizeof *parameters);
    fl_network_free(network);
    close_as("convolutions", "");
}

static int libm(void)
{
    fl_random_stream stream = fl_random_stream_start(3, "functions", 0);
    for (int i = 0; i < 100000; i++) {
        double x = fl_random_uniform(&stream), y = 40 * fl_random_uniform(&stream) - 20;
        const double values[] = { exp(y), log(x), pow(x, y), sin(y), cos(y) };
        add(values, sizeof values);
    }
    close_as("libm", "");
    return 0;
}

/* Every kind of layer on naive, in training: what it makes, its gradients and its state. */
static void layers(void)
{
    for (const op_case *c = op_cases; c->name; c++) {
        fl_arena *arena = fl_arena_new();
        op_run run = op_run_new(arena, c, 3);
        op_run_compute(&run, fl_backends()[0], true);
        add(run.y, run.n_y * sizeof *run.y);
        for (size_t k = 0; k < run.n_in; k++)
            if (run.d_x[k]) add(run.d_x[k], run.n_x[k] * sizeof(float));
        for (size_t t = 0; t < run.n_tensors; t++) add(run.grads[t], run.tensors[t].n_values * sizeof(float));
        for (size_t t = 0; t < run.n_states; t++) add(run.after[t], run.states[t].n_values * sizeof(float));
        fl_arena_free(arena);
    }
    close_as("layers", "");
}

int main(int argc, char **argv)
{
    if (argc > 1) return strcmp(argv[1], "libm") ? 2 : libm();
    functions();
    drawings();
    searches();
    spaces();
    schedules();
    initialisations();
    fl_denormals_flush(); /* as a trial computes */
    rules();
    convolutions();
    layers();
    training("quadratic/noisy", "nesterov", 16, 200, 40);
    training("glyphs/mlp", "momentum", 8, 6, 0);
    training("glyphs/mlp", "adam", 7, 6, 0);
    return 0;
}
