/* A worker has one event at a time, the arrival of its push: what comes before it is known when it begins. */
#include "virtual/server.h"

#include <string.h>

enum { ARRIVAL };

static size_t state_bytes(size_t workers)
{
    return sizeof(fl_virtual_server_state) + workers * sizeof(fl_virtual_worker);
}

size_t fl_virtual_server_bytes(size_t workers)
{
    return state_bytes(workers) + fl_virtual_events_bytes(workers);
}

fl_virtual_server fl_virtual_server_at(void *memory, const fl_virtual_server_rules *rules)
{
    return (fl_virtual_server){
        .rules = *rules,
        .state = memory,
        .events = (fl_virtual_events *)(void *)((char *)memory + state_bytes(rules->workers)),
    };
}

/* The durations of each push are a stream of their own, so that a checkpoint need keep none. */
static fl_random_stream stream_of(const fl_virtual_server *server, size_t worker, const fl_virtual_worker *of)
{
    enum { PUSHES = 40 }; /* bits of a push's number */
    return fl_random_stream_start(server->rules.seed, "durations", (uint64_t)worker << PUSHES | of->pushes);
}

static bool begin(fl_virtual_server *server, size_t worker)
{
    const fl_virtual_server_rules *rules = &server->rules;
    fl_virtual_worker *of = &server->state->workers[worker];
    fl_random_stream stream = stream_of(server, worker, of);
    bool reads = of->pushes * rules->push_every % rules->fetch_every == 0;
    of->begun = of->pulled = server->state->now;
    if (reads) of->version = server->state->applied;
    if (reads) of->pulled += fl_virtual_duration_draw(&rules->pull, &stream);
    of->computed = of->pulled;
    for (size_t i = 0; i < rules->push_every; i++) of->computed += fl_virtual_duration_draw(&rules->compute, &stream);
    of->arrives = of->computed + fl_virtual_duration_draw(&rules->push, &stream);
    of->pushes++;
    fl_virtual_events_add(server->events, of->arrives, (uint32_t)worker, ARRIVAL);
    return reads;
}

void fl_virtual_server_start(fl_virtual_server *server)
{
    memset(server->state, 0, fl_virtual_server_bytes(server->rules.workers));
    fl_virtual_events_start(server->events, server->rules.workers);
    for (size_t i = 0; i < server->rules.workers; i++) begin(server, i);
}

size_t fl_virtual_server_next(fl_virtual_server *server, uint64_t *staleness)
{
    fl_virtual_event arrival = { 0 };
    fl_virtual_events_next(server->events, &arrival); /* every worker has one */
    server->state->now = arrival.time;
    *staleness = server->state->applied - server->state->workers[arrival.worker].version;
    return arrival.worker;
}

bool fl_virtual_server_go_on(fl_virtual_server *server, size_t worker)
{
    server->state->applied++;
    return begin(server, worker);
}
