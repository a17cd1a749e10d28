/* What holds for every update rule, whoever wrote it: this walks the registry, or the rule named as its argument. */
#include "support/optimizer_run.h"

#include "base/denormals.h"
#include "math/dense.h"
#include "base/random.h"

enum {
    ODD = 37,
    N = 112,
    N_TENSORS = 4
}; /* ODD is no multiple of a vector's width, N the length of the tensors below */

/* As a network has them: matrices, filters and vectors from multiples of 16 on, padded to whole lines. */
static const fl_tensor tensors[N_TENSORS] = {
    { "conv.weight", { 4, 3, 2, 2 }, 4, .n_values = 48, .count = 48, .n_matrices = 2 }, /* two of 2 x 12 */
    { "conv.bias", { 4 }, 1, .n_values = 4, .offset = 48, .count = 16, .role = FL_TENSOR_VECTOR },
    { "dense.weight", { 7, 3 }, 2, .n_values = 21, .offset = 64, .count = 32 },
    { "dense.bias", { 7 }, 1, .n_values = 7, .offset = 96, .count = 16, .role = FL_TENSOR_VECTOR },
};

/* What has Kronecker factors: the second matrix of the filters, and a dense layer whose bias, beside padding,
 * keeps its zero. */
static const fl_optimizer_block blocks[] = {
    { .weight = 0, .bias = 0, .row = 2, .out = 2, .in = 12 },
    { .weight = 2, .bias = 2, .out = 7, .in = 3 },
};

/* Rules whose library is missing in this build are named and not run. */
static bool is_there(const fl_optimizer *rule)
{
    fl_error why;
    if (!rule->dense || fl_math_usable(&why)) return true;
    print_message("%s: %s\n", rule->entry.name, why.text);
    return false;
}

static const char *only; /* of the command line: this rule alone is walked; NULL: all */

#define FOR_EVERY(rule)                                                                                                \
    for (const fl_optimizer *const *each = fl_optimizers(), *rule; (rule = *each); each++)                             \
        if (!only || !strcmp(rule->entry.name, only))
#define FOR_EVERY_THERE(rule) FOR_EVERY(rule) if (is_there(rule))

static void draw_floats(float *values, size_t n, const char *purpose, uint64_t position)
{
    fl_random_stream stream = fl_random_stream_start(7, purpose, position);
    for (size_t i = 0; i < n; i++) values[i] = (float)fl_random_normal(&stream);
}

/* Random numbers in every tensor and zeros in the padding. */
static void draw_tensors(const run *r, float *values, const char *purpose, uint64_t position)
{
    float drawn[N];
    draw_floats(drawn, r->layout.count, purpose, position);
    memset(values, 0, r->layout.count * sizeof *values);
    for (const fl_tensor *b = r->layout.tensors; b < r->layout.tensors + r->layout.n_tensors; b++)
        memcpy(values + b->offset, drawn + b->offset, b->n_values * sizeof *values);
}

/* On N floats the tensors above, else one vector. */
static run *laid_out(const fl_optimizer *rule, size_t n)
{
    run *r = run_new(rule, n);
    if (n != N) return r;
    memcpy(r->tensors, tensors, sizeof tensors);
    r->layout.n_tensors = N_TENSORS;
    r->layout.n_parameters = 48 + 4 + 21 + 7;
    r->update.blocks = blocks;
    r->update.n_blocks = sizeof blocks / sizeof *blocks;
    return r;
}

/* A run at its defaults with random parameters, its state started. */
static run *started(const fl_optimizer *rule, size_t n)
{
    run *r = laid_out(rule, n);
    draw_tensors(r, r->update.parameters, "parameters", 0);
    run_start(r);
    return r;
}

static void step_randomly(run *r, unsigned steps, double rate)
{
    for (unsigned t = 0; t < steps; t++) {
        draw_tensors(r, r->gradient, "gradient", r->update.step);
        run_step(r, rate);
    }
}

static void assert_same_bits(const run *a, const run *b)
{
    size_t bytes = a->layout.count * sizeof(float);
    assert_memory_equal(a->update.parameters, b->update.parameters, bytes);
    for (size_t i = 0; i < a->rule->n_states; i++) assert_memory_equal(a->update.state[i], b->update.state[i], bytes);
    if (a->own.kept) assert_memory_equal(a->update.own, b->update.own, a->own.kept * sizeof(float));
}

static void every_rule_is_found_by_its_name_alone(void **state)
{
    FOR_EVERY(rule)
    {
        assert_true(rule->entry.name[0] && rule->entry.about[0] && rule->entry.source);
        assert_ptr_equal(fl_optimizer_find(rule->entry.name, NULL), rule);
    }
}

static void an_unknown_name_is_answered_with_the_known_ones(void **state)
{
    fl_error error;
    assert_null(fl_optimizer_find("adma", &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "adma");
    FOR_EVERY(rule) assert_contains(error.text, rule->entry.name);
}

static void every_rule_takes_the_learning_rate_first_and_without_a_default(void **state)
{
    FOR_EVERY(rule)
    {
        assert_true(rule->n_hypers >= 1 && rule->n_hypers <= FL_HYPER_MAX && rule->n_states <= FL_OPTIMIZER_STATES);
        assert_string_equal(rule->hypers[0].name, "learning_rate");
        assert_true(isnan(rule->hypers[0].default_value));
        assert_true(fl_hyper_accepts(&rule->hypers[0], 0, NULL));
        assert_false(fl_hyper_accepts(&rule->hypers[0], -1e-9, NULL));
    }
}

static void every_table_is_well_formed(void **state)
{
    FOR_EVERY(rule) for (size_t i = 0; i < rule->n_hypers; i++)
    {
        const fl_hyper *hyper = &rule->hypers[i];
        fl_error error = { 0 };
        assert_true(hyper->name[0] && hyper->help[0]);
        assert_int_equal(fl_hyper_index(rule->hypers, rule->n_hypers, hyper->name), i); /* no second one of the name */
        assert_true((hyper->scale == FL_HYPER_CHOICE) == (hyper->choices != NULL));
        if (i > 0 && !fl_hyper_accepts(hyper, hyper->default_value, &error))
            fail_msg("%s: default %s", rule->entry.name, error.text);
    }
}

static void a_zero_rate_leaves_the_parameters_alone(void **state)
{
    FOR_EVERY_THERE(rule)
    {
        run *r = started(rule, N), *untouched = started(rule, N);
        step_randomly(r, 20, 0);
        assert_memory_equal(r->update.parameters, untouched->update.parameters, N * sizeof(float));
        run_free(r);
        run_free(untouched);
    }
}

static void the_gradient_is_only_read(void **state)
{
    FOR_EVERY_THERE(rule)
    {
        run *r = started(rule, N);
        step_randomly(r, 3, 0.1);
        float drawn[N];
        draw_tensors(r, drawn, "gradient", 2);
        assert_memory_equal(r->gradient, drawn, sizeof drawn);
        run_free(r);
    }
}

static void the_same_inputs_give_the_same_bits(void **state)
{
    FOR_EVERY_THERE(rule)
    {
        run *a = started(rule, N), *b = started(rule, N);
        step_randomly(a, 20, 0.1);
        step_randomly(b, 20, 0.1);
        assert_same_bits(a, b);
        run_free(a);
        run_free(b);
    }
}

/* Saving and cloning a trial is a copy of parameters and state. */
static void a_copy_goes_on_with_the_same_bits(void **state)
{
    FOR_EVERY_THERE(rule)
    {
        run *a = started(rule, N), *b = started(rule, N);
        step_randomly(a, 10, 0.1);
        run_copy(b, a);
        step_randomly(a, 10, 0.1);
        step_randomly(b, 10, 0.1);
        assert_same_bits(a, b);
        run_free(a);
        run_free(b);
    }
}

/* Element `i` of `whole` and the only element of `alone` meet the same parameters and gradients. */
static void assert_alone_as_in_company(const fl_optimizer *rule, const run *whole, size_t i, unsigned steps)
{
    run *alone = run_new(rule, 1);
    float drawn[ODD];
    draw_floats(drawn, ODD, "parameters", 0);
    alone->update.parameters[0] = drawn[i];
    run_start(alone);
    for (unsigned t = 0; t < steps; t++) {
        draw_floats(drawn, ODD, "gradient", t);
        alone->gradient[0] = drawn[i];
        run_step(alone, 0.1);
    }
    assert_memory_equal(alone->update.parameters, whole->update.parameters + i, sizeof(float));
    run_free(alone);
}

/* Lengths 1..37 take the vector loop and its rest in every mixture, and a single element takes neither. */
static void no_element_of_an_elementwise_rule_depends_on_its_place_in_a_vector(void **state)
{
    FOR_EVERY_THERE(rule) for (size_t n = 1; n <= ODD && rule->elementwise; n++)
    {
        run *whole = started(rule, n);
        step_randomly(whole, 5, 0.1);
        for (size_t i = n > 3 ? n - 3 : 0; i < n; i++) assert_alone_as_in_company(rule, whole, i, 5);
        run_free(whole);
    }
}

/* Every array from `first` on, as the trainer gives it to an elementwise rule. */
static void step_piece(const run *r, size_t first, size_t count, double rate)
{
    fl_tensor_layout layout = { .count = count };
    fl_optimizer_update piece = r->update;
    piece.layout = &layout;
    piece.rate = rate;
    piece.parameters += first;
    piece.gradient += first;
    for (size_t i = 0; i < r->rule->n_states; i++) piece.state[i] += first;
    r->rule->step(&piece);
}

static void an_elementwise_rule_may_go_piece_by_piece(void **state)
{
    FOR_EVERY(rule) if (rule->elementwise)
    {
        run *whole = started(rule, N), *pieces = started(rule, N);
        step_randomly(whole, 5, 0.1);
        for (; pieces->update.step < 5; pieces->update.step++) {
            draw_tensors(pieces, pieces->gradient, "gradient", pieces->update.step);
            pieces->update.rate = 0.1;
            if (rule->look) rule->look(&pieces->update);
            for (size_t first = 0; first < N; first += 48)
                step_piece(pieces, first, N - first < 48 ? N - first : 48, 0.1);
        }
        assert_same_bits(whole, pieces);
        run_free(whole);
        run_free(pieces);
    }
}

/* A rule that goes from tensor to tensor leaves none out and keeps out of what lies between them. */
static void every_parameter_of_every_tensor_moves_and_padding_does_not(void **state)
{
    FOR_EVERY_THERE(rule)
    {
        bool moves = strcmp(rule->entry.name, "null") != 0;
        run *r = started(rule, N), *before = started(rule, N);
        step_randomly(r, 3, 0.1);
        for (size_t b = 0, i = 0; b < N_TENSORS; b++)
            for (; i < tensors[b].offset + tensors[b].count; i++) {
                bool inside = i < tensors[b].offset + tensors[b].n_values;
                if ((r->update.parameters[i] != before->update.parameters[i]) != (inside && moves))
                    fail_msg("%s: number %zu of %s %s", rule->entry.name, i - tensors[b].offset, tensors[b].name,
                             inside ? "stands still" : "is padding and moves");
            }
        run_free(r);
        run_free(before);
    }
}

/* The lower or the upper usable end of a hyperparameter's range. */
static double end_of_range(const fl_hyper *hyper, bool upper)
{
    if (!upper) return hyper->min_open ? 1e-300 : hyper->min;
    if (isinf(hyper->max)) return 1e17; /* the rate that learning_rate/epsilon = 1e7 gives at epsilon = 1e10 */
    return hyper->max_open ? hyper->max - 1e-9 : hyper->max;
}

/* Backends pad tensors with zeros and count on this, whatever the hyperparameters. */
static void a_zero_parameter_with_a_zero_gradient_stays_zero(void **state)
{
    static const float zero[1];
    FOR_EVERY_THERE(rule) for (unsigned corner = 0; corner < 1u << rule->n_hypers; corner++)
    {
        run *r = laid_out(rule, N);
        for (size_t i = 0; i < rule->n_hypers; i++) r->hyper[i] = end_of_range(&rule->hypers[i], corner >> i & 1);
        run_start(r);
        unsigned steps = rule->wants || rule->declines_gradient ? 10 : 300; /* long ones, without decaying means */
        for (unsigned t = 0; t < steps; t++) {
            draw_tensors(r, r->gradient, "gradient", t);
            r->gradient[N - 10] = 0; /* the last of its tensor, beside the padding */
            run_step(r, r->hyper[0]);
            assert_memory_equal(r->update.parameters + N - 1, zero, sizeof zero);
            assert_memory_equal(r->update.parameters + N - 10, zero, sizeof zero);
        }
        run_free(r);
    }
}

static double set_to_parameters(run *r)
{
    memcpy(r->gradient, r->update.parameters, r->layout.count * sizeof(float));
    return (double)r->gradient[0] * (double)r->gradient[0] / 2;
}

/* 1/2 theta^2 from theta = 1, where every rule's first step at rate 0.01 is well under 1. AdaDelta and LARS start with
 * steps a thousand times smaller than that. */
static void every_rule_but_null_descends_a_quadratic(void **state)
{
    FOR_EVERY_THERE(rule)
    {
        run *r = run_new(rule, 1);
        r->update.parameters[0] = 1;
        r->gradient_at = set_to_parameters;
        run_start(r);
        for (unsigned t = 0; t < 200; t++) run_step(r, 0.01);
        bool moves = strcmp(rule->entry.name, "null") != 0;
        if (moves != (fabsf(r->update.parameters[0]) < 0.997f))
            fail_msg("%s comes to %g", rule->entry.name, (double)r->update.parameters[0]);
        run_free(r);
    }
}

int main(int argc, char **argv)
{
    fl_error unknown;
    only = argc > 1 ? argv[1] : NULL;
    if (only && !fl_optimizer_find(only, &unknown)) {
        fprintf(stderr, "%s\n", unknown.text);
        return EXIT_FAILURE;
    }
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_found_by_its_name_alone),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_known_ones),
        cmocka_unit_test(every_rule_takes_the_learning_rate_first_and_without_a_default),
        cmocka_unit_test(every_table_is_well_formed),
        cmocka_unit_test(a_zero_rate_leaves_the_parameters_alone),
        cmocka_unit_test(the_gradient_is_only_read),
        cmocka_unit_test(the_same_inputs_give_the_same_bits),
        cmocka_unit_test(a_copy_goes_on_with_the_same_bits),
        cmocka_unit_test(no_element_of_an_elementwise_rule_depends_on_its_place_in_a_vector),
        cmocka_unit_test(an_elementwise_rule_may_go_piece_by_piece),
        cmocka_unit_test(every_parameter_of_every_tensor_moves_and_padding_does_not),
        cmocka_unit_test(a_zero_parameter_with_a_zero_gradient_stays_zero),
        cmocka_unit_test(every_rule_but_null_descends_a_quadratic),
    };
    return test_run(tests, NULL, NULL);
}
