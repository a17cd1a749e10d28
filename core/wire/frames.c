/* A frame is group, peer and length as they lie in memory, then the bytes. */
#include "wire/frames.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 24, CHUNK = 1 << 20, MOST = 1 << 26 };

fl_wire_frames fl_wire_frames_over(int stream)
{
    return (fl_wire_frames){ .stream = stream };
}

void fl_wire_frames_free(fl_wire_frames *frames)
{
    fl_text_free(&frames->in);
    fl_text_free(&frames->out);
    *frames = (fl_wire_frames){ .stream = -1, .ended = true };
}

bool fl_wire_frames_wait(const fl_wire_frames *frames)
{
    return !frames->ended && frames->sent < frames->out.length;
}

void fl_wire_frames_send_on(fl_wire_frames *frames)
{
    while (fl_wire_frames_wait(frames)) {
        ssize_t n =
            send(frames->stream, frames->out.bytes + frames->sent, frames->out.length - frames->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        frames->ended = n < 0;
        if (n > 0) frames->sent += (size_t)n;
    }
    frames->out.length = frames->sent = 0;
}

void fl_wire_frames_put(fl_wire_frames *frames, const fl_wire_frame *frame)
{
    const uint64_t header[HEADER / sizeof(uint64_t)] = { frame->group, frame->peer, frame->length };
    if (frames->ended) return;
    fl_text_add_bytes(&frames->out, (const char *)header, sizeof header);
    fl_text_add_bytes(&frames->out, frame->bytes, frame->length);
    fl_wire_frames_send_on(frames);
}

void fl_wire_frames_flush(fl_wire_frames *frames)
{
    for (fl_wire_frames_send_on(frames); fl_wire_frames_wait(frames); fl_wire_frames_send_on(frames))
        poll(&(struct pollfd){ frames->stream, POLLOUT, 0 }, 1, -1);
}

/* Is a frame whole, in what has come? */
static bool parse(const fl_wire_frames *frames, fl_wire_frame *frame)
{
    uint64_t header[HEADER / sizeof(uint64_t)];
    size_t there = frames->in.length - frames->taken;
    const char *at = frames->in.bytes + frames->taken;
    if (there < HEADER) return false;
    memcpy(header, at, sizeof header);
    *frame = (fl_wire_frame){ header[0], header[1], header[2], at + HEADER };
    return frame->length > MOST || there - HEADER >= frame->length;
}

/* Read what is there; false: nothing. */
static bool read_more(fl_wire_frames *frames)
{
    static char bytes[CHUNK];
    if (frames->taken) memmove(frames->in.bytes, frames->in.bytes + frames->taken, frames->in.length - frames->taken);
    frames->in.length -= frames->taken;
    frames->taken = 0;
    ssize_t n;
    do n = read(frames->stream, bytes, sizeof bytes);
    while (n < 0 && errno == EINTR);
    frames->ended = !n || (n < 0 && errno != EAGAIN);
    if (n > 0) fl_text_add_bytes(&frames->in, bytes, (size_t)n);
    return n > 0;
}

bool fl_wire_frames_get(fl_wire_frames *frames, fl_wire_frame *frame)
{
    bool whole = frames->in.length && parse(frames, frame);
    while (!whole && !frames->ended && read_more(frames)) whole = parse(frames, frame);
    if (whole && frame->length > MOST) frames->ended = true;
    if (!whole || frame->length > MOST) return false;
    frames->taken += HEADER + frame->length;
    return true;
}

/* --- the transport --- */

static void send_to(void *self, int to, const void *bytes, size_t n)
{
    fl_wire_by_frames *by = self;
    fl_wire_frames_put(by->frames, &(fl_wire_frame){ by->group, (uint64_t)to, n, bytes });
}

static size_t receive_any(void *self, int *from, const void **bytes)
{
    fl_wire_by_frames *by = self;
    fl_wire_frame frame;
    fl_wire_frames_send_on(by->frames);
    while (fl_wire_frames_get(by->frames, &frame)) {
        if (frame.group != by->group || !frame.length) continue;
        *from = (int)frame.peer;
        *bytes = frame.bytes;
        return frame.length;
    }
    return 0;
}

/* What was sent last must be gone before this process waits for something else. */
static void finish(void *self)
{
    fl_wire_frames_flush(((fl_wire_by_frames *)self)->frames);
}

static void abandon(void *self, int code)
{
    _exit(code);
}

fl_wire_transport fl_wire_by_frames_join(fl_wire_by_frames *by, int rank, int size)
{
    return (fl_wire_transport){ by, rank, size, send_to, receive_any, finish, abandon };
}
