/* The threads that libraries keep for themselves: denormals are zero in them too (base/denormals.h). */
#ifndef FL_BACKEND_THREADS_H
#define FL_BACKEND_THREADS_H

/* Set the modes in `threads` threads of OpenMP, if the process has it. The libraries bring their OpenMP along, so it is
 * looked up in the process; a thread that joins later inherits the modes from the one that trains. */
void fl_backend_threads_flush(unsigned threads);

#endif
