// SPDX-License-Identifier: Apache-2.0
#include "intents/catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/base/yaml.hpp"

namespace befriend {
namespace {

struct KindName {
    IntentKind kind;
    std::string_view name;
};
constexpr KindName kinds[] = {
    {IntentKind::content, "content"}, {IntentKind::control, "control"},
    {IntentKind::crisis, "crisis"},   {IntentKind::flag, "flag"},
    {IntentKind::feeling, "feeling"}, {IntentKind::topic, "topic"},
    {IntentKind::sign, "sign"},
};

std::optional<Whom> whom_of(std::string_view text) {
    if (text == "self") return Whom::self;
    if (text == "other") return Whom::other;
    if (text == "bot") return Whom::bot;
    if (text == "anyone" || text == "any") return Whom::anyone;
    return {};
}
std::optional<Time> time_of(std::string_view text) {
    if (text == "now") return Time::now;
    if (text == "past") return Time::past;
    if (text == "future") return Time::future;
    if (text == "hypothetical") return Time::hypothetical;
    return {};
}
std::optional<Polarity> polarity_of(std::string_view text) {
    if (text == "asserted") return Polarity::asserted;
    if (text == "negated") return Polarity::negated;
    if (text == "hedged") return Polarity::hedged;
    return {};
}

const std::vector<std::string> file_keys = {"language", "words", "intents", "weights"};
const std::vector<std::string> weights_keys = {"bias", "threshold", "words"};
constexpr double most_weight = 9;  // odds of 8,000 to 1: no single word says more
const std::vector<std::string> intent_keys = {"kind",     "about",       "whom",   "negated",
                                              "only_if",  "threshold",   "beside", "patterns",
                                              "examples", "not_examples"};
const std::vector<std::string> pattern_keys = {"like",   "regex",     "unless", "weight",
                                               "family", "whom",      "time",   "polarity",
                                               "level",  "max_words", "attr",   "attrs"};
const std::vector<std::string> only_if_keys = {"none_of", "any_of"};
const std::vector<std::string> levels = {"none",   "past",     "ambiguous", "passive",
                                         "active", "imminent", "now"};

class Loader {
public:
    Loader(Catalogue& catalogue, Diagnostics& diagnostics)
        : out_(catalogue), diagnostics_(diagnostics) {}

    void file(Source source) {
        file_ = static_cast<std::uint32_t>(out_.files.size());
        out_.files.push_back(source.name);
        const Document document = parse_yaml(std::move(source), diagnostics_);
        if (document.root.is_null()) return;
        const Node root(document);
        if (!expect_map(root,
                        "an intent file is a mapping with language, words, intents and weights"))
            return;
        check_keys(root, file_keys);
        if (root.has("language")) out_.language = root.at("language").text();
        if (root.has("words") &&
            expect_map(root.at("words"), "words are lists under their names")) {
            for (const auto& [name, node] : root.at("words").items()) words(name, node);
        }
        if (root.has("intents") &&
            expect_map(root.at("intents"), "intents are mappings under their names")) {
            for (const auto& [name, node] : root.at("intents").items()) intent(name, node);
        }
        if (root.has("weights") &&
            expect_map(root.at("weights"), "weights are mappings under the names of intents")) {
            for (const auto& [name, node] : root.at("weights").items()) weights(name, node);
        }
    }

    void finish() {
        std::vector<std::string> names;
        for (const IntentSpec& i : out_.intents) names.push_back(i.name);
        for (auto& [name, diagnostic] : references_) {
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            const std::string near = closest(name, names);
            diagnostic.hint = near.empty() ? "define it, or remove the reference"
                                           : "did you mean \"" + near + "\"?";
            diagnostics_.push_back(std::move(diagnostic));
        }
        for (auto& [name, diagnostic] : content_references_) {
            const auto found = std::find_if(out_.intents.begin(), out_.intents.end(),
                                            [&](const IntentSpec& i) { return i.name == name; });
            if (found != out_.intents.end() && found->kind != IntentKind::content)
                diagnostics_.push_back(std::move(diagnostic));
        }
        std::vector<std::string> lists;
        for (const Lexicon& l : out_.lexicons) lists.push_back(l.name);
        for (auto& [name, diagnostic] : lexicon_references_) {
            if (std::find(lists.begin(), lists.end(), name) != lists.end()) continue;
            const std::string near = closest(name, lists);
            diagnostic.hint = near.empty() ? "add it under words:, in any file of the folder"
                                           : "did you mean <" + near + ">?";
            diagnostics_.push_back(std::move(diagnostic));
        }
    }

private:
    Place place(const Node& node) const { return {file_, node.position()}; }

    bool expect_map(const Node& node, std::string hint) {
        if (node.is_map()) return true;
        diagnostics_.push_back(
            node.complain(codes::wrong_shape, "a mapping was expected here", std::move(hint)));
        return false;
    }

    void check_keys(const Node& node, const std::vector<std::string>& allowed) {
        for (const auto& [key, child] : node.items()) {
            if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
            const std::string near = closest(key, allowed);
            std::string all;
            for (const std::string& a : allowed) all += (all.empty() ? "" : ", ") + a;
            diagnostics_.push_back(child.complain_key(
                codes::unknown_key, "the key \"" + key + "\" means nothing here",
                near.empty() ? "allowed: " + all : "did you mean \"" + near + "\"?"));
        }
    }

    void words(const std::string& name, const Node& node) {
        const auto first = lexicon_places_.find(name);
        if (first != lexicon_places_.end()) {
            diagnostics_.push_back(node.complain_key(
                codes::duplicate_lexicon,
                "the word list \"" + name + "\" is already defined in " + first->second,
                "rename one, or join them"));
            return;
        }
        lexicon_places_[name] = out_.files.back() + ":" + std::to_string(node.key_position().line);
        Lexicon lexicon;
        lexicon.name = name;
        lexicon.place = {file_, node.key_position()};
        std::set<std::string> seen;
        for (const Node& entry : node.elements()) {
            if (!entry.is_text() || entry.text().empty()) {
                diagnostics_.push_back(
                    entry.complain(codes::bad_entry, "an entry is a word or a phrase", "quote it"));
                continue;
            }
            std::string text(entry.text());
            if (!seen.insert(text).second) {
                diagnostics_.push_back(entry.complain(codes::repeated_entry,
                                                      "\"" + text + "\" is already in this list",
                                                      "remove one", Severity::warning));
                continue;
            }
            if (text.starts_with('<')) {
                lexicon_references_.emplace_back(
                    text.substr(1, text.find('>') - 1),
                    entry.complain(codes::unknown_lexicon, "no word list \"" + text + "\""));
            }
            lexicon.entries.push_back({std::move(text), place(entry)});
        }
        out_.lexicons.push_back(std::move(lexicon));
    }

    void reference(std::string_view name, const Node& node) {
        references_.emplace_back(std::string(name),
                                 node.complain(codes::unknown_intent,
                                               "no intent is named \"" + std::string(name) + "\""));
    }

    template <class T>
    std::optional<T> one_of(const Node& node, std::optional<T> value, std::string_view allowed) {
        if (!value) {
            diagnostics_.push_back(node.complain(
                codes::bad_value,
                "\"" + std::string(node.text()) + "\" is not one of " + std::string(allowed)));
        }
        return value;
    }

    std::optional<double> number(const Node& node, double low, double high) {
        const std::string text(node.text());
        char* end = nullptr;
        const double value = std::strtod(text.c_str(), &end);
        if (text.empty() || *end || !(value >= low && value <= high)) {
            diagnostics_.push_back(node.complain(
                codes::bad_value,
                "a number from " + shorten(low) + " to " + shorten(high) + " was expected"));
            return {};
        }
        return value;
    }
    static std::string shorten(double v) { return std::to_string(static_cast<int>(v)); }

    void intent(const std::string& name, const Node& node) {
        if (const auto first = intent_places_.find(name); first != intent_places_.end()) {
            diagnostics_.push_back(node.complain_key(
                codes::duplicate_intent,
                "the intent \"" + name + "\" is already defined in " + first->second,
                "join the two; one intent lives in one place"));
            return;
        }
        if (!expect_map(node, "an intent has kind, about, patterns, examples")) return;
        intent_places_[name] = out_.files.back() + ":" + std::to_string(node.key_position().line);
        check_keys(node, intent_keys);
        IntentSpec spec;
        spec.name = name;
        spec.place = {file_, node.key_position()};
        if (node.has("kind")) {
            const Node kind = node.at("kind");
            const auto* found =
                std::find_if(std::begin(kinds), std::end(kinds),
                             [&](const KindName& k) { return k.name == kind.text(); });
            if (found != std::end(kinds))
                spec.kind = found->kind;
            else
                diagnostics_.push_back(kind.complain(
                    codes::bad_value,
                    "\"" + std::string(kind.text()) +
                        "\" is not one of content, control, crisis, flag, feeling, topic, sign"));
        }
        if (node.has("about")) spec.about = node.at("about").text();
        if (node.has("whom")) {
            for (const Node& w : node.at("whom").elements()) {
                if (const auto whom = one_of(w, whom_of(w.text()), "self, other, bot, anyone"))
                    spec.whom.push_back(*whom);
            }
        }
        if (node.has("negated")) {
            spec.negated = node.at("negated").text();
            reference(spec.negated, node.at("negated"));
        }
        if (node.has("only_if") &&
            expect_map(node.at("only_if"), "write only_if: { none_of: [intent] }")) {
            const Node only_if = node.at("only_if");
            check_keys(only_if, only_if_keys);
            for (const auto& key : only_if_keys) {
                if (!only_if.has(key)) continue;
                for (const Node& other : only_if.at(key).elements()) {
                    (key == "none_of" ? spec.only_if_none_of : spec.only_if_any_of)
                        .emplace_back(other.text());
                    reference(other.text(), other);
                }
            }
        }
        if (node.has("threshold")) {
            if (const auto t = number(node.at("threshold"), 0, 1))
                spec.threshold = static_cast<float>(*t);
        }
        if (node.has("beside")) {
            if (const auto t = number(node.at("beside"), 0, 1))
                spec.beside = static_cast<float>(*t);
        }
        for (const auto& [key, list] :
             {std::pair{"examples", &spec.examples}, {"not_examples", &spec.not_examples}}) {
            if (!node.has(key)) continue;
            for (const Node& e : node.at(key).elements()) {
                if (!e.is_text()) {
                    diagnostics_.push_back(
                        e.complain(codes::wrong_shape, "an example is one quoted text"));
                    continue;
                }
                if (e.mark().quoting == Quoting::plain) {
                    diagnostics_.push_back(
                        e.complain(codes::unquoted_pattern, "an example without quotes",
                                   "put it in double quotes", Severity::warning));
                }
                list->push_back({std::string(e.text()), place(e)});
            }
        }
        if (node.has("patterns")) {
            for (const Node& p : node.at("patterns").elements()) {
                if (expect_map(p, "a pattern is written { like: \"...\", weight: 1.0 }"))
                    pattern(p, spec);
            }
        }
        out_.intents.push_back(std::move(spec));
    }

    void weights(const std::string& name, const Node& node) {
        const auto same = std::find_if(out_.weights.begin(), out_.weights.end(),
                                       [&](const WordWeights& w) { return w.intent == name; });
        if (same != out_.weights.end()) {
            diagnostics_.push_back(node.complain_key(codes::duplicate_intent,
                                                     "\"" + name + "\" already has weights in " +
                                                         out_.files[same->place.file] + ":" +
                                                         std::to_string(same->place.at.line),
                                                     "join the two"));
            return;
        }
        if (!expect_map(node, "an intent's weights are bias, threshold and words")) return;
        check_keys(node, weights_keys);
        WordWeights out;
        out.intent = name;
        out.place = {file_, node.key_position()};
        if (name != any_content) {
            references_.emplace_back(
                name,
                node.complain_key(codes::unknown_intent, "no intent is named \"" + name + "\""));
            content_references_.emplace_back(
                name, node.complain_key(codes::weights_not_content, "",
                                        "\"" + name + "\" is heard by its patterns alone"));
        }
        if (node.has("bias")) {
            if (const auto b = number(node.at("bias"), -most_weight, most_weight))
                out.bias = static_cast<float>(*b);
        }
        if (node.has("threshold")) {
            if (const auto t = number(node.at("threshold"), 0, 1))
                out.threshold = static_cast<float>(*t);
        }
        if (node.has("words") && expect_map(node.at("words"), "write \"word\": 1.5, one a line")) {
            for (const auto& [text, value] : node.at("words").items()) {
                const auto weight = number(value, -most_weight, most_weight);
                if (weight && weighed(text, value))
                    out.entries.push_back(
                        {text, static_cast<float>(*weight), {file_, value.key_position()}});
            }
        }
        out_.weights.push_back(std::move(out));
    }

    // Whether the text is a word, a phrase, <a list> or @an_intent.
    bool weighed(const std::string& text, const Node& value) {
        if (text.starts_with('@')) {
            references_.emplace_back(text.substr(1), value.complain_key(codes::unknown_intent,
                                                                        "no intent is named \"" +
                                                                            text.substr(1) + "\""));
            return true;
        }
        std::vector<PatternError> errors;
        const Pattern p = parse_pattern(text, errors);
        using Kind = PatternNode::Kind;
        const bool words = p.root.kind == Kind::word ||
                           (p.root.kind == Kind::sequence &&
                            std::all_of(p.root.parts.begin(), p.root.parts.end(),
                                        [](const PatternNode& n) { return n.kind == Kind::word; }));
        if (errors.empty() && p.root.kind == Kind::lexicon) {
            lexicon_references_.emplace_back(
                p.root.text, value.complain_key(codes::unknown_lexicon,
                                                "no word list is named \"" + p.root.text + "\""));
            return true;
        }
        if (errors.empty() && words) return true;
        diagnostics_.push_back(
            value.complain_key(codes::bad_entry, "\"" + text + "\" cannot have a weight",
                               "a word, a phrase, <a word list> or @an_intent can"));
        return false;
    }

    // Word lists used in a pattern are checked when all files are read.
    void note_lexicons(const PatternNode& node, const Node& at) {
        if (node.kind == PatternNode::Kind::lexicon) {
            Diagnostic d =
                at.complain(codes::unknown_lexicon, "no word list is named \"" + node.text + "\"");
            const Position p = position_in_scalar(at.document(), at.pointer(), node.offset);
            d.line = p.line;
            d.col = p.col;
            d.width = static_cast<std::uint32_t>(node.text.size() + 2);
            lexicon_references_.emplace_back(node.text, std::move(d));
        }
        for (const PatternNode& part : node.parts) note_lexicons(part, at);
    }

    std::optional<Pattern> parse(const Node& node) {
        if (!node.is_text()) {
            diagnostics_.push_back(
                node.complain(codes::wrong_shape, "a pattern is one quoted text"));
            return {};
        }
        if (node.mark().quoting == Quoting::plain) {
            diagnostics_.push_back(node.complain(codes::unquoted_pattern,
                                                 "a pattern without quotes",
                                                 "put it in double quotes", Severity::warning));
        }
        std::vector<PatternError> errors;
        Pattern pattern = parse_pattern(node.text(), errors);
        for (const PatternError& e : errors) {
            Diagnostic d = node.complain(codes::pattern_syntax, e.message, e.hint);
            const Position p = position_in_scalar(node.document(), node.pointer(), e.offset);
            d.line = p.line;
            d.col = p.col;
            d.width = 1;
            diagnostics_.push_back(std::move(d));
        }
        if (!errors.empty()) return {};
        note_lexicons(pattern.root, node);
        return pattern;
    }

    void pattern(const Node& node, IntentSpec& intent) {
        check_keys(node, pattern_keys);
        PatternSpec spec;
        spec.place = place(node);
        if (node.has("regex")) {
            spec.regex = node.at("regex").text();
            spec.source = "regex: " + spec.regex;
            spec.place = place(node.at("regex"));
        } else if (node.has("like")) {
            spec.source = node.at("like").text();
            spec.place = place(node.at("like"));
            auto like = parse(node.at("like"));
            if (!like) return;
            if (!has_word(like->root)) {
                diagnostics_.push_back(node.at("like").complain(
                    codes::empty_pattern, "", "it would match anything: add a word or a list"));
                return;
            }
            spec.like = std::move(*like);
        } else {
            diagnostics_.push_back(
                node.complain(codes::missing_key, "a pattern needs like: or regex:"));
            return;
        }
        if (node.has("unless")) spec.unless = parse(node.at("unless"));
        if (node.has("weight")) {
            if (const auto w = number(node.at("weight"), 0, 1))
                spec.weight = static_cast<float>(*w);
        }
        if (node.has("family")) spec.family = node.at("family").text();
        if (node.has("whom"))
            spec.whom = one_of(node.at("whom"), whom_of(node.at("whom").text()),
                               "self, other, bot, anyone");
        if (node.has("time"))
            spec.time = one_of(node.at("time"), time_of(node.at("time").text()),
                               "past, now, future, hypothetical");
        if (node.has("polarity"))
            spec.polarity = one_of(node.at("polarity"), polarity_of(node.at("polarity").text()),
                                   "asserted, hedged, negated");
        if (node.has("level")) {
            spec.level = node.at("level").text();
            if (std::find(levels.begin(), levels.end(), spec.level) == levels.end()) {
                diagnostics_.push_back(node.at("level").complain(
                    codes::bad_value, "\"" + spec.level + "\" is no level",
                    "none, past, ambiguous, passive, active, imminent, now"));
                spec.level.clear();
            } else if (intent.kind != IntentKind::crisis) {
                diagnostics_.push_back(node.at("level").complain(codes::level_outside_crisis, "",
                                                                 "levels are for kind: crisis"));
            }
        }
        if (node.has("max_words")) {
            if (const auto n = number(node.at("max_words"), 1, 1000))
                spec.max_words = static_cast<std::uint16_t>(*n);
        }
        for (const char* key : {"attr", "attrs"}) {
            if (!node.has(key)) continue;
            for (const Node& a : node.at(key).elements()) spec.attrs.emplace_back(a.text());
        }
        intent.patterns.push_back(std::move(spec));
    }

    static bool has_word(const PatternNode& node) {
        using Kind = PatternNode::Kind;
        switch (node.kind) {
            case Kind::word:
            case Kind::lexicon:
            case Kind::self:
            case Kind::other:
            case Kind::bot:
            case Kind::any_word:
                return true;
            case Kind::optional:
                return false;
            case Kind::alternatives:
                return std::all_of(node.parts.begin(), node.parts.end(), has_word);
            default:
                return std::any_of(node.parts.begin(), node.parts.end(), has_word);
        }
    }

    Catalogue& out_;
    Diagnostics& diagnostics_;
    std::uint32_t file_ = 0;
    std::unordered_map<std::string, std::string> lexicon_places_, intent_places_;
    std::vector<std::pair<std::string, Diagnostic>> references_, lexicon_references_,
        content_references_;
};

}  // namespace

Catalogue load_catalogue(std::vector<Source> files, Diagnostics& diagnostics) {
    Catalogue catalogue;
    Loader loader(catalogue, diagnostics);
    for (Source& source : files) loader.file(std::move(source));
    loader.finish();
    return catalogue;
}

std::string_view kind_name(IntentKind kind) {
    for (const KindName& k : kinds) {
        if (k.kind == kind) return k.name;
    }
    return "content";
}

}  // namespace befriend
