// SPDX-License-Identifier: Apache-2.0
//
// Mutants of a pack: one small fault each, as an author might make it, to see whether the tests of
// the content notice. docs/measuring.md says what a mutant is and what counts as noticing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack.hpp"
#include "tools/cases.hpp"
#include "tools/replay.hpp"

namespace befriend {

enum class MutantKind : std::uint8_t {
    drop_pattern,
    cut_weight,
    drop_unless,
    drop_hear,
    swap_hears,
    swap_yes_no,
    drop_silence,
    drop_set,
    negate_condition,
    drop_interrupt,
    drop_start,
    drop_global,
    count
};
std::string_view mutant_kind_name(MutantKind kind);

struct Mutant {
    MutantKind kind = MutantKind::drop_hear;
    std::string place;  // "file:line"
    std::string what;
    std::size_t owner = 0;  // pattern, step, dialog, condition or global
    std::size_t item = 0;   // of the owner: which hear, set, start or interrupt
    std::size_t inner = 0;  // drop_set in a hear: 1 + which assignment
    DialogId dialog = DialogId::none;
};

// Every mutant there is, in the order of the files.
std::vector<Mutant> all_mutants(const Pack& pack);

// What the tests say about the unchanged pack; a mutant is noticed by what differs from it. Holds
// for the pack it was made from; keeps nothing of it.
class Baseline {
public:
    Baseline(const Pack& pack, const Corpus& corpus, std::vector<SentenceCase> examples);
    // Applies the mutant, runs the tests that could notice until one does, and takes it back. The
    // result tells who noticed: "file:line" of a sentence or an example, or the failure of a
    // conversation; empty when nobody did. `pack` is equal to the one of the constructor; one for
    // each thread.
    std::string noticed(Pack& pack, const Mutant& mutant) const;
    // False when no test comes to the place at all, so that none could notice: the pattern matches
    // in nothing (its `unless` cancels nothing), or no conversation waits at the step whose entries
    // are changed. Other mutants always count as reached.
    bool reached(const Pack& pack, const Mutant& mutant) const;

private:
    // By pattern: the rows, examples and conversations that it says something about.
    struct Reach {
        std::vector<std::vector<std::size_t>> rows, examples, chats;

        void resize(std::size_t patterns) {
            for (auto* lists : {&rows, &examples, &chats}) lists->resize(patterns);
        }
    };
    const Reach& reach(MutantKind kind) const {
        return kind == MutantKind::drop_unless ? cancelled_ : matched_;
    }
    std::string noticed_by_sentences(const Pack& pack, const Mutant& mutant) const;
    std::string noticed_by_conversations(const Pack& pack,
                                         const std::vector<std::size_t>& which) const;
    std::vector<std::size_t> chats_near(const Pack& pack, const Mutant& mutant) const;

    const Corpus& corpus_;
    std::vector<SentenceCase> examples_;
    std::vector<bool> row_right_;
    std::vector<bool> row_alarm_;
    std::vector<bool> example_right_;
    std::vector<bool> chat_passes_;
    std::vector<std::set<std::string>> chat_dialogs_;
    std::set<std::string> places_;  // "dialog/step" where some conversation waits
    Reach matched_;                 // where the pattern matches
    Reach cancelled_;               // where its `unless` cancels the match
};

}  // namespace befriend
