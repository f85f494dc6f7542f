// SPDX-License-Identifier: Apache-2.0
//
// The corpus in memory, and what a pack makes of one labelled sentence: for commands that compare
// two packs.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/pack.hpp"
#include "intents/matcher.hpp"
#include "tools/cases.hpp"
#include "tools/chat_file.hpp"
#include "tools/utterances.hpp"

namespace befriend {

struct Corpus {
    std::vector<Utterance> rows;
    std::vector<SentenceCase> sentences;  // cases
    std::vector<ChatFile> chats;          // after the files, the cases of steps
};

// Appends what the tables of folders named utterances or cases hold; others are left alone.
Result<bool> read_tables(const std::vector<std::filesystem::path>& tables,
                         std::vector<Utterance>& rows, Cases& cases);

// The .chat files and the .tsv files of folders named utterances or cases below the paths; without
// paths, of corpus/en. Sorted by path. The Error names the file.
Result<Corpus> read_corpus(const std::vector<std::string>& paths);

struct RowReading {
    std::set<std::string> labels;  // empty: none
    int rank = 0;
    bool ask = false;

    bool alarm() const { return ask || rank >= 2; }
    friend bool operator==(const RowReading&, const RowReading&) = default;
};

RowReading read_row(const Pack& pack, const Utterance& row, Scratch& scratch);

}  // namespace befriend
