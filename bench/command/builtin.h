/* The study a program was built with; NULL in the fairlead command. */
#ifndef BENCH_COMMAND_BUILTIN_H
#define BENCH_COMMAND_BUILTIN_H

extern const char *const builtin_study; /* its name: "quick", "choi/fashion_mnist" */
extern const char *const builtin_text;  /* its JSON */

#endif
