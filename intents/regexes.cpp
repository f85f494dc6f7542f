// SPDX-License-Identifier: Apache-2.0
#include "intents/regexes.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace befriend {
namespace {

constexpr int shortest_atom = 3;

re2::RE2::Options options() {
    re2::RE2::Options o;
    o.set_log_errors(false);
    o.set_max_mem(16 << 20);
    return o;
}

// Three bytes as a bitmap index; the tables are small enough to stay in the cache.
std::uint32_t slot_of(const char* p) {
    const auto b = [&](int i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i]));
    };
    return ((b(0) | b(1) << 8 | b(2) << 16) * 2654435761u) >> 17;
}

struct Compiled {
    re2::FilteredRE2 filter{shortest_atom};
    std::vector<std::string> atoms;
    std::vector<std::uint32_t> id_of;  // filter's id -> index

    void add(const std::vector<std::string>& sources) {
        for (std::size_t i = 0; i < sources.size(); ++i) {
            int id = 0;
            if (filter.Add(sources[i], options(), &id) != re2::RE2::NoError) continue;
            id_of.resize(static_cast<std::size_t>(id) + 1);
            id_of[static_cast<std::size_t>(id)] = static_cast<std::uint32_t>(i);
        }
        if (!id_of.empty()) filter.Compile(&atoms);
    }
};

}  // namespace

struct Regexes::Impl {
    std::vector<std::string> sources;
    std::vector<std::string> atoms;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> by_slot;  // slot, atom; sorted
    std::array<std::uint64_t, 512> bitmap{};        // of the first three bytes of atoms
    std::vector<std::unique_ptr<re2::RE2>> always;  // those without atoms
    std::vector<std::uint32_t> always_ids;
    mutable std::once_flag once;
    mutable Compiled compiled;
    mutable std::vector<int> compiled_atom;  // atom -> the filter's number of it

    void find_atoms(std::string_view text, std::vector<int>& found) const {
        for (std::size_t i = 0; i + shortest_atom <= text.size(); ++i) {
            const std::uint32_t slot = slot_of(text.data() + i);
            if (!(bitmap[slot >> 6] >> (slot & 63) & 1)) continue;
            for (auto at = std::lower_bound(by_slot.begin(), by_slot.end(),
                                            std::pair{slot, std::uint32_t{0}});
                 at != by_slot.end() && at->first == slot; ++at) {
                if (text.substr(i, atoms[at->second].size()) == atoms[at->second])
                    found.push_back(static_cast<int>(at->second));
            }
        }
    }

    void compile() const {
        compiled.add(sources);
        compiled_atom.assign(atoms.size(), -1);
        for (std::size_t k = 0; k < compiled.atoms.size(); ++k) {
            const auto at = std::find(atoms.begin(), atoms.end(), compiled.atoms[k]);
            if (at != atoms.end())
                compiled_atom[static_cast<std::size_t>(at - atoms.begin())] = static_cast<int>(k);
        }
    }
};

Regexes::Regexes() = default;
Regexes::~Regexes() = default;
Regexes::Regexes(Regexes&&) noexcept = default;
Regexes& Regexes::operator=(Regexes&&) noexcept = default;

std::vector<std::pair<std::uint32_t, std::string>> Regexes::check(
    const std::vector<std::string>& sources, std::vector<std::string>& atoms,
    std::vector<std::uint32_t>& always) {
    std::vector<std::pair<std::uint32_t, std::string>> errors;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const re2::RE2 probe(sources[i], options());
        if (!probe.ok()) errors.emplace_back(static_cast<std::uint32_t>(i), probe.error());
    }
    Compiled all;
    all.add(sources);
    atoms = all.atoms;
    always.clear();
    if (!all.id_of.empty()) {
        std::vector<int> unfiltered;
        all.filter.AllPotentials({}, &unfiltered);
        for (const int id : unfiltered) always.push_back(all.id_of[static_cast<std::size_t>(id)]);
    }
    std::sort(always.begin(), always.end());
    return errors;
}

void Regexes::prepare(std::vector<std::string> sources, std::vector<std::string> atoms,
                      std::vector<std::uint32_t> always) {
    impl_ = std::make_unique<Impl>();
    impl_->sources = std::move(sources);
    impl_->atoms = std::move(atoms);
    for (std::uint32_t k = 0; k < impl_->atoms.size(); ++k) {
        if (impl_->atoms[k].size() < shortest_atom) continue;
        const std::uint32_t slot = slot_of(impl_->atoms[k].data());
        impl_->bitmap[slot >> 6] |= std::uint64_t{1} << (slot & 63);
        impl_->by_slot.emplace_back(slot, k);
    }
    std::sort(impl_->by_slot.begin(), impl_->by_slot.end());
    for (const std::uint32_t id : always) {
        if (id >= impl_->sources.size()) continue;
        impl_->always.push_back(std::make_unique<re2::RE2>(impl_->sources[id], options()));
        impl_->always_ids.push_back(id);
    }
}

void Regexes::find(std::string_view folded, std::size_t words,
                   const std::vector<std::uint16_t>& most_words, std::vector<Hit>& out) const {
    out.clear();
    if (!impl_ || impl_->sources.empty()) return;
    const re2::StringPiece text(folded.data(), folded.size());
    const auto ask = [&](const re2::RE2& re, std::uint32_t id) {
        if (id < most_words.size() && most_words[id] && words > most_words[id]) return;
        re2::StringPiece where;
        if (!re.ok() || !re.Match(text, 0, text.size(), re2::RE2::UNANCHORED, &where, 1) ||
            where.empty())
            return;
        const auto begin = static_cast<std::uint32_t>(where.data() - folded.data());
        out.push_back({id, begin, begin + static_cast<std::uint32_t>(where.size())});
    };
    for (std::size_t k = 0; k < impl_->always.size(); ++k)
        ask(*impl_->always[k], impl_->always_ids[k]);
    std::vector<int> atoms, matches;
    impl_->find_atoms(folded, atoms);
    if (atoms.empty()) return;
    std::call_once(impl_->once, [&] { impl_->compile(); });
    const Compiled& all = impl_->compiled;
    for (int& atom : atoms) atom = impl_->compiled_atom[static_cast<std::size_t>(atom)];
    std::erase(atoms, -1);
    std::sort(atoms.begin(), atoms.end());
    atoms.erase(std::unique(atoms.begin(), atoms.end()), atoms.end());
    all.filter.AllPotentials(atoms, &matches);
    for (const int id : matches) {
        const std::uint32_t index = all.id_of[static_cast<std::size_t>(id)];
        if (std::find(impl_->always_ids.begin(), impl_->always_ids.end(), index) ==
            impl_->always_ids.end())
            ask(all.filter.GetRE2(id), index);
    }
    std::sort(out.begin(), out.end(), [](const Hit& a, const Hit& b) { return a.regex < b.regex; });
}

}  // namespace befriend
