// SPDX-License-Identifier: Apache-2.0
//
// The `regex:` patterns over the folded text. RE2 stays behind this header.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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

    // Compiles all; errors come back as (index, message), those never match.
    std::vector<std::pair<std::uint32_t, std::string>> compile(const std::vector<std::string>& sources);

    // Every regex that matches, once, at its first place.
    void find(std::string_view folded, std::vector<Hit>& out) const;

    bool empty() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace befriend
