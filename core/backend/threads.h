/* The threads that libraries keep for themselves: denormals are zero in them too (base/denormals.h), and loops of our
 * own may be divided over them. */
#ifndef FL_BACKEND_THREADS_H
#define FL_BACKEND_THREADS_H

/* Set the modes in `threads` threads of OpenMP, if the process has it. The libraries bring their OpenMP along, so it is
 * looked up in the process; a thread that joins later inherits the modes from the one that trains. */
void fl_backend_threads_flush(unsigned threads);

/* How many threads OpenMP computes with; 1 without it. */
unsigned fl_backend_threads(void);

/* Call `body` in up to `threads` of them, each for one of `parts`; returns when all are done. */
typedef void fl_backend_threads_body(const void *data, unsigned part, unsigned parts);
void fl_backend_threads_each(unsigned threads, fl_backend_threads_body *body, const void *data);

#endif
