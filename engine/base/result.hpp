// SPDX-License-Identifier: Apache-2.0
//
// The result of an operation that may be refused for an expected reason. Moving to std::expected
// later touches this file only.
#pragma once

#include <boost/system/result.hpp>
#include <exception>
#include <string>
#include <utility>

namespace befriend {

struct Error {
    std::string message;

    // No aggregate, and not made of a string: a Result<std::string> takes a string as its value.
    Error() = default;

    friend bool operator==(const Error&, const Error&) = default;
};

// value() on an error is a bug of the caller; boost::system::result asks us to name the exception.
[[noreturn]] inline void throw_exception_from_error(const Error&, const boost::source_location&) {
    std::terminate();
}

template <class T>
using Result = boost::system::result<T, Error>;

inline Error fail(std::string message) {
    Error error;
    error.message = std::move(message);
    return error;
}

}  // namespace befriend
