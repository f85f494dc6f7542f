// SPDX-License-Identifier: Apache-2.0
//
// befriend mutate: would the tests notice?
#include "tools/mutate.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "engine/base/hash.hpp"
#include "engine/base/json_line.hpp"
#include "engine/script/pack_file.hpp"
#include "tools/commands.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/pattern_lab.hpp"

namespace befriend {
namespace {

constexpr std::uint64_t usual_sample = 300;
constexpr std::uint64_t wanted_percent = 85;

constexpr OptionSpec mutate_options[] = {
    {"-n", "N", "try so many mutants, drawn by the seed; 0: all of them (300)"},
    {"--kind", "KIND", "only mutants of this kind, see below"},
    {"--jobs", "N", "threads (2)"},
    {"--survivors", "", "list every mutant that nothing noticed, not only the first 20"},
    {"--fail-under", "PERCENT", "the score that must be reached (85)"},
    seed_option,
    pack_option,
    json_option,
};

// A shuffle that is the same on every machine.
void draw(std::vector<Mutant>& mutants, std::uint64_t seed, std::size_t n) {
    for (std::size_t i = mutants.size(); i > 1; --i) {
        std::swap(mutants[i - 1], mutants[mix(seed * 0x9E3779B97F4A7C15ull + i) % i]);
    }
    if (n > 0 && n < mutants.size()) mutants.resize(n);
}

struct Tally {
    std::size_t n = 0;
    std::size_t killed = 0;
    std::size_t unreached = 0;  // by no test; they count in `n`
    static double share(std::size_t part, std::size_t whole) {
        return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
    }
    double score() const { return share(killed, n); }
    double score_of_reached() const { return share(killed, n - unreached); }
};

nlohmann::json tally_json(const Tally& tally) {
    return {{"mutants", tally.n},
            {"killed", tally.killed},
            {"never_reached", tally.unreached},
            {"score", tally.score()},
            {"score_of_reached", tally.score_of_reached()}};
}

void print_tally(const std::string& name, const Tally& tally) {
    std::printf("%-18s %8zu %8zu %9zu %14zu %6.2f %8.2f\n", name.c_str(), tally.n, tally.killed,
                tally.n - tally.killed - tally.unreached, tally.unreached, tally.score(),
                tally.score_of_reached());
}

// Beside `mutants`: who noticed. Each thread has its own pack.
std::optional<std::vector<std::string>> try_all(const Pack& pack, const Baseline& baseline,
                                                const std::vector<Mutant>& mutants,
                                                std::size_t jobs) {
    const std::string bytes = save_pack(pack);
    std::vector<std::string> noticed(mutants.size());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    const bool progress = isatty(STDERR_FILENO) != 0;
    const auto work = [&](bool tell) {
        auto own = read_pack(bytes, pack.content_hash);
        if (!own) {
            failed = true;
            return;
        }
        for (std::size_t i = next++; i < mutants.size(); i = next++) {
            noticed[i] = baseline.noticed(*own, mutants[i]);
            if (tell && progress) std::fprintf(stderr, "\r%zu of %zu", i + 1, mutants.size());
        }
        if (tell && progress) std::fputs("\r\033[K", stderr);
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < jobs; ++i) threads.emplace_back(work, false);
        work(true);
    }
    if (failed) return std::nullopt;
    return noticed;
}

}  // namespace

constexpr CommandPage mutate_page{
    .arguments = "[PATHS]",
    .text =
        "Makes one small fault at a time in the compiled content and asks whether the tests\n"
        "notice: an example in an intent file or a case breaks, a sentence of the corpus that\n"
        "was read right is read wrong, or a conversation that passed fails. The score is the\n"
        "share of faults that are noticed. Faults in a place where no test comes by count in it, "
        "and are\n"
        "told apart as never reached. Without paths, the tests of corpus/en.\n",
    .options = mutate_options,
    .notes =
        "Kinds: drop-pattern cut-weight drop-unless drop-hear swap-hears swap-yes-no\n"
        "  drop-silence drop-set negate-condition drop-interrupt drop-start drop-global\n"
        "docs/measuring.md defines each.\n"
        "\n"
        "Exit code: 0 the score is reached, 1 it is not, 2 something cannot be read.\n",
    .examples =
        "befriend mutate\n"
        "befriend mutate -n 0 --kind drop-hear --survivors\n"
        "befriend mutate --seed 3 -n 500 --json\n",
};

int run_mutate(Arguments arguments) {
    const auto options = parse_options(arguments, mutate_options);
    if (!options) return usage_error("mutate", options.error().message);
    const auto n = options->number("-n", usual_sample);
    const auto seed = options->number("--seed", 1);
    const auto jobs = options->number("--jobs", 2);
    const auto floor = options->number("--fail-under", wanted_percent);
    if (!n || !seed || !jobs || !floor || *jobs == 0 || *jobs > 256 || *floor > 100) {
        return usage_error("mutate", "-n, --seed, --jobs and --fail-under take a whole number");
    }
    const std::string folder = options->get("--pack");
    const auto pack = pack_or_complain("mutate", folder, "en");
    if (!pack) return 2;
    const auto corpus = read_corpus(options->rest);
    if (!corpus) return usage_error("mutate", corpus.error().message);

    std::vector<Mutant> mutants = all_mutants(*pack);
    const std::string kind = options->get("--kind");
    if (!kind.empty()) {
        std::erase_if(mutants, [&](const Mutant& m) { return mutant_kind_name(m.kind) != kind; });
        if (mutants.empty()) return usage_error("mutate", "there are no mutants of kind " + kind);
    }
    const std::size_t total = mutants.size();
    draw(mutants, *seed, *n);
    const auto catalogue = catalogue_or_complain("mutate", folder);
    if (!catalogue) return 2;
    std::vector<SentenceCase> sentences = example_cases(*catalogue);
    sentences.insert(sentences.end(), corpus->sentences.begin(), corpus->sentences.end());
    const Baseline baseline(*pack, *corpus, std::move(sentences));
    const auto noticed = try_all(*pack, baseline, mutants, *jobs);
    if (!noticed) {
        std::fputs("befriend mutate: the compiled pack cannot be copied\n", stderr);
        return 2;
    }

    Tally all;
    std::map<std::string, Tally> kinds;
    std::vector<const Mutant*> survivors;
    std::set<const Mutant*> unreached;
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        const bool killed = !(*noticed)[i].empty();
        const bool passed_by = killed || baseline.reached(*pack, mutants[i]);
        for (Tally* tally : {&all, &kinds[std::string(mutant_kind_name(mutants[i].kind))]}) {
            ++tally->n;
            tally->killed += killed ? 1 : 0;
            tally->unreached += passed_by ? 0 : 1;
        }
        if (!passed_by) unreached.insert(&mutants[i]);
        if (!killed) survivors.push_back(&mutants[i]);
    }
    std::sort(survivors.begin(), survivors.end(), [](const Mutant* a, const Mutant* b) {
        return std::tie(a->place, a->what, a->kind) < std::tie(b->place, b->what, b->kind);
    });
    if (options->has("--json")) {
        nlohmann::json out = tally_json(all);
        out["seed"] = *seed;
        out["total"] = total;
        out["kinds"] = nlohmann::json::object();
        out["survivors"] = nlohmann::json::array();
        for (const auto& [name, tally] : kinds) out["kinds"][name] = tally_json(tally);
        for (const Mutant* m : survivors) {
            out["survivors"].push_back({{"kind", mutant_kind_name(m->kind)},
                                        {"place", m->place},
                                        {"what", m->what},
                                        {"reached", !unreached.contains(m)}});
        }
        std::printf("%s\n", json_line(out).c_str());
    } else {
        const std::size_t most = options->has("--survivors") ? survivors.size() : 20;
        for (std::size_t i = 0; i < std::min(most, survivors.size()); ++i) {
            const Mutant& m = *survivors[i];
            const std::string_view name = mutant_kind_name(m.kind);
            std::printf("%s: %.*s: %s%s\n", m.place.c_str(), static_cast<int>(name.size()),
                        name.data(), m.what.c_str(),
                        unreached.contains(&m) ? " (never reached)" : "");
        }
        if (survivors.size() > most) {
            std::printf("... and %zu more (--survivors lists them)\n", survivors.size() - most);
        }
        std::printf("%-18s %8s %8s %9s %14s %6s %8s\n", "kind", "mutants", "noticed", "survived",
                    "never reached", "score", "reached");
        for (const auto& [name, tally] : kinds) print_tally(name, tally);
        print_tally("all", all);
        std::printf(
            "%zu of the %zu mutants there are; \"reached\" is the score without those never "
            "reached\n",
            all.n, total);
    }
    return all.score() * 100.0 + 1e-9 >= static_cast<double>(*floor) ? 0 : 1;
}

}  // namespace befriend
