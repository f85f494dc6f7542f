// SPDX-License-Identifier: Apache-2.0
#include "intents/regexes.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>

namespace befriend {

// FilteredRE2 asks only the expressions whose required words occur. Finding those words is a plain
// search for each: there are few regexes, and an Aho-Corasick automaton pays off at hundreds.
struct Regexes::Impl {
    re2::FilteredRE2 filter{3};
    std::vector<std::string> atoms;
    std::vector<std::uint32_t> id_of;  // filter's id -> index
    int count = 0;
};

Regexes::Regexes() = default;
Regexes::~Regexes() = default;
Regexes::Regexes(Regexes&&) noexcept = default;
Regexes& Regexes::operator=(Regexes&&) noexcept = default;

bool Regexes::empty() const { return !impl_ || impl_->count == 0; }

std::vector<std::pair<std::uint32_t, std::string>> Regexes::compile(const std::vector<std::string>& sources) {
    std::vector<std::pair<std::uint32_t, std::string>> errors;
    impl_ = std::make_unique<Impl>();
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(16 << 20);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const re2::RE2 probe(sources[i], options);
        if (!probe.ok()) {
            errors.emplace_back(static_cast<std::uint32_t>(i), probe.error());
            continue;
        }
        int id = 0;
        if (impl_->filter.Add(sources[i], options, &id) == re2::RE2::NoError) {
            impl_->id_of.resize(static_cast<std::size_t>(id) + 1);
            impl_->id_of[static_cast<std::size_t>(id)] = static_cast<std::uint32_t>(i);
            ++impl_->count;
        }
    }
    if (impl_->count) impl_->filter.Compile(&impl_->atoms);
    return errors;
}

void Regexes::find(std::string_view folded, std::vector<Hit>& out) const {
    out.clear();
    if (empty()) return;
    std::vector<int> atoms, matches;
    for (std::size_t i = 0; i < impl_->atoms.size(); ++i) {
        if (folded.find(impl_->atoms[i]) != std::string_view::npos) atoms.push_back(static_cast<int>(i));
    }
    const re2::StringPiece text(folded.data(), folded.size());
    impl_->filter.AllPotentials(atoms, &matches);
    std::sort(matches.begin(), matches.end());
    for (const int id : matches) {
        re2::StringPiece where;
        const re2::RE2& re = impl_->filter.GetRE2(id);
        if (!re.Match(text, 0, text.size(), re2::RE2::UNANCHORED, &where, 1) || where.empty()) continue;
        const auto begin = static_cast<std::uint32_t>(where.data() - folded.data());
        out.push_back({impl_->id_of[static_cast<std::size_t>(id)], begin, begin + static_cast<std::uint32_t>(where.size())});
    }
}

}  // namespace befriend
