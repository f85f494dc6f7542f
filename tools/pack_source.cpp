// SPDX-License-Identifier: Apache-2.0
#include "tools/pack_source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <system_error>

#include "engine/base/hash.hpp"
#include "engine/script/faults.hpp"
#include "engine/script/pack_file.hpp"
#include "tools/content/embedded.hpp"

namespace befriend {
namespace {

namespace fs = std::filesystem;

std::string base_name(std::string_view path) {
    const auto slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

// What a folder may not replace.
bool is_protected(std::string_view path, std::string_view bytes) {
    // The safety patterns use the shared word lists.
    if (path.starts_with("intents/"))
        return base_name(path).starts_with("safety") || base_name(path).starts_with("words");
    if (path.starts_with("dialogs/resources/")) return true;
    // A dialog of kind safety says so on a line of its own.
    return path.starts_with("dialogs/") &&
           (bytes.find("\nkind: safety") != std::string_view::npos ||
            bytes.find("\"kind\": \"safety\"") != std::string_view::npos);
}

void complain(Diagnostics& diagnostics, Fault fault, const std::string& file, std::string message,
              std::string hint = {}) {
    Diagnostic d;
    d.code = fault_code(fault);
    d.severity = fault_entry(fault).is_error ? Severity::error : Severity::warning;
    d.file = file;
    d.message = std::move(message);
    d.hint = std::move(hint);
    diagnostics.push_back(std::move(d));
}

fs::path cache_folder() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && *cache == '/') return fs::path(cache) / "befriend";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "befriend";
    return {};
}

// Files and program: another build may compile the same files differently.
std::uint64_t cache_key(const std::vector<SourceFile>& files) {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    std::uint64_t key = hash_files(files);
    if (error) return key;
    const auto changed = fs::last_write_time(program, error).time_since_epoch().count();
    if (!error) key = mix(key ^ static_cast<std::uint64_t>(changed));
    return key;
}

// A file's bytes without copying them; empty when it cannot be mapped. Cached packs are replaced by
// renaming, never rewritten, so the bytes do not change under the reader.
class MappedFile {
public:
    explicit MappedFile(const fs::path& path) {
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) return;
        struct stat about{};
        if (::fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
            size_ = static_cast<std::size_t>(about.st_size);
            data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
            if (data_ == MAP_FAILED) data_ = nullptr;
        }
        ::close(file);
    }
    ~MappedFile() {
        if (data_ != nullptr) ::munmap(data_, size_);
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::string_view bytes() const {
        return data_ == nullptr ? std::string_view()
                                : std::string_view(static_cast<const char*>(data_), size_);
    }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

std::string hex(std::uint64_t value) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
    return text;
}

// A compiled pack is large; those of earlier builds and edits are not needed any more.
void remove_old_packs(const fs::path& folder) {
    constexpr std::size_t kept = 3;  // two programs in turn, and one to spare
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> packs;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".pack")
            packs.emplace_back(fs::last_write_time(entry.path(), error), entry.path());
    }
    std::ranges::sort(packs, std::greater<>{});
    for (std::size_t i = kept; i < packs.size(); ++i) fs::remove(packs[i].second, error);
}

// Another process may read while we write: the name appears only when the file is whole.
void write_atomically(const fs::path& path, const std::string& bytes) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return;
    fs::path part = path;
    part += ".part" + std::to_string(::getpid());
    {
        std::ofstream out(part, std::ios::binary | std::ios::trunc);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out) {
            fs::remove(part, error);
            return;
        }
    }
    fs::rename(part, path, error);
    if (error) fs::remove(part, error);
}

std::shared_ptr<const Pack> read_cached(const fs::path& path, std::uint64_t key) {
    const MappedFile file(path);
    auto loaded = read_pack(file.bytes(), key);
    if (!loaded)
        return nullptr;  // none, damaged, or of another engine: compiled anew and overwritten
    return std::make_shared<const Pack>(std::move(loaded.value()));
}

// Null when the files have errors and `forgiving` is not set.
std::shared_ptr<const Pack> cached_or_compiled(const std::vector<SourceFile>& files,
                                               const PackOptions& options, bool forgiving,
                                               Diagnostics& diagnostics) {
    const std::uint64_t hash = cache_key(files);
    const fs::path folder = options.cache ? cache_folder() : fs::path{};
    const fs::path path =
        folder.empty() ? fs::path{} : folder / (hex(hash) + "-" + options.language + ".pack");
    if (!path.empty()) {
        if (auto pack = read_cached(path, hash)) return pack;
    }
    LoadedPack loaded = compile_pack(files, CompileOptions{options.language, {}, forgiving});
    diagnostics.insert(diagnostics.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
    if (!loaded.pack) return nullptr;
    // A pack with errors is not kept, so that the errors are told at every start.
    if (!path.empty() && !has_errors(loaded.diagnostics)) {
        loaded.pack->content_hash = hash;
        write_atomically(path, save_pack(*loaded.pack));
        remove_old_packs(folder);
    }
    return std::make_shared<const Pack>(std::move(*loaded.pack));
}

}  // namespace

bool read_file(const fs::path& path, std::string& bytes) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return false;
    std::FILE* in = std::fopen(path.c_str(), "rb");
    if (in == nullptr) return false;
    // The size is a hint only: a file may grow or shrink while it is read.
    const auto expected = fs::file_size(path, error);
    bytes.resize(error ? 0 : static_cast<std::size_t>(expected) + 1);
    std::size_t size = 0;
    while (true) {
        if (size == bytes.size()) bytes.resize(size + 65536);
        const std::size_t got = std::fread(bytes.data() + size, 1, bytes.size() - size, in);
        if (got == 0) break;
        size += got;
    }
    const bool good = std::ferror(in) == 0;
    std::fclose(in);
    bytes.resize(size);
    return good;
}

std::vector<SourceFile> embedded_sources() {
    std::vector<SourceFile> result;
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.path.ends_with(".yaml"))
            result.push_back({std::string(file.path), std::string(file.bytes)});
    }
    return result;
}

std::vector<Source> intent_sources(const std::vector<SourceFile>& files) {
    std::vector<Source> result;
    for (const SourceFile& file : files) {
        if (file.path.find("intents/") != std::string::npos) {
            result.push_back({file.path, file.bytes});
        }
    }
    return result;
}

std::vector<SourceFile> folder_sources(const fs::path& folder, Diagnostics& diagnostics) {
    std::map<std::string, SourceFile> files;  // by path relative to the project
    std::set<std::string> kept;
    for (SourceFile& file : embedded_sources()) {
        const std::string path = file.path;
        if (is_protected(path, file.bytes)) kept.insert(path);
        files.emplace(path, std::move(file));
    }
    std::error_code error;
    fs::recursive_directory_iterator entries(folder, fs::directory_options::skip_permission_denied,
                                             error);
    if (error) {
        complain(diagnostics, Fault::cannot_read, folder.string(),
                 "this folder cannot be read: " + error.message());
    }
    std::vector<fs::path> found;
    for (const fs::recursive_directory_iterator end; !error && entries != end;
         entries.increment(error)) {
        const std::string relative = entries->path().lexically_relative(folder).generic_string();
        const std::string extension = entries->path().extension().string();
        if (!relative.starts_with("intents/") && !relative.starts_with("dialogs/")) continue;
        if (extension == ".yaml" || extension == ".yml" || extension == ".json")
            found.push_back(entries->path());
    }
    std::ranges::sort(found);
    for (const fs::path& path : found) {
        const std::string relative = path.lexically_relative(folder).generic_string();
        SourceFile file{path.generic_string(), {}};
        if (!read_file(path, file.bytes)) {
            complain(diagnostics, Fault::cannot_read, file.path, "this file cannot be read");
            continue;
        }
        const auto same = files.find(relative);
        if (kept.contains(relative) && same->second.bytes != file.bytes) {
            complain(diagnostics, Fault::data_ignored, file.path,
                     "safety files built into befriend cannot be replaced; this one is ignored",
                     "add your own under another name");
            continue;
        }
        files.insert_or_assign(relative, std::move(file));
    }
    std::vector<SourceFile> result;
    for (auto& [relative, file] : files) result.push_back(std::move(file));
    return result;
}

std::shared_ptr<const Pack> load_pack(const PackOptions& options, Diagnostics& diagnostics) {
    if (!options.folder.empty()) {
        const std::vector<SourceFile> files = folder_sources(options.folder, diagnostics);
        if (auto pack = cached_or_compiled(files, options, false, diagnostics)) return pack;
        complain(diagnostics, Fault::data_ignored, options.folder.string(),
                 "these files are broken, so the dialogs built in are used",
                 "befriend check --pack " + options.folder.string());
    }
    return cached_or_compiled(embedded_sources(), options, true, diagnostics);
}

}  // namespace befriend
