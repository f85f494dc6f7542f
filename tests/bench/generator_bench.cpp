// SPDX-License-Identifier: Apache-2.0
//
// Matches generated wildcard patterns against generated messages and prints one JSON line, so that
// matchers can be compared on equal data.
//
//     befriend_generator_bench PATTERNS MESSAGES [--seconds S] [--spelling] [--once]
//
// PATTERNS: one a line, words and "*" (one or more words); the whole message must match.
// MESSAGES: expected pattern or -1 <TAB> kind <TAB> text.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "intents/matcher.hpp"
#include "intents/normalise.hpp"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

namespace {

using namespace befriend;

struct Message {
    int expected = -1;
    std::string text;
};

PatternNode node(PatternNode::Kind kind, std::string text = {}) {
    PatternNode n;
    n.kind = kind;
    n.text = std::move(text);
    n.exact = true;
    return n;
}

// "*" is one word, then any number of them, over commas as well: the wildcard of the generator,
// which the pattern language does not offer to authors.
Pattern pattern_of(const std::string& line) {
    Pattern p;
    p.root.parts.push_back(node(PatternNode::Kind::start));
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = std::min(line.find(' ', at), line.size());
        const std::string word = line.substr(at, end - at);
        if (word == "*") {
            p.root.parts.push_back(node(PatternNode::Kind::any_word));
            PatternNode more = node(PatternNode::Kind::gap);
            more.most = unlimited_gap;
            more.crosses = true;
            p.root.parts.push_back(more);
        } else {
            for (const std::string& w : fold_words(word))
                p.root.parts.push_back(node(PatternNode::Kind::word, w));
        }
        at = end + 1;
    }
    p.root.parts.push_back(node(PatternNode::Kind::end));
    return p;
}

double cpu_seconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s PATTERNS MESSAGES [--seconds S] [--spelling] [--once]\n",
                     argv[0]);
        return 2;
    }
    double seconds = 1;
    bool spelling = false, once = false;
    for (int i = 3; i < argc; ++i) {
        const std::string a = argv[i];
        if (a == "--seconds" && i + 1 < argc)
            seconds = std::atof(argv[++i]);
        else if (a == "--spelling")
            spelling = true;
        else if (a == "--once")
            once = true;
    }
    Catalogue catalogue;
    catalogue.files = {argv[1]};
    for (int i = 0; i < 20; ++i) {
        IntentSpec intent;
        intent.name = "intent_" + std::to_string(i);
        catalogue.intents.push_back(std::move(intent));
    }
    std::size_t count = 0;
    std::ifstream patterns(argv[1]);
    for (std::string line; std::getline(patterns, line); ++count) {
        PatternSpec spec;
        spec.like = pattern_of(line);
        spec.place.at.line = static_cast<std::uint32_t>(count + 1);
        spec.whom = Whom::self;  // whom, polarity and time are computed all the same
        spec.polarity = Polarity::asserted;
        catalogue.intents[count % 20].patterns.push_back(std::move(spec));
    }
    std::vector<Message> messages;
    std::ifstream input(argv[2]);
    for (std::string line; std::getline(input, line);) {
        const auto a = line.find('\t'), b = line.find('\t', a + 1);
        messages.push_back({std::atoi(line.c_str()), line.substr(b + 1)});
    }
    const double build_begin = cpu_seconds();
    Diagnostics diagnostics;
    Matcher matcher = Matcher::compile(catalogue, diagnostics);
    matcher.set_options({spelling});
    const double build = cpu_seconds() - build_begin;

    Scratch scratch;
    Understanding u;
    const Context context;
    int hits = 0, expected = 0, wrong = 0, others = 0;
    for (const Message& m : messages) {
        matcher.understand(m.text, context, scratch, u);
        const bool matched = !u.readings.empty();
        if (m.expected >= 0) {
            ++expected;
            hits += matched;
        } else {
            ++others;
            wrong += matched;
        }
    }
    if (once) {
        CALLGRIND_START_INSTRUMENTATION;
        for (const Message& m : messages) matcher.understand(m.text, context, scratch, u);
        CALLGRIND_STOP_INSTRUMENTATION;
        std::printf("%d/%d hits, %d/%d others\n", hits, expected, wrong, others);
        return 0;
    }
    std::vector<double> rates;
    std::vector<float> micros;
    for (int round = 0; round < 5; ++round) {
        const double begin = cpu_seconds();
        const auto clock = std::chrono::steady_clock::now();
        std::size_t done = 0;
        while (std::chrono::duration<double>(std::chrono::steady_clock::now() - clock).count() <
               seconds / 5) {
            for (const Message& m : messages) {
                const auto a = std::chrono::steady_clock::now();
                matcher.understand(m.text, context, scratch, u);
                micros.push_back(
                    std::chrono::duration<float, std::micro>(std::chrono::steady_clock::now() - a)
                        .count());
                ++done;
            }
        }
        rates.push_back(static_cast<double>(done) / (cpu_seconds() - begin));
    }
    std::sort(rates.begin(), rates.end());
    std::sort(micros.begin(), micros.end());
    std::string pack;
    matcher.save(pack);
    std::printf(
        "{\"engine\":\"befriend%s\",\"n\":%zu,\"build_ms\":%.0f,\"msgs_per_cpu_s\":%.0f,\"p50_us\":"
        "%.2f,\"p99_us\":%.2f,\"states\":%zu,\"pack_mib\":%.1f,\"hit\":\"%d/"
        "%d\",\"other_matched\":\"%d/%d\"}\n",
        spelling ? "-spelling" : "", count, build * 1000, rates[2],
        static_cast<double>(micros[micros.size() / 2]),
        static_cast<double>(micros[micros.size() * 99 / 100]), matcher.state_count(),
        static_cast<double>(pack.size()) / 1048576, hits, expected, wrong, others);
}
