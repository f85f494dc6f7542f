// SPDX-License-Identifier: Apache-2.0
#include "tools/replay.hpp"

#include <iterator>

#include "engine/safety/gate.hpp"
#include "tools/files.hpp"

namespace befriend {

Result<bool> read_tables(const std::vector<std::filesystem::path>& tables,
                         std::vector<Utterance>& rows, Cases& cases) {
    for (const auto& path : tables) {
        const auto folder = path.parent_path().filename();
        if (folder != "utterances" && folder != "cases") continue;
        const auto bytes = read_whole_file(path);
        if (!bytes) return fail(path.string() + " cannot be read");
        const auto read = folder == "cases" ? read_cases(path.string(), *bytes, cases)
                                            : read_utterances(path.string(), *bytes, rows);
        if (!read) return read.error();
    }
    return true;
}

Result<Corpus> read_corpus(const std::vector<std::string>& paths) {
    const std::vector<std::string> where =
        paths.empty() ? std::vector<std::string>{"corpus/en"} : paths;
    const auto chats = files_below(where, ".chat");
    if (!chats) return chats.error();
    const auto tables = files_below(where, ".tsv");
    if (!tables) return tables.error();
    Corpus corpus;
    Cases cases;
    const auto read = read_tables(*tables, corpus.rows, cases);
    if (!read) return read.error();
    for (const auto& path : *chats) {
        const auto bytes = read_whole_file(path);
        if (!bytes) return fail(path.string() + " cannot be read");
        auto file = read_chat(path.string(), *bytes);
        if (!file) return file.error();
        corpus.chats.push_back(std::move(*file));
    }
    corpus.sentences = std::move(cases.sentences);
    std::move(cases.steps.begin(), cases.steps.end(), std::back_inserter(corpus.chats));
    return corpus;
}

RowReading read_row(const Pack& pack, const Utterance& row, Scratch& scratch) {
    const Understanding heard = pack.matcher.understand(row.text, context_of(row), scratch);
    RowReading reading;
    for (const IntentId label : heard.labels) {
        if (label != IntentId::none) reading.labels.emplace(pack.matcher.intent_name(label));
    }
    const SafetyVerdict verdict = judge(pack.matcher, heard, SafetyState{}, Instant{});
    reading.rank = verdict.rank;
    reading.ask = verdict.ask;
    return reading;
}

}  // namespace befriend
