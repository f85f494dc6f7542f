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

    friend bool operator==(const Error&, const Error&) = default;
};

// value() on an error is a bug of the caller; boost::system::result asks us to name the exception.
[[noreturn]] inline void throw_exception_from_error(const Error&, const boost::source_location&) {
    std::terminate();
}

template <class T>
using Result = boost::system::result<T, Error>;

inline Error fail(std::string message) { return Error{std::move(message)}; }

}  // namespace befriend
