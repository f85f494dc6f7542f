// SPDX-License-Identifier: Apache-2.0
//
// Asio and Beast are compiled here once (CMakeLists.txt defines the SEPARATE_COMPILATION macros).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
