// SPDX-License-Identifier: Apache-2.0
//
// A whole turn with the shipped pack, and what surrounds it: loading the compiled pack, a session
// as bytes, encoded and decoded. Messages are the labelled sentences of the corpus, each used once
// a round, so that nothing is fast because it was said before.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/script/pack_file.hpp"
#include "engine/session_json.hpp"
#include "engine/step.hpp"
#include "tools/pack_source.hpp"

namespace befriend {
namespace {

const Pack& pack() {
    static const std::shared_ptr<const Pack> shipped = [] {
        Diagnostics diagnostics;
        PackOptions options;
        options.cache = false;
        return load_pack(options, diagnostics);
    }();
    return *shipped;
}

const std::vector<std::string>& messages() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> texts;
        std::vector<std::filesystem::path> files;
        for (const auto& file :
             std::filesystem::directory_iterator(BEFRIEND_SOURCE_DIR "/corpus/en/utterances"))
            files.push_back(file.path());
        std::sort(files.begin(), files.end());
        for (const auto& path : files) {
            std::ifstream in(path);
            std::string line;
            std::getline(in, line);
            while (std::getline(in, line)) texts.push_back(line.substr(0, line.find('\t')));
        }
        // Mixed by a fixed stride, so that neighbours are about different things.
        std::vector<std::string> mixed;
        const std::size_t stride = 7919;
        for (std::size_t i = 0; i < texts.size(); ++i)
            mixed.push_back(texts[(i * stride) % texts.size()]);
        return mixed;
    }();
    return all;
}

// One turn is too short for the processor-time clock, which is a system call: single turns are
// taken by the wall clock, so other programs show in p99; the mean is in processor time.
double wall_us() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::micro>(now).count();
}

void step_turn(benchmark::State& state) {
    Session session;
    Incoming incoming;
    incoming.person = "p";
    incoming.at = Instant(std::chrono::hours(24 * 20000));
    incoming.parts.resize(1);
    std::size_t at = 0;
    std::vector<double> each;
    each.reserve(1 << 20);
    benchmark::DoNotOptimize(pack().dialogs.size() +
                             messages().size());  // made before the clock runs
    for (auto _ : state) {
        incoming.parts[0] = messages()[at++ % messages().size()];
        incoming.at += std::chrono::seconds(20);
        const double begin = wall_us();
        Turn turn = step(pack(), std::move(session), incoming);
        each.push_back(wall_us() - begin);
        session = std::move(turn.session);
        benchmark::DoNotOptimize(turn.effects);
    }
    std::sort(each.begin(), each.end());
    state.counters["p50_us"] = each[each.size() / 2];
    state.counters["p99_us"] = each[each.size() * 99 / 100];
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(step_turn)->Unit(benchmark::kMicrosecond);

void understand_shipped(benchmark::State& state) {
    Scratch scratch;
    Understanding heard;
    std::size_t at = 0;
    benchmark::DoNotOptimize(pack().dialogs.size() + messages().size());
    for (auto _ : state) {
        pack().matcher.understand(messages()[at++ % messages().size()], {}, scratch, heard);
        benchmark::DoNotOptimize(heard.readings);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(understand_shipped)->Unit(benchmark::kMicrosecond);

void load_compiled_pack(benchmark::State& state) {
    const std::string bytes = save_pack(pack());
    for (auto _ : state) {
        auto loaded = read_pack(bytes, pack().content_hash);
        benchmark::DoNotOptimize(loaded);
    }
    state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(load_compiled_pack)->Unit(benchmark::kMillisecond);

Session talked() {
    Session session;
    Incoming incoming;
    incoming.person = "p";
    incoming.at = Instant(std::chrono::hours(24 * 20000));
    for (const char* text : {"im such an idiot, nobody else messes up like this",
                             "i forgot my mum's birthday", "she was so quiet on the phone", "look",
                             "it happens, call her tomorrow", "yes", "strange", "yes"}) {
        incoming.parts = {text};
        incoming.at += std::chrono::seconds(20);
        session = step(pack(), std::move(session), incoming).session;
    }
    return session;
}

void session_encode(benchmark::State& state) {
    const Session session = talked();
    std::size_t bytes = 0;
    for (auto _ : state) bytes = to_json(session).size();
    state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(session_encode)->Unit(benchmark::kMicrosecond);

void session_decode(benchmark::State& state) {
    const std::string text = to_json(talked());
    for (auto _ : state) {
        auto session = session_from_json(text);
        benchmark::DoNotOptimize(session);
    }
}
BENCHMARK(session_decode)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace befriend

BENCHMARK_MAIN();
