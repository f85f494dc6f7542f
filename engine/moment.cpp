// SPDX-License-Identifier: Apache-2.0
#include "engine/moment.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/text/message_format.hpp"
#include "engine/text/reflect.hpp"

namespace befriend {
namespace {

std::int32_t to_number(std::string_view text) {
    std::int32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

constexpr std::size_t ring_size = 256;

// splitmix64: the same draws on every platform, one per choice.
std::uint64_t draw(Session& session) {
    std::uint64_t z = session.seed + 0x9E3779B97F4A7C15ull * (session.draws + 1ull);
    ++session.draws;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

struct Pair {
    std::string_view name, said;
};
// Topics as they stand in a sentence.
constexpr auto topics = std::to_array<Pair>({
    {"loss", "the loss"},
    {"breakup", "the break-up"},
    {"work", "work"},
    {"study", "your studies"},
    {"money", "money"},
    {"illness", "your health"},
    {"family", "your family"},
    {"body", "your body"},
    {"sleep", "sleep"},
    {"conflict", "the argument"},
    {"parenting", "being a parent"},
    {"identity", "who you are"},
    {"friends", "your friends"},
});
// What an event of this kind often leaves behind; one cautious guess, never more.
constexpr auto guesses = std::to_array<Pair>({
    {"event_loss", "sad"},
    {"event_left_out", "hurt"},
    {"event_seen_failing", "embarrassed"},
    {"event_did_harm", "guilty"},
    {"event_overload", "stretched thin"},
    {"event_waiting", "on edge"},
    {"event_unfair", "angry"},
    {"event_tried_and_failed", "discouraged"},
});
constexpr auto wishes = std::to_array<Pair>({
    {"event_left_out", "someone to notice"},
    {"event_overload", "some of it to lift"},
    {"event_waiting", "an answer"},
    {"event_unfair", "someone to see that it wasn't fair"},
    {"event_tried_and_failed", "the effort to count for something"},
});

// Words by which people name a feeling. The word said back is theirs ("furious" stays "furious"); a
// noun or a verb comes back as its adjective.
struct FeelingWord {
    std::string_view feeling, written, said;
};
constexpr auto feeling_words = std::to_array<FeelingWord>({
    {"sad", "sad", "sad"},
    {"sad", "unhappy", "unhappy"},
    {"sad", "heartbroken", "heartbroken"},
    {"sad", "down", "down"},
    {"sad", "low", "low"},
    {"sad", "miserable", "miserable"},
    {"sad", "gutted", "gutted"},
    {"sad", "devastated", "devastated"},
    {"sad", "tearful", "tearful"},
    {"sad", "sadness", "sad"},
    {"sad", "grief", "sad"},
    {"sad", "grieving", "sad"},
    {"sad", "crying", "sad"},
    {"sad", "cried", "sad"},
    {"sad", "cry", "sad"},
    {"sad", "depressed", "low"},
    {"hurt", "hurt", "hurt"},
    {"hurt", "hurts", "hurt"},
    {"hurt", "betrayed", "betrayed"},
    {"hurt", "rejected", "rejected"},
    {"hurt", "sting", "hurt"},
    {"hurt", "stung", "hurt"},
    {"hurt", "wounded", "hurt"},
    {"hurt", "unwanted", "unwanted"},
    {"afraid", "afraid", "afraid"},
    {"afraid", "scared", "scared"},
    {"afraid", "frightened", "frightened"},
    {"afraid", "terrified", "terrified"},
    {"afraid", "anxious", "anxious"},
    {"afraid", "worried", "worried"},
    {"afraid", "nervous", "nervous"},
    {"afraid", "uneasy", "uneasy"},
    {"afraid", "panicky", "panicky"},
    {"afraid", "panicking", "panicky"},
    {"afraid", "panic", "panicky"},
    {"afraid", "fear", "afraid"},
    {"afraid", "anxiety", "anxious"},
    {"afraid", "worry", "worried"},
    {"afraid", "worrying", "worried"},
    {"afraid", "dread", "afraid"},
    {"afraid", "dreading", "afraid"},
    {"angry", "angry", "angry"},
    {"angry", "furious", "furious"},
    {"angry", "mad", "angry"},
    {"angry", "livid", "livid"},
    {"angry", "annoyed", "annoyed"},
    {"angry", "irritated", "irritated"},
    {"angry", "frustrated", "frustrated"},
    {"angry", "bitter", "bitter"},
    {"angry", "resentful", "resentful"},
    {"angry", "fuming", "fuming"},
    {"angry", "anger", "angry"},
    {"angry", "rage", "angry"},
    {"angry", "pissed", "angry"},
    {"ashamed", "ashamed", "ashamed"},
    {"ashamed", "shame", "ashamed"},
    {"ashamed", "humiliated", "humiliated"},
    {"ashamed", "small", "small"},
    {"ashamed", "exposed", "exposed"},
    {"embarrassed", "embarrassed", "embarrassed"},
    {"embarrassed", "embarrassing", "embarrassed"},
    {"embarrassed", "mortified", "mortified"},
    {"embarrassed", "awkward", "awkward"},
    {"guilty", "guilty", "guilty"},
    {"guilty", "guilt", "guilty"},
    {"lonely", "lonely", "lonely"},
    {"lonely", "alone", "alone"},
    {"lonely", "loneliness", "lonely"},
    {"lonely", "lonesome", "lonesome"},
    {"lonely", "isolated", "isolated"},
    {"lonely", "invisible", "invisible"},
    {"disgusted", "disgusted", "disgusted"},
    {"empty", "empty", "empty"},
    {"empty", "numb", "numb"},
    {"empty", "flat", "flat"},
    {"empty", "hollow", "hollow"},
    {"empty", "emptiness", "empty"},
    {"empty", "numbness", "numb"},
    {"empty", "blank", "blank"},
    {"tired", "tired", "tired"},
    {"tired", "exhausted", "exhausted"},
    {"tired", "drained", "drained"},
    {"tired", "weary", "weary"},
    {"tired", "knackered", "worn out"},
    {"tired", "shattered", "worn out"},
    {"tired", "exhaustion", "exhausted"},
    {"tired", "burnt", "burnt out"},
    {"tired", "worn", "worn out"},
    {"calm", "calm", "calm"},
    {"calm", "calmer", "calmer"},
    {"calm", "relaxed", "relaxed"},
    {"calm", "peaceful", "peaceful"},
    {"calm", "safe", "safe"},
    {"calm", "relieved", "relieved"},
    {"calm", "relief", "relieved"},
    {"overwhelmed", "overwhelmed", "overwhelmed"},
    {"overwhelmed", "stressed", "stressed"},
    {"overwhelmed", "stress", "stressed"},
    {"overwhelmed", "swamped", "swamped"},
    {"discouraged", "discouraged", "discouraged"},
    {"discouraged", "defeated", "defeated"},
    {"discouraged", "stuck", "stuck"},
    {"discouraged", "disappointed", "disappointed"},
    {"jealous", "jealous", "jealous"},
    {"jealous", "envious", "envious"},
    {"jealous", "jealousy", "jealous"},
    {"jealous", "envy", "envious"},
    {"grateful", "grateful", "grateful"},
    {"grateful", "thankful", "thankful"},
    {"grateful", "touched", "touched"},
    {"grateful", "lucky", "lucky"},
    {"happy", "happy", "happy"},
    {"happy", "glad", "glad"},
    {"happy", "proud", "proud"},
    {"happy", "hopeful", "hopeful"},
    {"happy", "excited", "excited"},
    {"happy", "pleased", "pleased"},
    {"happy", "delighted", "delighted"},
    {"happy", "thrilled", "thrilled"},
    {"happy", "joy", "happy"},
});

template <std::size_t N>
std::optional<std::string> event_word(const Moment& moment, const std::array<Pair, N>& table) {
    if (moment.heard == nullptr) return std::nullopt;
    for (const Reading& reading : moment.heard->readings) {
        if (!reading.counts || reading.intent == IntentId::none) continue;
        const std::string& name = moment.pack.matcher.intent_name(reading.intent);
        const auto found =
            std::find_if(table.begin(), table.end(), [&](const Pair& p) { return p.name == name; });
        if (found != table.end()) return std::string(found->said);
    }
    return std::nullopt;
}

std::optional<std::string> filtered(std::string_view value, Filter filter) {
    switch (filter) {
        case Filter::none:
            return safe_to_echo(value) ? std::optional(std::string(value)) : std::nullopt;
        case Filter::reflect:
            return turn_round(value);
        case Filter::noun:
            return noun_phrase(value);
    }
    return std::nullopt;
}

std::optional<std::string> value_of(const Moment& moment, const TextArg& arg) {
    if (arg.slot != SlotId::none) {
        const std::string_view value = slot_value(moment, arg.slot);
        if (value.empty()) return std::nullopt;
        const SlotType type = moment.pack.slot(arg.slot).type;
        // Their own line is given back word for word: that is the point of it.
        if (type == SlotType::line && arg.filter == Filter::none) return std::string(value);
        if (type == SlotType::line || type == SlotType::phrase) return filtered(value, arg.filter);
        return std::string(value);
    }
    const auto& resources = moment.pack.resources;
    const std::string& country = moment.session.country;
    switch (arg.built_in) {
        case BuiltIn::clause:
            if (moment.safety_text || !moment.clause) return std::nullopt;
            return filtered(*moment.clause, arg.filter);
        case BuiltIn::opening:
            if (moment.session.stack.empty() || moment.frame().opening.empty()) return std::nullopt;
            return filtered(moment.frame().opening, arg.filter);
        case BuiltIn::words: {
            if (moment.safety_text || moment.heard == nullptr || moment.word_count == 0 ||
                moment.word_count > 12)
                return std::nullopt;
            std::string words = keep_line(moment.heard->text);
            if (!quotable(words)) return std::nullopt;
            while (!words.empty() &&
                   (words.back() == '.' || words.back() == '!' || words.back() == ','))
                words.pop_back();
            return filtered(words, arg.filter);
        }
        case BuiltIn::feeling: {
            if (moment.safety_text || moment.heard == nullptr) return std::nullopt;
            return moment.feeling.empty() ? std::nullopt
                                          : std::optional(std::string(moment.feeling));
        }
        case BuiltIn::guess:
            if (moment.safety_text || moment.heard == nullptr || !moment.feeling.empty())
                return std::nullopt;
            // A feeling between the lines is a guess as well, and better than one from the kind of
            // event.
            if (!moment.heard->feelings.empty()) return moment.heard->feelings.front();
            return event_word(moment, guesses);
        case BuiltIn::topic: {
            if (moment.heard == nullptr || moment.heard->topics.empty()) return std::nullopt;
            const auto found = std::find_if(topics.begin(), topics.end(), [&](const Pair& p) {
                return p.name == moment.heard->topics.front();
            });
            return found == topics.end() ? std::nullopt : std::optional(std::string(found->said));
        }
        case BuiltIn::wish:
            return moment.safety_text ? std::nullopt : event_word(moment, wishes);
        case BuiltIn::line:
            return resource_line(resources, country, "suicide");
        case BuiltIn::line_text:
            return resource_line(resources, country, "suicide", "text");
        case BuiltIn::line_abuse:
            return resource_line(resources, country, "abuse");
        case BuiltIn::line_child:
            return resource_line(resources, country, "child");
        case BuiltIn::line_eating:
            return resource_line(resources, country, "eating");
        case BuiltIn::line_poison:
            return resource_line(resources, country, "poison");
        case BuiltIn::emergency:
            return resources.country(country).emergency;
        case BuiltIn::country: {
            if (country.empty()) return std::string("where you are");
            const auto& names = resources.country(country).names;
            return names.empty() ? country : names.front();
        }
        case BuiltIn::none:
            break;
    }
    return std::nullopt;
}

// Sentences begin with a capital, also where they begin with a value.
void capitalise(std::string& text) {
    bool start = true;
    bool quoted = false;  // between curly quotes stand the person's own words, exactly as typed
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const std::string_view rest = std::string_view(text).substr(i);
        if (rest.starts_with("\u201C")) quoted = true;
        if (rest.starts_with("\u201D")) quoted = false;
        if (quoted) {
            start = false;
            continue;
        }
        if (start && c >= 'a' && c <= 'z') text[i] = static_cast<char>(c - 32);
        if (c == '\n')
            start = true;
        else if (c == ' ')
            start = start || (i > 0 && (text[i - 1] == '?' || text[i - 1] == '!' ||
                                        (text[i - 1] == '.' && !(i > 1 && text[i - 2] == '.'))));
        else if (c != '"' && c != '\'' && c != '(')
            start = false;
    }
}

std::string first_word(std::string_view text) {
    std::string word;
    for (const char c : text) {
        if (c == ' ' || c == ',' || c == '.' || c == '\n') break;
        word += c;
    }
    return word;
}

bool shows_resource(const Text& text) {
    return std::any_of(text.args.begin(), text.args.end(), [](const TextArg& arg) {
        return arg.built_in >= BuiltIn::line && arg.built_in <= BuiltIn::emergency;
    });
}

}  // namespace

std::string_view named_feeling(const Understanding& heard) {
    if (heard.feelings.empty()) return {};
    std::string_view previous;
    for (std::size_t i = 0; i < heard.text.size();) {
        const auto letter = [&](std::size_t k) {
            return (heard.text[k] | 0x20) >= 'a' && (heard.text[k] | 0x20) <= 'z';
        };
        if (!letter(i)) {
            ++i;
            continue;
        }
        std::size_t end = i;
        std::string word;
        while (end < heard.text.size() && (letter(end) || heard.text[end] == '\''))
            word += static_cast<char>(heard.text[end++] | 0x20);
        if (previous != "not" && previous != "never" && !previous.ends_with("n't")) {
            for (const FeelingWord& w : feeling_words)
                if (w.written == word && std::find(heard.feelings.begin(), heard.feelings.end(),
                                                   w.feeling) != heard.feelings.end())
                    return w.said;
        }
        previous = std::string_view(heard.text).substr(i, end - i);
        i = end;
    }
    return {};
}

bool carries(const Understanding& heard, IntentId intent) {
    return std::any_of(heard.readings.begin(), heard.readings.end(),
                       [&](const Reading& r) { return r.counts && r.intent == intent; });
}

bool carries(const Moment& moment, std::string_view intent) {
    const IntentId id = moment.pack.matcher.find(intent);
    return id != IntentId::none && moment.heard != nullptr && carries(*moment.heard, id);
}

std::string_view slot_value(const Moment& moment, SlotId id) {
    const Slot& slot = moment.pack.slot(id);
    const auto look = [&](const std::map<std::string, std::string>& values) -> std::string_view {
        const auto found = values.find(slot.name);
        return found == values.end() ? std::string_view() : std::string_view(found->second);
    };
    if (slot.keep == Keep::dialog)
        return moment.session.stack.empty() ? std::string_view() : look(moment.frame().slots);
    const std::string_view value = look(moment.session.slots);
    return value.empty() && slot.keep == Keep::person ? look(moment.session.person) : value;
}

void set_slot(Moment& moment, SlotId id, std::string value) {
    const Slot& slot = moment.pack.slot(id);
    if (slot.keep == Keep::dialog) {
        if (!moment.session.stack.empty()) moment.frame().slots[slot.name] = std::move(value);
    } else {
        moment.session.slots[slot.name] = std::move(value);
    }
}

void assign(Moment& moment, const std::vector<Assignment>& assignments) {
    for (const Assignment& a : assignments) {
        if (a.add != 0) {
            const Slot& slot = moment.pack.slot(a.slot);
            const std::int32_t value = to_number(slot_value(moment, a.slot)) + a.add;
            set_slot(moment, a.slot, std::to_string(std::clamp(value, 0, std::max(slot.high, 0))));
        } else if (a.from != SlotId::none) {
            set_slot(moment, a.slot, std::string(slot_value(moment, a.from)));
        } else {
            set_slot(moment, a.slot, a.text);
        }
    }
}

bool holds(const Moment& moment, ConditionId id) {
    if (id == ConditionId::none) return true;
    // A value on the stack is a number or a text; booleans are 0 and 1.
    struct Value {
        std::int32_t number = 0;
        std::string_view text;
    };
    using Op = ConditionNode::Op;
    using Variable = ConditionNode::Variable;
    constexpr std::size_t deepest = 16;  // the compiler refuses more
    std::array<Value, deepest> stack;
    std::size_t top = 0;
    const Session& session = moment.session;
    const auto variable = [&](Variable v) -> std::int32_t {
        switch (v) {
            case Variable::rank:
                return session.safety.rank;
            case Variable::visits: {
                if (session.stack.empty()) return 0;
                const auto found = session.visits.find(moment.frame().dialog);
                return found == session.visits.end()
                           ? 0
                           : std::max(0, std::min<int>(found->second, 6) - 1);
            }
            case Variable::turns:
                return std::min<int>(session.turns, 50);
            case Variable::words:
                return static_cast<std::int32_t>(std::min<std::uint32_t>(moment.word_count, 60));
            case Variable::short_streak:
                return std::min<int>(session.short_streak, 5);
            case Variable::questions_in_row:
                return std::min<int>(session.questions_in_row, 5);
            case Variable::listen_only:
                return session.listen_only;
            case Variable::minor:
                return session.safety.minor;
            case Variable::night: {
                if (!moment.incoming.utc_offset) return 0;
                const auto local = moment.incoming.at + *moment.incoming.utc_offset;
                const auto hour = std::chrono::duration_cast<std::chrono::hours>(
                                      local - std::chrono::floor<std::chrono::days>(local))
                                      .count();
                return hour >= 22 || hour < 6;
            }
            case Variable::plain:
                return moment.incoming.plain;
            case Variable::shared_room:
                return moment.incoming.shared_room;
            case Variable::feeling_known:
                return !moment.feeling.empty();
            case Variable::has_clause:
                return moment.clause.has_value() && !moment.safety_text;
            case Variable::first_session:
                return session.person.empty() && !session.welcomed;
            case Variable::after_crisis:
                return session.safety.crises > 0 &&
                       moment.incoming.at - session.safety.raised_at < std::chrono::hours(24);
        }
        return 0;
    };
    for (const ConditionNode& node : moment.pack.conditions[index(id)]) {
        const auto push = [&](std::int32_t number, std::string_view text = {}) {
            if (top < deepest) stack[top++] = {number, text};
        };
        const auto compare = [&](auto test) {
            if (top < 2) return;
            const Value b = stack[--top];
            const Value a = stack[--top];
            const bool texts = !a.text.empty() || !b.text.empty();
            const int order = texts ? a.text.compare(b.text)
                                    : (a.number < b.number   ? -1
                                       : a.number > b.number ? 1
                                                             : 0);
            push(test(order));
        };
        switch (node.op) {
            case Op::known:
                push(!slot_value(moment, node.slot).empty());
                break;
            case Op::slot_text: {
                const std::string_view value = slot_value(moment, node.slot);
                const SlotType type = moment.pack.slot(node.slot).type;
                if (type == SlotType::flag)
                    push(value == "yes" || value == "true" || value == "1");
                else
                    push(0, value.empty() ? std::string_view("\x01")
                                          : value);  // unknown equals nothing
                break;
            }
            case Op::slot_number:
                push(to_number(slot_value(moment, node.slot)));
                break;
            case Op::constant_text:
                push(0, node.text);
                break;
            case Op::constant_number:
                push(node.number);
                break;
            case Op::heard:
                push(moment.heard != nullptr && carries(*moment.heard, node.intent));
                break;
            case Op::visits: {
                const auto found = session.visits.find(moment.pack.dialog(node.dialog).name);
                push(found == session.visits.end() ? 0 : std::min<int>(found->second, 5));
                break;
            }
            case Op::built_in:
                push(variable(node.variable));
                break;
            case Op::equal:
                compare([](int o) { return o == 0; });
                break;
            case Op::not_equal:
                compare([](int o) { return o != 0; });
                break;
            case Op::less:
                compare([](int o) { return o < 0; });
                break;
            case Op::less_equal:
                compare([](int o) { return o <= 0; });
                break;
            case Op::greater:
                compare([](int o) { return o > 0; });
                break;
            case Op::greater_equal:
                compare([](int o) { return o >= 0; });
                break;
            case Op::logical_not:
                if (top > 0) stack[top - 1] = {stack[top - 1].number == 0, {}};
                break;
            case Op::logical_and:
            case Op::logical_or:
                if (top >= 2) {
                    const bool b = stack[--top].number != 0;
                    const bool a = stack[--top].number != 0;
                    push(node.op == Op::logical_and ? a && b : a || b);
                }
                break;
        }
    }
    return top > 0 && stack[top - 1].number != 0;
}

bool echoes(const Text& text) {
    return std::any_of(text.args.begin(), text.args.end(), [](const TextArg& arg) {
        return arg.slot != SlotId::none ||
               (arg.built_in >= BuiltIn::clause && arg.built_in <= BuiltIn::wish);
    });
}

namespace {

// "It feels like you feel like ...", "it sounds as if it's like ...": two frames around one
// thought.
bool doubled(std::string_view before, std::string_view value) {
    const auto starts = [&](std::string_view s) { return value.starts_with(s); };
    const bool like = before.ends_with(" like ") || before.ends_with(" as if ");
    if (like &&
        (starts("you feel") || starts("you felt") || starts("it feels") || starts("it's like") ||
         starts("it is like") || starts("it sounds") || starts("it seems") || starts("you think")))
        return true;
    // A thing that happened is not what something "feels like" or "looks like".
    if (before.ends_with("feels like ") || before.ends_with("looks like ") ||
        before.ends_with("It's like ")) {
        constexpr auto past = std::to_array<std::string_view>(
            {"ate",   "broke", "came", "cried", "did",  "didn't", "fell",  "forgot",
             "found", "gave",  "got",  "had",   "hid",  "left",   "lost",  "made",
             "met",   "ran",   "rang", "said",  "sat",  "saw",    "sent",  "shouted",
             "slept", "stood", "told", "took",  "went", "woke",   "wrote", "yelled"});
        std::size_t word = 0;
        for (std::size_t i = 0; i < value.size() && word < 4; ++word) {
            const std::size_t end = std::min(value.find(' ', i), value.size());
            const std::string_view w = value.substr(i, end - i);
            if (word > 0 && ((w.size() > 4 && w.ends_with("ed")) ||
                             std::find(past.begin(), past.end(), w) != past.end()))
                return true;
            if (word == 1 && value.starts_with("you're ") && w.ends_with("ing")) return true;
            i = end + 1;
        }
    }
    return before.ends_with("that ") && starts("that ");
}

// The values of one line's variations, each worked out once: most variations say back the same.
class Values {
public:
    explicit Values(const Moment& moment) : moment_(moment) {}

    // Null when unknown, empty or not safe to say back. Valid until the next call.
    const std::string* find(const TextArg& arg) {
        const auto same = [&](const Known& k) {
            return k.slot == arg.slot && k.built_in == arg.built_in && k.filter == arg.filter;
        };
        auto known = std::find_if(known_.begin(), known_.end(), same);
        if (known == known_.end()) {
            known_.push_back({arg.slot, arg.built_in, arg.filter, value_of(moment_, arg)});
            known = known_.end() - 1;
        }
        return known->value && !known->value->empty() ? &*known->value : nullptr;
    }

private:
    struct Known {
        SlotId slot;
        BuiltIn built_in;
        Filter filter;
        std::optional<std::string> value;
    };
    const Moment& moment_;
    std::vector<Known> known_;
};

std::optional<std::string> fill_in(Values& values, const Text& text) {
    if (text.args.empty()) return text.pieces.empty() ? text.source : text.pieces.front();
    std::string out;
    if (!text.icu.empty()) {
        std::vector<std::string> arguments;
        for (const TextArg& arg : text.args) {
            const std::string* value = values.find(arg);
            if (value == nullptr) return std::nullopt;
            arguments.push_back(*value);
        }
        auto formatted = format_message(text.icu, arguments);
        if (!formatted) return std::nullopt;
        out = std::move(*formatted);
    } else {
        for (std::size_t i = 0; i < text.pieces.size(); ++i) {
            out += text.pieces[i];
            if (i >= text.args.size()) continue;
            const std::string* value = values.find(text.args[i]);
            if (value == nullptr) return std::nullopt;
            if (text.args[i].filter == Filter::reflect && doubled(out, *value)) return std::nullopt;
            out += *value;
        }
    }
    capitalise(out);
    return out;
}

}  // namespace

std::optional<std::string> render(const Moment& moment, const Text& text) {
    Values values(moment);
    return fill_in(values, text);
}

std::optional<Chosen> choose_variation(Moment& moment, LineId id) {
    if (id == LineId::none) return std::nullopt;
    Session& session = moment.session;
    const Line& line = moment.pack.line(id);
    struct Candidate {
        std::size_t variation = 0;
        std::string text;
        std::size_t age = 0;  // 0: not in the ring; else 1 = said longest ago
        bool echo = false;
    };
    std::vector<Candidate> candidates;
    candidates.reserve(line.of.size());
    Values values(moment);
    for (std::size_t i = 0; i < line.of.size(); ++i) {
        const Variation& variation = line.of[i];
        if (!holds(moment, variation.when)) continue;
        std::size_t age = 0;
        for (std::size_t k = session.said.size(); k > 0 && age == 0; --k)
            if (session.said[k - 1] == variation.text.hash) age = k;
        if (line.vary == Vary::once && age != 0) continue;
        auto text = fill_in(values, variation.text);
        if (!text) continue;
        candidates.push_back({i, std::move(*text), age, echoes(variation.text)});
    }
    if (candidates.empty()) return std::nullopt;

    const std::uint64_t number = draw(session);
    std::size_t pick = 0;
    const bool in_order = line.vary == Vary::in_order || line.vary == Vary::once;
    std::vector<std::size_t> fresh;
    const auto collect = [&](auto fits) {
        fresh.clear();
        for (std::size_t i = 0; i < candidates.size(); ++i)
            if (fits(candidates[i])) fresh.push_back(i);
        return !fresh.empty();
    };
    const auto unsaid = [&](const Candidate& c) { return c.age == 0 || line.vary == Vary::random; };
    const auto opens_anew = [&](const Candidate& c) {
        return first_word(c.text) != session.last_opening;
    };
    // Three times in four their own words are worth more than a stock line.
    const bool prefer_echo = number % 4 != 0;
    const bool found =
        (prefer_echo && !in_order &&
         collect([&](const Candidate& c) { return unsaid(c) && c.echo && opens_anew(c); })) ||
        (!in_order && collect([&](const Candidate& c) { return unsaid(c) && opens_anew(c); })) ||
        collect(unsaid);
    if (found) {
        pick = in_order ? fresh.front() : fresh[(number >> 8) % fresh.size()];
    } else {  // all were said: the one said longest ago
        pick = static_cast<std::size_t>(
            std::min_element(candidates.begin(), candidates.end(),
                             [](const Candidate& a, const Candidate& b) { return a.age < b.age; }) -
            candidates.begin());
    }
    Candidate& chosen = candidates[pick];
    const Variation& variation = line.of[chosen.variation];
    session.said.push_back(variation.text.hash);
    if (session.said.size() > ring_size) session.said.erase(session.said.begin());
    std::string_view tail = chosen.text;
    while (!tail.empty() &&
           (tail.back() == ' ' || tail.back() == '\n' || tail.back() == '"' || tail.back() == ')'))
        tail.remove_suffix(1);
    return Chosen{chosen.text,
                  chosen.variation,
                  variation.text.hash,
                  variation.at,
                  shows_resource(variation.text),
                  tail.ends_with('?')};
}

}  // namespace befriend
