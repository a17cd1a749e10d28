/* A round is begun, comes, and is used; everything between is a comparison of times. */
#include "virtual/inverses.h"

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The durations of a step are streams of their own, so that a checkpoint need keep none. */
static fl_random_stream stream_of(const fl_virtual_inverses_rules *rules, fl_virtual_inverses_kind kind, uint64_t step)
{
    return fl_random_stream_start(rules->seed, "durations", FL_VIRTUAL_INVERSES_KINDS * step + kind);
}

uint64_t fl_virtual_inverses_duration(const fl_virtual_inverses_rules *rules, fl_virtual_inverses_kind kind,
                                      uint64_t step, size_t worker)
{
    fl_random_stream stream = stream_of(rules, kind, step);
    for (size_t i = 0; i < worker; i++) fl_virtual_duration_draw(&rules->of[kind], &stream);
    return fl_virtual_duration_draw(&rules->of[kind], &stream);
}

static uint64_t slowest(const fl_virtual_inverses_rules *rules, fl_virtual_inverses_kind kind, uint64_t step, size_t n)
{
    fl_random_stream stream = stream_of(rules, kind, step);
    uint64_t most = 0;
    for (size_t i = 0; i < n; i++) most = later(most, fl_virtual_duration_draw(&rules->of[kind], &stream));
    return most;
}

static bool is_due(const fl_virtual_inverses_round *round, uint64_t step, uint64_t every)
{
    return !round->busy && (!round->n || step - round->step >= every);
}

static void begin(fl_virtual_inverses_round *round, uint64_t step, uint64_t from, uint64_t to)
{
    *round = (fl_virtual_inverses_round){ .n = round->n + 1, .step = step, .from = from, .to = to, .busy = 1 };
}

static bool comes(fl_virtual_inverses_round *round, uint64_t by)
{
    if (!round->busy || round->to > by) return false;
    round->busy = 0;
    return true;
}

/* Statistics of gradient workers come before their passes. Returns when the update is, if it waits for no inverses. */
static uint64_t measure(fl_virtual_inverses_state *s, const fl_virtual_inverses_rules *rules, uint64_t step,
                        const fl_virtual_inverses_work *work, void *user)
{
    fl_virtual_inverses_round *round = &s->statistics;
    size_t n = rules->statistics_workers ? rules->statistics_workers : rules->workers;
    s->computes = s->now;
    if (is_due(round, step, rules->statistics_every)) {
        work->measure(user);
        begin(round, step, s->now, s->now + slowest(rules, FL_VIRTUAL_INVERSES_STATISTICS, step, n));
        if (!rules->statistics_workers) s->computes = round->to;
    }
    uint64_t end = s->computes + slowest(rules, FL_VIRTUAL_INVERSES_STEP, step, rules->workers);
    return round->busy && (rules->waits || !s->taken) ? later(end, round->to) : end;
}

static void use(fl_virtual_inverses_state *s, const fl_virtual_inverses_work *work, void *user)
{
    work->use(user);
    s->taken = 1;
    s->of = s->inverses.step;
}

void fl_virtual_inverses_step(fl_virtual_inverses_state *s, const fl_virtual_inverses_rules *rules, uint64_t step,
                              const fl_virtual_inverses_work *work, void *user)
{
    uint64_t end = measure(s, rules, step, work, user), free = s->now;
    fl_virtual_inverses_round *inverses = &s->inverses;
    if (comes(&s->statistics, end)) {
        work->average(user);
        free = later(free, s->statistics.to);
    }
    if (comes(inverses, end)) {
        use(s, work, user);
        free = later(free, inverses->to);
    }
    if (is_due(inverses, step, rules->inverse_every)) {
        double all = (double)fl_virtual_inverses_duration(rules, FL_VIRTUAL_INVERSES_INVERSE, step, 0);
        work->invert(user);
        begin(inverses, step, free, free + (uint64_t)(all * rules->share + 0.5));
        if (rules->waits || !s->taken) end = later(end, inverses->to);
        if (comes(inverses, end)) use(s, work, user);
    }
    s->now = end;
}

/* Too few to be sorted by anything better. */
static size_t costliest(size_t n, const double *cost, const size_t *of, size_t nobody)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (of[i] == nobody && (best == n || cost[i] > cost[best])) best = i;
    return best;
}

static double load_of(size_t n, const double *cost, const size_t *of, size_t worker)
{
    double load = 0;
    for (size_t i = 0; i < n; i++) load += of[i] == worker ? cost[i] : 0;
    return load;
}

static size_t idlest(size_t n, const double *cost, const size_t *of, size_t workers)
{
    size_t best = 0;
    for (size_t w = 1; w < workers; w++)
        if (load_of(n, cost, of, w) < load_of(n, cost, of, best)) best = w;
    return best;
}

double fl_virtual_inverses_assign(size_t n, const double *cost, size_t workers, size_t *of)
{
    double all = 0, most = 0;
    if (workers > n) workers = n ? n : 1;
    for (size_t i = 0; i < n; i++) {
        of[i] = workers;
        all += cost[i];
    }
    for (size_t i = 0; i < n; i++) of[costliest(n, cost, of, workers)] = idlest(n, cost, of, workers);
    for (size_t w = 0; w < workers; w++) {
        double load = load_of(n, cost, of, w);
        most = load > most ? load : most;
    }
    return all > 0 ? most / all : 1;
}
