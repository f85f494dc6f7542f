// SPDX-License-Identifier: Apache-2.0
#include "tools/git_revision.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "tools/files.hpp"

namespace befriend {
namespace {

namespace fs = std::filesystem;

constexpr int not_started = 127;  // as shells say it

// Runs a program without a shell; what it prints goes to the file `log`. Its exit code.
int run_program(const std::vector<std::string>& words, const fs::path& log) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t child = 0;
    const int failed =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return not_started;
    return WEXITSTATUS(status);
}

}  // namespace

Result<RevisionFolder> RevisionFolder::take(const std::string& revision) {
    std::error_code no_folder;
    std::string name = (fs::temp_directory_path(no_folder) / "befriend-diff-XXXXXX").string();
    if (no_folder || ::mkdtemp(name.data()) == nullptr)
        return fail("a folder for " + revision + " cannot be made");
    RevisionFolder folder{fs::path(name)};
    const fs::path log = folder.path_ / ".log";
    const fs::path archive = folder.path_ / ".tar";
    const auto run = [&](std::vector<std::string> words) {
        return run_program(std::move(words), log);
    };
    const int inside = run({"git", "rev-parse", "--is-inside-work-tree"});
    if (inside == not_started)
        return fail(revision + " is no folder, and git, which might know it, cannot be started");
    if (inside != 0) return fail(revision + " is no folder, and this is no git repository");
    if (run({"git", "rev-parse", "--verify", "--quiet", "--end-of-options",
             revision + "^{commit}"}) != 0)
        return fail(revision + " is neither a folder nor a revision that git knows");
    bool any = false;
    for (const char* part : {"intents", "dialogs"}) {
        // A revision may have one of them only.
        if (run({"git", "archive", "--format=tar", "--output=" + archive.string(), revision, "--",
                 part}) != 0)
            continue;
        if (run({"tar", "-xf", archive.string(), "-C", folder.path_.string()}) != 0)
            return fail(revision + " cannot be unpacked: " + read_whole_file(log).value_or(""));
        any = true;
    }
    if (!any) return fail(revision + " has neither intents nor dialogs below this folder");
    return folder;
}

RevisionFolder::RevisionFolder(RevisionFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

RevisionFolder::~RevisionFolder() {
    std::error_code ignored;  // a left-over folder in the temporary folder harms nobody
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace befriend
