// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/log.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

namespace befriend {
namespace {

constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};

std::string time_text() {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ",
                  static_cast<int>(now.time_since_epoch().count() % 1000));
    return text.data();
}

}  // namespace

Log::Log(std::FILE* out, LogLevel least, std::string salt)
    : out_(out), least_(least), salt_(std::move(salt)) {}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) const {
    if (level < least_) {
        return;
    }
    nlohmann::ordered_json line{
        {"at", time_text()}, {"level", levels[static_cast<std::size_t>(level)]}, {"event", event}};
    for (const Field& field : fields) {
        std::visit([&](const auto& value) { line[std::string(field.name)] = value; }, field.value);
    }
    const std::string text =
        line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    // One call, so that lines of several threads do not mix.
    std::fwrite(text.data(), 1, text.size(), out_);
    std::fflush(out_);
}

std::string Log::hashed(std::string_view name) const {
    std::array<unsigned char, 16> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(name.data()), name.size(),
                       reinterpret_cast<const unsigned char*>(salt_.data()),
                       std::min<std::size_t>(salt_.size(), crypto_generichash_KEYBYTES_MAX));
    std::array<char, 13> hex{};
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), 6);
    return hex.data();
}

}  // namespace befriend
