/* --version: the build and every backend's library. */
#ifndef BENCH_SAY_VERSION_H
#define BENCH_SAY_VERSION_H

/* Print them under the program's name; returns the exit code, 0. */
int version_print(const char *program);

#endif
