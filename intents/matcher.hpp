// SPDX-License-Identifier: Apache-2.0
//
// Understands messages: finds which intents a message expresses, about whom, and which words say
// so.
//
// A Matcher never changes once built, so any number of threads may share one; each brings its own
// Scratch. Understanding takes time linear in the length of the message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "intents/catalogue.hpp"
#include "intents/understanding.hpp"

namespace befriend {

struct Tables;

// One pattern that matched, and what became of it; for `try --explain`.
struct HitTrace {
    std::uint32_t pattern = 0;
    IntentId intent = IntentId::none;
    float weight = 0;
    float quality = 1;
    std::vector<Span> evidence;
    Whom whom = Whom::self;
    Time time = Time::now;
    Polarity polarity = Polarity::asserted;
    bool quoted = false;
    std::string fate;  // "counts", "negated by \"not\"", "unless", "same family", ...
};

// An entry of the word weights that a message contains.
struct WordHit {
    std::uint32_t feature = 0;
    std::uint32_t begin = 0;  // tokens [begin, end); none for an intent
    std::uint32_t end = 0;
    float value = 1;  // of an intent: the score of its best reading

    friend bool operator==(const WordHit&, const WordHit&) = default;
};

// Memory that one thread reuses from message to message. Everything in it is the matcher's own.
class Scratch {
public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;

    bool explain = false;  // set it to have `hits` filled
    std::vector<HitTrace> hits;
    bool weigh_always = false;       // fill `word_hits` also where patterns speak
    std::vector<WordHit> word_hits;  // by feature, each once

    struct Buffers;
    Buffers& buffers() { return *buffers_; }

private:
    std::unique_ptr<Buffers> buffers_;
};

struct MatcherOptions {
    bool spelling = true;  // one typing error is forgiven in words of six letters and more
};

class Matcher {
public:
    Matcher();  // understands nothing: every message has words and clauses but no readings
    ~Matcher();
    Matcher(Matcher&&) noexcept;
    Matcher& operator=(Matcher&&) noexcept;

    // Pays the whole cost of compiling here, so that understand() is cheap. Patterns with errors
    // are reported and left out.
    static Matcher compile(const Catalogue& catalogue, Diagnostics& diagnostics);

    // Reads `text`, any bytes. Keeps nothing of it, and allocates little once `scratch` and `out`
    // have been used before.
    void understand(std::string_view text, const Context& context, Scratch& scratch,
                    Understanding& out) const;
    Understanding understand(std::string_view text, const Context& context, Scratch& scratch) const;
    Understanding understand(std::string_view text) const;

    // IntentId::none when there is no such intent.
    IntentId find(std::string_view name) const;
    const std::string& intent_name(IntentId id) const;  // "none" for IntentId::none
    IntentKind kind(IntentId id) const;
    std::uint32_t rank(IntentId id) const;  // labels.hpp
    std::size_t intent_count() const;

    std::size_t pattern_count() const;
    std::string pattern_place(std::uint32_t pattern) const;   // "intents/en/threat.yaml:12"
    std::string pattern_source(std::uint32_t pattern) const;  // as the author wrote it

    void set_options(MatcherOptions options) { options_ = options; }

    // The compiled form as bytes, and back. load() says false and leaves the matcher empty when the
    // bytes are damaged or of another version.
    void save(std::string& out) const;
    bool load(std::string_view bytes);

    // Sizes for benchmarks and `befriend stats`.
    std::size_t state_count() const;
    std::size_t word_count() const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
    MatcherOptions options_;
};

}  // namespace befriend
