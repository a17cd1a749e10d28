/* Frames over a stream between two processes of one machine: bytes to or from one of a group whose others are reached
 * through whoever is at the other end. No call waits, so neither end can hold up the other.
 *
 * Both ends are of one build, and the stream loses nothing: what makes no sense ends it.
 */
#ifndef FL_WIRE_FRAMES_H
#define FL_WIRE_FRAMES_H

#include "base/text.h"
#include "wire/transport.h"

typedef struct fl_wire_frame {
    uint64_t group; /* its number, new each time a trial is given; a frame of an earlier one is late, and dropped */
    uint64_t peer;  /* whom it goes to or comes from, by place in the group */
    uint64_t length;
    const void *bytes; /* borrowed */
} fl_wire_frame;

typedef struct fl_wire_frames {
    int stream; /* borrowed, and does not wait */
    bool ended; /* nobody is at the other end */
    fl_text in, out;
    size_t taken, sent; /* of these */
} fl_wire_frames;

fl_wire_frames fl_wire_frames_over(int stream);
void fl_wire_frames_free(fl_wire_frames *frames);

/* Send a frame, as far as the other end takes it now; the rest by fl_wire_frames_send_on. */
void fl_wire_frames_put(fl_wire_frames *frames, const fl_wire_frame *frame);
void fl_wire_frames_send_on(fl_wire_frames *frames);
bool fl_wire_frames_wait(const fl_wire_frames *frames); /* something is still to be sent */
void fl_wire_frames_flush(fl_wire_frames *frames);      /* which waits till the other end has taken all */

/* The next whole frame that is there, valid until the next call; false: none. */
bool fl_wire_frames_get(fl_wire_frames *frames, fl_wire_frame *frame);

/* A transport by frames of one group, in which this process has place `rank` of `size`. Frames are borrowed. */
typedef struct fl_wire_by_frames {
    fl_wire_frames *frames;
    uint64_t group;
} fl_wire_by_frames;

fl_wire_transport fl_wire_by_frames_join(fl_wire_by_frames *by, int rank, int size);

#endif
