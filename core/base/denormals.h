/* Denormal numbers, those below the smallest normal one (1.2e-38 in float), are zero wherever a trial computes:
 * flush-to-zero for results, denormals-are-zero for operands.
 *
 * Arithmetic with a denormal costs a processor a hundred cycles and more, and an average that decays, as every moment
 * of an optimizer does under zero gradients, ends among them. Every x86-64 processor has both modes and tells a
 * denormal by the same rule (after rounding), so bits stay the same everywhere. The modes belong to a thread: the
 * trainer sets them for the duration of a trial, backends in the threads they start; statistics, searches and whatever
 * else the supervisor computes do without.
 */
#ifndef FL_BASE_DENORMALS_H
#define FL_BASE_DENORMALS_H

/* From now on denormals are zero in this thread and in those it starts; returns what fl_denormals_restore takes. */
unsigned fl_denormals_flush(void);
void fl_denormals_restore(unsigned before);

/* The floating-point environment that a trial in this thread computes in, as MXCSR has it: masks, rounding and the two
 * modes, without the sticky flags. */
unsigned fl_denormals_environment(void);

#endif
