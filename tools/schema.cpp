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

constexpr CommandPage schema_page{
    .arguments = "[dialog|country]",
    .text =
        "Prints the JSON Schema of a dialog file (default) or of a helpline file, for editors "
        "that\n"
        "complete and underline. Save it and name it in the first line of a YAML file:\n"
        "  # yaml-language-server: $schema=dialog.schema.json\n",
    .examples =
        "befriend schema\n"
        "befriend schema country > country.schema.json\n",
    .words = "dialog country",
};

int run_schema(Arguments arguments) {
    const auto options = parse_options(arguments, schema_page.options);
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
