/* Messages over the transport inside one process: whole ones arrive, whatever else is dropped and counted. */
#include "base/memory.h"
#include "support/test.h"
#include "wire/inside.h"
#include "wire/launch.h"
#include "wire/piece.h"
#include "wire/wire.h"

typedef struct pair {
    fl_wire_inside *inside;
    fl_wire *zero, *one;
} pair;

static pair pair_new(void)
{
    fl_wire_inside *inside = fl_wire_inside_new(2);
    return (pair){ inside, fl_wire_new(fl_wire_inside_end(inside, 0)), fl_wire_new(fl_wire_inside_end(inside, 1)) };
}

static void pair_free(pair *p)
{
    fl_wire_finish(p->zero);
    fl_wire_finish(p->one);
    fl_wire_inside_free(p->inside);
}

static void send_text(fl_wire *wire, int to, uint64_t kind, const char *text)
{
    fl_wire_message message = {
        .trial = 7, .attempt = 8, .step = 9, .kind = kind, .bytes = text, .length = strlen(text)
    };
    fl_wire_send(wire, to, &message);
}

static void a_message_arrives_as_it_was_sent(void **state)
{
    pair p = pair_new();
    int from;
    fl_wire_message got;
    assert_false(fl_wire_receive(p.one, &from, &got));
    send_text(p.zero, 1, 3, "hello");
    send_text(p.zero, 1, 4, "");
    assert_true(fl_wire_receive(p.one, &from, &got));
    assert_int_equal(from, 0);
    assert_true(got.trial == 7 && got.attempt == 8 && got.step == 9 && got.kind == 3 && got.length == 5);
    assert_memory_equal(got.bytes, "hello", 5);
    assert_true(fl_wire_receive(p.one, &from, &got));
    assert_true(got.kind == 4 && got.length == 0);
    assert_false(fl_wire_receive(p.one, &from, &got));
    assert_true(fl_wire_run(p.one) == fl_wire_run(p.zero)); /* learnt from the first message */
    pair_free(&p);
}

/* Pieces of two senders may alternate; those of one stay in order. */
static void a_long_message_travels_in_pieces(void **state)
{
    pair p = pair_new();
    int from;
    fl_wire_message got, sent = { .kind = 1, .length = 5 * (size_t)FL_WIRE_PIECE_MOST / 2 };
    char *bytes = fl_memory_new(sent.length, 1);
    for (size_t i = 0; i < sent.length; i++) bytes[i] = (char)(i * 2654435761u >> 13);
    sent.bytes = bytes;
    fl_wire_send(p.zero, 1, &sent);
    send_text(p.zero, 1, 2, "after");
    assert_true(fl_wire_receive(p.one, &from, &got));
    assert_int_equal(got.length, sent.length);
    assert_memory_equal(got.bytes, bytes, sent.length);
    assert_true(fl_wire_receive(p.one, &from, &got));
    assert_memory_equal(got.bytes, "after", 5);
    assert_int_equal(fl_wire_dropped(p.one), 0);
    free(bytes);
    pair_free(&p);
}

static void whatever_is_no_piece_of_this_run_is_dropped_and_counted(void **state)
{
    pair p = pair_new();
    fl_wire_transport end = fl_wire_inside_end(p.inside, 0);
    int from;
    fl_wire_message got;
    char packet[FL_WIRE_PIECE_HEADER + 4];
    send_text(p.zero, 1, 1, "mine");
    assert_true(fl_wire_receive(p.one, &from, &got));
    fl_wire_piece good = { .run = fl_wire_run(p.zero), .kind = 1, .total = 4, .length = 4, .bytes = "text" };
    fl_wire_piece foreign = good, lies = good, late = good;
    foreign.run ^= 1;
    lies.total = 3; /* shorter than the piece */
    late.total = 8;
    late.offset = 4; /* of a message whose beginning never came */
    const fl_wire_piece bad[] = { foreign, lies, late };
    for (size_t i = 0; i < 3; i++) {
        fl_wire_piece_write(&bad[i], packet);
        end.send(end.self, 1, packet, sizeof packet);
    }
    for (size_t byte = 0; byte < sizeof packet; byte++) { /* every byte is covered by the checksum */
        fl_wire_piece_write(&good, packet);
        packet[byte] ^= 4;
        end.send(end.self, 1, packet, sizeof packet);
    }
    fl_wire_piece_write(&good, packet);
    for (size_t n = 1; n < sizeof packet; n++) end.send(end.self, 1, packet, n); /* cut short */
    assert_false(fl_wire_receive(p.one, &from, &got));
    assert_int_equal(fl_wire_dropped(p.one), 3 + sizeof packet + sizeof packet - 1);
    end.send(end.self, 1, packet, sizeof packet);
    assert_true(fl_wire_receive(p.one, &from, &got));
    assert_memory_equal(got.bytes, "text", 4);
    pair_free(&p);
}

/* A sender that was cut off in the middle of a message begins another. */
static void half_a_message_is_given_up_when_the_next_begins(void **state)
{
    pair p = pair_new();
    fl_wire_transport end = fl_wire_inside_end(p.inside, 0);
    int from;
    fl_wire_message got;
    char packet[FL_WIRE_PIECE_HEADER + 4];
    fl_wire_piece half = { .run = fl_wire_run(p.zero), .kind = 1, .total = 8, .length = 4, .bytes = "half" };
    fl_wire_piece_write(&half, packet);
    end.send(end.self, 1, packet, sizeof packet);
    send_text(p.zero, 1, 2, "whole");
    assert_true(fl_wire_receive(p.one, &from, &got));
    assert_true(got.kind == 2 && got.length == 5);
    pair_free(&p);
}

static void launchers_variables_are_known(void **state)
{
    assert_true(fl_wire_launch_variable("OMPI_COMM_WORLD_RANK=1"));
    assert_true(fl_wire_launch_variable("PMIX_RANK=1") && fl_wire_launch_variable("SLURM_PROCID=0"));
    assert_false(fl_wire_launch_variable("OMP_NUM_THREADS=1"));
    assert_false(fl_wire_launch_variable("FAIRLEAD_DATA=/data"));
}

/* Variables as they are set by a launcher of three processes; NULL: not. */
static void launch_by(const char *const (*variables)[2])
{
    for (; (*variables)[0]; variables++) {
        if ((*variables)[1])
            setenv((*variables)[0], (*variables)[1], 1);
        else
            unsetenv((*variables)[0]);
    }
}

static void one_of_a_launch_is_the_first(void **state)
{
    static const struct {
        const char *variables[8][2];
        bool first, first_here;
    } launches[] = {
        { { { "SLURM_PROCID", "1" }, { NULL } }, true, true }, /* of a job, in no step of it */
        { { { "SLURM_STEP_NUM_TASKS", "3" }, { "SLURM_LOCALID", "1" }, { NULL } }, false, false },
        { { { "SLURM_LOCALID", "0" }, { NULL } }, false, true },
        { { { "PMIX_RANK", "0" }, { NULL } }, true, true }, /* Slurm's own number is the daemon's */
        { { { "OMPI_COMM_WORLD_SIZE", "3" },
            { "OMPI_COMM_WORLD_RANK", "2" },
            { "OMPI_COMM_WORLD_LOCAL_RANK", "1" },
            { NULL } },
          false,
          false },
        { { { "OMPI_APP_CTX_NUM_PROCS", "2 1" }, { NULL } }, true, true }, /* mpirun -np 2 A : -np 1 B */
        { { { "OMPI_APP_CTX_NUM_PROCS", "1 2" }, { NULL } }, false, false },
        { { { "OMPI_COMM_WORLD_RANK", "0" }, { NULL } }, true, true },
        { { { "OMPI_COMM_WORLD_SIZE", "1" }, { NULL } }, true, true },
    };
    static const char *const none[][2] = { { "SLURM_PROCID" },
                                           { "SLURM_STEP_NUM_TASKS" },
                                           { "SLURM_LOCALID" },
                                           { "PMIX_RANK" },
                                           { "OMPI_COMM_WORLD_SIZE" },
                                           { "OMPI_COMM_WORLD_RANK" },
                                           { "OMPI_APP_CTX_NUM_PROCS" },
                                           { "OMPI_COMM_WORLD_LOCAL_RANK" },
                                           { NULL } };
    launch_by(none);
    for (size_t i = 0; i < sizeof launches / sizeof *launches; i++) {
        launch_by(launches[i].variables);
        if (fl_wire_launch_is_first() != launches[i].first || fl_wire_launch_is_first_here() != launches[i].first_here)
            fail_msg("launch %zu: first %d, on its machine %d", i, fl_wire_launch_is_first(),
                     fl_wire_launch_is_first_here());
    }
    launch_by(none);
}

static void neighbours_are_those_of_ones_own_machine(void **state)
{
    static const struct {
        const char *variables[8][2];
        int neighbours;
    } launches[] = {
        { { { "SLURM_STEP_NUM_TASKS", "7" }, { "SLURM_STEP_NUM_NODES", "4" }, { NULL } }, 2 }, /* told no more */
        { { { "SLURM_STEP_TASKS_PER_NODE", "2(x3),1" }, { "SLURM_NODEID", "0" }, { NULL } }, 2 },
        { { { "SLURM_NODEID", "2" }, { NULL } }, 2 },
        { { { "SLURM_NODEID", "3" }, { NULL } }, 1 },
        { { { "SLURM_STEP_TASKS_PER_NODE", "3,1(x2),2" }, { "SLURM_NODEID", "0" }, { NULL } }, 3 },
        { { { "SLURM_NODEID", "2" }, { NULL } }, 1 },
        { { { "SLURM_NODEID", "3" }, { NULL } }, 2 },
        { { { "SLURM_NODEID", "4" }, { NULL } }, 2 }, /* of no node that is told */
        { { { "SLURM_STEP_TASKS_PER_NODE", "3(y2)" }, { "SLURM_NODEID", "0" }, { NULL } }, 2 },
        { { { "SLURM_STEP_TASKS_PER_NODE", "none" }, { NULL } }, 2 },
        { { { "OMPI_COMM_WORLD_LOCAL_SIZE", "5" }, { NULL } }, 5 }, /* Slurm's are the daemon's */
    };
    static const char *const none[][2] = { { "SLURM_STEP_NUM_TASKS" },
                                           { "SLURM_STEP_NUM_NODES" },
                                           { "SLURM_STEP_TASKS_PER_NODE" },
                                           { "SLURM_NODEID" },
                                           { "OMPI_COMM_WORLD_LOCAL_SIZE" },
                                           { "MPI_LOCALNRANKS" },
                                           { NULL } };
    launch_by(none);
    for (size_t i = 0; i < sizeof launches / sizeof *launches; i++) {
        launch_by(launches[i].variables);
        if (fl_wire_launch_neighbours() != launches[i].neighbours)
            fail_msg("launch %zu: %d neighbours, not %d", i, fl_wire_launch_neighbours(), launches[i].neighbours);
    }
    launch_by(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_arrives_as_it_was_sent),
        cmocka_unit_test(a_long_message_travels_in_pieces),
        cmocka_unit_test(whatever_is_no_piece_of_this_run_is_dropped_and_counted),
        cmocka_unit_test(half_a_message_is_given_up_when_the_next_begins),
        cmocka_unit_test(launchers_variables_are_known),
        cmocka_unit_test(one_of_a_launch_is_the_first),
        cmocka_unit_test(neighbours_are_those_of_ones_own_machine),
    };
    return test_run(tests, NULL, NULL);
}
