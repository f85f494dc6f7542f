// SPDX-License-Identifier: Apache-2.0
#include "engine/script/compile.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "engine/base/hash.hpp"
#include "engine/base/yaml.hpp"
#include "engine/script/dialog_compiler.hpp"
#include "engine/script/flow.hpp"
#include "engine/script/resources_file.hpp"
#include "intents/catalogue.hpp"

namespace befriend {
namespace {

enum class Part { intents, dialog, country, ignored };

bool is_script(std::string_view path) {
    return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json");
}

// The folder decides; a file from elsewhere is what its keys say.
Part part_of(std::string_view path, const std::string& language, const ScriptNode* root) {
    if (!is_script(path)) return Part::ignored;
    const auto folder = [&](std::string_view top) -> std::optional<std::string_view> {
        // The last folder of that name, so that /home/me/dialogs/mine/dialogs/en/x.yaml works.
        const auto at = path.rfind(std::string(top) + "/");
        if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return std::nullopt;
        const std::string_view rest = path.substr(at + top.size() + 1);
        const auto slash = rest.find('/');
        return slash == std::string_view::npos ||
                       rest.find('/', slash + 1) != std::string_view::npos
                   ? std::nullopt
                   : std::optional(rest.substr(0, slash));
    };
    if (const auto name = folder("dialogs")) {
        if (*name == "resources") return Part::country;
        return *name == language ? Part::dialog : Part::ignored;
    }
    if (const auto name = folder("intents"))
        return *name == language ? Part::intents : Part::ignored;
    if (root != nullptr && (root->find("intents") != nullptr || root->find("words") != nullptr))
        return Part::intents;
    if (root != nullptr && root->find("country") != nullptr) return Part::country;
    return Part::dialog;
}

Spot spot(Position from, Position to) {
    return {from.line, from.col, from.line == to.line && to.col > from.col ? to.col - from.col : 1};
}

ScriptNode read_node(const Node& node) {
    ScriptNode result;
    const Mark& mark = node.mark();
    result.at = spot(mark.value, mark.end);
    result.style = mark.quoting == Quoting::quoted  ? ScriptNode::Style::quoted
                   : mark.quoting == Quoting::block ? ScriptNode::Style::block
                                                    : ScriptNode::Style::plain;
    if (node.is_list()) {
        result.kind = ScriptNode::Kind::list;
        for (const Node& item : node.elements()) result.items.push_back(read_node(item));
    } else if (node.is_map()) {
        result.kind = ScriptNode::Kind::map;
        for (const auto& [name, item] : node.items()) {
            ScriptNode key;
            key.text = name;
            key.at = {item.key_position().line, item.key_position().col,
                      static_cast<std::uint32_t>(std::max<std::size_t>(1, name.size()))};
            result.keys.push_back(std::move(key));
            result.items.push_back(read_node(item));
        }
    } else {
        result.text = std::string(node.text());
    }
    return result;
}

struct ParsedFile {
    std::string path;
    Part part = Part::ignored;
    ScriptNode root;
    bool readable = false;
    Diagnostics diagnostics;  // of the YAML itself
};

ParsedFile parse_file(const SourceFile& file, const std::string& language) {
    ParsedFile result;
    result.path = file.path;
    result.part = part_of(file.path, language, nullptr);
    // The intents have a loader of their own.
    if (result.part == Part::ignored || result.part == Part::intents) return result;
    const Document document = parse_yaml(Source{file.path, file.bytes}, result.diagnostics);
    if (document.root.is_null()) return result;
    result.readable = true;
    result.root = read_node(Node(document));
    result.part = part_of(file.path, language, &result.root);
    return result;
}

Diagnostic diagnose(Fault fault, std::string_view path, const Spot& at, std::string message,
                    std::string hint) {
    Diagnostic result;
    result.code = fault_code(fault);
    result.severity = fault_entry(fault).is_error ? Severity::error : Severity::warning;
    result.file = path;
    result.line = std::max(1U, at.line);
    result.col = std::max(1U, at.column);
    result.width = std::max(1U, at.length);
    result.message = std::move(message);
    result.hint = std::move(hint);
    return result;
}

void collect(const Report& report, std::string_view path, Diagnostics& into) {
    for (const Problem& problem : report.problems()) {
        into.push_back(diagnose(problem.fault, path, problem.at, problem.message, problem.hint));
    }
}

// By file in the order given, then by place; told once.
void put_in_order(Diagnostics& diagnostics, std::span<const SourceFile> files) {
    std::unordered_map<std::string_view, std::size_t> order;
    for (std::size_t i = 0; i < files.size(); ++i) order.emplace(files[i].path, i);
    const auto place = [&](const Diagnostic& d) {
        const auto found = order.find(d.file);
        return std::tuple(found == order.end() ? files.size() : found->second, d.line, d.col);
    };
    std::ranges::stable_sort(diagnostics, {}, place);
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

IntentNames names_of(const Catalogue& catalogue) {
    IntentNames names;
    auto ids = std::make_shared<std::unordered_map<std::string, IntentId>>();
    for (std::size_t i = 0; i < catalogue.intents.size(); ++i) {
        names.all.push_back(catalogue.intents[i].name);
        ids->emplace(catalogue.intents[i].name, static_cast<IntentId>(i));
    }
    names.find = [ids](std::string_view name) {
        const auto found = ids->find(std::string(name));
        return found == ids->end() ? IntentId::none : found->second;
    };
    return names;
}

IntentNames names_of(const Matcher& matcher, std::vector<std::string> all) {
    IntentNames names;
    names.all = std::move(all);
    names.find = [&matcher](std::string_view name) { return matcher.find(name); };
    return names;
}

Catalogue load_intents(std::span<const SourceFile> files, const std::string& language,
                       Diagnostics& diagnostics) {
    std::vector<Source> sources;
    for (const SourceFile& file : files) {
        if (part_of(file.path, language, nullptr) == Part::intents)
            sources.push_back({file.path, file.bytes});
    }
    return load_catalogue(std::move(sources), diagnostics);
}

void compile_scripts(std::span<const ParsedFile* const> parsed, const IntentNames& intents,
                     Pack& pack, Diagnostics& diagnostics) {
    std::vector<ScriptFile> scripts;
    scripts.reserve(parsed.size());
    std::vector<const ScriptFile*> pointers;
    for (const ParsedFile* file : parsed) {
        diagnostics.insert(diagnostics.end(), file->diagnostics.begin(), file->diagnostics.end());
        if (file->part != Part::dialog || !file->readable) continue;
        scripts.push_back({file->path, file->root});
        pointers.push_back(&scripts.back());
    }
    ScriptPlaces places = compile_dialogs(pointers, intents, pack);
    pack.index_names();
    check_flow(pack, places);
    for (std::size_t i = 0; i < pointers.size(); ++i)
        collect(places.reports[i], pointers[i]->path, diagnostics);
}

Resources compile_countries(std::span<const ParsedFile* const> parsed,
                            const CompileOptions& options, Diagnostics& diagnostics) {
    std::vector<CountryFile> countries;
    for (const ParsedFile* file : parsed) {
        if (file->part == Part::country && file->readable)
            countries.push_back({file->path, file->root});
    }
    std::vector<const CountryFile*> pointers;
    for (const CountryFile& country : countries) pointers.push_back(&country);
    std::vector<Report> reports;
    Resources result = compile_resources(pointers, options.today, reports);
    for (std::size_t i = 0; i < pointers.size(); ++i)
        collect(reports[i], pointers[i]->path, diagnostics);
    return result;
}

void check_complete(const Pack& pack, Diagnostics& diagnostics) {
    const std::string folder = "dialogs/" + pack.language;
    for (const std::string_view name : engine_dialogs()) {
        if (pack.find_dialog(name) != DialogId::none) continue;
        diagnostics.push_back(diagnose(Fault::engine_dialog_missing,
                                       folder + "/" + std::string(name) + ".yaml", {},
                                       "the engine needs a dialog \"" + std::string(name) + "\"",
                                       "write it; docs/script-reference.md tells what for"));
    }
    const bool international = !pack.resources.countries.empty() &&
                               pack.resources.countries.back().code == "international";
    if (!international) {
        diagnostics.push_back(
            diagnose(Fault::no_international, "dialogs/resources/international.yaml", {},
                     "there are no helplines for people whose country is not known",
                     "add country: international"));
    }
}

}  // namespace

LoadedPack compile_pack(std::span<const SourceFile> files, const CompileOptions& options) {
    LoadedPack result;
    Pack pack;
    pack.language = options.language;
    pack.content_hash = hash_files(files);
    Catalogue catalogue = load_intents(files, options.language, result.diagnostics);
    std::vector<std::string> intent_names;
    for (const IntentSpec& intent : catalogue.intents) intent_names.push_back(intent.name);
    pack.matcher = Matcher::compile(catalogue, result.diagnostics);
    std::vector<ParsedFile> parsed;
    for (const SourceFile& file : files) parsed.push_back(parse_file(file, options.language));
    std::vector<const ParsedFile*> pointers;
    for (const ParsedFile& file : parsed) pointers.push_back(&file);
    compile_scripts(pointers, names_of(pack.matcher, std::move(intent_names)), pack,
                    result.diagnostics);
    pack.resources = compile_countries(pointers, options, result.diagnostics);
    check_complete(pack, result.diagnostics);
    put_in_order(result.diagnostics, files);
    if (options.forgiving || !has_errors(result.diagnostics)) result.pack = std::move(pack);
    return result;
}

std::uint64_t hash_files(std::span<const SourceFile> files) {
    std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
    for (const SourceFile& file : files) hash = hash_bytes(file.bytes, hash_bytes(file.path, hash));
    return hash;
}

struct FileChecker::Known {
    CompileOptions options;
    Catalogue catalogue;
    std::vector<SourceFile> intent_files;
    std::vector<ParsedFile> parsed;
};

FileChecker::FileChecker(std::span<const SourceFile> known, CompileOptions options) {
    auto made = std::make_unique<Known>();
    made->options = std::move(options);
    Diagnostics ignored;
    made->catalogue = load_intents(known, made->options.language, ignored);
    for (const SourceFile& file : known) {
        made->parsed.push_back(parse_file(file, made->options.language));
        if (made->parsed.back().part == Part::intents) made->intent_files.push_back(file);
    }
    known_ = std::move(made);
}

FileChecker::~FileChecker() = default;
FileChecker::FileChecker(FileChecker&&) noexcept = default;
FileChecker& FileChecker::operator=(FileChecker&&) noexcept = default;

Diagnostics FileChecker::check(std::span<const SourceFile> files) const {
    Diagnostics all;
    std::vector<ParsedFile> given;
    std::vector<SourceFile> given_intents;
    for (const SourceFile& file : files) {
        given.push_back(parse_file(file, known_->options.language));
        if (given.back().part == Part::intents) given_intents.push_back(file);
        if (given.back().part == Part::ignored) given.back().part = Part::dialog;
    }
    // Intents: the known files without those given, and with them.
    Catalogue own;
    const Catalogue* catalogue = &known_->catalogue;
    if (!given_intents.empty()) {
        std::vector<Source> sources;
        for (const SourceFile& file : known_->intent_files) {
            if (std::ranges::none_of(given_intents, [&](const SourceFile& each) {
                    return each.path == file.path;
                })) {
                sources.push_back({file.path, file.bytes});
            }
        }
        for (const SourceFile& file : given_intents) sources.push_back({file.path, file.bytes});
        own = load_catalogue(std::move(sources), all);
        catalogue = &own;
        Matcher::compile(own, all);  // tells what only the compiled patterns show
    }
    std::vector<const ParsedFile*> scripts;
    std::vector<const ParsedFile*> countries;
    const auto dialog_of = [](const ParsedFile& file) {
        const ScriptNode* name = file.root.find("dialog");
        return name != nullptr && name->is_scalar() ? name->text : dialog_name_of(file.path);
    };
    // Given files first: where two files define one dialog, the first counts.
    for (const ParsedFile& file : given) {
        if (file.part == Part::dialog) scripts.push_back(&file);
        if (file.part == Part::country) countries.push_back(&file);
    }
    for (const ParsedFile& file : known_->parsed) {
        if (file.part != Part::dialog || !file.readable) continue;
        const bool replaced = std::ranges::any_of(given, [&](const ParsedFile& each) {
            return each.path == file.path || (each.part == Part::dialog && each.readable &&
                                              dialog_of(each) == dialog_of(file));
        });
        if (!replaced) scripts.push_back(&file);
    }
    Pack pack;
    pack.language = known_->options.language;
    compile_scripts(scripts, names_of(*catalogue), pack, all);
    for (const ParsedFile* file : countries)
        all.insert(all.end(), file->diagnostics.begin(), file->diagnostics.end());
    compile_countries(countries, known_->options, all);
    std::erase_if(all, [&](const Diagnostic& d) {
        return std::ranges::none_of(files,
                                    [&](const SourceFile& file) { return file.path == d.file; });
    });
    put_in_order(all, files);
    return all;
}

}  // namespace befriend
