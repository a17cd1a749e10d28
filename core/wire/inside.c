/* A queue per receiver. */
#include "wire/inside.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct packet {
    struct packet *next;
    int from;
    size_t n;
    char bytes[];
} packet;

typedef struct end {
    fl_wire_inside *inside;
    int rank;
    bool cut;
    packet *first, **last;
    packet *received; /* handed out, freed by the next call */
} end;

struct fl_wire_inside {
    int size;
    end *ends;
};

fl_wire_inside *fl_wire_inside_new(int size)
{
    fl_wire_inside *inside = fl_memory_new(1, sizeof *inside);
    *inside = (fl_wire_inside){ size, fl_memory_new((size_t)size, sizeof(end)) };
    for (int i = 0; i < size; i++) {
        inside->ends[i] = (end){ .inside = inside, .rank = i };
        inside->ends[i].last = &inside->ends[i].first;
    }
    return inside;
}

void fl_wire_inside_free(fl_wire_inside *inside)
{
    for (int i = 0; i < inside->size; i++) {
        for (packet *p = inside->ends[i].first, *next; p; p = next) {
            next = p->next;
            free(p);
        }
        free(inside->ends[i].received);
    }
    free(inside->ends);
    free(inside);
}

static void send(void *self, int to, const void *bytes, size_t n)
{
    end *mine = self, *theirs = &mine->inside->ends[to];
    if (mine->cut || theirs->cut) return;
    packet *p = fl_memory_new(1, sizeof *p + n);
    p->from = mine->rank;
    p->n = n;
    memcpy(p->bytes, bytes, n);
    *theirs->last = p;
    theirs->last = &p->next;
}

static size_t receive(void *self, int *from, const void **bytes)
{
    end *mine = self;
    packet *p = mine->first;
    free(mine->received);
    mine->received = p;
    if (!p) return 0;
    mine->first = p->next;
    if (!mine->first) mine->last = &mine->first;
    *from = p->from;
    *bytes = p->bytes;
    return p->n;
}

static void finish(void *self) {}

static void abandon(void *self, int code) {}

fl_wire_transport fl_wire_inside_end(fl_wire_inside *inside, int rank)
{
    return (fl_wire_transport){ &inside->ends[rank], rank, inside->size, send, receive, finish, abandon };
}

void fl_wire_inside_cut(fl_wire_inside *inside, int rank, bool cut)
{
    inside->ends[rank].cut = cut;
}
