// SPDX-License-Identifier: Apache-2.0
//
// befriend schema: the JSON Schema of dialog and helpline files, for editors that complete and
// underline.
#include "engine/script/schema.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"

namespace befriend {

constexpr OptionSpec schema_options[] = {
    {"-o", "FILE", "write to this file instead of standard output"},
    {"--json", "", "nothing changes: the schema is one object already"},
};

constexpr CommandPage schema_page{
    .arguments = "[dialog|country]",
    .text =
        "Prints the JSON Schema of a dialog file (default) or of a helpline file, for editors "
        "that\n"
        "complete and underline. Save it and name it in the first line of a YAML file:\n"
        "  # yaml-language-server: $schema=dialog.schema.json\n",
    .options = schema_options,
    .examples =
        "befriend schema\n"
        "befriend schema -o dialog.schema.json\n"
        "befriend schema country -o country.schema.json\n",
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
    const std::string text = schema.dump(2) + "\n";
    if (options->has("-o")) {
        const auto written = write_whole_file(options->get("-o"), text);
        if (!written) return usage_error("schema", written.error().message);
    } else {
        std::fputs(text.c_str(), stdout);
    }
    return 0;
}

}  // namespace befriend
