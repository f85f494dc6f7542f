// SPDX-License-Identifier: Apache-2.0
//
// Every key that a dialog or helpline file may have is used: in the content that is shipped, or in
// a small script of tests/scripts that the checker has nothing against.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/base/yaml.hpp"
#include "engine/script/compile.hpp"
#include "engine/script/schema.hpp"
#include "tools/pack_source.hpp"

using namespace befriend;
namespace fs = std::filesystem;

namespace {

using Keys = std::set<std::string>;  // "step.hear"

void collect(const ObjectSchema& schema, Keys& keys) {
    for (const KeySchema& key : schema.keys) {
        const bool fresh =
            keys.insert(std::string(schema.name) + "." + std::string(key.key)).second;
        if (fresh && key.object != nullptr) collect(*key.object, keys);
        if (fresh && key.shape == Shape::line) {
            collect(variation_schema(), keys);
            collect(vary_schema(), keys);
        }
    }
}

void use(const Json& node, const ObjectSchema* object, Shape shape, Keys& used) {
    if (node.is_array()) {
        for (const Json& one : node)
            use(one, object, shape == Shape::objects ? Shape::object : shape, used);
        return;
    }
    if (!node.is_object()) return;
    if (shape == Shape::line) {
        object = node.contains("text") ? &variation_schema() : &vary_schema();
    } else if (shape == Shape::object_map) {
        for (const Json& one : node) use(one, object, Shape::object, used);
        return;
    } else if (object == nullptr) {
        return;
    }
    for (const auto& [name, value] : node.items()) {
        const KeySchema* key = object->find(name);
        if (key == nullptr) continue;  // the checker's business
        used.insert(std::string(object->name) + "." + name);
        use(value, key->object, key->shape, used);
    }
}

void use_file(const SourceFile& file, Keys& used) {
    Diagnostics diagnostics;
    const Document document = parse_yaml({file.path, file.bytes}, diagnostics);
    REQUIRE_FALSE(has_errors(diagnostics));
    if (document.root.contains("dialog")) use(document.root, &dialog_schema(), Shape::object, used);
    if (document.root.contains("country"))
        use(document.root, &country_schema(), Shape::object, used);
}

std::vector<SourceFile> test_scripts() {
    std::vector<SourceFile> files;
    for (const auto& entry :
         fs::directory_iterator(fs::path(BEFRIEND_SOURCE_DIR) / "tests/scripts")) {
        SourceFile file{entry.path().generic_string(), {}};
        REQUIRE(read_file(entry.path(), file.bytes));
        files.push_back(std::move(file));
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

}  // namespace

TEST_SUITE("engine/script/keys_used") {
    TEST_CASE("every key is used in the content or in a script under tests") {
        Keys all;
        collect(dialog_schema(), all);
        collect(country_schema(), all);
        CHECK(all.size() > 80);
        Keys used;
        for (const SourceFile& file : embedded_sources())
            if (file.path.find("dialogs/") != std::string::npos) use_file(file, used);
        for (const SourceFile& file : test_scripts()) use_file(file, used);
        std::string unused;
        for (const std::string& key : all)
            if (!used.contains(key)) unused += key + " ";
        CHECK(unused == "");
    }

    TEST_CASE("the scripts under tests have no mistake") {
        using namespace std::chrono;
        const FileChecker checker(embedded_sources(), {"en", sys_days{2026y / November / 25}});
        for (const Diagnostic& d : checker.check(test_scripts())) {
            CAPTURE(render(d));
            CHECK(d.severity == Severity::note);  // not even a warning
        }
    }
}
