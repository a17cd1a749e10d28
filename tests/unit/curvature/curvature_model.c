/* What is measured of a model beside its matrices, on a quadratic whose figures have a closed form: how much its
 * gradient differs from example to example, and the worst loss in a ball.
 *
 * The loss is 1/2 sum c_i (theta_i - x_i)^2 with c = 0.1, 1, 10, so the gradient of an example is c_i (theta_i - x_i).
 */
#include "support/test.h"

#include "curvature/model.h"

enum { N = 3 };
static const double c[N] = { 0.1, 1, 10 };
static const double SPREAD = 1.5; /* of each x_i, whose mean is 0 */

/* Where examples come from: every corner of a cube, or normal draws. */
typedef struct source {
    size_t chunk, n_chunks;
    bool corners;
} source;

static void load(void *user, size_t chunk, fl_network *network)
{
    const source *from = user;
    float x[8 * N];
    for (size_t i = 0; i < from->chunk; i++) {
        size_t example = chunk * from->chunk + i;
        fl_random_stream stream = fl_random_stream_start(3, "test", example);
        for (size_t k = 0; k < N; k++)
            x[i * N + k] = (float)(SPREAD * (from->corners ? (example >> k & 1 ? 1 : -1) : fl_random_normal(&stream)));
    }
    fl_network_set_input(network, x);
}

typedef struct measured {
    source from;
    fl_layer layers[1];
    fl_network *network;
    fl_curvature_model *model;
} measured;

/* At `theta`; it must not move. */
static void begin(measured *m, source from, const float *theta)
{
    const fl_backend *naive = fl_backend_find("naive", NULL);
    const fl_tensor_shape in = { .n = from.chunk, .c = N, .h = 1, .w = 1 };
    fl_error error;
    m->from = from;
    m->layers[0] = (fl_layer){ .kind = FL_LAYER_QUADRATIC, .condition = 100, .n_from = 1 };
    fl_layer_fill_defaults(&m->layers[0]);
    m->network = fl_network_new(naive, m->layers, 1, in, FL_BACKEND_F32, true, &error);
    if (!m->network) fail_msg("%s", error.text);
    const fl_curvature_chunks chunks = { from.n_chunks, load, &m->from };
    m->model = fl_curvature_model_new(m->network, naive, m->layers, 1, chunks, &error);
    if (!m->model) fail_msg("%s", error.text);
    fl_curvature_model_at(m->model, theta);
}

static void end(measured *m)
{
    fl_curvature_model_free(m->model);
    fl_network_free(m->network);
}

static fl_curvature_noise noise_of(source from, const float *theta)
{
    measured m;
    begin(&m, from, theta);
    fl_curvature_noise noise = fl_curvature_model_noise(m.model);
    end(&m);
    return noise;
}

static double square_of_mean(const float *theta)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++) sum += c[i] * (double)theta[i] * c[i] * (double)theta[i];
    return sum;
}

static double trace_of_covariance(void)
{
    return SPREAD * SPREAD * (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
}

/* Eight examples whose mean is 0 to the bit: the covariance without bias is 8/7 of theirs, and an eighth of it is in
 * the square of their mean gradient. */
static void the_noise_of_eight_corners_is_exact(void **state)
{
    const float theta[N] = { 0.3F, -0.2F, 2.1F };
    const fl_curvature_noise noise = noise_of((source){ 1, 8, true }, theta);
    double covariance = trace_of_covariance() * 8 / 7, square = square_of_mean(theta) - covariance / 8;
    assert_close(noise.covariance, covariance, 1e-6);
    assert_close(noise.gradient_square, square, 1e-6);
    assert_close(noise.scale, covariance / square, 1e-6);
}

/* Chunks of four, 16,000 examples: the estimate of the trace, nearly of one direction, is good to 2 %. */
static void the_noise_scale_of_a_noisy_quadratic_is_its_closed_form(void **state)
{
    const float theta[N] = { 0.3F, -0.2F, 0.7F };
    const fl_curvature_noise noise = noise_of((source){ 4, 4000, false }, theta);
    assert_close(noise.covariance, trace_of_covariance(), 0.05);
    assert_close(noise.gradient_square, square_of_mean(theta), 0.05);
    assert_close(noise.scale, trace_of_covariance() / square_of_mean(theta), 0.1);
}

static void a_gradient_lost_in_its_noise_has_no_scale(void **state)
{
    const float theta[N] = { 0.3F, -0.2F, 0.1F };
    const fl_curvature_noise lost = noise_of((source){ 1, 8, true }, theta);
    assert_true(lost.gradient_square < 0 && lost.covariance > 0 && isnan(lost.scale));
    assert_true(isnan(noise_of((source){ 8, 1, true }, theta).covariance));
}

/* Of 1/2 sum c_i (theta_i + d_i)^2 with |d| = radius. At the highest point c_i (theta_i + d_i) = mu d_i for the mu
 * beyond every c_i that makes d so long; where mu is the upper end of the search, it is shorter. */
static double highest(const float *theta, double radius)
{
    double low = c[N - 1], high = low + sqrt(square_of_mean(theta)) / radius, loss = 0;
    for (int bisection = 0; bisection < 200; bisection++) {
        double mu = (low + high) / 2, square = 0;
        loss = 0;
        for (size_t i = 0; i < N; i++) {
            double d = c[i] * (double)theta[i] / (mu - c[i]), at = (double)theta[i] + d;
            square += d * d;
            loss += 0.5 * c[i] * at * at;
        }
        *(square > radius * radius ? &low : &high) = mu;
    }
    return loss;
}

/* Where the gradient points another way than the highest point lies, and where radius or gradient is small. */
static void the_worst_loss_in_a_ball_is_the_highest(void **state)
{
    static const struct {
        float theta[N];
        double radius;
    } known[] = { { { 0.3F, -0.2F, 2.1F }, 0.4 }, { { 1, 1, 0.05F }, 0.5 }, { { 2, -1.5F, 0.3F }, 0.01 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        measured m;
        begin(&m, (source){ 1, 8, true }, known[i].theta);
        double centre = fl_curvature_model_loss(m.model, known[i].theta), worst, most;
        double of_noise = 0.5 * SPREAD * SPREAD * (c[0] + c[1] + c[2]);
        worst = fl_curvature_model_worst(m.model, known[i].radius);
        most = of_noise + highest(known[i].theta, known[i].radius);
        assert_true(most > centre * 1.001);
        assert_close(worst, most, 1e-5);
        end(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_noise_of_eight_corners_is_exact),
        cmocka_unit_test(the_noise_scale_of_a_noisy_quadratic_is_its_closed_form),
        cmocka_unit_test(a_gradient_lost_in_its_noise_has_no_scale),
        cmocka_unit_test(the_worst_loss_in_a_ball_is_the_highest),
    };
    return test_run(tests, NULL, NULL);
}
