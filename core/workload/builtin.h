/* The files of suites/workloads, compiled in by CMake (cmake/workloads.cmake). */
#ifndef FL_WORKLOAD_BUILTIN_H
#define FL_WORKLOAD_BUILTIN_H

typedef struct fl_workload_text {
    const char *name; /* "glyphs/mlp" */
    const char *text; /* its JSON; NULL ends the list */
} fl_workload_text;

extern const fl_workload_text fl_workload_builtin[];

#endif
