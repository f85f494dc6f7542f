// SPDX-License-Identifier: Apache-2.0
//
// The `regex:` patterns over the folded text. RE2 stays behind this header.
//
// Most messages hold none of the texts that a regex cannot match without (its atoms). One pass over
// the message with a small bitmap finds that out; RE2 is asked, and even compiled, only after.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace befriend {

class Regexes {
public:
    struct Hit {
        std::uint32_t regex = 0;
        std::uint32_t begin = 0;  // bytes of the folded text
        std::uint32_t end = 0;
    };

    Regexes();
    ~Regexes();
    Regexes(Regexes&&) noexcept;
    Regexes& operator=(Regexes&&) noexcept;

    // Compiles all; errors come back as (index, message), those never match. Gives the atoms and
    // the regexes that have none, both to be kept for prepare().
    static std::vector<std::pair<std::uint32_t, std::string>> check(
        const std::vector<std::string>& sources, std::vector<std::string>& atoms,
        std::vector<std::uint32_t>& always);

    // Cheap: RE2 compiles at the first message that holds an atom.
    void prepare(std::vector<std::string> sources, std::vector<std::string> atoms,
                 std::vector<std::uint32_t> always);

    // Every regex that matches, once, at its first place; those whose most_words the message of
    // `words` words exceeds are left out. Safe to call from several threads.
    void find(std::string_view folded, std::size_t words,
              const std::vector<std::uint16_t>& most_words, std::vector<Hit>& out) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace befriend
