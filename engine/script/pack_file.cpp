// SPDX-License-Identifier: Apache-2.0
#include "engine/script/pack_file.hpp"

#include <array>
#include <cstring>

#include "engine/base/archive.hpp"
#include "engine/base/hash.hpp"
#include "engine/script/faults.hpp"

namespace befriend {

template <class A>
void fields(A& ar, SourceRef& v) {
    ar(v.file, v.line);
}
template <class A>
void fields(A& ar, TextArg& v) {
    ar(v.slot, v.built_in, v.filter, v.name);
}
template <class A>
void fields(A& ar, Text& v) {
    ar(v.source, v.hash, v.pieces, v.args, v.icu);
}
template <class A>
void fields(A& ar, Variation& v) {
    ar(v.text, v.when, v.at);
}
template <class A>
void fields(A& ar, Line& v) {
    ar(v.vary, v.of);
}
template <class A>
void fields(A& ar, ConditionNode& v) {
    ar(v.op, v.variable, v.slot, v.dialog, v.intent, v.number, v.text);
}
template <class A>
void fields(A& ar, Slot& v) {
    ar(v.name, v.type, v.keep, v.owner, v.low, v.high, v.of);
}
template <class A>
void fields(A& ar, Assignment& v) {
    ar(v.slot, v.text, v.from, v.add);
}
template <class A>
void fields(A& ar, Move& v) {
    ar(v.kind, v.step, v.dialog, v.with, v.gives);
}
template <class A>
void fields(A& ar, Hear& v) {
    ar(v.kind, v.intents, v.any_whom, v.whom, v.any_time, v.time, v.any_polarity, v.polarity,
       v.answer, v.low, v.high, v.after, v.slot, v.when, v.say, v.set, v.move, v.at);
}
template <class A>
void fields(A& ar, Option& v) {
    ar(v.id, v.label);
}
template <class A>
void fields(A& ar, PaceLine& v) {
    ar(v.say, v.lasts);
}
template <class A>
void fields(A& ar, Step& v) {
    ar(v.name, v.dialog, v.when, v.set, v.forget, v.forget_slot, v.say, v.tone, v.show, v.show_text,
       v.remember, v.wait, v.ask, v.expects, v.low, v.high, v.options, v.hear, v.skip, v.question,
       v.yes_means, v.no_means, v.unsure_means, v.pace, v.move, v.at);
}
template <class A>
void fields(A& ar, Start& v) {
    ar(v.intents, v.any_whom, v.whom, v.any_time, v.time, v.when, v.cooldown_turns);
}
template <class A>
void fields(A& ar, Interrupt& v) {
    ar(v.on, v.call, v.back);
}
template <class A>
void fields(A& ar, Dialog& v) {
    ar(v.name, v.version, v.kind, v.needs_consent, v.about, v.renamed, v.starts, v.interrupts,
       v.takes, v.gives, v.first, v.count, v.at);
}
template <class A>
void fields(A& ar, HelpLine& v) {
    ar(v.name, v.number, v.channel, v.audience, v.hours, v.languages, v.cost, v.url, v.verified_on,
       v.source, v.certainty);
}
template <class A>
void fields(A& ar, Country& v) {
    ar(v.code, v.names, v.emergency, v.lines);
}
template <class A>
void fields(A& ar, Resources& v) {
    ar(v.countries);
}
template <class A>
void fields(A& ar, Pack& v) {
    ar(v.language, v.content_hash, v.files, v.dialogs, v.steps, v.lines, v.slots, v.conditions,
       v.resources);
}

namespace {

constexpr std::array<char, 8> magic{'B', 'F', 'P', 'A', 'C', 'K', '\n', '\0'};

struct Header {
    std::array<char, 8> magic{};
    std::uint32_t format = 0;
    std::uint32_t engine = 0;  // sizes of what is stored: another build of the structs differs here
    std::uint64_t content = 0;
    std::uint64_t size = 0;   // of the scripts; the matcher's own bytes are the rest
    std::uint64_t check = 0;  // hash of all that follows the header
};

template <class A>
void fields(A& ar, Header& v) {
    ar(v.magic, v.format, v.engine, v.content, v.size, v.check);
}

constexpr std::size_t header_size = 8 + 4 + 4 + 8 + 8 + 8;

// Finds damage in 20 MB at every start, so it runs four lanes side by side where hash_bytes waits
// for each multiplication.
std::uint64_t checksum(std::string_view bytes) {
    std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
    std::size_t at = 0;
    for (; at + 32 <= bytes.size(); at += 32) {
        std::array<std::uint64_t, 4> words{};
        std::memcpy(words.data(), bytes.data() + at, 32);
        for (std::size_t i = 0; i < 4; ++i) {
            lanes[i] = (lanes[i] ^ words[i]) * 0xD6E8FEB86659FD93ULL;
            lanes[i] ^= lanes[i] >> 32U;
        }
    }
    std::uint64_t result = hash_bytes(bytes.substr(at), bytes.size());
    for (const std::uint64_t lane : lanes) result = mix(result ^ lane);
    return result;
}

// Not a proof that the structs are the same, but it catches what a developer changes and forgets.
constexpr std::uint32_t layout() {
    std::uint32_t hash = 2166136261U;
    for (const std::size_t size : {sizeof(Text), sizeof(ConditionNode), sizeof(Slot), sizeof(Move),
                                   sizeof(Hear), sizeof(Step), sizeof(Start), sizeof(Dialog),
                                   sizeof(HelpLine), sizeof(Country), sizeof(Pack)}) {
        hash = (hash ^ static_cast<std::uint32_t>(size)) * 16777619U;
    }
    return hash;
}

}  // namespace

std::string save_pack(const Pack& pack) {
    std::string body;
    Writer write(body);
    // The archive serves both directions through one non-const reference; writing changes nothing.
    write(const_cast<Pack&>(pack));
    const std::size_t size = body.size();
    pack.matcher.save(body);  // appends
    Header header{magic, pack_format, layout(), pack.content_hash, size, checksum(body)};
    std::string result;
    result.reserve(header_size + body.size());
    Writer write_header(result);
    write_header(header);
    result += body;
    return result;
}

Result<Pack> read_pack(std::string_view bytes, std::uint64_t content_hash) {
    const auto refuse = [](Fault fault, std::string_view why) {
        return fail("[" + fault_code(fault) + "] " + std::string(why));
    };
    Reader read(bytes);
    Header header;
    read(header);
    if (read.failed() || header.magic != magic)
        return refuse(Fault::pack_damaged, "this is no compiled pack");
    if (header.format != pack_format || header.engine != layout()) {
        return refuse(Fault::pack_version, "this pack was compiled by another version of befriend");
    }
    if (header.content != content_hash)
        return refuse(Fault::pack_version, "this pack was compiled from other files");
    const std::string_view body = bytes.substr(header_size);
    if (body.size() < header.size || checksum(body) != header.check)
        return refuse(Fault::pack_damaged, "this compiled pack is damaged");
    Pack pack;
    Reader read_scripts(body.substr(0, header.size));
    read_scripts(pack);
    if (read_scripts.failed() || read_scripts.rest() != 0 ||
        !pack.matcher.load(body.substr(header.size))) {
        return refuse(Fault::pack_damaged, "this compiled pack is damaged");
    }
    pack.index_names();
    return pack;
}

}  // namespace befriend
