/* The curvature measured while a trial trains: closed forms on the quadratic, ARPACK against LAPACK on a small network,
 * and what the rules' limits are about, who diverges. */
#include "support/trial.h"
#include "support/trainer.h"

#include "math/eigen.h"
#include "train/curvature.h"
#include "train/train.h"

#include <string.h>

static fl_train_trainer *trainer;

static int set_up(void **state)
{
    trainer = fl_train_trainer_new();
    return 0;
}

static int tear_down(void **state)
{
    fl_train_trainer_free(trainer);
    return 0;
}

/* quadratic/noisy: eight curvatures from 10 down to 10/1000 by equal ratios, whatever the parameters. */
static const double sum_of_curvatures = 10 * (1 - 1e-3 * 0.37275937203149398) / (1 - 0.37275937203149398);

static fl_trial trial_of(const char *workload, const char *optimizer, double rate, size_t steps)
{
    fl_trial trial = naive_trial(optimizer, fl_workload_find(workload, NULL));
    trial.batch_size = 32;
    trial.steps = steps;
    trial.eval_every = steps;
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = rate;
    return trial;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static double first(const json_t *object, const char *key)
{
    return json_number_value(json_array_get(json_object_get(object, key), 0));
}

static void a_quadratic_has_its_curvatures(void **state)
{
    fl_trial trial = trial_of("quadratic/noisy", "sgd", 0.05, 25);
    trial.curvature_every = 10;
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    assert_int_equal(json_array_size(outcome.curvature), 4); /* before the first step, after 10, 20 and the last */
    for (size_t i = 0; i < 4; i++) {
        const json_t *m = json_array_get(outcome.curvature, i);
        assert_int_equal(json_integer_value(json_object_get(m, "step")), i < 3 ? 10 * i : 25);
        assert_true(json_is_true(json_object_get(m, "exact")));
        assert_close(first(m, "largest"), 10, 1e-4);
        assert_close(first(m, "smallest"), 0.01, 1e-4);
        assert_close(number(m, "condition"), 1000, 1e-4);
        assert_close(number(m, "trace"), sum_of_curvatures, 1e-4);
        assert_close(number(m, "condition_mean"), 80 / sum_of_curvatures, 1e-4);
        assert_true(number(m, "worst_loss") >= number(m, "loss"));
    }
    assert_true(json_is_null(json_object_get(json_array_get(outcome.curvature, 0), "limit")));
    assert_close(number(json_array_get(outcome.curvature, 1), "limit"), 2 / 0.05, 1e-12);
    fl_outcome_free(&outcome);
}

/* The gradient of chunk `chunk` of the data at parameters that are all 1, where a trial of it begins; in double. */
enum { DIMENSION = 8, CHUNK = 250, N_CHUNKS = 4 };

static void gradient_of_chunk(const float *values, size_t chunk, double gradient[DIMENSION])
{
    const float *x = values + chunk * CHUNK * DIMENSION;
    for (size_t i = 0; i < DIMENSION; i++) {
        double c = 0.01 * pow(1000, (double)i / (DIMENSION - 1)), sum = 0;
        for (size_t e = 0; e < CHUNK; e++) sum += 1 - (double)x[e * DIMENSION + i];
        gradient[i] = c * sum / CHUNK;
    }
}

/* McCandlish et al. 2018, appendix A.1, of the 1,000 examples that are measured: B |G_B|^2 - b |G_b|^2 over B - b, and
 * |G_b|^2 - |G_B|^2 over 1/b - 1/B. In a ball of radius r a loss whose curvature is from 0 to 10 rises by at least
 * |G_B| r and at most 5 r^2 more. */
static void noise_and_worst_loss_are_those_of_the_data(void **state)
{
    fl_trial trial = trial_of("quadratic/noisy", "sgd", 0.05, 1);
    fl_error error;
    double small = 0, big = 0, mean[DIMENSION] = { 0 }, b = CHUNK, B = CHUNK * N_CHUNKS;
    fl_dataset *data = fl_workload_load(trial.owners.workload, trial.values.of[FL_TRIAL_OF_WORKLOAD], &error);
    if (!data) fail_msg("%s", error.text);
    for (size_t chunk = 0; chunk < N_CHUNKS; chunk++) {
        double gradient[DIMENSION];
        gradient_of_chunk(data->values, chunk, gradient);
        for (size_t i = 0; i < DIMENSION; i++) small += gradient[i] * gradient[i] / N_CHUNKS;
        for (size_t i = 0; i < DIMENSION; i++) mean[i] += gradient[i] / N_CHUNKS;
    }
    for (size_t i = 0; i < DIMENSION; i++) big += mean[i] * mean[i];
    trial.curvature_every = 1;
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    const json_t *m = json_array_get(outcome.curvature, 0);
    double square = (B * big - b * small) / (B - b), covariance = (small - big) / (1 / b - 1 / B);
    assert_close(number(m, "gradient_square"), square, 1e-5);
    assert_close(number(m, "gradient_covariance"), covariance, 1e-3); /* of a small difference of floats' squares */
    assert_close(number(m, "noise_scale"), covariance / square, 1e-3);
    double radius = number(m, "radius"), rise = number(m, "worst_loss") - number(m, "loss");
    assert_true(radius > 0 && rise >= sqrt(big) * radius && rise <= (sqrt(big) + 5 * radius) * radius);
    fl_dataset_free(data);
    fl_outcome_free(&outcome);
}

/* Each limit as its rule's formula in docs/protocol.md; hyperparameters drawn with their digits. */
static void rules_tell_what_they_can_bear(void **state)
{
    static const struct {
        const char *optimizer;
        double hyper[3], limit;
    } known[] = {
        { "sgd", { 0.3 }, 6.666666666666667 },                /* 2 / .3 */
        { "momentum", { 0.3, 0.85 }, 12.333333333333334 },    /* 2 x 1.85 / .3 */
        { "nesterov", { 0.3, 0.85 }, 4.567901234567901 },     /* 2 x 1.85 / (.3 x 2.7) */
        { "adam", { 0.3, 0.85, 0.999 }, 82.222222222222214 }, /* 2 x 1.85 / (.15 x .3) */
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const fl_optimizer *rule = fl_optimizer_find(known[i].optimizer, NULL);
        assert_close(rule->stable_below(known[i].hyper, 0.3), known[i].limit, 1e-14);
    }
}

/* The largest curvature, 10, against the limit: where it is 2 % above, the trial diverges or its loss grows without
 * end; where it is 2 % below, it stays near the minimum. */
static void rates_beyond_the_limit_diverge_and_just_below_do_not(void **state)
{
    static const char *const rules[] = { "sgd", "momentum", "nesterov" };
    for (size_t i = 0; i < 3; i++)
        for (int above = 0; above < 2; above++) {
            fl_trial trial = trial_of("quadratic/noisy", rules[i], 1, 4000);
            const fl_optimizer *rule = trial.owners.optimizer;
            double *hyper = trial.values.of[FL_TRIAL_OF_OPTIMIZER];
            if (rule->n_hypers > 1) hyper[1] = 0.85;
            hyper[0] = rule->stable_below(hyper, 1) / 10 * (above ? 1.02 : 0.98);
            fl_outcome outcome = must_train(trainer, &trial, NULL);
            bool complete = outcome.status == FL_OUTCOME_COMPLETE;
            double loss = complete ? outcome.points[outcome.n_points - 1].of[FL_TRIAL_TRAIN_LOSS] : HUGE_VAL;
            bool grew = loss > 1e6;
            if (grew != above) fail_msg("%s at %.4g: loss %g", rules[i], hyper[0], loss);
            fl_outcome_free(&outcome);
        }
}

/* Adam after one step: v = (1-b2) g^2, so P^-1/2 squared is 1/((1-b1) |g|) to within epsilon, and the matrix is
 * diagonal.
 */
static void the_preconditioned_matrix_is_scaled_on_both_sides(void **state)
{
    fl_trial trial = trial_of("quadratic/noisy", "adam", 1e-3, 1);
    trial.curvature_every = 1;
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    const json_t *m = json_array_get(outcome.curvature, 1);
    assert_true(number(m, "preconditioned") > 0);
    assert_close(number(m, "limit"), 2 * 1.9 / (0.1 * 1e-3), 1e-12);
    assert_true(fabs(number(m, "preconditioned") / first(m, "largest") - 1) > 1e-3);
    fl_outcome_free(&outcome);
}

static void measuring_moves_no_bit(void **state)
{
    fl_trial trial = trial_of("glyphs/mlp", "momentum", 0.1, 6);
    const fl_workload *whole = trial.owners.workload;
    fl_workload small = *whole;
    static fl_layer layers[] = { { .kind = FL_LAYER_AVERAGE_POOL, .name = "pool", .kernel = 4, .stride = 4 },
                                 { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
                                 { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } };
    for (size_t i = 0; i < 3; i++) {
        layers[i].n_from = 1;
        layers[i].from[0] = i;
        fl_layer_fill_defaults(&layers[i]);
    }
    small.layers = layers;
    small.n_layers = 3;
    small.n_uses = small.n_options = 0;
    trial.owners.workload = &small;
    trial.split.validation = 100;
    fl_outcome without = must_train(trainer, &trial, NULL);
    trial.curvature_every = 6;
    fl_outcome with = must_train(trainer, &trial, NULL);
    assert_string_equal(without.state_hash, with.state_hash);
    assert_int_equal(json_array_size(with.curvature), 2);
    assert_true(strcmp(without.trial, with.trial) != 0);
    fl_outcome_free(&without);
    fl_outcome_free(&with);
    fl_train_trainer_free(trainer); /* its plans name a workload that ends here */
    trainer = fl_train_trainer_new();
}

/* --- a small network --- */

static const fl_layer mlp[] = {
    { .kind = FL_LAYER_AVERAGE_POOL, .name = "pool", .kernel = 7, .stride = 7, .n_from = 1, .from = { 0 } },
    { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 6, .n_from = 1, .from = { 1 } },
    { .kind = FL_LAYER_TANH, .name = "tanh", .n_from = 1, .from = { 2 } },
    { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 10, .n_from = 1, .from = { 3 } },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY, .n_from = 1, .from = { 4 } },
};
enum { MLP_LAYERS = sizeof mlp / sizeof *mlp, BATCH = 20, CHUNKS = 3 };

/* Pictures and classes by a stream. */
static void load(void *user, size_t chunk, fl_network *network)
{
    static float pictures[BATCH * 784];
    fl_random_stream stream = fl_random_stream_start(3, "test", chunk);
    for (size_t i = 0; i < BATCH * 784; i++) pictures[i] = (float)fl_random_uniform(&stream);
    for (size_t i = 0; i < BATCH; i++) fl_network_labels(network)[i] = (int32_t)fl_random_below(&stream, 10);
    fl_network_set_input(network, pictures);
}

/* All eigenvalues of the Hessian, formed and by LAPACK, against ARPACK's and Lanczos's by products alone. */
static void arpack_and_lapack_agree_on_a_small_network(void **state)
{
    enum { K = 3 };
    static fl_layer layers[MLP_LAYERS];
    fl_error error;
    const fl_backend *backend = fl_backend_find("naive", NULL);
    for (size_t i = 0; i < MLP_LAYERS; i++) {
        layers[i] = mlp[i];
        fl_layer_fill_defaults(&layers[i]);
    }
    const fl_tensor_shape in = { .n = BATCH, .c = 1, .h = 28, .w = 28 };
    fl_network *network = fl_network_new(backend, layers, MLP_LAYERS, in, FL_BACKEND_F32, true, &error);
    if (!network) fail_msg("%s", error.text);
    const fl_init init = { .weights = fl_init_find("glorot_uniform", NULL) };
    fl_network_init(network, &init, 5);
    size_t n = fl_network_layout(network)->n_parameters;
    float *parameters = malloc(n * sizeof *parameters);
    fl_network_export(network, parameters);
    const fl_curvature_chunks chunks = { CHUNKS, load, NULL };
    fl_curvature_model *model = fl_curvature_model_new(network, backend, layers, MLP_LAYERS, chunks, &error);
    if (!model) fail_msg("%s", error.text);
    fl_curvature_model_at(model, parameters);
    double *values = malloc(n * sizeof *values), *vectors = malloc(n * n * sizeof *vectors), largest[K], smallest[K];
    for (int m = FL_NETWORK_HESSIAN; m <= FL_NETWORK_GGN; m++) {
        fl_curvature_matrix matrix = fl_curvature_model_matrix(model, m, NULL);
        assert_true(fl_curvature_form(&matrix, values, vectors, &error));
        if (!fl_curvature_largest(&matrix, K, 1, largest, NULL, &error) ||
            !fl_curvature_smallest(&matrix, K, largest[0], 1, smallest, &error))
            fail_msg("%s", error.text);
        for (size_t i = 0; i < K; i++) {
            assert_close(largest[i], values[n - 1 - i], 1e-4);
            assert_true(fabs(smallest[i] - values[i]) < 1e-4 * values[n - 1]);
        }
        double nodes[40], weights[40];
        size_t found = fl_curvature_lanczos(&matrix, 40, 1, 0, nodes, weights);
        assert_close(nodes[found - 1], values[n - 1], 1e-4);
        assert_true(m == FL_NETWORK_GGN ? values[0] > -1e-5 * values[n - 1] : values[0] < -1e-3 * values[n - 1]);
    }
    free(values);
    free(vectors);
    free(parameters);
    fl_curvature_model_free(model);
    fl_network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quadratic_has_its_curvatures),
        cmocka_unit_test(noise_and_worst_loss_are_those_of_the_data),
        cmocka_unit_test(rules_tell_what_they_can_bear),
        cmocka_unit_test(rates_beyond_the_limit_diverge_and_just_below_do_not),
        cmocka_unit_test(the_preconditioned_matrix_is_scaled_on_both_sides),
        cmocka_unit_test(measuring_moves_no_bit),
        cmocka_unit_test(arpack_and_lapack_agree_on_a_small_network),
    };
    fl_error error;
    return fl_math_eigen_usable(&error) ? test_run(tests, set_up, tear_down) : test_skip_all(error.text);
}
