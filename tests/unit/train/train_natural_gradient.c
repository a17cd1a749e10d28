/* Natural gradient descent on independent logistic outputs, whose Fisher matrices can be written down: p (1 - p) (x, 1)
 * (x, 1)^T for each output, expected; by targets t, drawn or true, g g^T with g = (p - t) (x, 1) over all outputs.
 */
#include "support/folder.h"
#include "support/trainer.h"
#include "support/trial.h"

#include "base/npy.h"
#include "dataset/examples.h"
#include "math/dense.h"

enum { EXAMPLES = 300, TRAINING = 200, INPUTS = 3, OUTPUTS = 2, PARAMETERS = OUTPUTS * (INPUTS + 1) };

static const double MIX[INPUTS][INPUTS] = { { 2, 0.5, -0.3 }, { 0.4, 0.2, 0.1 }, { -1, 0.7, 3 } };
static const double SHIFT[INPUTS] = { 1.5, -0.7, 0.3 };

/* --- data and trials --- */

/* `mixed`: A x + c. */
static void draw_input(size_t example, bool mixed, float *to)
{
    fl_random_stream stream = fl_random_stream_start(5, "inputs", example);
    double x[INPUTS];
    for (size_t i = 0; i < INPUTS; i++) x[i] = fl_random_normal(&stream);
    for (size_t i = 0; i < INPUTS; i++) {
        double sum = SHIFT[i];
        for (size_t k = 0; k < INPUTS; k++) sum += MIX[i][k] * x[k];
        to[i] = (float)(mixed ? sum : x[i]);
    }
}

static void draw_targets(size_t example, float *to)
{
    fl_random_stream stream = fl_random_stream_start(5, "targets", example);
    for (size_t k = 0; k < OUTPUTS; k++) to[k] = fl_random_uniform(&stream) < 0.3 + 0.3 * (double)k;
}

static void write_data(const char *x_path, const char *y_path, bool mixed)
{
    float x[EXAMPLES][INPUTS], y[EXAMPLES][OUTPUTS];
    for (size_t i = 0; i < EXAMPLES; i++) {
        draw_input(i, mixed, x[i]);
        draw_targets(i, y[i]);
    }
    assert_true(fl_npy_write(x_path, FL_NPY_F32, (size_t[]){ EXAMPLES, INPUTS }, 2, x, NULL));
    assert_true(fl_npy_write(y_path, FL_NPY_F32, (size_t[]){ EXAMPLES, OUTPUTS }, 2, y, NULL));
}

/* The same files test, so that the examples keep their order. */
static fl_workload *logistic(const char *root, bool mixed)
{
    char x[FL_FILE_PATH_MAX], y[FL_FILE_PATH_MAX];
    fl_text text = { 0 };
    fl_file_path_join(x, root, mixed ? "mixed.npy" : "x.npy");
    fl_file_path_join(y, root, "y.npy");
    write_data(x, y, mixed);
    fl_text_add(&text,
                "{ \"workload\": \"logistic\", \"data\": { \"npy\": { \"inputs\": \"%s\", \"targets\": \"%s\", "
                "\"test_inputs\": \"%s\", \"test_targets\": \"%s\" } }, "
                "\"layers\": [ { \"kind\": \"dense\", \"out\": %d } ], "
                "\"loss\": { \"kind\": \"sigmoid_cross_entropy\" } }",
                x, y, x, y, OUTPUTS);
    return defined_workload(&text);
}

/* Steps of the whole training set at rate 1. */
static fl_trial trial_of(const char *rule, const fl_workload *workload, size_t steps, double damping)
{
    fl_trial trial = naive_trial(rule, workload);
    trial_set(&trial, "learning_rate", 1);
    if (strcmp(rule, "null")) trial_set(&trial, "damping", damping);
    trial.batch_size = TRAINING;
    trial.split.validation = EXAMPLES - TRAINING;
    trial.steps = steps;
    return trial;
}

static float trained[PARAMETERS]; /* weights, then biases */

static void keep(void *user, const fl_network *network)
{
    fl_network_export(network, trained);
}

static void train(const fl_trial *trial)
{
    const fl_train_callbacks watch = { .ended = keep };
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = must_train(trainer, trial, &watch);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

static double output(const float *parameters, const float *input, size_t k)
{
    double z = (double)parameters[OUTPUTS * INPUTS + k];
    for (size_t i = 0; i < INPUTS; i++) z += (double)parameters[k * INPUTS + i] * (double)input[i];
    return z;
}

/* --- the way inputs are measured --- */

/* Zero weights and biases are zero however the inputs are measured; after two steps outputs are compared. */
static void natural_gradient_does_not_see_how_inputs_are_measured(void **state)
{
    char root[FL_FILE_PATH_MAX];
    double outputs[2][EXAMPLES][OUTPUTS], moved = 0;
    folder_make(root);
    for (int mixed = 0; mixed < 2; mixed++) {
        fl_workload *workload = logistic(root, mixed);
        fl_trial trial = trial_of("natural_gradient", workload, 2, 0);
        trial.init = (fl_init){ fl_init_find("constant", NULL), 0, 0 };
        train(&trial);
        for (size_t i = 0; i < EXAMPLES; i++) {
            float input[INPUTS];
            draw_input(i, mixed, input);
            for (size_t k = 0; k < OUTPUTS; k++) outputs[mixed][i][k] = output(trained, input, k);
        }
        fl_workload_free(workload);
    }
    for (size_t i = 0; i < EXAMPLES; i++)
        for (size_t k = 0; k < OUTPUTS; k++) {
            moved = fmax(moved, fabs(outputs[0][i][k]));
            assert_true(fabs(outputs[0][i][k] - outputs[1][i][k]) < 1e-3);
        }
    assert_true(moved > 0.3);
    folder_remove(root);
}

/* --- the matrices --- */

enum { EXACT, SAMPLED, EMPIRICAL, FISHERS }; /* as the rule's choices */

/* An example of the step's batch, and the targets drawn for it. */
typedef struct example {
    double input[INPUTS + 1], predicted[OUTPUTS]; /* with a last 1 */
    float targets[OUTPUTS], drawn[OUTPUTS];
} example;

/* Example `row` of the batch; its draws are that many, and one per output, into the step's stream. */
static example example_of(const float *parameters, uint64_t seed, size_t row, size_t index)
{
    example e = { .input = { [INPUTS] = 1 } };
    float input[INPUTS];
    uint32_t bits[OUTPUTS];
    const fl_random_stream stream = fl_random_stream_start(seed, "targets", 0);
    draw_input(index, false, input);
    draw_targets(index, e.targets);
    fl_random_u32s(&stream, row * OUTPUTS, bits, OUTPUTS);
    for (size_t i = 0; i < INPUTS; i++) e.input[i] = (double)input[i];
    for (size_t k = 0; k < OUTPUTS; k++) {
        e.predicted[k] = 1 / (1 + exp(-output(parameters, input, k)));
        e.drawn[k] = bits[k] * 0x1p-32 < e.predicted[k];
    }
    return e;
}

/* Parameter `p` is number *i of an input for output *k. */
static void place_of(size_t p, size_t *k, size_t *i)
{
    bool bias = p >= OUTPUTS * INPUTS;
    *k = bias ? p - OUTPUTS * INPUTS : p / INPUTS;
    *i = bias ? INPUTS : p % INPUTS;
}

/* Entry p, q of the matrix of one example. */
static double entry(const example *e, int fisher, size_t p, size_t q)
{
    size_t k, i, l, j;
    const float *targets = fisher == SAMPLED ? e->drawn : e->targets;
    place_of(p, &k, &i);
    place_of(q, &l, &j);
    double inputs = e->input[i] * e->input[j];
    if (fisher == EXACT) return k == l ? e->predicted[k] * (1 - e->predicted[k]) * inputs : 0;
    return (e->predicted[k] - (double)targets[k]) * (e->predicted[l] - (double)targets[l]) * inputs;
}

/* (F + damping I)^-1 g at `parameters`, in the batch that the seed's first epoch is. */
static void solve(const float *parameters, uint64_t seed, int fisher, double damping, float step[PARAMETERS])
{
    double matrix[PARAMETERS][PARAMETERS] = { 0 }, gradient[PARAMETERS] = { 0 };
    float rows[PARAMETERS * PARAMETERS], workspace[1000];
    fl_dataset_order order;
    size_t n_negative;
    fl_dataset_order_start(&order, TRAINING, TRAINING, seed);
    size_t first = fl_dataset_order_batch(&order, 0);
    for (size_t row = 0; row < TRAINING; row++) {
        const example e = example_of(parameters, seed, row, order.order[first + row]);
        for (size_t p = 0, k, i; p < PARAMETERS; p++) {
            place_of(p, &k, &i);
            gradient[p] += (e.predicted[k] - (double)e.targets[k]) * e.input[i] / TRAINING;
            for (size_t q = 0; q < PARAMETERS; q++) matrix[p][q] += entry(&e, fisher, p, q) / TRAINING;
        }
    }
    fl_dataset_order_free(&order);
    for (size_t p = 0; p < PARAMETERS; p++) {
        step[p] = (float)gradient[p];
        for (size_t q = 0; q < PARAMETERS; q++) rows[p * PARAMETERS + q] = (float)(matrix[p][q] + (p == q) * damping);
    }
    assert_in_range(fl_math_solve_workspace(PARAMETERS), 1, 1000);
    assert_true(fl_math_solve(PARAMETERS, rows, step, workspace, &n_negative));
    assert_int_equal(n_negative, 0);
}

/* One step by each matrix, formed here in double and solved by LAPACK. The three steps differ. */
static void each_fisher_matrix_is_the_one_it_is_called(void **state)
{
    char root[FL_FILE_PATH_MAX];
    const double damping = 0.05;
    float start[PARAMETERS], moved[FISHERS][PARAMETERS], steps[FISHERS][PARAMETERS];
    folder_make(root);
    fl_workload *workload = logistic(root, false);
    fl_trial still = trial_of("null", workload, 1, 0);
    train(&still);
    memcpy(start, trained, sizeof start);
    for (int fisher = 0; fisher < FISHERS; fisher++) {
        fl_trial trial = trial_of("natural_gradient", workload, 1, damping);
        trial_set(&trial, "fisher", fisher);
        train(&trial);
        solve(start, trial.seed, fisher, damping, steps[fisher]);
        for (size_t p = 0; p < PARAMETERS; p++) moved[fisher][p] = start[p] - trained[p];
    }
    for (int a = 0; a < FISHERS; a++)
        for (int b = 0; b < FISHERS; b++) {
            double apart = 0, length = 0;
            for (size_t p = 0; p < PARAMETERS; p++) {
                apart = fmax(apart, fabs((double)moved[a][p] - (double)steps[b][p]));
                length = fmax(length, fabs((double)steps[b][p]));
            }
            if (!(a == b ? apart < 1e-4 * length : apart > 0.01 * length))
                fail_msg("a step by matrix %d is %g of its length from that by %d", a, apart / length, b);
        }
    fl_workload_free(workload);
    folder_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natural_gradient_does_not_see_how_inputs_are_measured),
        cmocka_unit_test(each_fisher_matrix_is_the_one_it_is_called),
    };
    fl_error error;
    return fl_backend_find("openblas", NULL)->usable(FL_BACKEND_F32, &error) ? test_run(tests, NULL, NULL)
                                                                             : test_skip_all(error.text);
}
