/* The file of kernel benchmarks that `fairlead compare` reads, compared with itself. */
#include "compare/compare_kernels.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_error error = { .text = "" };
    compare_runs runs;
    fuzz_file file = fuzz_file_open(bytes, n);
    if (compare_runs_read(file.path, COMPARE_REPETITIONS, &runs, &error)) {
        compare_kernels kernels = compare_kernels_make(&runs, &runs, COMPARE_REPETITIONS, &(compare_runs){ .n = 0 });
        PROMISE(kernels.n == runs.n && !kernels.counts[COMPARE_SLOWER]);
        json_decref(compare_kernels_json(&kernels));
        compare_kernels_free(&kernels);
    } else {
        promise_sentence(&error);
    }
    compare_runs_free(&runs);
    fuzz_file_close(&file);
    return 0;
}
