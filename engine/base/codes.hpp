// SPDX-License-Identifier: Apache-2.0
//
// Every diagnostic code: number, name and what it says in one line. Numbers are never reused.
// BF00xx files and YAML, BF01xx intents and patterns, BF02xx dialogs, BF04xx the config of a bot.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace befriend {

struct Code {
    std::uint16_t number = 0;
    std::string_view name;
    std::string_view text;
};

namespace codes {

inline constexpr Code yaml_syntax{1, "yaml_syntax", "the file is not valid YAML"};
inline constexpr Code duplicate_key{2, "duplicate_key", "the same key twice in one mapping"};
inline constexpr Code anchor{3, "anchor", "anchors and aliases are not allowed"};
inline constexpr Code tag{4, "tag", "tags are not allowed"};
inline constexpr Code merge_key{5, "merge_key", "merge keys are not allowed"};
inline constexpr Code several_documents{6, "several_documents", "more than one document in a file"};
inline constexpr Code too_deep{7, "too_deep", "nested more than 64 levels deep"};
inline constexpr Code key_not_text{8, "key_not_text", "a key must be a single word or text"};
inline constexpr Code empty_file{9, "empty_file", "the file holds nothing"};
inline constexpr Code not_utf8{10, "not_utf8", "the file is not UTF-8"};
inline constexpr Code unreadable{11, "unreadable", "the file cannot be read"};
inline constexpr Code wrong_shape{12, "wrong_shape", "a mapping, list or text was expected here"};
inline constexpr Code unknown_key{13, "unknown_key", "a key that has no meaning here"};
inline constexpr Code missing_key{14, "missing_key", "a key that must be here is missing"};
inline constexpr Code bad_value{15, "bad_value", "a value outside what is allowed"};

inline constexpr Code pattern_syntax{101, "pattern_syntax", "the pattern cannot be read"};
inline constexpr Code unknown_lexicon{102, "unknown_lexicon", "no word list of this name"};
inline constexpr Code unknown_intent{103, "unknown_intent", "no intent of this name"};
inline constexpr Code duplicate_intent{104, "duplicate_intent", "an intent defined twice"};
inline constexpr Code duplicate_lexicon{105, "duplicate_lexicon", "a word list defined twice"};
inline constexpr Code empty_pattern{106, "empty_pattern", "the pattern has no word of its own"};
inline constexpr Code pattern_too_big{107, "pattern_too_big", "the pattern is too large"};
inline constexpr Code bad_regex{108, "bad_regex", "the regular expression cannot be read"};
inline constexpr Code recursive_lexicon{109, "recursive_lexicon",
                                        "a word list that contains itself"};
inline constexpr Code bad_entry{110, "bad_entry", "an entry of a word list cannot be read"};
inline constexpr Code unquoted_pattern{111, "unquoted_pattern",
                                       "patterns and examples must be quoted"};
inline constexpr Code missed_example{112, "missed_example",
                                     "an example is not read as this intent"};
inline constexpr Code wrong_example{113, "wrong_example",
                                    "a counter-example is read as this intent"};
inline constexpr Code level_outside_crisis{114, "level_outside_crisis",
                                           "a level on an intent that is not a crisis"};
inline constexpr Code wide_gap{115, "wide_gap", "a gap of more than 8 words"};
inline constexpr Code repeated_entry{116, "repeated_entry", "an entry twice in one word list"};
inline constexpr Code shadowed_pattern{
    117, "shadowed_pattern", "another pattern of the intent takes all that this one takes"};
inline constexpr Code idle_pattern{118, "idle_pattern",
                                   "a pattern that its own unless always cancels"};
inline constexpr Code rival_patterns{119, "rival_patterns",
                                     "two intents have equal patterns of equal weight"};
inline constexpr Code denied_example{120, "denied_example",
                                     "examples are read as the intent even when they are denied"};
inline constexpr Code weights_not_content{121, "weights_not_content",
                                          "word weights of an intent that is not of kind content"};

inline constexpr Code config_syntax{401, "config_syntax", "the config is not valid TOML"};
inline constexpr Code config_unknown_key{402, "config_unknown_key", "a key of the config that has no meaning"};
inline constexpr Code config_wrong_type{403, "config_wrong_type", "a value of the config of the wrong type"};
inline constexpr Code config_bad_value{404, "config_bad_value", "a value of the config outside what is allowed"};
inline constexpr Code config_open_secret{405, "config_open_secret", "a secret written into the config"};
inline constexpr Code config_secret_unreadable{406, "config_secret_unreadable", "a file with a secret that cannot be used"};
inline constexpr Code config_no_transport{407, "config_no_transport", "a config without a way in and out"};

}  // namespace codes

// "BF0101"
inline std::string code_text(const Code& code) {
    std::string digits = std::to_string(code.number);
    return "BF" + std::string(4 - digits.size(), '0') + digits;
}

// In the order of their numbers; `befriend explain` and the documentation test walk it.
inline constexpr std::array all_codes{
    codes::yaml_syntax,
    codes::duplicate_key,
    codes::anchor,
    codes::tag,
    codes::merge_key,
    codes::several_documents,
    codes::too_deep,
    codes::key_not_text,
    codes::empty_file,
    codes::not_utf8,
    codes::unreadable,
    codes::wrong_shape,
    codes::unknown_key,
    codes::missing_key,
    codes::bad_value,
    codes::pattern_syntax,
    codes::unknown_lexicon,
    codes::unknown_intent,
    codes::duplicate_intent,
    codes::duplicate_lexicon,
    codes::empty_pattern,
    codes::pattern_too_big,
    codes::bad_regex,
    codes::recursive_lexicon,
    codes::bad_entry,
    codes::unquoted_pattern,
    codes::missed_example,
    codes::wrong_example,
    codes::level_outside_crisis,
    codes::wide_gap,
    codes::repeated_entry,
    codes::shadowed_pattern,
    codes::idle_pattern,
    codes::rival_patterns,
    codes::denied_example,
    codes::weights_not_content,
    codes::config_syntax,
    codes::config_unknown_key,
    codes::config_wrong_type,
    codes::config_bad_value,
    codes::config_open_secret,
    codes::config_secret_unreadable,
    codes::config_no_transport,
};

}  // namespace befriend
