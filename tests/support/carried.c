#include "support/carried.h"
#include "support/trial.h"
#include "wire/frames.h"
#include "wire/piece.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GROUP = 7, HELD = 64 };

static carried *shared;           /* by rank, with the processes */
static fl_train_trainer *trainer; /* forked with what it has loaded */

int carried_set_up(void **state)
{
    trainer = fl_train_trainer_new();
    shared = mmap(NULL, CARRIED_MOST * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED;
}

int carried_tear_down(void **state)
{
    fl_train_trainer_free(trainer);
    return munmap(shared, CARRIED_MOST * sizeof *shared);
}

fl_train_trainer *carried_trainer(void)
{
    return trainer;
}

fl_trial carried_trial(const char *method, const char *rule, size_t workers)
{
    fl_trial trial = naive_trial(rule, fl_workload_find("glyphs/mlp", NULL));
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = .05;
    trial.split.validation = 100;
    trial.batch_size = 12;
    trial.steps = 4;
    trial.eval_every = 2;
    trial.test = FL_TRIAL_TEST_FINAL;
    trial.owners.method = fl_method_find(method, NULL);
    trial.workers = workers;
    for (size_t i = 0; i < trial.owners.method->n_hypers; i++)
        trial.values.of[FL_TRIAL_OF_METHOD][i] =
            isnan(trial.owners.method->hypers[i].default_value) ? 2 : trial.owners.method->hypers[i].default_value;
    return trial;
}

/* --- a process --- */

static size_t count_here(const json_t *hosts)
{
    char here[80] = "";
    size_t i, n = 0;
    json_t *host;
    gethostname(here, sizeof here - 1);
    json_array_foreach(hosts, i, host) n += !strcmp(json_string_value(host), here);
    return n;
}

static carried see(const fl_trial *trial, const fl_train_callbacks *callbacks)
{
    fl_outcome o;
    fl_error error;
    carried s = { .ran = fl_train_trial(trainer, trial, callbacks, &o, &error) };
    if (!s.ran) snprintf(s.reason, sizeof s.reason, "%.230s", error.text);
    if (!s.ran) return s;
    s.status = o.status;
    s.gradients = o.gradient_evaluations;
    s.bytes = o.carriers.bytes;
    s.n_here = count_here(o.carriers.hosts);
    s.loss = o.n_points ? o.points[o.n_points - 1].of[FL_TRIAL_VAL_LOSS] : 0;
    strcpy(s.hash, o.state_hash);
    strcpy(s.reason, o.reason);
    fl_outcome_free(&o);
    return s;
}

carried train_alone(const fl_trial *trial)
{
    return see(trial, NULL);
}

static void be(int rank, int size, int stream, const fl_trial *trial, const carried_harm *harm)
{
    fl_wire_frames frames = fl_wire_frames_over(stream);
    fl_wire_by_frames by = { &frames, GROUP };
    fl_wire *wire = fl_wire_new(fl_wire_by_frames_join(&by, rank, size));
    fl_train_set_wire(trainer, wire, "one host", harm->silence);
    shared[rank] = see(trial, (size_t)rank == harm->rank ? &harm->callbacks : NULL);
    fl_wire_finish(wire);
    _exit(0);
}

/* --- what passes through the test: a frame's peer is its sender here --- */

/* The same once more, half of it, of another group, and of nobody. */
static void disturb(fl_wire_frames *to, fl_wire_frame frame)
{
    fl_wire_frame half = frame, other = frame, nonsense = frame;
    half.length /= 2;
    other.group = GROUP + 1;
    nonsense.peer = 99;
    fl_wire_frames_put(to, &frame);
    fl_wire_frames_put(to, &half);
    fl_wire_frames_put(to, &other);
    fl_wire_frames_put(to, &nonsense);
}

/* What is held back, in its order. */
typedef struct holding {
    const carried_delay *delay;
    bool begun, over;
    size_t n;
    fl_text of[HELD];
} holding;

static bool is_message(const fl_wire_frame *frame, uint64_t kind)
{
    fl_wire_piece piece;
    return fl_wire_piece_read(frame->bytes, frame->length, &piece) && piece.kind == kind;
}

static bool holds(holding *h, const fl_wire_frame *frame, size_t to)
{
    if (h->over || frame->peer != h->delay->from || to != h->delay->to) return false;
    h->begun |= is_message(frame, h->delay->first);
    if (!h->begun) return false;
    assert_in_range(h->n, 0, HELD - 1);
    fl_text_add_bytes(&h->of[h->n++], frame->bytes, frame->length);
    return true;
}

static void let_go(holding *h, const fl_wire_frame *passed, size_t to, fl_wire_frames *frames)
{
    if (h->over || passed->peer != h->delay->other || to != h->delay->to) return;
    h->over = is_message(passed, h->delay->last);
    for (size_t i = 0; h->over && i < h->n; i++) {
        fl_wire_frame held = { GROUP, h->delay->from, h->of[i].length, h->of[i].bytes };
        fl_wire_frames_put(frames, &held);
        fl_text_free(&h->of[i]);
    }
}

static void pass_on_from(size_t from, fl_wire_frames *frames, bool disturbed, holding *held)
{
    fl_wire_frame frame;
    fl_wire_frames_send_on(&frames[from]);
    while (fl_wire_frames_get(&frames[from], &frame)) {
        size_t to = frame.peer;
        frame.peer = from;
        if (holds(held, &frame, to)) continue;
        fl_wire_frames_put(&frames[to], &frame);
        let_go(held, &frame, to, &frames[to]);
        if (disturbed) disturb(&frames[to], frame);
    }
}

static void await_any(const fl_wire_frames *frames, int size)
{
    struct pollfd polls[CARRIED_MOST];
    for (int i = 0; i < CARRIED_MOST; i++) {
        polls[i] = (struct pollfd){ .fd = -1 }; /* which is passed over */
        if (i >= size || frames[i].ended) continue;
        polls[i].fd = frames[i].stream;
        polls[i].events = fl_wire_frames_wait(&frames[i]) ? POLLIN | POLLOUT : POLLIN;
    }
    poll(polls, CARRIED_MOST, 1000);
}

/* Until all streams have ended. */
static void pass_on(fl_wire_frames *frames, int size, const carried_harm *harm)
{
    holding held = { .delay = harm->delay, .over = !harm->delay };
    for (int open = size; open;) {
        await_any(frames, size);
        open = 0;
        for (int i = 0; i < size; i++) {
            pass_on_from((size_t)i, frames, harm->disturbed, &held);
            open += !frames[i].ended;
        }
    }
    assert_true(held.over && (!harm->delay || held.n));
}

/* --- a training --- */

const carried *train_carried(int size, const fl_trial *trial, const carried_harm *harm)
{
    fl_wire_frames frames[CARRIED_MOST];
    pid_t children[CARRIED_MOST];
    memset(shared, 0, CARRIED_MOST * sizeof *shared);
    for (int rank = 0; rank < size; rank++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
        children[rank] = fork();
        if (!children[rank]) be(rank, size, ends[1], trial, harm);
        close(ends[1]);
        frames[rank] = fl_wire_frames_over(ends[0]);
    }
    pass_on(frames, size, harm);
    for (int rank = 0; rank < size; rank++) {
        int status;
        waitpid(children[rank], &status, 0);
        assert_true(harm->fatal || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
        close(frames[rank].stream);
        fl_wire_frames_free(&frames[rank]);
    }
    return shared;
}

void assert_same_bits(const carried *a, const carried *b)
{
    assert_true(a->ran && b->ran);
    assert_int_equal(a->status, FL_OUTCOME_COMPLETE);
    assert_string_equal(a->hash, b->hash);
    assert_true(a->loss == b->loss && a->gradients == b->gradients);
}

void assert_all_ended(const carried *seen, int size, fl_outcome_status status, const char *reason)
{
    for (int rank = 0; rank < size; rank++) {
        assert_true(seen[rank].ran);
        assert_int_equal(seen[rank].status, status);
        if (reason) assert_string_equal(seen[rank].reason, reason);
    }
}
