/* Splits, orders and batches, on a small data set in memory. */
#include "dataset/examples.h"
#include "base/random.h"
#include "support/dies.h"

enum { N_TRAIN = 100, N_TEST = 20, N_ALL = N_TRAIN + N_TEST, N_VALUES = 256 };

static uint8_t pixels[N_ALL * N_VALUES];
static int32_t labels[N_ALL];
static float values[N_ALL * N_VALUES];
static fl_dataset pictures = { .shape = { 1, 1, 16, 16 },
                               .n_train = N_TRAIN,
                               .n_test = N_TEST,
                               .n_classes = 10,
                               .pixels = pixels,
                               .labels = labels,
                               .n_labels = 1,
                               .validation = 30 };

/* Pixel q of example i is i + q, so that each example holds every grey level. */
static int fill(void **state)
{
    for (size_t i = 0; i < N_ALL; i++) {
        labels[i] = (int32_t)(i % 10);
        for (size_t q = 0; q < N_VALUES; q++) pixels[i * N_VALUES + q] = (uint8_t)(i + q);
        for (size_t q = 0; q < N_VALUES; q++) values[i * N_VALUES + q] = (float)i + 0.25f;
    }
    return 0;
}

static fl_dataset_splits split(fl_dataset_split_from from, size_t validation, uint64_t seed)
{
    fl_dataset_splits splits;
    fl_error error;
    if (!fl_dataset_splits_make(&splits, &pictures, &(fl_dataset_split){ validation, from, seed }, &error))
        fail_msg("%s", error.text);
    return splits;
}

static void assert_range(const fl_dataset_examples *examples, size_t first, size_t count)
{
    assert_int_equal(count, examples->count);
    for (size_t i = 0; i < count; i++) assert_int_equal(first + i, examples->index[i]);
}

static void the_end_of_the_training_file_validates_by_default(void **state)
{
    fl_dataset_splits splits = split(FL_DATASET_FROM_END, SIZE_MAX, 1);
    assert_range(&splits.training, 0, 70);
    assert_range(&splits.validation, 70, 30);
    assert_range(&splits.test, 100, 20);
    fl_dataset_splits_free(&splits);
}

static void the_start_can_validate(void **state)
{
    fl_dataset_splits splits = split(FL_DATASET_FROM_START, 10, 1);
    assert_range(&splits.validation, 0, 10);
    assert_range(&splits.training, 10, 90);
    assert_range(&splits.test, 100, 20);
    fl_dataset_splits_free(&splits);
}

static void a_seeded_split_is_a_partition_in_file_order(void **state)
{
    fl_dataset_splits splits = split(FL_DATASET_FROM_SEEDED, 40, 7);
    const fl_dataset_examples *parts[] = { &splits.training, &splits.validation };
    int seen[N_TRAIN] = { 0 };
    assert_int_equal(60, splits.training.count);
    assert_int_equal(40, splits.validation.count);
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < parts[p]->count; i++) {
            if (i) assert_true(parts[p]->index[i - 1] < parts[p]->index[i]);
            seen[parts[p]->index[i]]++;
        }
    for (int i = 0; i < N_TRAIN; i++) assert_int_equal(1, seen[i]);
    assert_range(&splits.test, 100, 20);
    fl_dataset_splits_free(&splits);
}

static void a_seeded_split_depends_on_the_seed_alone(void **state)
{
    fl_dataset_splits a = split(FL_DATASET_FROM_SEEDED, 40, 7), b = split(FL_DATASET_FROM_SEEDED, 40, 7),
                      c = split(FL_DATASET_FROM_SEEDED, 40, 8);
    assert_memory_equal(a.validation.index, b.validation.index, 40 * sizeof(uint32_t));
    assert_memory_not_equal(a.validation.index, c.validation.index, 40 * sizeof(uint32_t));
    fl_dataset_splits_free(&a);
    fl_dataset_splits_free(&b);
    fl_dataset_splits_free(&c);
}

/* What the stream that the header names makes of 0..n-1. */
static void shuffled(uint32_t *items, uint32_t n, uint64_t seed, const char *purpose, uint64_t position)
{
    for (uint32_t i = 0; i < n; i++) items[i] = i;
    fl_random_stream stream = fl_random_stream_start(seed, purpose, position);
    fl_random_shuffle(&stream, items, n);
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The first 40 drawn validate. */
static void a_seeded_split_draws_from_its_own_stream(void **state)
{
    fl_dataset_splits splits = split(FL_DATASET_FROM_SEEDED, 40, 7);
    uint32_t drawn[N_TRAIN];
    shuffled(drawn, N_TRAIN, 7, "split", 0);
    for (int i = 0; i < 40; i++)
        assert_non_null(bsearch(&drawn[i], splits.validation.index, 40, sizeof *drawn, compare));
    fl_dataset_splits_free(&splits);
}

static void a_split_that_leaves_nothing_is_refused(void **state)
{
    static const struct {
        size_t validation;
        const char *why;
    } wrong[] = { { 0, "nothing to validate on" },
                  { 100, "validation = 100 leaves nothing to train on: the training file has 100 examples" },
                  { 101, "nothing to train on" } };
    for (int i = 0; i < 3; i++) {
        fl_dataset_splits splits;
        fl_error error;
        assert_false(fl_dataset_splits_make(
            &splits, &pictures, &(fl_dataset_split){ wrong[i].validation, FL_DATASET_FROM_END, 1 }, &error));
        assert_int_equal(FL_ERROR_USER, error.fault);
        assert_contains(error.text, wrong[i].why);
    }
}

static void sides_have_names(void **state)
{
    assert_string_equal("end", fl_dataset_split_from_name(FL_DATASET_FROM_END));
    assert_string_equal("start", fl_dataset_split_from_name(FL_DATASET_FROM_START));
    assert_string_equal("seeded", fl_dataset_split_from_name(FL_DATASET_FROM_SEEDED));
}

/* The model sees pixel / 255 in fp32: the float nearest to the quotient, for all 256 grey levels. */
static void pixels_are_divided_by_255_exactly(void **state)
{
    static float input[3 * N_VALUES];
    int32_t classes[3];
    fl_dataset_splits splits = split(FL_DATASET_FROM_START, 10, 1);
    fl_dataset_examples_gather(&splits.training, NULL, 5, 3, (fl_dataset_input){ FL_BACKEND_F32, input }, classes);
    for (size_t i = 0; i < 3; i++) {
        size_t position = 10 + 5 + i;
        assert_int_equal(position % 10, classes[i]);
        for (size_t q = 0; q < N_VALUES; q++)
            assert_true(input[i * N_VALUES + q] == (float)((double)((position + q) % 256) / 255.0));
    }
    fl_dataset_splits_free(&splits);
}

/* The upper half of the float, rounded to nearest and ties to even, in double: bf16 has 8 bits. */
static double rounded_to_bf16(double value)
{
    int exponent;
    double mantissa = frexp(value, &exponent);
    return ldexp(nearbyint(ldexp(mantissa, 8)), exponent - 8);
}

static void pixels_become_bf16_by_one_rounding_more(void **state)
{
    static uint16_t input[3 * N_VALUES];
    int32_t classes[3];
    fl_dataset_splits splits = split(FL_DATASET_FROM_START, 10, 1);
    fl_dataset_examples_gather(&splits.training, NULL, 5, 3, (fl_dataset_input){ FL_BACKEND_BF16, input }, classes);
    for (size_t i = 0; i < 3 * N_VALUES; i++) {
        uint32_t bits = (uint32_t)input[i] << 16;
        float got;
        memcpy(&got, &bits, sizeof got);
        float quotient = (float)((double)((15 + i / N_VALUES + i % N_VALUES) % 256) / 255.0);
        assert_true(got == rounded_to_bf16(quotient));
    }
    fl_dataset_splits_free(&splits);
}

static void a_batch_follows_its_order(void **state)
{
    static float input[4 * N_VALUES];
    int32_t classes[4];
    uint32_t order[] = { 9, 3, 0, 17, 5 };
    fl_dataset_splits splits = split(FL_DATASET_FROM_START, 10, 1);
    fl_dataset_examples_gather(&splits.training, order, 1, 4, (fl_dataset_input){ FL_BACKEND_F32, input }, classes);
    for (int i = 0; i < 4; i++) {
        assert_int_equal((10 + order[1 + i]) % 10, classes[i]);
        assert_true(input[i * N_VALUES] == (float)(10 + order[1 + i]) / 255.0f);
    }
    fl_dataset_splits_free(&splits);
}

static void real_values_are_copied_as_they_are(void **state)
{
    fl_dataset real = pictures;
    real.pixels = NULL;
    real.labels = NULL;
    real.values = values;
    fl_dataset_examples all = { .dataset = &real, .index = (uint32_t[]){ 4, 2 }, .count = 2 };
    static float input[2 * N_VALUES];
    int32_t classes[2] = { -1, -1 };
    fl_dataset_examples_gather(&all, NULL, 0, 2, (fl_dataset_input){ FL_BACKEND_F32, input }, classes);
    assert_true(input[0] == 4.25f && input[N_VALUES - 1] == 4.25f && input[N_VALUES] == 2.25f);
    assert_int_equal(0, classes[0]);
    assert_int_equal(0, classes[1]);
}

static void each_epoch_is_another_permutation(void **state)
{
    fl_dataset_order order;
    uint32_t first[70];
    fl_dataset_order_start(&order, 70, 16, 3);
    for (uint64_t epoch = 0; epoch < 5; epoch++) {
        int seen[70] = { 0 };
        fl_dataset_order_batch(&order, epoch * 4);
        for (int i = 0; i < 70; i++) seen[order.order[i]]++;
        for (int i = 0; i < 70; i++) assert_int_equal(1, seen[i]);
        if (epoch == 0) memcpy(first, order.order, sizeof first);
        if (epoch) assert_memory_not_equal(first, order.order, sizeof first);
    }
    fl_dataset_order_free(&order);
}

/* 70 examples make 4 batches of 16; the 6 that are left over are dropped. */
static void the_last_partial_batch_is_dropped(void **state)
{
    static const size_t begins[] = { 0, 16, 32, 48, 0, 16 };
    static const uint64_t epochs[] = { 0, 0, 0, 0, 1, 1 };
    fl_dataset_order order;
    fl_dataset_order_start(&order, 70, 16, 3);
    for (uint64_t step = 0; step < 6; step++) {
        assert_int_equal(begins[step], fl_dataset_order_batch(&order, step));
        assert_int_equal(epochs[step], order.epoch);
    }
    fl_dataset_order_free(&order);
}

static void an_order_is_a_function_of_the_step(void **state)
{
    static const uint64_t jumps[] = { 9, 2, 1000000007, 9, 0 };
    for (size_t k = 0; k < sizeof jumps / sizeof *jumps; k++) {
        fl_dataset_order travelled, fresh;
        fl_dataset_order_start(&travelled, 70, 16, 3);
        for (size_t j = 0; j <= k; j++) fl_dataset_order_batch(&travelled, jumps[j]);
        fl_dataset_order_start(&fresh, 70, 16, 3);
        assert_int_equal(fl_dataset_order_batch(&fresh, jumps[k]), fl_dataset_order_batch(&travelled, jumps[k]));
        assert_memory_equal(fresh.order, travelled.order, 70 * sizeof(uint32_t));
        fl_dataset_order_free(&travelled);
        fl_dataset_order_free(&fresh);
    }
}

static void an_order_draws_from_its_own_stream(void **state)
{
    fl_dataset_order order;
    uint32_t expected[70];
    fl_dataset_order_start(&order, 70, 16, 3);
    fl_dataset_order_batch(&order, 9); /* of the third epoch: an epoch has 4 batches */
    shuffled(expected, 70, 3, "order", 2);
    assert_memory_equal(expected, order.order, sizeof expected);
    fl_dataset_order_free(&order);
}

static void seeds_give_different_orders(void **state)
{
    fl_dataset_order a, b;
    fl_dataset_order_start(&a, 70, 16, 3);
    fl_dataset_order_start(&b, 70, 16, 4);
    fl_dataset_order_batch(&a, 0);
    fl_dataset_order_batch(&b, 0);
    assert_memory_not_equal(a.order, b.order, 70 * sizeof(uint32_t));
    fl_dataset_order_free(&a);
    fl_dataset_order_free(&b);
}

static void the_whole_set_can_be_one_batch(void **state)
{
    fl_dataset_order order;
    fl_dataset_order_start(&order, 70, 70, 3);
    assert_int_equal(0, fl_dataset_order_batch(&order, 0));
    assert_int_equal(0, fl_dataset_order_batch(&order, 1));
    assert_int_equal(1, order.epoch);
    fl_dataset_order_free(&order);
}

static void draw_too_large_a_batch(void)
{
    fl_dataset_order order;
    fl_dataset_order_start(&order, 70, 71, 3);
}

static void a_batch_that_is_too_large_ends_the_process(void **state)
{
    assert_dies(draw_too_large_a_batch, "a batch of 71 cannot be drawn from 70 examples");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_training_file_validates_by_default),
        cmocka_unit_test(the_start_can_validate),
        cmocka_unit_test(a_seeded_split_is_a_partition_in_file_order),
        cmocka_unit_test(a_seeded_split_depends_on_the_seed_alone),
        cmocka_unit_test(a_seeded_split_draws_from_its_own_stream),
        cmocka_unit_test(a_split_that_leaves_nothing_is_refused),
        cmocka_unit_test(sides_have_names),
        cmocka_unit_test(pixels_are_divided_by_255_exactly),
        cmocka_unit_test(pixels_become_bf16_by_one_rounding_more),
        cmocka_unit_test(a_batch_follows_its_order),
        cmocka_unit_test(real_values_are_copied_as_they_are),
        cmocka_unit_test(each_epoch_is_another_permutation),
        cmocka_unit_test(the_last_partial_batch_is_dropped),
        cmocka_unit_test(an_order_is_a_function_of_the_step),
        cmocka_unit_test(an_order_draws_from_its_own_stream),
        cmocka_unit_test(seeds_give_different_orders),
        cmocka_unit_test(the_whole_set_can_be_one_batch),
        cmocka_unit_test(a_batch_that_is_too_large_ends_the_process),
    };
    return test_run(tests, fill, NULL);
}
