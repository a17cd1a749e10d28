/* fairlead-kernels: what each piece of a training costs, beside what this machine can do at best. A contents page. */
#include "base/denormals.h"
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "backend/backend.h"
#include "record/build.h"
#include "say/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*const groups[])(void) = {
    kernels_layers,  kernels_updates, kernels_dense, kernels_factors, kernels_curvature,
    kernels_batches, kernels_initial, kernels_steps, kernels_trials,  kernels_records,
};

static const char help_text[] =
    "usage: fairlead-kernels [--benchmark_filter=REGEX] [--benchmark_list_tests] [--benchmark_min_time=SECONDS]\n"
    "                        [--benchmark_repetitions=N] [--benchmark_enable_random_interleaving]\n"
    "                        [--benchmark_out=FILE.json] [--benchmark_format=console|json] ...\n\n"
    "Measures the kernels of every backend and precision on one thread. The flags are Google Benchmark's;\n"
    "'fairlead compare' compares two of the files. Names are KERNEL/.../BACKEND/PRECISION/BATCH.\n"
    "--version names the build and its libraries.\n\n"
    "example:\n"
    "  fairlead-kernels --benchmark_filter=forward/simple_cnn --benchmark_repetitions=10 --benchmark_out=new.json\n";

static bool asked_for_help;

static void help(void)
{
    fputs(help_text, asked_for_help ? stdout : stderr);
    exit(asked_for_help ? 0 : 2);
}

/* One thread each, and facts for the head of the output. */
static void start_backends(void)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_text words = { 0 };
        fl_error error;
        bool usable = (*b)->usable(FL_BACKEND_F32, &error);
        if (usable && !(*b)->start(1, &error)) fl_error_die("%s", error.text);
        if (usable) (*b)->describe(&words);
        gbench_context((*b)->entry.name, usable ? words.bytes : error.text);
        fl_text_free(&words);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) asked_for_help |= !strcmp(argv[i], "--help");
    fl_denormals_flush(); /* as a trial computes */
    if (argc == 2 && !strcmp(argv[1], "--version")) return version_print("fairlead-kernels");
    start_backends();
    gbench_context("fairlead", fl_record_build_version);
    gbench_context("commit", fl_record_build_commit);
    gbench_context("compiler", fl_record_build_compiler);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) groups[i]();
    return gbench_main(argc, argv, help);
}
