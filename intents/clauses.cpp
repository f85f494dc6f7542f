// SPDX-License-Identifier: Apache-2.0
#include "intents/clauses.hpp"

#include <algorithm>
#include <string_view>

#include "intents/english.hpp"

namespace befriend {
namespace {

namespace c = word_class;

constexpr std::uint64_t subject_like = c::self_subject | c::self_possessive | c::other_subject |
                                       c::other_possessive | c::you | c::your | c::thing |
                                       c::everyone | c::relation | c::determiner | c::person_noun;

// Words that may say when something is.
constexpr std::uint64_t timely =
    c::past_tense | c::past_marker | c::future | c::since | c::hypothetical | c::noted;

class Pass {
public:
    Pass(const ClauseInput& in, Understanding& u, std::vector<std::int32_t>& subjects)
        : in_(in), u_(u), subjects_(subjects), n_(u.tokens.size()) {}

    void run() {
        subjects_.assign(n_, -1);
        boundaries();
        people();
        denials();
        times();
        agreement();
    }

private:
    std::uint64_t cls(std::size_t i) const { return i < n_ ? in_.classes[i] : 0; }
    bool is(std::size_t i, std::uint64_t bits) const { return (cls(i) & bits) != 0; }
    std::string_view word(std::size_t i) const {
        return i < n_ ? u_.folded_word(u_.tokens[i]) : std::string_view();
    }
    bool skips(std::size_t i) const { return i < n_ && (u_.tokens[i].flags & token_flag::skip); }
    // The next word that is not a mere filler, within the clause as typed.
    std::size_t next(std::size_t i) const {
        for (++i; i < n_ && skips(i) && !is(i, subject_like); ++i) {
        }
        return i;
    }

    // ---- where clauses begin -----------------------------------------------------------------

    void boundaries() {
        Clause clause;
        for (std::size_t i = 0; i < n_; ++i) {
            Token& t = u_.tokens[i];
            if (i && t.before == Boundary::none) {
                if (is(i, c::breaks) && word(i) != "cause")
                    t.before = Boundary::soft;
                else if (is(i, c::joins) && starts_subject(i))
                    t.before = Boundary::soft;
                else if (i - clause.first >= 7 && runs_on(i))
                    t.before = Boundary::soft;
            }
            if (i && t.before != Boundary::none) close(clause, i);
            t.clause = static_cast<std::uint16_t>(std::min<std::size_t>(u_.clauses.size(), 0xFFFE));
        }
        if (n_) close(clause, n_);
        // A question mark holds for all clauses of its sentence.
        bool question = in_.question_at_end;
        for (std::size_t k = u_.clauses.size(); k-- > 0;) {
            u_.clauses[k].question = question;
            const std::uint32_t first = u_.clauses[k].first;
            if (u_.tokens[first].before == Boundary::hard) question = in_.question[first] != 0;
        }
    }

    void close(Clause& clause, std::size_t end) {
        clause.last = static_cast<std::uint32_t>(end);
        clause.typed = {u_.tokens[clause.first].typed.begin, u_.tokens[end - 1].typed.end};
        if (u_.clauses.size() < 0xFFFF)
            u_.clauses.push_back(clause);
        else
            u_.clauses.back().last = clause.last;
        clause = {};
        clause.first = static_cast<std::uint32_t>(end);
    }

    // A new sentence without any mark, as in hurried typing: "... feel so bad i am going home".
    bool runs_on(std::size_t i) const {
        return is(i, c::self_subject | c::other_subject) && is(i + 1, c::be | c::auxiliary) &&
               !is(i - 1, c::opens | c::thing | c::everyone | c::generic_you | c::ends_scope |
                              c::joins | c::determiner | c::preposition | c::relation |
                              c::person_noun | c::reports | c::moves_object) &&
               !skips(i - 1);
    }

    // "and I", "so my boss": a subject with something to do after it.
    bool starts_subject(std::size_t i) const {
        std::size_t j = i + 1;
        while (j < n_ && u_.tokens[j].before == Boundary::none && skips(j) && !is(j, subject_like))
            ++j;
        if (j >= n_ || u_.tokens[j].before != Boundary::none) return false;
        if (is(j, c::self_subject | c::other_subject)) return true;
        if (is(j, c::you | c::thing | c::everyone))
            return is(j + 1, c::be | c::auxiliary) ||
                   (is(j, c::you | c::everyone) && j + 1 < n_ && !is(j + 1, c::preposition));
        if (is(j, c::self_possessive | c::other_possessive | c::determiner))
            return is(j + 1, c::relation | c::voice | c::person_noun) ||
                   is(j + 2, c::be | c::auxiliary);
        if (word(j) == "no" && word(j + 1) == "one") return true;
        return is(j, c::relation) && is(j + 1, c::be | c::auxiliary);
    }

    // ---- whom it is about --------------------------------------------------------------------

    struct Subject {
        Whom whom = Whom::self;
        std::int32_t at = -1;
        bool voice = false;   // one's own head, brain, inner critic
        bool stated = false;  // a word said so
    };

    void people() {
        Subject subject;
        bool expecting = true, reported = false, quote_theirs = false;
        voice_talks_ = false;
        bool was_in_quotes = false;
        Whom clause_person = Whom::self;
        for (std::size_t i = 0; i < n_; ++i) {
            Token& t = u_.tokens[i];
            const bool starts = i == 0 || t.before != Boundary::none;
            if (starts) {
                if (i && u_.tokens[i - 1].clause != t.clause)
                    u_.clauses[u_.tokens[i - 1].clause].person = clause_person;
                expecting = true;
                reported = false;
                if (t.before == Boundary::hard) subject = {};
                if (t.before == Boundary::hard || !(t.flags & token_flag::in_quotes))
                    voice_talks_ = voice_talks_ && t.before == Boundary::soft &&
                                   (t.flags & token_flag::in_quotes);
            }
            const bool in_quotes = t.flags & token_flag::in_quotes;
            if (in_quotes && !was_in_quotes) {
                quote_theirs = opens_foreign_quote(i, subject);
                expecting = true;
                if (quote_theirs) subject = {};
            } else if (!in_quotes && was_in_quotes) {
                quote_theirs = false;
            }
            was_in_quotes = in_quotes;

            const std::uint64_t k = cls(i);
            if (expecting)
                expecting = subject_position(i, subject);
            else
                embedded(i, subject);

            if (reports_speech(i, subject)) {
                // What follows is theirs: "my dad told me I am useless".
                t.person = subject.whom;
                subjects_[i] = subject.at;
                clause_person = subject.whom;
                std::size_t j = i + 1;
                for (int objects = 0;
                     j < n_ && objects < 3 && u_.tokens[j].before == Boundary::none &&
                     (is(j, c::self_object | c::other_object | c::you) || word(j) == "her" ||
                      word(j) == "that" || word(j) == "to" || word(j) == "at");
                     ++j, ++objects) {
                    u_.tokens[j].person = subject.whom;
                    subjects_[j] = subject.at;
                }
                reported = true;
                i = j - 1;
                expecting = true;
                continue;
            }
            if (k & c::opens) expecting = true;
            if (subject.voice && (is(i, c::reports) || word(i) == "goes" || word(i) == "go")) {
                voice_talks_ = true;  // "my head says you are useless": "you" is oneself
                expecting = true;
            }

            t.person = subject.whom;
            subjects_[i] = subject.at;
            if (is(i, c::other_object) && !in_.to_other &&
                (word(i) == "himself" || word(i) == "herself" || word(i) == "themselves"))
                t.person = Whom::other;
            if (in_.to_other && t.person != Whom::other &&
                !(subject.stated && subject.whom == Whom::self))
                t.person = Whom::other;
            if (reported || quote_theirs) t.flags |= token_flag::quoted;
            if (starts || subject.at == static_cast<std::int32_t>(i)) clause_person = t.person;
        }
        if (n_) u_.clauses[u_.tokens[n_ - 1].clause].person = clause_person;
    }

    // Words in quotation marks are somebody else's unless one's own voice says them; a few words
    // without anybody saying them are only set apart ("a \"failure\"").
    bool opens_foreign_quote(std::size_t i, const Subject& subject) const {
        std::size_t length = 0;
        while (i + length < n_ && (u_.tokens[i + length].flags & token_flag::in_quotes)) ++length;
        bool own = false, said = false;
        for (std::size_t j = i; j-- > 0 && i - j < 9;) {
            if (u_.tokens[j].before == Boundary::hard && j + 1 < i) break;
            if (is(j, c::voice)) own = true;
            if (is(j, c::reports) || word(j) == "go" || word(j) == "goes" || word(j) == "like")
                said = true;
            if (is(j, c::self_subject) && said) own = true;
            if (u_.tokens[j].before != Boundary::none && j + 4 < i) break;
        }
        if (own) return false;
        if (said && (subject.whom == Whom::other || subject.whom == Whom::anyone ||
                     subject.whom == Whom::bot))
            return true;
        if (said && subject.stated && subject.whom == Whom::self) return false;
        return length > 3 && i > 0;
    }

    bool reports_speech(std::size_t i, const Subject& subject) const {
        if (!is(i, c::reports) || !subject.stated || subject.voice) return false;
        if (subject.whom == Whom::self) return false;
        // "It is hard to tell my family I ...": nobody has spoken yet.
        if (subject.whom == Whom::anyone && i && word(i - 1) == "to") return false;
        if (subject.at < 0 || static_cast<std::size_t>(subject.at) >= i ||
            i - static_cast<std::size_t>(subject.at) > 7)
            return false;
        if (i + 1 >= n_) return false;
        return true;
    }

    void set(Subject& subject, Whom whom, std::size_t at, bool voice = false) {
        subject = {whom, static_cast<std::int32_t>(at), voice, true};
    }

    // Reads a word where a subject may stand; says whether one may still follow.
    bool subject_position(std::size_t i, Subject& subject) {
        const std::uint64_t k = cls(i);
        if (skips(i) && !(k & subject_like)) return true;
        if (k & c::self_subject) {
            set(subject, Whom::self, i);
            return false;
        }
        if (k & c::other_subject) {
            set(subject, Whom::other, i);
            return false;
        }
        if (k & c::you) {
            const bool generic = generic_you(i);
            set(subject, voice_talks_ ? Whom::self : generic ? Whom::anyone : Whom::bot, i);
            return false;
        }
        if (k & c::self_possessive) {
            const std::size_t j = noun_after(i);
            if (is(j, c::relation) || is(j, c::person_noun))
                set(subject, Whom::other, j);
            else if (is(j, c::voice))
                set(subject, Whom::self, j, true);
            else
                set(subject, Whom::self, i);
            return false;
        }
        if (k & c::your) {
            const std::size_t j = noun_after(i);
            if (is(j, c::relation))
                set(subject, Whom::other, j);
            else
                set(subject, generic_you(i) ? Whom::anyone : Whom::bot, i);
            return false;
        }
        if ((k & c::other_possessive) && i + 1 < n_) {
            set(subject, Whom::other, i);
            return false;
        }
        if (k & c::relation) {
            set(subject, Whom::other, i);
            return false;
        }
        if (k & c::everyone) {
            set(subject, Whom::anyone, i);
            return false;
        }
        if (word(i) == "no" && word(i + 1) == "one") {
            set(subject, Whom::anyone, i + 1);
            return false;
        }
        if (k & c::determiner) {
            const std::size_t j = noun_after(i);
            if (is(j, c::relation | c::person_noun)) {
                set(subject, Whom::other, j);
                return false;
            }
            if (is(j, c::voice)) {
                set(subject, Whom::self, j, true);
                return false;
            }
            if (is(i + 1, c::be | c::auxiliary) || (k & c::thing)) {
                set(subject, Whom::anyone, i);
                return false;
            }
            if (i + 1 < n_ && is(i + 2, c::be | c::auxiliary)) {
                set(subject, Whom::anyone, i);
                return false;
            }
            return false;
        }
        if (k & c::thing) {
            set(subject, Whom::anyone, i);
            return false;
        }
        if (k & c::person_noun) return false;
        if (k & (c::breaks | c::joins | c::generic_you | c::ends_scope | c::opens | c::hedge |
                 c::since) &&
            !(k & c::be))
            return true;
        const Token& t = u_.tokens[i];
        if ((t.flags & token_flag::capital) && (t.flags & token_flag::unknown) && i + 1 < n_ &&
            t.typed.end - t.typed.begin > 1) {
            set(subject, Whom::other, i);  // a name
            return false;
        }
        // An order or a bare predicate: the one before goes on ("hate myself", "and cried").
        return false;
    }

    std::size_t noun_after(std::size_t i) const {
        // One adjective may stand between: "my old boss".
        const std::size_t j = i + 1;
        if (is(j, c::relation | c::voice | c::person_noun) && u_.tokens[j].before == Boundary::none)
            return j;
        if (j + 1 < n_ && is(j + 1, c::relation | c::voice | c::person_noun) &&
            u_.tokens[j].before == Boundary::none && u_.tokens[j + 1].before == Boundary::none &&
            !is(j, c::be | c::auxiliary | c::preposition | c::negator | c::joins))
            return j + 1;
        return j;
    }

    bool generic_you(std::size_t i) const {
        if (i && is(i - 1, c::generic_you)) return true;
        if (i >= 2 && is(i - 1, c::auxiliary) && is(i - 2, c::generic_you)) return true;
        if (word(i + 1) == "ever" || word(i + 1) == "know") return true;
        return false;
    }

    void embedded(std::size_t i, Subject& subject) {
        const std::uint64_t k = cls(i);
        if (k & c::self_subject) {
            set(subject, Whom::self, i);
            return;
        }
        if ((k & c::other_subject) && word(i) != "someone" && word(i) != "somebody") {
            set(subject, Whom::other, i);
            return;
        }
        if ((k & c::self_object) && i && is(i - 1, c::moves_object)) {
            set(subject, Whom::self, i);
            return;
        }
        if ((k & (c::other_object | c::other_possessive | c::relation)) && i &&
            subject.whom == Whom::self) {
            // "I want her to be happy", "I need my son to stop"
            const std::size_t verb =
                i >= 2 && is(i - 1, c::self_possessive | c::determiner) ? i - 2 : i - 1;
            const std::string_view v = word(verb);
            if ((v.starts_with("want") || v.starts_with("need") || v.starts_with("watch") ||
                 v.starts_with("help") || v == "see" || v == "saw") &&
                (word(i + 1) == "to" || v.starts_with("watch") || v.starts_with("s"))) {
                set(subject, Whom::other, i);
            }
            return;
        }
        if (word(i) == "who" && i && is(i - 1, c::relation)) {
            set(subject, Whom::other, i - 1);
            return;
        }
        if ((k & c::you) && (is(i + 1, c::be | c::auxiliary)) &&
            !is(i - 1, c::preposition | c::moves_object)) {
            set(subject, generic_you(i) ? Whom::anyone : Whom::bot, i);
        }
    }

    // ---- what is denied ----------------------------------------------------------------------

    void denials() {
        std::size_t first = 0, second = 0;  // 1 + position of active negators
        std::size_t short_until = 0;
        bool raised = false, hedged = false;
        for (std::size_t i = 0; i < n_; ++i) {
            Token& t = u_.tokens[i];
            const std::uint64_t k = cls(i);
            if (i && t.before != Boundary::none) {
                first = second = 0;
                if (t.before == Boundary::hard || !word(i - 1).starts_with("maybe")) hedged = false;
            }
            if (first && (k & c::ends_scope)) first = second = 0;
            if (first && short_until && i >= short_until && second == 0) first = 0;
            const bool subject_here =
                subjects_[i] == static_cast<std::int32_t>(i) &&
                (k & (c::self_subject | c::other_subject | c::you | c::relation | c::everyone));
            if (first && subject_here) {
                if (raised)
                    raised = false;
                else
                    first = second = 0;
            }
            if ((k & c::raises) && first)
                raised = true;
            else if (!(k & (c::function_word | c::raises)) && !skips(i) && !subject_here)
                raised = false;
            if (k & c::hedge) hedged = true;
            if ((k & c::ends_scope) && hedged_before(i)) hedged = true;
            t.negator = static_cast<std::uint16_t>(std::min<std::size_t>(first, 0xFFFF));
            t.negator2 = static_cast<std::uint16_t>(std::min<std::size_t>(second, 0xFFFF));
            if (hedged) t.flags |= token_flag::hedged;
            if ((k & c::negator) && !(word(i) == "no" && is(i + 1, c::everyone)) &&
                !void_negator(i)) {
                if (first == 0) {
                    first = i + 1;
                    short_until = k & c::short_negator ? i + 5 : 0;
                    raised = false;
                } else {
                    second = i + 1;
                    short_until = 0;
                }
            }
        }
    }

    // "not sure if", "do not know whether"
    bool hedged_before(std::size_t i) const {
        if (word(i) != "if" && word(i) != "whether") return false;
        for (std::size_t j = i; j-- > 0 && i - j <= 4;) {
            const std::string_view w = word(j);
            if (w == "know" || w == "sure" || w == "certain") {
                for (std::size_t m = j; m-- > 0 && j - m <= 3;) {
                    if (is(m, c::negator)) return true;
                }
            }
            if (w == "wonder" || w == "wondering" || w == "unsure") return true;
        }
        return false;
    }

    bool void_negator(std::size_t i) const {
        const std::string_view w = word(i);
        const std::size_t j = next(i);
        if (j >= n_) return true;
        if (u_.tokens[i + 1].before != Boundary::none) return true;
        const std::string_view after = word(i + 1);
        if (w == "not") {
            if (after == "only" || after == "just" || after == "to" || after == "yet" ||
                after == "sure" || after == "again")
                return true;
            if (i && (word(i - 1) == "why" || word(i - 1) == "or" || word(i - 1) == "if"))
                return true;
            if (i && is(i - 1, c::auxiliary | c::be)) {
                if (is(j, c::voids_negator) &&
                    (word(i - 1) == "can" || word(i - 1) == "could" || word(i - 1) == "do" ||
                     word(i - 1) == "does" || word(i - 1) == "will" || word(i - 1) == "would"))
                    return true;
                // "do not know if/why", "can not tell whether"
                if ((word(j) == "know" || word(j) == "understand" || word(j) == "remember" ||
                     word(j) == "get"))
                    return true;
                // "are you not", "is it not", "aren't I": a question that expects yes
                if ((i == 1 || u_.tokens[i - 1].before != Boundary::none) &&
                    is(i + 1, c::self_subject | c::you | c::thing | c::other_subject))
                    return true;
                if (word(i - 1) == "could" && (word(j) == "be" || word(j) == "care")) return true;
            }
        }
        if (w == "never") {
            if (is(j, c::voids_negator)) return true;
            if (word(i + 1) == "mind") return true;
            for (std::size_t m = i + 1; m < n_ && m < i + 4; ++m) {
                const std::string_view x = word(m);
                if (x == "so" || x == "more" || x == "this" || x == "such" || x == "as")
                    return true;
            }
        }
        if (w == "no" && (after == "wonder" || after == "doubt" || after == "matter" ||
                          after == "i" || after == "idea" || after == "need"))
            return true;
        if (w == "no" && i == 0 && is(j, c::self_subject | c::you | c::other_subject | c::thing))
            return true;
        if (w == "without" && i >= 2) {
            for (std::size_t m = i; m-- > 0 && i - m < 8;) {
                if (is(m, c::negator)) return true;
            }
        }
        if (w == "nothing" && (after == "but" || after == "more" || after == "less")) return true;
        return false;
    }

    // ---- when --------------------------------------------------------------------------------

    void times() {
        Time carried = Time::now;
        for (Clause& clause : u_.clauses) {
            bool past_tense = false, strong = false, resolved = false, future = false,
                 hypothetical = false, since = false;
            for (std::size_t i = clause.first; i < clause.last; ++i) {
                const std::uint64_t k = cls(i);
                if (!(k & timely)) continue;
                const std::string_view w = word(i);
                if ((k & c::past_tense) &&
                    !(i && (word(i - 1) == "have" || word(i - 1) == "has")) &&
                    !(i >= 2 && (word(i - 2) == "have" || word(i - 2) == "has")))
                    past_tense = true;
                if ((k & c::past_marker) && !(w == "ago" && i && just_now(word(i - 1))))
                    strong = true;
                if (k & c::future) future = true;
                if (k & c::since) since = true;
                if ((k & c::hypothetical) && !hedged_before(i) &&
                    !(w == "if" && i &&
                      (word(i - 1) == "as" || word(i - 1) == "like" || word(i - 1) == "even")))
                    hypothetical = true;
                if (!(k & c::noted)) continue;
                if (w == "used" && word(i + 1) == "to" && !(i && is(i - 1, c::be)) &&
                    !(i && word(i - 1) == "get"))
                    strong = resolved = true;
                if (w == "longer" && i && word(i - 1) == "no") resolved = true;
                if ((w == "anymore" || (w == "more" && i && word(i - 1) == "any")) && i &&
                    (word(i - 1) == "not" || (i >= 2 && word(i - 2) == "not")))
                    resolve_before(clause, i);
                if (w == "last" && (word(i + 1) == "year" || word(i + 1) == "month" ||
                                    word(i + 1) == "summer" || word(i + 1) == "winter"))
                    strong = true;
                if (w == "back" &&
                    (word(i + 1) == "then" || word(i + 1) == "when" || word(i + 1) == "in"))
                    strong = true;
                if (w == "past" && i && (word(i - 1) == "the" || word(i - 1) == "my") && i >= 2 &&
                    word(i - 2) == "in")
                    strong = true;
                if (w == "when" && (word(i + 1) == "i" || word(i + 1) == "we") &&
                    (word(i + 2) == "was" || word(i + 2) == "were"))
                    strong = true;
                if (w == "as" && word(i + 1) == "a" &&
                    (word(i + 2) == "kid" || word(i + 2) == "child" || word(i + 2) == "teen" ||
                     word(i + 2) == "teenager"))
                    strong = true;
                if (w == "going" && word(i + 1) == "to" && i && is(i - 1, c::be) &&
                    !(i && (word(i - 1) == "was" || word(i - 1) == "were")))
                    future = true;
                if (w == "about" && word(i + 1) == "to" && i && is(i - 1, c::be)) future = true;
            }
            clause.strong_past = strong && !since;
            clause.resolved = clause.resolved || resolved;
            if (hypothetical)
                clause.time = Time::hypothetical;
            else if (strong)
                clause.time = since ? Time::now : Time::past;
            else if (future)
                clause.time = Time::future;
            else if (past_tense && !since)
                clause.time = Time::past;
            else
                clause.time = Time::now;
            // "if I fail, I will be nothing": what follows a condition is no more certain than it.
            const Boundary b = u_.tokens[clause.first].before;
            if (b != Boundary::hard && carried == Time::hypothetical &&
                clause.time == Time::future && clause.first)
                clause.time = Time::hypothetical;
            carried = clause.time;
        }
        // "when I was 12, I ..." and "years ago, ..." hold for the whole sentence.
        for (std::size_t kx = 0; kx + 1 < u_.clauses.size(); ++kx) {
            const Clause& a = u_.clauses[kx];
            Clause& b = u_.clauses[kx + 1];
            if (a.strong_past && u_.tokens[b.first].before != Boundary::hard &&
                b.time == Time::past)
                b.strong_past = true;
            if (b.strong_past && u_.tokens[b.first].before != Boundary::hard &&
                a.time == Time::past)
                u_.clauses[kx].strong_past = true;
        }
    }

    // "a couple of days ago" is told as past, but is not over as "years ago" is.
    static bool just_now(std::string_view unit) {
        return unit == "minute" || unit == "minutes" || unit == "hour" || unit == "hours" ||
               unit == "day" || unit == "days" || unit == "night" || unit == "nights" ||
               unit == "week" || unit == "weeks";
    }

    // "I hate myself, not any more": takes back the clause before.
    void resolve_before(Clause& clause, std::size_t i) {
        const bool alone = i - clause.first <= 3;
        if (alone && &clause != &u_.clauses.front()) (&clause)[-1].resolved = true;
    }

    // "... and he is right": the words of others become one's own.
    void agreement() {
        bool any = false;
        for (const Token& t : u_.tokens) any = any || (t.flags & token_flag::quoted);
        if (!any) return;
        bool agrees = false;
        for (std::size_t i = 0; i < n_; ++i) {
            if (word(i) == "right" && i && (is(i - 1, c::be) || skips(i - 1)) &&
                !u_.tokens[i].negator)
                agrees = true;
            if (word(i) == "agree" && !u_.tokens[i].negator) agrees = true;
        }
        if (!agrees) return;
        for (Token& t : u_.tokens)
            t.flags = static_cast<std::uint16_t>(t.flags & ~token_flag::quoted);
    }

    const ClauseInput& in_;
    Understanding& u_;
    std::vector<std::int32_t>& subjects_;
    std::size_t n_;
    bool voice_talks_ = false;
};

}  // namespace

void find_clauses(const ClauseInput& in, Understanding& u, std::vector<std::int32_t>& subjects) {
    u.clauses.clear();
    Pass(in, u, subjects).run();
}

}  // namespace befriend
