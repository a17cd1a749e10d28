/* Loops compiled once for each width of vectors; the loader picks the widest the processor has.
 *
 * For loops that add, multiply, divide and take square roots element by element: IEEE 754 rounds those correctly, and
 * the build forbids contraction, so all clones give the same bits.
 *
 * Not with clang: version 14 makes the choosers of static functions global, so that those of two files collide.
 */
#ifndef FL_BASE_CLONES_H
#define FL_BASE_CLONES_H

#ifdef FL_CLONES /* a build may want none */
#elif defined __x86_64__ && !defined __clang__
#define FL_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define FL_CLONES
#endif

#endif
