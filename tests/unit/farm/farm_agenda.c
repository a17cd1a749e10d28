/* Which trials are run: with synthetic outcomes that end in any order, on any number of workers, with kills in between,
 * always the same ones. */
#include "base/memory.h"
#include "base/random.h"
#include "farm/agenda.h"
#include "support/test.h"

enum { MOST = 60, ARMS = 2, MOST_RUNNING = 8 };

static fl_study *study_of(size_t trials, size_t max_trials, bool feasible, size_t repeats)
{
    char text[1000], cap[60] = "";
    fl_error error;
    if (feasible) snprintf(cap, sizeof cap, ", \"feasible\": true, \"max_trials\": %zu", max_trials);
    snprintf(
        text, sizeof text,
        "{ \"study\": \"s\", \"workload\": \"quadratic/noisy\", \"batch_size\": 8, \"seeds\": { \"repeats\": %zu },"
        " \"budget\": { \"trials\": %zu, \"steps\": 1%s }, \"arms\": ["
        " { \"arm\": \"a\", \"optimizer\": \"sgd\", \"space\": { \"learning_rate\": 0.1 } },"
        " { \"arm\": \"b\", \"optimizer\": \"adam\", \"space\": { \"learning_rate\": 0.1 } } ] }",
        repeats, trials, cap);
    fl_study *study = fl_study_load_text("study", text, NULL, &error);
    if (!study) fail_msg("%s", error.text);
    return study;
}

/* How a trial ends in the world of `seed`. */
static fl_outcome_status status_of(uint64_t seed, const fl_record_slot *slot)
{
    fl_random_stream stream =
        fl_random_stream_start(seed, "outcome", slot->arm * 1000000 + slot->index * 1000 + slot->repeat);
    double u = fl_random_uniform(&stream);
    return u < 0.5 ? FL_OUTCOME_COMPLETE : u < 0.9 ? FL_OUTCOME_INFEASIBLE : FL_OUTCOME_FAILED;
}

/* What is on disk: records, each place at most once. */
typedef struct store {
    fl_results_entry records[ARMS * MOST * 4];
    size_t n;
    bool held[ARMS][MOST][4];
} store;

static void put(store *s, const fl_record_slot *slot, fl_outcome_status status)
{
    assert_true(slot->index < MOST && slot->repeat < 4);
    assert_false(s->held[slot->arm][slot->index][slot->repeat]); /* nothing is run twice */
    s->held[slot->arm][slot->index][slot->repeat] = true;
    s->records[s->n++] = (fl_results_entry){ .slot = *slot, .status = status };
}

/* Work on a study until it is done or `stop` trials have ended; what is running then is lost, as by a kill. False:
 * nothing is left. */
static bool work(const fl_study *study, fl_store_shard shard, store *s, uint64_t seed, size_t n_workers, size_t stop,
                 fl_random_stream *chance)
{
    fl_record_slot running[MOST_RUNNING];
    size_t n_running = 0;
    fl_results results = { .study = (fl_study *)study, .records = s->records, .n_records = s->n };
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, shard, &results, false);
    bool done = false;
    while (!done && stop--) {
        fl_farm_next next = FL_FARM_NEXT_TRIAL;
        while (n_running < n_workers && (next = fl_farm_agenda_next(agenda, &running[n_running])) == FL_FARM_NEXT_TRIAL)
            n_running++;
        done = !n_running;
        if (done) {
            assert_int_equal(next, FL_FARM_NEXT_NONE);
            break;
        }
        size_t at = fl_random_below(chance, n_running); /* any of them ends next */
        fl_record_slot slot = running[at];
        running[at] = running[--n_running];
        put(s, &slot, status_of(seed, &slot));
        fl_farm_agenda_ended(agenda, &slot, status_of(seed, &slot));
    }
    fl_farm_agenda_free(agenda);
    return !done;
}

static bool is_feasible(const fl_study *study, uint64_t seed, size_t arm, uint64_t index)
{
    for (uint64_t repeat = 0; repeat < study->repeats; repeat++)
        if (status_of(seed, &(fl_record_slot){ arm, index, repeat }) != FL_OUTCOME_COMPLETE) return false;
    return true;
}

/* The indices 0..n-1 with n the smallest number that holds `trials` feasible ones: trials all of whose repeats are
 * complete (docs/formats.md: budget.feasible). */
static size_t needed(const fl_study *study, uint64_t seed, size_t arm)
{
    size_t n = 0, feasible = 0;
    for (; n < study->max_trials && (!study->feasible || feasible < study->trials); n++)
        feasible += is_feasible(study, seed, arm, n);
    return n;
}

static void assert_holds_what_is_needed(const fl_study *study, const store *s, uint64_t seed)
{
    for (size_t arm = 0; arm < ARMS; arm++)
        for (size_t index = 0; index < MOST; index++)
            for (size_t repeat = 0; repeat < study->repeats; repeat++)
                assert_int_equal(s->held[arm][index][repeat], index < needed(study, seed, arm));
}

static void any_workers_any_order_and_any_kills_give_the_same_trials(void **state)
{
    static store s;
    for (uint64_t seed = 0; seed < 400; seed++) {
        fl_random_stream chance = fl_random_stream_start(seed, "chance", 0);
        bool feasible = seed % 4;
        size_t trials = 1 + fl_random_below(&chance, 12), repeats = 1 + fl_random_below(&chance, 3);
        fl_study *study =
            study_of(trials, feasible ? trials + fl_random_below(&chance, 2 * trials) : trials, feasible, repeats);
        memset(&s, 0, sizeof s);
        for (bool more = true; more;)
            more = work(study, (fl_store_shard){ 1, 1 }, &s, seed, 1 + fl_random_below(&chance, MOST_RUNNING),
                        1 + fl_random_below(&chance, 30), &chance);
        assert_holds_what_is_needed(study, &s, seed);
        fl_study_free(study);
    }
}

static void shards_share_the_trials(void **state)
{
    static store s;
    fl_study *study = study_of(11, 11, false, 2);
    fl_random_stream chance = fl_random_stream_start(1, "chance", 0);
    memset(&s, 0, sizeof s);
    size_t total = 0;
    for (size_t number = 1; number <= 3; number++) {
        fl_store_shard shard = { number, 3 };
        size_t before = s.n;
        fl_farm_agenda *agenda = fl_farm_agenda_search(study, shard, NULL, false);
        assert_false(work(study, shard, &s, 1, 2, SIZE_MAX, &chance));
        assert_int_equal(fl_farm_agenda_total(agenda), s.n - before);
        for (size_t i = before; i < s.n; i++) assert_int_equal(s.records[i].slot.index % 3, number - 1);
        total += s.n - before;
        fl_farm_agenda_free(agenda);
    }
    assert_int_equal(total, 11 * 2 * ARMS);
    assert_holds_what_is_needed(study, &s, 1);
    fl_study_free(study);
}

/* Nothing is begun that might turn out not to be needed. */
static void a_trial_waits_while_those_before_it_may_suffice(void **state)
{
    fl_study *study = study_of(2, 6, true, 1);
    fl_record_slot slot[5];
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, (fl_store_shard){ 1, 1 }, NULL, false);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fl_farm_agenda_next(agenda, &slot[i]), FL_FARM_NEXT_TRIAL); /* two of each arm */
    assert_int_equal(fl_farm_agenda_next(agenda, &slot[4]), FL_FARM_NEXT_WAIT);
    fl_farm_agenda_ended(agenda, &slot[0], FL_OUTCOME_COMPLETE);
    assert_int_equal(fl_farm_agenda_next(agenda, &slot[4]), FL_FARM_NEXT_WAIT);
    fl_farm_agenda_ended(agenda, &slot[1], FL_OUTCOME_INFEASIBLE);
    assert_int_equal(fl_farm_agenda_next(agenda, &slot[4]), FL_FARM_NEXT_TRIAL);
    assert_int_equal(slot[4].arm, slot[1].arm);
    assert_int_equal(slot[4].index, 2);
    fl_farm_agenda_free(agenda);
    fl_study_free(study);
}

/* With two of two wanted running, two more are needed at most: so many are guessed at, each once and in order. */
static void guesses_are_what_will_be_needed_next(void **state)
{
    fl_study *study = study_of(2, 6, true, 1);
    fl_record_slot slot, guess;
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, (fl_store_shard){ 1, 1 }, NULL, false);
    assert_false(fl_farm_agenda_guess(agenda, &guess)); /* nothing runs */
    for (size_t i = 0; i < 4; i++) assert_int_equal(fl_farm_agenda_next(agenda, &slot), FL_FARM_NEXT_TRIAL);
    for (size_t i = 0; i < 4; i++) {
        assert_true(fl_farm_agenda_guess(agenda, &guess));
        assert_true(guess.arm == i % 2 && guess.index == 2 + i / 2);
    }
    assert_false(fl_farm_agenda_guess(agenda, &guess));
    fl_farm_agenda_ended(agenda, &(fl_record_slot){ 0, 0, 0 }, FL_OUTCOME_INFEASIBLE);
    assert_int_equal(fl_farm_agenda_next(agenda, &slot), FL_FARM_NEXT_TRIAL); /* a guess changes nothing */
    assert_true(slot.arm == 0 && slot.index == 2);
    assert_true(fl_farm_agenda_guess(agenda, &guess)); /* trials 1 and 2 run: 3 was guessed, 4 may be */
    assert_true(guess.arm == 0 && guess.index == 4);
    assert_false(fl_farm_agenda_is_empty(agenda));
    fl_farm_agenda_free(agenda);
    fl_study_free(study);
}

static void failed_trials_are_done_unless_they_are_to_be_tried_again(void **state)
{
    fl_study *study = study_of(2, 2, false, 1);
    fl_results_entry records[4];
    for (size_t i = 0; i < 4; i++)
        records[i] = (fl_results_entry){ .slot = { i / 2, i % 2, 0 },
                                         .status = i == 2 ? FL_OUTCOME_FAILED : FL_OUTCOME_COMPLETE };
    fl_results results = { .study = study, .records = records, .n_records = 4 };
    fl_record_slot slot;
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, (fl_store_shard){ 1, 1 }, &results, false);
    assert_int_equal(fl_farm_agenda_next(agenda, &slot), FL_FARM_NEXT_NONE);
    fl_farm_agenda_free(agenda);
    agenda = fl_farm_agenda_search(study, (fl_store_shard){ 1, 1 }, &results, true);
    assert_int_equal(fl_farm_agenda_next(agenda, &slot), FL_FARM_NEXT_TRIAL);
    assert_int_equal(slot.arm, 1);
    assert_int_equal(slot.index, 0);
    fl_farm_agenda_ended(agenda, &slot, FL_OUTCOME_COMPLETE);
    assert_int_equal(fl_farm_agenda_next(agenda, &slot), FL_FARM_NEXT_NONE);
    fl_farm_agenda_free(agenda);
    fl_study_free(study);
}

/* Arms of one workload, backend and batch advance side by side, so that an interrupted study can be compared. */
static void arms_advance_side_by_side(void **state)
{
    fl_study *study = study_of(5, 5, false, 1);
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, (fl_store_shard){ 1, 1 }, NULL, false);
    fl_record_slot slot;
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(fl_farm_agenda_next(agenda, &slot), FL_FARM_NEXT_TRIAL);
        assert_int_equal(slot.index, i / 2);
        assert_int_equal(slot.arm, i % 2);
    }
    fl_farm_agenda_free(agenda);
    fl_study_free(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_workers_any_order_and_any_kills_give_the_same_trials),
        cmocka_unit_test(shards_share_the_trials),
        cmocka_unit_test(a_trial_waits_while_those_before_it_may_suffice),
        cmocka_unit_test(guesses_are_what_will_be_needed_next),
        cmocka_unit_test(failed_trials_are_done_unless_they_are_to_be_tried_again),
        cmocka_unit_test(arms_advance_side_by_side),
    };
    return test_run(tests, NULL, NULL);
}
