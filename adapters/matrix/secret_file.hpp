// SPDX-License-Identifier: Apache-2.0
//
// Small files that nobody but the owner may read: seeds of an identity, access tokens.
#pragma once

#include <string>

#include "engine/base/result.hpp"

namespace befriend::matrix {

// Writes a new file with mode 0600 and makes its folder (0700) when there is none. A file that
// exists is an Error. On disk when it returns.
Result<void> write_secret_file(const std::string& path, const std::string& text);
// The same, in place of a file that exists; never leaves half a file.
Result<void> replace_secret_file(const std::string& path, const std::string& text);
// An Error also when others than the owner may read it: chmod 600 is the remedy.
Result<std::string> read_secret_file(const std::string& path);
// Renames FILE to FILE.old (or FILE.old2, ...), never over another; fine when there is none.
Result<void> set_aside(const std::string& path);

// Overwrites the text's bytes, so that they do not linger in memory, and empties it.
void wipe(std::string& text);

}  // namespace befriend::matrix
