// SPDX-License-Identifier: Apache-2.0
#include "tools/files.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace befriend {

namespace fs = std::filesystem;

std::optional<std::string> read_whole_file(const fs::path& file) {
    std::error_code problem;
    if (fs::is_directory(file, problem)) {
        return std::nullopt;
    }
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        return std::nullopt;
    }
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return std::move(bytes).str();
}

Result<bool> write_whole_file(const fs::path& file, std::string_view bytes) {
    fs::path beside = file;
    beside += ".new";
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.flush();
        if (!out) {
            return fail(file.string() + " cannot be written");
        }
    }
    std::error_code problem;
    fs::rename(beside, file, problem);
    if (problem) {
        return fail(file.string() + " cannot be written");
    }
    return true;
}

Result<std::vector<fs::path>> files_below(const std::vector<std::string>& paths,
                                          std::string_view ending) {
    std::vector<fs::path> files;
    for (const std::string& path : paths) {
        std::error_code problem;
        if (fs::is_directory(path, problem)) {
            for (const auto& entry : fs::recursive_directory_iterator(path, problem)) {
                if (entry.is_regular_file() && entry.path().string().ends_with(ending)) {
                    files.push_back(entry.path());
                }
            }
        } else if (fs::exists(path, problem)) {
            if (path.ends_with(ending)) {
                files.emplace_back(path);
            }
        } else {
            return fail(path + ": there is no such file or folder");
        }
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

std::string_view take_line(std::string_view& bytes) {
    const std::size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace befriend
