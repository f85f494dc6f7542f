// SPDX-License-Identifier: Apache-2.0
//
// What befriend says, as GNU gettext PO: one entry for every text, msgctxt = its id
// ("stop/first/say/2"), placeholders in ICU MessageFormat as in the dialogs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/result.hpp"
#include "engine/pack.hpp"

namespace befriend {

struct PoEntry {
    std::vector<std::string> notes;       // "# ", of the translator
    std::vector<std::string> extracted;   // "#. ", for the translator
    std::vector<std::string> references;  // "#: ", file:line
    std::string previous;                 // "#| msgid", what a fuzzy translation was made for
    bool fuzzy = false;
    bool obsolete = false;  // "#~": no longer said
    std::string context;
    std::string source;       // msgid; empty with an empty context: the header
    std::string translation;  // msgstr
    std::uint32_t line = 0;

    friend bool operator==(const PoEntry&, const PoEntry&) = default;
};

// Everything that can be read; what cannot goes to `diagnostics`. The header is left out.
std::vector<PoEntry> read_po(const std::string& file, std::string_view bytes,
                             Diagnostics& diagnostics);
// With a header; the same entries give the same bytes.
std::string write_po(const std::vector<PoEntry>& entries, std::string_view language);

// Untranslated, in the order of the pack.
std::vector<PoEntry> extract_strings(const Pack& pack);

// The strings of the pack with the translations of `old`: kept where the source is the same (also
// when the text has moved), fuzzy where it changed, obsolete where it is gone.
std::vector<PoEntry> merge_strings(std::vector<PoEntry> fresh, const std::vector<PoEntry>& old);

// Empty when the translation has the placeholders of its source; otherwise what is wrong.
std::string placeholder_problem(std::string_view source, std::string_view translation);

struct StringsStatus {
    std::size_t texts = 0;
    std::size_t translated = 0;  // usable: not fuzzy, placeholders right
    std::size_t fuzzy = 0;
    std::size_t missing = 0;
    std::size_t stale = 0;     // translated from a source that is no longer said so
    std::size_t broken = 0;    // placeholders differ
    std::size_t obsolete = 0;  // kept in the file, no longer said
};

// Compares a file with the pack; each broken or stale entry is a warning with its place.
StringsStatus strings_status(const Pack& pack, const std::string& file,
                             const std::vector<PoEntry>& entries, Diagnostics& diagnostics);

// A pack that speaks the usable translations and English for the rest.
Result<Pack> translated_pack(const Pack& pack, const std::vector<PoEntry>& entries);

// English with accents, a third longer, placeholders and *words to type* kept: whatever is still
// plain on the screen comes from somewhere else than the strings.
inline constexpr std::string_view pseudo_language = "en-XA";
std::string pseudo_text(std::string_view source);
std::vector<PoEntry> pseudo_strings(const Pack& pack);

// "de", "pt-BR": fit to be part of a file name.
bool is_language_name(std::string_view language);

}  // namespace befriend
