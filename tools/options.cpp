// SPDX-License-Identifier: Apache-2.0
#include "tools/options.hpp"

#include <algorithm>
#include <charconv>

namespace befriend {

std::string Options::get(std::string_view name, std::string_view otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string(otherwise) : found->second;
}

std::optional<std::uint64_t> Options::number(std::string_view name, std::uint64_t otherwise) const {
    const auto found = values.find(name);
    if (found == values.end()) {
        return otherwise;
    }
    const std::string& text = found->second;
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

Result<Options> parse_options(Arguments arguments, std::span<const OptionSpec> specs) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--") {
            options.rest.insert(options.rest.end(),
                                arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                arguments.end());
            break;
        }
        if (argument.size() < 2 || argument.front() != '-') {
            options.rest.push_back(argument);
            continue;
        }
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        const auto spec = std::find_if(specs.begin(), specs.end(),
                                       [&](const OptionSpec& s) { return s.name == name; });
        if (spec == specs.end()) {
            std::vector<std::string_view> names;
            for (const OptionSpec& known : specs) {
                names.push_back(known.name);
            }
            const std::string_view near = did_you_mean(name, names);
            return fail("unknown option " + name +
                        (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
        }
        if (!spec->takes_value()) {
            if (equals != std::string::npos) {
                return fail(name + " takes no value");
            }
            options.values[name] = "";
        } else if (equals != std::string::npos) {
            options.values[name] = argument.substr(equals + 1);
        } else if (i + 1 < arguments.size()) {
            options.values[name] = arguments[++i];
        } else {
            return fail(name + " needs a value");
        }
    }
    return options;
}

}  // namespace befriend
