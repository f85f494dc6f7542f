// SPDX-License-Identifier: Apache-2.0
//
// befriend schema: the JSON Schema of dialog and helpline files, for editors that complete and
// underline.
#include "engine/script/schema.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/options.hpp"

namespace befriend {

int run_schema(Arguments arguments) {
    if (wants_help(arguments)) {
        std::puts(
            "befriend schema [dialog|country]\n"
            "\n"
            "Prints the JSON Schema of a dialog file (default) or of a helpline file.\n"
            "Save it and name it in the first line of a YAML file for editors with a YAML language "
            "server:\n"
            "  # yaml-language-server: $schema=dialog.schema.json");
        return 0;
    }
    const auto options = parse_options(arguments, {});
    if (!options) return usage_error("schema", options.error().message);
    if (options->rest.size() > 1) return usage_error("schema", "one of dialog or country");
    const std::string what = options->rest.empty() ? "dialog" : options->rest.front();
    if (what != "dialog" && what != "country")
        return usage_error("schema", "there is a schema of dialog and of country");
    const nlohmann::json schema =
        json_schema(what == "dialog" ? dialog_schema() : country_schema());
    std::puts(schema.dump(2).c_str());
    return 0;
}

}  // namespace befriend
