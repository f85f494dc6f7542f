// SPDX-License-Identifier: Apache-2.0
//
// Why a sentence was misread, and how little would have changed that.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/pack.hpp"
#include "tools/utterances.hpp"

namespace befriend {

// Asks the matcher about the sentence with one word left out, exchanged or added. The words that
// are tried are those of the corpus rows with the same label, so a finding is always a sentence
// that people could have written.
class NearMisses {
public:
    // Both must outlive this.
    NearMisses(const Pack& pack, const std::vector<Utterance>& rows);

    // A line for each label that was missed or wrong, in their order:
    // "isolation: heard with \"alone\" for \"allone\" (intents/en/isolation.yaml:14: PATTERN)".
    // Safe to call from several threads.
    std::vector<std::string> why(const Miss& miss) const;

private:
    std::string why_missed(const Utterance& row, const std::string& label) const;
    std::string why_heard(const Utterance& row, const std::string& label) const;

    const Pack& pack_;
    const std::vector<Utterance>& rows_;
    std::map<std::string, std::size_t> frequency_;           // of each word in the corpus
    std::map<std::string, std::vector<std::string>> words_;  // label -> words, frequent ones first
};

}  // namespace befriend
