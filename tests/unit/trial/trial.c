/* Trials as JSON, both ways, and their identity. */
#include "base/hash.h"
#include "support/command_trial.h"

static const char checksum[] = "0123";

static fl_trial trial_of(const char *optimizer, const char *schedule, const char *workload)
{
    fl_trial_owners owners = { fl_optimizer_find(optimizer, NULL), fl_schedule_find(schedule, NULL),
                               fl_workload_find(workload, NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.1; /* the learning rate is every table's first row */
    return trial;
}

static char *text_of(const fl_trial *trial)
{
    json_t *object = fl_trial_json(trial);
    char *line = fl_json_line(object);
    json_decref(object);
    return line;
}

static fl_trial read_back(const char *text)
{
    fl_trial trial;
    fl_error error;
    fl_json *document = fl_json_load_text("trial", text, strlen(text), &error);
    assert_non_null(document);
    if (!fl_trial_read(fl_json_root(document), &trial, &error)) fail_msg("%s", error.text);
    fl_json_free(document);
    return trial;
}

static void assert_survives(fl_trial *trial)
{
    char *text = text_of(trial), id[17], id_again[17];
    fl_trial again = read_back(text);
    char *text_again = text_of(&again);
    assert_string_equal(text_again, text);
    fl_trial_id(trial, checksum, id);
    fl_trial_id(&again, checksum, id_again);
    assert_string_equal(id, id_again);
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n_rows;
        fl_trial_owner_table(&trial->owners, owner, &n_rows);
        assert_memory_equal(again.values.of[owner], trial->values.of[owner],
                            n_rows * sizeof(double)); /* to the last bit */
    }
    fl_trial_free(&again);
    free(text);
    free(text_again);
}

/* Every two of optimizers, schedules and workloads meet: there are fewer schedules than of the others, so that going
 * round through them meets all with each. What three together could do that no two of them do would be new. */
static void with_every_two(uint64_t seed, void (*check)(fl_trial *trial))
{
    fl_random_stream stream = fl_random_stream_start(seed, "test", 0);
    const fl_schedule *const *schedules = fl_schedules();
    size_t n_schedules = 0, n_optimizers = 0, n_workloads = 0;
    while (schedules[n_schedules]) n_schedules++;
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++, n_optimizers++) {
        n_workloads = 0;
        for (const fl_workload *const *w = fl_workloads(); *w; w++, n_workloads++) {
            fl_trial trial = draw_trial(*o, schedules[(n_optimizers + n_workloads) % n_schedules], *w, &stream);
            check(&trial);
            fl_trial_free(&trial);
        }
    }
    assert_true(n_optimizers >= n_schedules && n_workloads >= n_schedules);
}

static void every_combination_survives_as_json(void **state)
{
    with_every_two(1, assert_survives);
}

static void everything_else_survives_as_json(void **state)
{
    fl_trial trial = trial_of("adam", "list", "glyphs/mlp");
    const double rates[] = { 0.1, 1.0 / 3, 0 };
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = NAN; /* the list settles the rate */
    trial.rates = memcpy(malloc(sizeof rates), rates, sizeof rates);
    trial.n_rates = 3;
    trial.backend = fl_backend_find("naive", NULL);
    trial.precision = FL_BACKEND_BF16;
    trial.batch_size = 77;
    trial.steps = 3;
    trial.eval_every = 0;
    trial.threads = 4;
    trial.seed = FL_TRIAL_SEED_MAX;
    trial.split = (fl_dataset_split){ 123, FL_DATASET_FROM_SEEDED, 99 };
    trial.init = (fl_init){ fl_init_find("truncated_normal", NULL), 0.03, -0.5 };
    trial.stop_above = 12.5;
    assert_survives(&trial);
    fl_trial_free(&trial);
}

/* Identities are written into records that stay readable for ever: this text may not change. */
static void the_identity_is_the_hash_of_these_words(void **state)
{
    static const char words[] =
        "{\"workload\":\"glyphs/"
        "mlp\",\"optimizer\":\"momentum\",\"schedule\":\"linear\",\"hyperparameters\":{\"learning_rate\":0.5,"
        "\"momentum\":0.75,\"schedule.warmup_steps\":0,\"schedule.decay_fraction\":1.0,\"schedule.end_factor\":0.25},"
        "\"batch_size\":128,\"steps\":1000,\"eval_every\":50,\"backend\":\"onednn\",\"precision\":\"f32\",\"threads\":"
        "1,\"seed\":1,"
        "\"init\":{\"weights\":\"he_normal\",\"argument\":0.0,\"bias\":0.0},\"data\":\"0123\"}";
    char id[17], expected[17];
    fl_trial trial = trial_of("momentum", "linear", "glyphs/mlp");
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.5;
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][1] = 0.75;
    trial.values.of[FL_TRIAL_OF_SCHEDULE][2] = 0.25;
    fl_trial_id(&trial, checksum, id);
    fl_hash_text(fl_hash(words, strlen(words)), expected);
    assert_string_equal(id, expected);
    fl_trial_free(&trial);
}

/* --- identity changes with each choice --- */

static void other_workload(fl_trial *t)
{
    t->owners.workload = fl_workload_find("fashion_mnist/mlp", NULL);
}
static void other_optimizer(fl_trial *t)
{
    t->owners.optimizer = fl_optimizer_find("nesterov", NULL);
}
static void other_schedule(fl_trial *t)
{
    t->owners.schedule = fl_schedule_find("polynomial", NULL);
}
static void other_rate(fl_trial *t)
{
    t->values.of[FL_TRIAL_OF_OPTIMIZER][0] = nextafter(t->values.of[FL_TRIAL_OF_OPTIMIZER][0], 1);
}
static void other_momentum(fl_trial *t)
{
    t->values.of[FL_TRIAL_OF_OPTIMIZER][1] = 0.5;
}
static void other_end_factor(fl_trial *t)
{
    t->values.of[FL_TRIAL_OF_SCHEDULE][2] = 0.5;
}
static void other_backend(fl_trial *t)
{
    t->backend = fl_backend_find("naive", NULL);
}
static void other_precision(fl_trial *t)
{
    t->precision = FL_BACKEND_BF16;
}
static void other_batch(fl_trial *t)
{
    t->batch_size++;
}
static void other_steps(fl_trial *t)
{
    t->steps++;
}
static void other_eval_every(fl_trial *t)
{
    t->eval_every++;
}
static void other_threads(fl_trial *t)
{
    t->threads++;
}
static void other_seed(fl_trial *t)
{
    t->seed++;
}
static void other_validation(fl_trial *t)
{
    t->split.validation = 1999;
}
static void other_side(fl_trial *t)
{
    t->split.from = FL_DATASET_FROM_START;
}
static void drawn_split(fl_trial *t)
{
    t->split.from = FL_DATASET_FROM_SEEDED;
}
static void drawn_otherwise(fl_trial *t)
{
    t->split = (fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_SEEDED, 1 };
}
static void other_weights(fl_trial *t)
{
    t->init.weights = fl_init_find("he_uniform", NULL);
}
static void other_deviation(fl_trial *t)
{
    t->init = (fl_init){ fl_init_find("truncated_normal", NULL), 0.1, 0 };
}
static void other_deviation_again(fl_trial *t)
{
    t->init = (fl_init){ fl_init_find("truncated_normal", NULL), 0.2, 0 };
}
static void other_bias(fl_trial *t)
{
    t->init.bias = 0.1;
}
static void other_stop(fl_trial *t)
{
    t->stop_above = 10;
}

static void (*const changes[])(fl_trial *) = {
    other_workload,  other_optimizer,       other_schedule, other_rate,  other_momentum,   other_end_factor,
    other_backend,   other_precision,       other_batch,    other_steps, other_eval_every, other_threads,
    other_seed,      other_validation,      other_side,     drawn_split, drawn_otherwise,  other_weights,
    other_deviation, other_deviation_again, other_bias,     other_stop,
};

enum { N_CHANGES = sizeof changes / sizeof *changes };

static void every_choice_changes_the_identity(void **state)
{
    char ids[N_CHANGES + 2][17];
    fl_trial trial = trial_of("momentum", "linear", "glyphs/mlp");
    fl_trial_id(&trial, checksum, ids[N_CHANGES]);
    fl_trial_id(&trial, "4567", ids[N_CHANGES + 1]); /* other data */
    for (size_t i = 0; i < N_CHANGES; i++) {
        fl_trial changed = fl_trial_copy(&trial);
        changes[i](&changed);
        fl_trial_id(&changed, checksum, ids[i]);
        fl_trial_free(&changed);
    }
    for (size_t i = 0; i < N_CHANGES + 2; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(ids[i], ids[k])) fail_msg("changes %zu and %zu have one identity", k, i);
    fl_trial_free(&trial);
}

/* Another value of a hyperparameter, whatever it was. */
static void change_value(const fl_hyper *hyper, double *value)
{
    *value = hyper->scale == FL_HYPER_CHOICE    ? *value == 0
             : hyper->scale == FL_HYPER_INTEGER ? *value + 1
                                                : nextafter(*value, 9);
}

static void assert_values_count(fl_trial *trial)
{
    char id[17], other[17];
    fl_trial_id(trial, checksum, id);
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&trial->owners, owner, &n);
        for (size_t i = 0; i < n; i++) {
            double *value = &trial->values.of[owner][i], before = *value;
            if (isnan(before)) *value = 0.5; /* the workload has none */
            change_value(&table[i], value);
            fl_trial_id(trial, checksum, other);
            if (!strcmp(id, other))
                fail_msg("%s%s is not in the identity", fl_trial_owner_prefix(owner), table[i].name);
            *value = before;
        }
    }
    for (size_t i = 0; i < trial->n_rates; i++) {
        trial->rates[i] = nextafter(trial->rates[i], 9);
        fl_trial_id(trial, checksum, other);
        assert_string_not_equal(id, other);
        memcpy(id, other, sizeof id);
    }
}

static void every_hyperparameter_changes_the_identity_to_its_last_bit(void **state)
{
    with_every_two(2, assert_values_count);
}

/* What makes no difference: the default said aloud, the seed of a split that draws nothing. */
static void what_changes_nothing_keeps_the_identity(void **state)
{
    char id[17], same[17];
    fl_trial trial = trial_of("momentum", "linear", "glyphs/mlp");
    fl_trial_id(&trial, checksum, id);
    trial.split = (fl_dataset_split){ 2000, FL_DATASET_FROM_END, 77 }; /* of 12,000 glyphs the last 2,000 validate */
    fl_trial_id(&trial, checksum, same);
    assert_string_equal(id, same);
    fl_trial_free(&trial);
}

static void trials_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *text, *sentence;
    } bad[] = {
        { "[]", "trial:1:1: this must be an object" },
        { "{\"workload\":\"glyphs/mlp\"}", "'optimizer' is missing" },
        { "{\"workload\":\"glyphs/mlp\",\"optimizer\":\"sgd\",\"schedule\":\"constant\",\"backend\":\"naive\"}",
          "'batch_size' is missing" },
        { "{\"workload\":\"x\",\"optimizer\":\"sgd\",\"schedule\":\"constant\",\"backend\":\"naive\"}",
          "trial:1:13: unknown workload 'x'" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fl_error error;
        fl_trial trial;
        fl_json *document = fl_json_load_text("trial", bad[i].text, strlen(bad[i].text), &error);
        assert_false(fl_trial_read(fl_json_root(document), &trial, &error));
        assert_contains(error.text, bad[i].sentence);
        fl_json_free(document);
    }
}

static void impossible_numbers_are_not_accepted(void **state)
{
    fl_error error;
    fl_trial good = trial_of("momentum", "linear", "glyphs/mlp"), bad;
    assert_true(fl_trial_accepts(&good, 128, &error));
    assert_false(fl_trial_accepts(&good, 127, &error)); /* the batch is 128 */
    bad = good, bad.steps = 0;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    bad = good, bad.batch_size = 0;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    bad = good, bad.threads = 0;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    bad = good, bad.seed = FL_TRIAL_SEED_MAX + 1;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    bad = good, bad.init.bias = NAN;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    bad = good, bad.stop_above = 0.5;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    bad = good, bad.values.of[FL_TRIAL_OF_OPTIMIZER][0] = NAN;
    assert_false(fl_trial_accepts(&bad, SIZE_MAX, &error));
    assert_string_equal(error.text, "'learning_rate' has no value, and no default");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_survives_as_json),
        cmocka_unit_test(everything_else_survives_as_json),
        cmocka_unit_test(the_identity_is_the_hash_of_these_words),
        cmocka_unit_test(every_choice_changes_the_identity),
        cmocka_unit_test(every_hyperparameter_changes_the_identity_to_its_last_bit),
        cmocka_unit_test(what_changes_nothing_keeps_the_identity),
        cmocka_unit_test(trials_that_cannot_be_are_refused),
        cmocka_unit_test(impossible_numbers_are_not_accepted),
    };
    return test_run(tests, NULL, NULL);
}
