// SPDX-License-Identifier: Apache-2.0
//
// Understanding with the intents that are built in: folding, matching, compiling, loading.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "intents/matcher.hpp"
#include "intents/normalise.hpp"
#include "tools/content/embedded.hpp"

namespace {

using namespace befriend;

const char* const messages[] = {
    "im such an idiot, nobody else messes up like this",
    "I had a long day and then my sister called, it was nice to hear her voice",
    "hello",
    "I keep going over what I said in the meeting, everybody must have noticed",
    "my boss shouted at me again and I just froze",
    "I don't know how to say this but I feel so empty lately, like there is a wall of glass "
    "between me and everyone",
    "what can you do?",
    "the bus was late and it rained, otherwise fine",
};

Matcher built_in() {
    std::vector<Source> sources;
    for (const EmbeddedFile& file : embedded_files()) {
        if (std::string(file.path).find("intents/") != std::string::npos)
            sources.push_back({std::string(file.path), std::string(file.bytes)});
    }
    Diagnostics diagnostics;
    return Matcher::compile(load_catalogue(std::move(sources), diagnostics), diagnostics);
}

void normalise(benchmark::State& state) {
    WordCut cut;
    std::size_t i = 0;
    for (auto _ : state) {
        cut_words(messages[i++ % std::size(messages)], cut);
        benchmark::DoNotOptimize(cut.words.data());
    }
}
BENCHMARK(normalise);

void match(benchmark::State& state) {
    static const Matcher matcher = built_in();
    Scratch scratch;
    Understanding u;
    const Context context;
    std::size_t i = 0;
    for (auto _ : state) {
        matcher.understand(messages[i++ % std::size(messages)], context, scratch, u);
        benchmark::DoNotOptimize(u.readings.data());
    }
}
BENCHMARK(match);

// Time a word must not grow with the length of the message.
void long_message(benchmark::State& state) {
    static const Matcher matcher = built_in();
    std::string text;
    for (std::int64_t words = 0; words < state.range(0); words += 12)
        text += "We walked along the river, then the rain came and we ran home. ";
    Scratch scratch;
    Understanding u;
    const Context context;
    for (auto _ : state) {
        matcher.understand(text, context, scratch, u);
        benchmark::DoNotOptimize(u.readings.data());
    }
    state.counters["ns_a_word"] = benchmark::Counter(
        static_cast<double>(state.range(0)) * static_cast<double>(state.iterations()) * 1e-9,
        benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(long_message)->Arg(500)->Arg(5000)->Arg(50000);

void load(benchmark::State& state) {
    std::string bytes;
    built_in().save(bytes);
    for (auto _ : state) {
        Matcher matcher;
        benchmark::DoNotOptimize(matcher.load(bytes));
    }
    state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(load);

void compile(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(built_in().state_count());
}
BENCHMARK(compile)->Iterations(2)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
