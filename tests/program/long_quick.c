/* The claim that `quick` declares is true, and shows: momentum .9 beats plain SGD in 300 steps, both with their
 * learning rate tuned, whatever the seeds. Label `long`: twenty runs of the two arms, some twenty minutes.
 *
 * The study asks for the best of 6 of 30 trials at level .05; 18 of 20 leave room for a power of .9 to have bad luck.
 */
#include "support/command.h"
#include "results/results.h"
#include "summary/summary.h"

enum { SEEDS = 20, LEAST = 18 };

/* `quick` with the two arms of its claim alone: no other arm has a part in the test of a declared pair. */
static void put_pair(const char *folder)
{
    char path[FL_FILE_PATH_MAX];
    size_t i = 0;
    json_t *study = json_load_file(FL_SOURCE_DIR "/suites/quick.json", 0, NULL), *arms = json_object_get(study, "arms");
    const char *left = NULL, *right = NULL;
    json_t *pairs = json_object_get(json_object_get(study, "claims"), "pairs");
    assert_int_equal(1, json_array_size(pairs));
    assert_int_equal(0, json_unpack(json_array_get(pairs, 0), "[s, s]", &left, &right));
    while (i < json_array_size(arms)) {
        const char *name = json_string_value(json_object_get(json_array_get(arms, i), "arm"));
        if (strcmp(name, left) && strcmp(name, right))
            json_array_remove(arms, i);
        else
            i++;
    }
    assert_int_equal(2, json_array_size(arms));
    json_object_set_new(json_object_get(study, "seeds"), "rerun_best", json_integer(0));
    fl_file_path_join(path, folder, "pair.json");
    assert_int_equal(0, json_dump_file(study, path, JSON_REAL_PRECISION(17)));
    json_decref(study);
}

/* Does the run with this seed claim that the pair's left arm is the better one? */
static bool shows(const char *folder, size_t seed)
{
    char number[32], out[32], path[FL_FILE_PATH_MAX];
    fl_error error;
    snprintf(number, sizeof number, "%zu", seed);
    snprintf(out, sizeof out, "out-%zu", seed);
    command c = command_run(folder, WORDS("run", "pair.json", "-o", out, "--seed", number, "--progress", "none"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    command_free(&c);
    fl_file_path_join(path, folder, out);
    fl_results *results = fl_results_read(path, &error);
    if (!results) fail_msg("%s", error.text);
    fl_summary *summary = fl_summary_make(results);
    const fl_summary_pair *pair = &summary->pairs[0];
    bool left_first = pair->a == results->study->claims.pairs[0].left;
    bool better = pair->claimed && (left_first ? pair->difference < 0 : pair->difference > 0);
    print_message("seed %zu: %+.4f, p = %.4g%s\n", seed, pair->difference, pair->p_adjusted,
                  better ? "" : ", not shown");
    fl_summary_free(summary);
    fl_results_free(results);
    return better;
}

static void the_declared_claim_shows_with_nearly_every_seed(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    size_t n = 0;
    folder_make(folder);
    put_pair(folder);
    for (size_t seed = 1; seed <= SEEDS; seed++) n += shows(folder, seed);
    print_message("the claim shows with %zu of %d seeds\n", n, SEEDS);
    assert_true(n >= LEAST);
    folder_remove(folder);
}

int main(void)
{
    command_without_gnuplot();
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_declared_claim_shows_with_nearly_every_seed) };
    return test_run(tests, NULL, NULL);
}
