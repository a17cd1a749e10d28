/* Packets that reach the supervisor from an agent. The input is a row of packets: a kind, a number and a length, then
 * so many bytes, sent as they are (kind 255) or as a whole message of that kind with a right checksum. */
#include "farm/agents.h"
#include "farm/messages.h"
#include "fuzz.h"
#include "wire/inside.h"

#include <string.h>

static const char text[] =
    "{\"study\": \"s\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", \"batch_size\": 8,"
    "\"budget\": {\"trials\": 9, \"steps\": 1}, \"arms\": [{\"arm\": \"a\", \"optimizer\": \"sgd\","
    "\"space\": {\"learning_rate\": 0.1}}]}";

static const fl_study *study;
static uint64_t n_given, n_ended, n_back;

static bool next(void *user, fl_farm_task *task)
{
    if (n_given == 9) return false;
    fl_record_slot slot = { 0, n_given++, 0 };
    *task = (fl_farm_task){ slot, fl_study_trial(study, &study->arms[0], slot.index, 0), 0 };
    return true;
}

static bool ended(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    PROMISE(task->number && task->slot.index < 9);
    PROMISE(facts || outcome->status == FL_OUTCOME_FAILED);
    n_ended++;
    return true;
}

static void warned(void *user, const char *message)
{
    PROMISE(*message && !strpbrk(message, "\n\r\t\033"));
}

/* By an agent that says it goes, after it was given something. */
static void given_back(void *user, const fl_farm_task *task)
{
    PROMISE(task->number && task->slot.index < 9);
    n_back++;
}

static void send_all(fl_wire *wire, fl_wire_transport end, const uint8_t *bytes, size_t n)
{
    while (n > 3) {
        size_t length = bytes[2] | (size_t)bytes[1] % 4 << 8;
        if (length > n - 3) length = n - 3;
        fl_wire_message message = { .kind = bytes[0], .attempt = bytes[1] / 4, .bytes = bytes + 3, .length = length };
        if (bytes[0] == 255)
            end.send(end.self, 0, bytes + 3, length);
        else
            fl_wire_send(wire, 0, &message);
        bytes += 3 + length;
        n -= 3 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_error error;
    int from;
    fl_wire_message welcome;
    if (!study) study = fl_study_load_text("s", text, NULL, &error);
    fl_wire_inside *inside = fl_wire_inside_new(2);
    fl_wire *zero = fl_wire_new(fl_wire_inside_end(inside, 0)), *one = fl_wire_new(fl_wire_inside_end(inside, 1));
    const char checksums[1][65] = { "quadratic" };
    fl_farm farm = { .study = study, .folder = "/nonexistent", .wire = &zero };
    const fl_farm_crew_options crew = { .next = next, .ended = ended, .warned = warned };
    n_given = n_ended = n_back = 0;
    fl_farm_agents *agents = fl_farm_agents_new(&farm, &crew, NULL, checksums, given_back);
    PROMISE(fl_wire_receive(one, &from, &welcome));
    send_all(one, fl_wire_inside_end(inside, 1), bytes, n);
    for (int i = 0; i < 2; i++) PROMISE(fl_farm_agents_handle(agents, &error) && fl_farm_agents_assign(agents, &error));
    PROMISE(n_ended + n_back + fl_farm_agents_busy(agents) == n_given);
    fl_farm_agents_free(agents, true);
    fl_wire_finish(zero);
    fl_wire_finish(one);
    fl_wire_inside_free(inside);
    return 0;
}
