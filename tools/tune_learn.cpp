// SPDX-License-Identifier: Apache-2.0
#include "tools/tune_learn.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <set>

#include "engine/base/hash.hpp"
#include "tools/parallel.hpp"

namespace befriend {
namespace {

constexpr std::size_t least_rows = 15;  // of a label, for a score of its own in the macro mean

std::array<std::uint32_t, 5> sha1(std::string_view text) {
    std::array<std::uint32_t, 5> h{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    std::string bytes(text);
    bytes += static_cast<char>(0x80);
    while (bytes.size() % 64 != 56) bytes += '\0';
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    for (int i = 7; i >= 0; --i) bytes += static_cast<char>(bits >> (8 * i) & 0xFF);
    for (std::size_t at = 0; at < bytes.size(); at += 64) {
        std::array<std::uint32_t, 80> w{};
        for (std::size_t i = 0; i < 64; ++i)
            w[i / 4] = w[i / 4] << 8 | static_cast<unsigned char>(bytes[at + i]);
        for (std::size_t i = 16; i < 80; ++i)
            w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        auto [a, b, c, d, e] = h;
        for (std::size_t i = 0; i < 80; ++i) {
            std::uint32_t f = b ^ c ^ d, k = 0xCA62C1D6;
            if (i < 20)
                f = (b & c) | (~b & d), k = 0x5A827999;
            else if (i < 40)
                k = 0x6ED9EBA1;
            else if (i < 60)
                f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
            const std::uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
            e = d;
            d = c;
            c = std::rotl(b, 30);
            b = a;
            a = next;
        }
        h[0] += a;
        h[1] += b;
        h[2] += c;
        h[3] += d;
        h[4] += e;
    }
    return h;
}

bool has(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::find(list, text) != list.end();
}

bool in(const std::vector<std::uint32_t>& folds, std::uint32_t fold) {
    return std::ranges::find(folds, fold) != folds.end();
}

bool silent(const std::string& place, const Rule& rule) {
    if (rule.silenced <= 0) return false;
    const std::uint64_t h = mix(hash_bytes(place, 0x5EEDull + rule.draw));
    return static_cast<double>(h % 1000) < rule.silenced * 1000;
}

double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// What the row's words add where the patterns say nothing; the rule of weigh_words().
void add_words(const Problem& p, const std::vector<double>& chance, const Rule& rule,
               std::set<std::string>& labels) {
    std::size_t likeliest = 0;
    for (std::size_t l = 0; l < p.labels.size(); ++l) {
        if (chance[l] >= (*rule.thresholds)[l]) labels.insert(p.labels[l]);
        if (chance[l] > chance[likeliest]) likeliest = l;
    }
    if (labels.empty() && chance[p.labels.size()] >= rule.any_threshold)
        labels.insert(p.labels[likeliest]);
}

void add_row(const Problem& p, std::size_t row, const std::vector<double>& chance, const Rule& rule,
             Tally& out) {
    const HeardLabels& heard = p.heard[row];
    out.labels.resize(p.labels.size());
    std::set<std::string> content, silenced;
    for (const auto& [intent, place] : heard.content) {
        if (silent(place, rule))
            silenced.insert(intent);
        else
            content.insert(intent);
    }
    bool none = heard.none;
    if (!none && content.empty() && !silenced.empty())
        none =
            std::ranges::all_of(heard.labels, [&](const auto& l) { return silenced.contains(l); });
    if (rule.thresholds != nullptr && content.empty() && !heard.crisis) {
        std::set<std::string> added;
        add_words(p, chance, rule, added);
        if (!added.empty()) none = false;
        content = std::move(added);
    }
    const std::vector<std::string>& meant = p.rows[row].labels;
    ++out.rows;
    for (std::size_t l = 0; l < p.labels.size(); ++l) {
        const bool wanted = has(meant, p.labels[l]), got = content.contains(p.labels[l]);
        LabelScore& score = out.labels[l];
        score.right += wanted && got ? 1U : 0U;
        score.missed += wanted && !got ? 1U : 0U;
        score.wrong += !wanted && got ? 1U : 0U;
    }
    if (none) {
        ++out.none_heard;
        out.none_right += meant.empty() ? 1U : 0U;
    }
    if (meant.empty()) {
        ++out.none_meant;
        ++out.ordinary;
        out.ordinary_spoilt += content.empty() ? 0U : 1U;
    }
}

Tally one_tally(const Problem& p, const Chances& chances, const std::vector<std::uint32_t>& folds,
                const Rule& rule) {
    Tally all;
    for (std::size_t i = 0; i < p.rows.size(); ++i)
        if (in(folds, p.fold[i])) add_row(p, i, chances[i], rule, all);
    return all;
}

}  // namespace

std::uint32_t fold_of(std::string_view group, std::uint32_t folds) {
    std::uint64_t rest = 0;
    for (const std::uint32_t word : sha1(group)) rest = (rest << 32 | word) % folds;
    return static_cast<std::uint32_t>(rest);
}

Model learn(const Problem& problem, std::uint32_t without, const TuneOptions& options) {
    std::vector<std::uint32_t> which;
    std::vector<double> weight(problem.rows.size(), 1);
    for (std::uint32_t i = 0; i < problem.rows.size(); ++i) {
        if (!problem.rows[i].learn || problem.fold[i] == without) continue;
        which.push_back(i);
        if (problem.fold[i] == own_fold) weight[i] = options.own_weight;
    }
    Model out;
    out.of_label.resize(problem.labels.size() + 1);
    in_parallel(out.of_label.size(), 2, "labels", [&](std::size_t l, std::size_t) {
        std::vector<bool> ones(problem.rows.size());
        for (const std::uint32_t i : which) {
            const auto& meant = problem.rows[i].labels;
            ones[i] = l < problem.labels.size()
                          ? has(meant, problem.labels[l])
                          : std::ranges::any_of(
                                problem.labels, [&](const auto& one) { return has(meant, one); });
        }
        out.of_label[l] =
            fit_logistic(problem.features, which, ones, weight, problem.names.size(), options.fit);
    });
    return out;
}

Chances chances(const Problem& problem, std::uint32_t fold, const Model& model) {
    Chances out(problem.rows.size());
    for (std::size_t i = 0; i < problem.rows.size(); ++i) {
        if (problem.fold[i] != fold) continue;
        for (const Fitted& one : model.of_label)
            out[i].push_back(1 / (1 + std::exp(-one.log_odds(problem.features[i]))));
    }
    return out;
}

Chances unseen_chances(const Problem& problem, const std::vector<std::uint32_t>& folds,
                       const TuneOptions& options) {
    Chances out(problem.rows.size());
    for (const std::uint32_t fold : folds) {
        Chances some = chances(problem, fold, learn(problem, fold, options));
        for (std::size_t i = 0; i < out.size(); ++i)
            if (problem.fold[i] == fold) out[i] = std::move(some[i]);
    }
    return out;
}

std::vector<double> choose_thresholds(const Problem& problem, const Chances& chances,
                                      const std::vector<std::uint32_t>& folds,
                                      const TuneOptions& options) {
    constexpr double steps[] = {0.35, 0.4, 0.45, 0.5, 0.6};  // lower ones spoil everyday talk
    std::vector<double> chosen(problem.labels.size(), 0.35);
    const auto micro = [&] {
        double total = 0;
        for (std::uint32_t draw = 0; draw < options.draws; ++draw)
            total +=
                one_tally(problem, chances, folds, {&chosen, 2, options.silenced, draw}).micro();
        return total;
    };
    // One label after the other, twice round: each as it is best beside the others.
    for (int round = 0; round < 2; ++round) {
        for (double& threshold : chosen) {
            double best = -1, best_step = threshold;
            for (const double step : steps) {
                threshold = step;
                const double reached = micro();
                if (reached > best + 1e-9) best = reached, best_step = step;
            }
            threshold = best_step;
        }
    }
    return chosen;
}

void Tally::add(const Tally& other) {
    labels.resize(std::max(labels.size(), other.labels.size()));
    for (std::size_t l = 0; l < other.labels.size(); ++l) {
        labels[l].right += other.labels[l].right;
        labels[l].missed += other.labels[l].missed;
        labels[l].wrong += other.labels[l].wrong;
    }
    rows += other.rows;
    none_heard += other.none_heard;
    none_right += other.none_right;
    none_meant += other.none_meant;
    ordinary += other.ordinary;
    ordinary_spoilt += other.ordinary_spoilt;
}

double Tally::micro() const {
    LabelScore all;
    for (const LabelScore& score : labels) {
        all.right += score.right;
        all.missed += score.missed;
        all.wrong += score.wrong;
    }
    return share(2 * all.right, 2 * all.right + all.missed + all.wrong);
}

double Tally::macro() const {
    double total = 0;
    std::size_t n = 0;
    for (const LabelScore& score : labels) {
        if (score.right + score.missed < least_rows) continue;
        total += share(2 * score.right, 2 * score.right + score.missed + score.wrong);
        ++n;
    }
    return n == 0 ? 0 : total / static_cast<double>(n);
}

double Tally::none_precision() const { return share(none_right, none_heard); }
double Tally::none_recall() const { return share(none_right, none_meant); }
double Tally::spoilt_per_1000() const { return 1000 * share(ordinary_spoilt, ordinary); }

std::map<std::string, Tally> tally(const Problem& problem, const Chances& chances,
                                   const std::vector<std::uint32_t>& folds, const Rule& rule) {
    std::map<std::string, Tally> out;
    for (std::size_t i = 0; i < problem.rows.size(); ++i)
        if (in(folds, problem.fold[i]))
            add_row(problem, i, chances[i], rule, out[problem.rows[i].group]);
    return out;
}

Tally sum(const std::map<std::string, Tally>& groups) {
    Tally all;
    for (const auto& [name, one] : groups) all.add(one);
    return all;
}

Interval bootstrap(const std::map<std::string, Tally>& groups, double (Tally::*measure)() const) {
    std::vector<const Tally*> list;
    for (const auto& [name, one] : groups) list.push_back(&one);
    if (list.empty()) return {};
    constexpr std::size_t times = 1000;
    std::vector<double> reached;
    std::uint64_t state = 1;
    for (std::size_t t = 0; t < times; ++t) {
        Tally drawn;
        for (std::size_t i = 0; i < list.size(); ++i) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            drawn.add(*list[(state >> 33) % list.size()]);
        }
        reached.push_back((drawn.*measure)());
    }
    std::ranges::sort(reached);
    return {reached[times / 40], reached[times - 1 - times / 40]};
}

}  // namespace befriend
