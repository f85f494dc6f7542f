// SPDX-License-Identifier: Apache-2.0
#include "engine/text/message_format.hpp"

#include <unicode/locid.h>
#include <unicode/msgfmt.h>

#include <charconv>

namespace befriend {

std::optional<std::string> format_message(std::string_view source,
                                          const std::vector<std::string>& values) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::MessageFormat format(icu::UnicodeString::fromUTF8(icu::StringPiece(
                                        source.data(), static_cast<int32_t>(source.size()))),
                                    icu::Locale::getEnglish(), status);
    if (U_FAILURE(status)) return std::nullopt;
    std::vector<icu::UnicodeString> names;
    std::vector<icu::Formattable> arguments;
    for (std::size_t i = 0; i < values.size(); ++i) {
        names.push_back(icu::UnicodeString::fromUTF8("a" + std::to_string(i)));
        std::int32_t number = 0;
        const char* end = values[i].data() + values[i].size();
        const auto parsed = std::from_chars(values[i].data(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end)
            arguments.emplace_back(number);
        else
            arguments.emplace_back(icu::UnicodeString::fromUTF8(values[i]));
    }
    icu::UnicodeString out;
    format.format(names.data(), arguments.data(), static_cast<int32_t>(values.size()), out, status);
    if (U_FAILURE(status)) return std::nullopt;
    std::string text;
    out.toUTF8String(text);
    return text;
}

}  // namespace befriend
