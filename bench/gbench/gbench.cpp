// The C++ side of gbench.h. A gbench is a benchmark::State under another name.
#include "gbench/gbench.h"

#include <benchmark/benchmark.h>
#include <cmath>
#include <vector>

namespace
{
size_t n_begun, n_skipped; // calls of bodies, to tell "nothing was measured" from "only listed"

benchmark::State &state_of(gbench *run)
{
    return *reinterpret_cast<benchmark::State *>(run);
}

void set_counter(gbench *run, const char *name, double value, benchmark::Counter::Flags flags)
{
    if (std::isfinite(value) && value != 0) state_of(run).counters[name] = benchmark::Counter(value, flags);
}
} // namespace

void gbench_register(const char *name, gbench_clock clock, gbench_body *body, const void *what, size_t bytes)
{
    const char *first = static_cast<const char *>(what);
    std::vector<char> copy(first, first + bytes);
    auto call = [body, copy](benchmark::State &state) {
        n_begun++;
        body(reinterpret_cast<gbench *>(&state), copy.data());
        n_skipped += state.error_occurred();
    };
    auto *registered = benchmark::RegisterBenchmark(name, call);
    if (clock == GBENCH_OWN)
        registered->UseManualTime();
    else
        registered->UseRealTime();
}

bool gbench_next(gbench *run)
{
    return state_of(run).KeepRunning();
}

uint64_t gbench_iterations(const gbench *run)
{
    return static_cast<uint64_t>(reinterpret_cast<const benchmark::State *>(run)->max_iterations);
}

void gbench_seconds(gbench *run, double seconds)
{
    state_of(run).SetIterationTime(seconds);
}

void gbench_count(gbench *run, const char *name, double value)
{
    set_counter(run, name, value, benchmark::Counter::kDefaults);
}

void gbench_rate(gbench *run, const char *name, double per_iteration)
{
    set_counter(run, name, per_iteration, benchmark::Counter::kIsIterationInvariantRate);
}

void gbench_label(gbench *run, const char *text)
{
    state_of(run).SetLabel(text);
}

void gbench_skip(gbench *run, const char *sentence)
{
    state_of(run).SkipWithError(sentence);
}

void gbench_context(const char *name, const char *value)
{
    benchmark::AddCustomContext(name, value);
}

int gbench_main(int argc, char **argv, void (*help)(void))
{
    benchmark::Initialize(&argc, argv, help);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    size_t n_found = benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    bool measured = n_found && (n_begun == 0 || n_begun > n_skipped);
    return measured ? 0 : 4;
}
