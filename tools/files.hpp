// SPDX-License-Identifier: Apache-2.0
//
// Whole files in and out, and the files of a kind below some paths.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

namespace befriend {

// nullopt when it cannot be read.
std::optional<std::string> read_whole_file(const std::filesystem::path& file);
// Replaces the file at once or not at all.
Result<bool> write_whole_file(const std::filesystem::path& file, std::string_view bytes);

// Takes the first line off `bytes` and gives it without its end, "\n" or "\r\n".
std::string_view take_line(std::string_view& bytes);

// The files with this ending among the paths and below them, sorted.
Result<std::vector<std::filesystem::path>> files_below(const std::vector<std::string>& paths,
                                                       std::string_view ending);

}  // namespace befriend
