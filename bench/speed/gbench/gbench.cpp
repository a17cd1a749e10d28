// The C++ side of gbench.h. Rates are computed here, not by the library: it would print "GFLOP/s=90/s", and it divides
// by a time without looking at it.
#include "speed/gbench/gbench.h"

#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <regex.h>
#include <vector>

using wall = std::chrono::steady_clock;

struct gbench {
    benchmark::State &state;
    gbench_clock clock;
    double seconds = 0; // of all iterations of this call
    bool begun = false;
    wall::time_point begin{};
};

namespace
{
size_t n_called, n_skipped; // bodies, to tell "nothing was measured" from "only listed"
} // namespace

void gbench_register(const char *name, gbench_clock clock, gbench_body *body, const void *what, size_t bytes)
{
    const char *first = static_cast<const char *>(what);
    std::vector<char> copy(first, first + bytes);
    auto call = [clock, body, copy](benchmark::State &state) {
        gbench run{ state, clock };
        body(&run, copy.data());
        n_called++;
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
    if (!run->begun) run->begin = wall::now();
    run->begun = true;
    if (run->state.KeepRunning()) return true;
    if (run->clock == GBENCH_WALL) run->seconds = std::chrono::duration<double>(wall::now() - run->begin).count();
    return false;
}

uint64_t gbench_iterations(const gbench *run)
{
    return static_cast<uint64_t>(run->state.max_iterations);
}

void gbench_seconds(gbench *run, double seconds)
{
    run->seconds += seconds;
    run->state.SetIterationTime(seconds);
}

void gbench_count(gbench *run, const char *name, double value)
{
    if (std::isfinite(value) && value != 0) run->state.counters[name] = value;
}

void gbench_rate(gbench *run, const char *name, double per_iteration)
{
    gbench_count(run, name, per_iteration * static_cast<double>(run->state.iterations()) / run->seconds);
}

void gbench_label(gbench *run, const char *text)
{
    run->state.SetLabel(text);
}

void gbench_skip(gbench *run, const char *message)
{
    run->state.SkipWithError(message);
}

void gbench_context(const char *name, const char *value)
{
    benchmark::AddCustomContext(name, value);
}

// The library ends with 1 where it cannot write its file.
static bool is_writable(int argc, char **argv)
{
    static const std::string flag = "--benchmark_out=";
    for (int i = 1; i < argc; i++) {
        if (flag.compare(0, flag.size(), argv[i], 0, flag.size()) != 0 || !argv[i][flag.size()]) continue;
        if (std::ofstream(argv[i] + flag.size(), std::ios::app)) continue;
        std::cerr << argv[i] + flag.size() << ": cannot be written\n";
        return false;
    }
    return true;
}

// The library runs nothing where its filter is no regular expression.
static bool is_regex(const std::string &filter)
{
    regex_t compiled;
    char reason[100];
    int trouble = regcomp(&compiled, filter.c_str() + (filter[0] == '-'), REG_EXTENDED | REG_NOSUB);
    if (trouble == 0) {
        regfree(&compiled);
        return true;
    }
    regerror(trouble, &compiled, reason, sizeof reason);
    std::cerr << "--benchmark_filter=" << filter << ": " << reason << "\n";
    return false;
}

int gbench_main(int argc, char **argv, void (*help)(void))
{
    if (!is_writable(argc, argv)) return 2;
    benchmark::Initialize(&argc, argv, help);
    if (benchmark::ReportUnrecognizedArguments(argc, argv) || !is_regex(benchmark::GetBenchmarkFilter())) return 2;
    size_t n_found = benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    if (!std::cout.flush()) {
        std::cerr << "stdout: not everything could be written\n";
        return 3;
    }
    bool measured = n_found && (n_called == 0 || n_called > n_skipped);
    return measured ? 0 : 4;
}
