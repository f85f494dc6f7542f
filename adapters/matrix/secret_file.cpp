// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace befriend::matrix {
namespace {

Error failed(const std::string& what, const std::string& path) {
    return fail("cannot " + what + " " + path + ": " + std::generic_category().message(errno));
}

}  // namespace

Result<void> write_secret_file(const std::string& path, const std::string& text) {
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code wrong;
    if (!folder.empty() && std::filesystem::create_directories(folder, wrong)) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, wrong);
    }
    if (wrong) return fail("cannot make the folder of " + path + ": " + wrong.message());
    const int file =
        ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return failed("create", path);
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t n = ::write(file, text.data() + written, text.size() - written);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        written += static_cast<std::size_t>(n);
    }
    const bool kept = written == text.size() && ::fsync(file) == 0;
    const int why = errno;
    ::close(file);
    if (kept) return {};
    ::unlink(path.c_str());
    errno = why;
    return failed("write", path);
}

Result<void> replace_secret_file(const std::string& path, const std::string& text) {
    const std::string beside = path + ".new";
    ::unlink(beside.c_str());
    auto written = write_secret_file(beside, text);
    if (!written) return written;
    if (::rename(beside.c_str(), path.c_str()) != 0) return failed("replace", path);
    return {};
}

Result<std::string> read_secret_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return failed("read", path);
    struct stat about = {};
    std::string text;
    bool read_all = ::fstat(file, &about) == 0;
    const bool open_to_others = read_all && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    char piece[4096];
    while (read_all && !open_to_others) {
        const ssize_t n = ::read(file, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) read_all = false;
        if (n <= 0) break;
        text.append(piece, static_cast<std::size_t>(n));
    }
    const int why = errno;
    ::close(file);
    ::explicit_bzero(piece, sizeof piece);
    errno = why;
    if (open_to_others) return fail(path + " can be read by others; chmod 600 " + path);
    if (!read_all) return failed("read", path);
    return text;
}

Result<void> set_aside(const std::string& path) {
    if (!std::filesystem::exists(path)) return {};
    std::string aside = path + ".old";
    for (int n = 2; std::filesystem::exists(aside); ++n) aside = path + ".old" + std::to_string(n);
    if (::rename(path.c_str(), aside.c_str()) != 0) return failed("rename", path);
    return {};
}

void wipe(std::string& text) {
    ::explicit_bzero(text.data(), text.size());
    text.clear();
}

}  // namespace befriend::matrix
