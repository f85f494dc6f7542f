// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or one sentence about why there is none. For refusals that are expected
// (a file that cannot be read, a session from a newer version); an author's mistakes are
// Diagnostics, our own bugs are assertions.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace befriend {

struct Error {
    std::string message;  // a whole sentence for the person who reads it

    friend bool operator==(const Error&, const Error&) = default;
};

struct Done {};  // the value of an action that only succeeds or fails: Result<Done>

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const { return held_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    // Requires: has_value().
    T& operator*() & { return std::get<0>(held_); }
    const T& operator*() const& { return std::get<0>(held_); }
    T&& operator*() && { return std::get<0>(std::move(held_)); }
    T* operator->() { return &std::get<0>(held_); }
    const T* operator->() const { return &std::get<0>(held_); }
    T& value() & { return std::get<0>(held_); }
    const T& value() const& { return std::get<0>(held_); }
    T&& value() && { return std::get<0>(std::move(held_)); }

    // Requires: !has_value().
    const Error& error() const { return std::get<1>(held_); }

private:
    std::variant<T, Error> held_;
};

inline Error fail(std::string message) { return Error{std::move(message)}; }

}  // namespace befriend
