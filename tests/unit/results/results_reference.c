/* The trials of the reference results have today the identities that they were recorded with: whatever a trial has
 * since learnt to say, what was chosen then is said in the same words. */
#include "results/results.h"
#include "support/test.h"

static void have_their_ids(const char *name, size_t n_least)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    snprintf(folder, sizeof folder, "%s/results/reference/%s", FL_SOURCE_DIR, name);
    fl_results *results = fl_results_read(folder, &error);
    if (!results) fail_msg("%s", error.text);
    const fl_trial *base = &results->study->arms[0].base;
    fl_dataset *data = fl_workload_load(base->owners.workload, base->values.of[FL_TRIAL_OF_WORKLOAD], &error);
    if (!data) test_skip(error.text);
    assert_true(results->n_records >= n_least);
    for (size_t i = 0; i < results->n_records; i++) {
        char id[17];
        fl_record record = fl_results_record(results, &results->records[i]);
        fl_trial trial = fl_record_trial(results->study, &record);
        fl_trial_id(&trial, data->checksum, id);
        assert_string_equal(id, record.trial);
        fl_trial_free(&trial);
        fl_record_free(&record);
    }
    fl_dataset_free(data);
    fl_results_free(results);
}

static void trials_on_generated_data(void **state)
{
    have_their_ids("quick", 180);
}

static void trials_on_real_data(void **state)
{
    have_their_ids("choi_fashion_mnist_small", 60);
}

/* Workloads that are known by the hash of their definition, which the folder's study holds. */
static void trainings_of_known_networks(void **state)
{
    have_their_ids("cifar10_resnet8", 1);
    have_their_ids("war_and_peace_char_lstm", 1);
    have_their_ids("tiny_shakespeare_transformer", 1);
    have_their_ids("mnist_autoencoder", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_on_generated_data),
        cmocka_unit_test(trials_on_real_data),
        cmocka_unit_test(trainings_of_known_networks),
    };
    return test_run(tests, NULL, NULL);
}
