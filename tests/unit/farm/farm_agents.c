/* The supervisor's book of agents, with agents played by the test: what they send late, twice, about others' trials or
 * of another machine changes nothing. */
#include "base/memory.h"
#include "farm/agent.h"
#include "farm/agents.h"
#include "farm/checkpoints.h"
#include "farm/messages.h"
#include "record/host.h"
#include "support/study.h"
#include "support/workspace.h"
#include "wire/inside.h"
#include "wire/piece.h"

#include <unistd.h>

enum { SIZE = 3 };
static const char checksum[] = "quadratic";

typedef struct stage {
    fl_study *study;
    fl_wire_inside *inside;
    fl_wire *wires[SIZE];
    char (*checksums)[65];
    fl_farm farm;
    fl_farm_agents *agents;
    uint64_t n_given, most; /* trials given out so far, and how many there are */
    size_t n_ended, n_back;
    fl_record_slot last_ended;
    char said[400];
} stage;

static bool next(void *user, fl_farm_task *task)
{
    stage *s = user;
    if (s->n_given == s->most) return false;
    fl_record_slot slot = { 0, s->n_given++, 0 };
    *task = (fl_farm_task){ slot, fl_study_trial(s->study, &s->study->arms[0], slot.index, 0), 0 };
    return true;
}

static bool ended(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    stage *s = user;
    s->n_ended++;
    s->last_ended = task->slot;
    return true;
}

static void given_back(void *user, const fl_farm_task *task)
{
    stage *s = user;
    s->n_back++;
    if (task->slot.index < s->n_given) s->n_given = task->slot.index; /* given out again */
}

static void warned(void *user, const char *message)
{
    snprintf(((stage *)user)->said, 400, "%s", message);
}

static void begin_by(stage *s, const fl_farm *farm, const char *workload, const char *optimizer)
{
    char text[FL_FILE_PATH_MAX + 400];
    *s = (stage){ .inside = fl_wire_inside_new(SIZE), .most = 100 };
    snprintf(text, sizeof text,
             "{ 'study': 's', 'workload': '%s', 'backend': 'naive', 'batch_size': 8,"
             "  'budget': { 'trials': 100, 'steps': 1 }, 'arms': [ { 'arm': 'a', 'optimizer': %s,"
             "  'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' } } } ] }",
             workload, optimizer);
    s->study = study_of(text, NULL);
    for (int i = 0; i < SIZE; i++) s->wires[i] = fl_wire_new(fl_wire_inside_end(s->inside, i));
    s->checksums = fl_memory_new(1, sizeof *s->checksums);
    strcpy(s->checksums[0], checksum);
    s->farm = *farm;
    s->farm.study = s->study;
    s->farm.folder = folder;
    s->farm.workers = 1;
    s->farm.wire = &s->wires[0];
    const fl_farm_crew_options crew = { .user = s, .next = next, .ended = ended, .warned = warned };
    s->agents = fl_farm_agents_new(&s->farm, &crew, NULL, (const char(*)[65])s->checksums, given_back);
}

static void begin_with(stage *s, const fl_farm *farm, const char *workload)
{
    begin_by(s, farm, workload, "'sgd'");
}

static void begin(stage *s, double silence, bool mixed)
{
    begin_with(s, &(fl_farm){ .silence = silence, .mixed = mixed }, "quadratic/noisy");
}

static void finish(stage *s)
{
    fl_farm_agents_free(s->agents, false);
    for (int i = 0; i < SIZE; i++) fl_wire_finish(s->wires[i]);
    fl_wire_inside_free(s->inside);
    fl_study_free(s->study);
    free(s->checksums);
}

/* Receive the next message of a kind at an agent. */
static uint64_t receive(stage *s, int rank, uint64_t kind)
{
    int from;
    fl_wire_message message;
    while (fl_wire_receive(s->wires[rank], &from, &message))
        if (message.kind == kind) return message.attempt ? message.attempt : 1;
    return 0;
}

static void send_ready_by(stage *s, int rank, const char *data, const char *library, json_t *words)
{
    json_t *facts = fl_record_host_facts(fl_backend_find("naive", NULL), NULL);
    if (library) json_object_set_new(facts, "library", json_string(library));
    assert_true(receive(s, rank, FL_FARM_WELCOME));
    fl_farm_message_send(s->wires[rank], 0, FL_FARM_READY, 0,
                         json_pack("{s:s, s:i, s:[s], s:{s:o}, s:o}", "host", "node", "workers", 2, "checksums", data,
                                   "facts", "naive", facts, "words", words));
}

static void send_ready(stage *s, int rank, const char *data, const char *library)
{
    send_ready_by(s, rank, data, library, json_array());
}

/* Let the book see what came and give out trials. */
static void turn(stage *s)
{
    fl_error error;
    assert_true(fl_farm_agents_handle(s->agents, &error));
    assert_true(fl_farm_agents_assign(s->agents, &error));
}

/* An outcome of trial `index`, as if it were of assignment `number`. */
static void send_outcome(stage *s, int rank, uint64_t number, uint64_t index)
{
    fl_outcome outcome = { .status = FL_OUTCOME_INFEASIBLE };
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[0], index, 0);
    fl_trial_id(&trial, checksum, outcome.trial);
    json_t *facts = fl_record_host_facts(trial.backend, NULL);
    fl_farm_message_send(s->wires[rank], 0, FL_FARM_OUTCOME, number,
                         json_pack("{s:o, s:o}", "outcome", fl_outcome_json(&outcome), "host", facts));
    fl_trial_free(&trial);
}

static void an_agent_has_as_many_trials_as_workers(void **state)
{
    stage s;
    begin(&s, 15, false);
    turn(&s);
    assert_int_equal(fl_farm_agents_busy(s.agents), 0); /* nobody has answered */
    send_ready(&s, 1, checksum, NULL);
    turn(&s);
    assert_int_equal(fl_farm_agents_busy(s.agents), 2);
    uint64_t first = receive(&s, 1, FL_FARM_TRIAL), second = receive(&s, 1, FL_FARM_TRIAL);
    assert_true(first && second && first != second);
    send_outcome(&s, 1, second, 1);
    turn(&s);
    assert_true(s.n_ended == 1 && s.last_ended.index == 1);
    assert_int_equal(fl_farm_agents_busy(s.agents), 2); /* the third */
    finish(&s);
}

static void nothing_is_taken_that_was_not_given_to_that_agent(void **state)
{
    stage s;
    begin(&s, 15, false);
    send_ready(&s, 1, checksum, NULL);
    send_ready(&s, 2, checksum, NULL);
    turn(&s);
    uint64_t mine = receive(&s, 1, FL_FARM_TRIAL);
    send_outcome(&s, 2, mine, 0);       /* another's */
    send_outcome(&s, 1, mine + 999, 0); /* nobody's */
    send_outcome(&s, 1, mine, 1);       /* another trial under this number */
    fl_farm_message_send(s.wires[1], 0, FL_FARM_OUTCOME, mine, json_pack("{s:s}", "outcome", "nonsense"));
    fl_farm_message_send(s.wires[1], 0, 4711, mine, NULL);
    turn(&s);
    assert_int_equal(s.n_ended, 0);
    send_outcome(&s, 1, mine, 0);
    send_outcome(&s, 1, mine, 0); /* once more */
    turn(&s);
    assert_int_equal(s.n_ended, 1);
    finish(&s);
}

static void a_silent_agent_is_given_up_and_may_come_back(void **state)
{
    stage s;
    begin(&s, 0.2, false);
    send_ready(&s, 1, checksum, NULL);
    turn(&s);
    uint64_t before = receive(&s, 1, FL_FARM_TRIAL);
    fl_wire_inside_cut(s.inside, 1, true);
    for (int i = 0; i < 40 && !s.n_back; i++, usleep(20000)) {
        fl_error error;
        assert_true(fl_farm_agents_handle(s.agents, &error));
    }
    assert_int_equal(s.n_back, 2);
    assert_int_equal(fl_farm_agents_lost(s.agents), 1);
    assert_contains(s.said, "was silent for too long: its 2 trials are given to others");
    fl_wire_inside_cut(s.inside, 1, false);
    send_outcome(&s, 1, before, 0); /* too late */
    turn(&s);
    assert_int_equal(s.n_ended, 0);
    assert_int_equal(fl_farm_agents_lost(s.agents), 0);
    assert_true(receive(&s, 1, FL_FARM_FORGET));
    uint64_t again = receive(&s, 1, FL_FARM_TRIAL);
    assert_true(again > before);
    send_outcome(&s, 1, again, 0);
    turn(&s);
    assert_int_equal(s.n_ended, 1);
    finish(&s);
}

/* A checkpoint of which another piece comes every 20 ms, and its last never. */
static void who_sends_a_long_message_is_not_silent(void **state)
{
    stage s;
    fl_error error;
    static char zeros[1000], bytes[FL_WIRE_PIECE_HEADER + sizeof zeros];
    begin(&s, 0.2, false);
    send_ready(&s, 1, checksum, NULL);
    turn(&s);
    uint64_t number = receive(&s, 1, FL_FARM_TRIAL);
    fl_wire_transport end = fl_wire_inside_end(s.inside, 1);
    for (size_t i = 0; i < 40; i++, usleep(20000)) {
        const fl_wire_piece piece = { .run = fl_wire_run(s.wires[1]),
                                      .attempt = number,
                                      .kind = FL_FARM_CHECKPOINT,
                                      .total = 1 << 20,
                                      .offset = i * sizeof zeros,
                                      .length = sizeof zeros,
                                      .bytes = zeros };
        fl_wire_piece_write(&piece, bytes);
        end.send(end.self, 0, bytes, sizeof bytes);
        assert_true(fl_farm_agents_handle(s.agents, &error));
    }
    assert_int_equal(s.n_back, 0);
    assert_int_equal(fl_farm_agents_lost(s.agents), 0);
    finish(&s);
}

static void who_computes_other_bits_is_left_out(void **state)
{
    stage s;
    begin(&s, 15, false);
    send_ready(&s, 1, "other data", NULL);
    turn(&s);
    assert_contains(s.said, "rank 1 on node has other data for arm 'a' and is left out");
    send_ready(&s, 2, checksum, "another library");
    turn(&s);
    assert_contains(s.said, "rank 2 on node is left out, for it differs in library; --mixed takes it");
    assert_int_equal(fl_farm_agents_busy(s.agents), 0);
    assert_false(fl_farm_agents_may_come(s.agents));
    finish(&s);
    begin(&s, 15, true);
    send_ready(&s, 2, checksum, "another library");
    turn(&s);
    assert_int_equal(fl_farm_agents_busy(s.agents), 2);
    finish(&s);
}

/* What an agent leaves out it does not ask for; its words are taken in their order, or values would change places. */
static void whose_words_count_is_said(void **state)
{
    static const char *const words[] = { "a.json", "--trials", "3", "--steps", "5", NULL };
    stage s;
    begin_with(&s, &(fl_farm){ .silence = 15, .words = words }, "quadratic/noisy");
    send_ready_by(&s, 1, checksum, NULL, json_pack("[s, s, s]", "a.json", "--steps", "5"));
    turn(&s);
    assert_string_equal(s.said, "");
    send_ready_by(&s, 2, checksum, NULL, json_pack("[s, s, s, s, s]", "a.json", "--trials", "5", "--steps", "3"));
    turn(&s);
    assert_contains(s.said,
                    "rank 2 on node was started by other words than process 0, whose words count: a.json --trials 5");
    assert_int_equal(fl_farm_agents_busy(s.agents), 4); /* and it works */
    finish(&s);
}

static void send_empty(stage *s, int rank, uint64_t kind)
{
    fl_farm_message_send(s->wires[rank], 0, kind, 0, NULL);
}

/* How many of a kind lie ready for an agent. */
static size_t count(stage *s, int rank, uint64_t kind)
{
    size_t n = 0;
    while (receive(s, rank, kind)) n++;
    return n;
}

static void nothing_more_is_sent_to_one_that_is_gone(void **state)
{
    stage s;
    begin(&s, 15, false);
    for (int rank = 1; rank < SIZE; rank++) send_ready(&s, rank, checksum, NULL);
    turn(&s);
    send_empty(&s, 2, FL_FARM_GONE);
    for (int i = 0; i < 11; i++, usleep(100000)) turn(&s);
    turn(&s);
    assert_true(count(&s, 1, FL_FARM_BEAT) > 0);
    assert_int_equal(count(&s, 2, FL_FARM_BEAT), 0);
    finish(&s);
}

static void one_that_lives_but_never_gets_ready_is_left_out(void **state)
{
    stage s;
    begin_with(&s, &(fl_farm){ .silence = 15, .start = 0.2 }, "quadratic/noisy");
    for (int i = 0; i < 50 && !*s.said; i++, usleep(20000)) {
        for (int rank = 1; rank < SIZE; rank++) send_empty(&s, rank, FL_FARM_BEAT);
        turn(&s);
        if (i == 0) assert_true(fl_farm_agents_may_come(s.agents));
    }
    assert_contains(s.said, "did not get ready in time, and is left out");
    assert_false(fl_farm_agents_may_come(s.agents));
    finish(&s);
}

static void who_lacks_data_that_cannot_be_sent_is_left_out(void **state)
{
    char place[FL_FILE_PATH_MAX];
    stage s;
    begin(&s, 15, false);
    fl_file_path_join(place, folder, "mnist");
    assert_true(fl_file_folder_make(place, NULL));
    setenv("FAIRLEAD_DATA", folder, 1);
    setenv("XDG_CACHE_HOME", folder, 1);
    assert_true(receive(&s, 1, FL_FARM_WELCOME));
    fl_farm_message_send(s.wires[1], 0, FL_FARM_WANT, 0, json_pack("{s:s}", "data", "mnist"));
    turn(&s);
    assert_contains(s.said, "rank 1 lacks data that cannot be sent, and is left out: ");
    finish(&s);
}

/* The whole of an agent's run, for which all that it is sent lies ready: its answer's "error". */
static json_t *answer_of_agent(stage *s, const char *scratch)
{
    const fl_farm_agent agent = { .wire = s->wires[1], .workers = 1, .scratch = scratch, .interrupt = -1, .leave = -1 };
    const fl_wire_message data = { .kind = FL_FARM_DATA, .bytes = "bytes", .length = 5 };
    int from;
    fl_wire_message message;
    fl_error error;
    fl_wire_send(s->wires[0], 1, &data);
    fl_farm_message_send(s->wires[0], 1, FL_FARM_STOP, 0, json_pack("{s:s}", "then", "finish"));
    assert_int_equal(fl_farm_agent_run(&agent, &error), FL_FARM_AGENT_FINISHED);
    while (fl_wire_receive(s->wires[0], &from, &message))
        if (message.kind == FL_FARM_READY) return fl_farm_message_payload(&message);
    return NULL;
}

/* The study has the file's hash from when it was read; an agent on another machine finds another one. */
static void who_has_another_file_of_an_optimizer_says_so(void **state)
{
    char rule[FL_FILE_PATH_MAX], optimizer[FL_FILE_PATH_MAX + 60];
    stage s;
    fl_file_path_join(rule, folder, "rule");
    assert_true(fl_file_write(rule, "the study's", 11, NULL));
    snprintf(optimizer, sizeof optimizer, "{ 'process': ['cat', '%s'], 'name': 'mine' }", rule);
    begin_by(&s, &(fl_farm){ .silence = 15 }, "quadratic/noisy", optimizer);
    assert_true(fl_file_write(rule, "another", 7, NULL));
    json_t *answer = answer_of_agent(&s, folder);
    assert_contains(json_string_value(json_object_get(answer, "error")),
                    "is not the file that optimizer 'mine' is known by");
    json_decref(answer);
    finish(&s);
}

static void who_cannot_write_the_data_it_is_sent_says_so(void **state)
{
    char scratch[FL_FILE_PATH_MAX], taken[FL_FILE_PATH_MAX];
    stage s;
    fl_file_path_join(scratch, folder, "scratch");
    fl_file_path_join(taken, scratch, "data");
    assert_true(fl_file_folder_make(scratch, NULL) && fl_file_write(taken, "", 0, NULL));
    setenv("FAIRLEAD_DATA", folder, 1);
    setenv("XDG_CACHE_HOME", folder, 1);
    begin_with(&s, &(fl_farm){ .silence = 15 }, "mnist/logistic");
    json_t *answer = answer_of_agent(&s, scratch);
    assert_non_null(answer);
    assert_contains(json_string_value(json_object_get(answer, "error")), "scratch/data/mnist: cannot be created");
    json_decref(answer);
    finish(&s);
}

static void send_checkpoint(stage *s, int rank, uint64_t number)
{
    fl_wire_message message = { .kind = FL_FARM_CHECKPOINT, .attempt = number, .bytes = "state", .length = 5 };
    fl_wire_send(s->wires[rank], 0, &message);
    turn(s);
}

static fl_farm_task task_of_pair(const stage *s, size_t place)
{
    return (fl_farm_task){ .trial = fl_study_trial(s->study, &s->study->arms[0], 0, 0),
                           .group = { .number = 1, .size = 2, .place = place, .ranks = { 1, 2 } } };
}

/* It alone reads the file of a trial that two processes carry, and it alone has written it. */
static void a_checkpoint_is_that_of_the_first_process_of_a_group(void **state)
{
    stage s;
    char path[FL_FILE_PATH_MAX];
    uint64_t numbers[2];
    begin(&s, 15, false);
    s.most = 0;
    s.farm.checkpoint_every = 1;
    assert_true(fl_farm_checkpoints_begin(folder, NULL));
    fl_farm_checkpoints_path(folder, &(fl_record_slot){ 0, 0, 0 }, path);
    for (int rank = 1; rank <= 2; rank++) send_ready(&s, rank, checksum, NULL);
    turn(&s);
    for (size_t place = 0; place < 2; place++) {
        fl_farm_task task = task_of_pair(&s, place);
        fl_farm_agents_give(s.agents, (int)place + 1, &task);
        numbers[place] = receive(&s, (int)place + 1, FL_FARM_TRIAL);
    }
    send_checkpoint(&s, 2, numbers[1]);
    assert_false(fl_file_exists(path));
    send_checkpoint(&s, 1, numbers[0]);
    assert_true(fl_file_exists(path));
    for (size_t place = 0; place < 2; place++) {
        fl_farm_task task = task_of_pair(&s, place);
        fl_farm_agents_give(s.agents, (int)place + 1, &task);
        assert_true(!receive(&s, (int)place + 1, FL_FARM_CHECKPOINT) == (place > 0));
    }
    fl_farm_checkpoints_end(folder);
    finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_has_as_many_trials_as_workers),
        cmocka_unit_test(nothing_is_taken_that_was_not_given_to_that_agent),
        cmocka_unit_test(a_silent_agent_is_given_up_and_may_come_back),
        cmocka_unit_test(who_sends_a_long_message_is_not_silent),
        cmocka_unit_test(who_computes_other_bits_is_left_out),
        cmocka_unit_test(nothing_more_is_sent_to_one_that_is_gone),
        cmocka_unit_test(one_that_lives_but_never_gets_ready_is_left_out),
        cmocka_unit_test(who_lacks_data_that_cannot_be_sent_is_left_out),
        cmocka_unit_test(who_has_another_file_of_an_optimizer_says_so),
        cmocka_unit_test(whose_words_count_is_said),
        cmocka_unit_test(who_cannot_write_the_data_it_is_sent_says_so),
        cmocka_unit_test(a_checkpoint_is_that_of_the_first_process_of_a_group),
    };
    return test_run(tests, workspace_set_up, workspace_tear_down);
}
