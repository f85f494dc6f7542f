// SPDX-License-Identifier: Apache-2.0
//
// befriend book: every sentence befriend can say, as one printable page for somebody who reviews
// it: a clinician, an editor, a host. Safety first, the condition of every line in plain words, and
// room to sign.
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "intents/catalogue.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/html.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/pack_source.hpp"
#include "tools/spoken.hpp"

namespace befriend {
namespace {

constexpr OptionSpec book_options[] = {
    {"-o", "FILE", "write to this file instead of standard output"},
    pack_option,
    language_option,
    json_option,
};

constexpr std::string_view book_style = R"css(
.toc{columns:18rem;padding-left:1rem}section.dialog{border-top:2px solid var(--line);margin-top:2rem}
.when{margin:.75rem 0 0;font-weight:600}.line{margin:.1rem 0;padding-left:.5rem;border-left:3px solid var(--line);white-space:pre-line}
.at{font:.8em ui-monospace,monospace;opacity:.75}.sign td{height:2.2rem;min-width:12rem}
.badge{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:0 .4rem;font-size:.8rem}
@media print{section.dialog{break-before:auto}}
)css";

std::string_view kind_title(DialogKind kind) {
    switch (kind) {
        case DialogKind::safety:
            return "Safety";
        case DialogKind::talk:
            return "Conversation";
        case DialogKind::reframe:
            return "Reframes";
        case DialogKind::practice:
            return "Practices";
        case DialogKind::learn:
            return "Background";
        case DialogKind::repair:
            return "Misunderstandings and repair";
    }
    return "";
}

// Safety first; then in the order of how near it is to the person.
constexpr DialogKind kind_order[] = {DialogKind::safety,   DialogKind::talk,  DialogKind::reframe,
                                     DialogKind::practice, DialogKind::learn, DialogKind::repair};

class Book {
public:
    Book(const Pack& pack, const std::vector<IntentSpec>& intents)
        : pack_(pack), intents_(intents) {
        for (Spoken& one : spoken(pack)) by_dialog_[one.dialog].push_back(std::move(one));
    }

    std::string html() {
        contents();
        helplines();
        for (const DialogKind kind : kind_order) part(kind);
        glossary();
        HtmlPage page;
        page.title = "Everything befriend can say";
        page.subtitle =
            std::to_string(pack_.dialogs.size()) + " dialogs, " + std::to_string(lines_) +
            " lines. Words in {braces} are filled in: a slot, or the person's own words. "
            "No clinician has reviewed a line unless it is signed below.";
        page.style = std::string(book_style);
        page.body = std::move(body_);
        page.language = pack_.language;
        return html_page(page);
    }
    std::size_t lines() const { return lines_; }

private:
    void contents() {
        body_ +=
            "<nav aria-label=\"Contents\"><h2>Contents</h2>\n<p><a href=\"#helplines\">Helplines"
            "</a> · <a href=\"#heard\">What can be heard</a></p>\n";
        for (const DialogKind kind : kind_order) {
            body_ += "<h3>" + std::string(kind_title(kind)) + "</h3>\n<ul class=\"toc\">";
            for (const Dialog& dialog : pack_.dialogs) {
                if (dialog.kind == kind)
                    body_ += "<li><a href=\"#d-" + html_id(dialog.name) + "\">" +
                             escape_html(dialog.name) + "</a></li>\n";
            }
            body_ += "</ul>\n";
        }
        body_ += "</nav>\n";
    }

    void helplines() {
        body_ +=
            "<section id=\"helplines\"><h2>Helplines</h2>\n<p>Verify each before a release: the "
            "date says when it was last looked up.</p>\n<table><thead><tr>"
            "<th>Country</th><th>Emergency</th><th>Line</th><th>Number</th><th>How</th>"
            "<th>For</th><th>Hours</th><th>Verified</th><th>Certainty</th><th>Checked by, date</th>"
            "</tr></thead><tbody>\n";
        for (const Country& country : pack_.resources.countries) {
            for (const HelpLine& line : country.lines) {
                body_ += "<tr>";
                for (const std::string* cell :
                     {&country.code, &country.emergency, &line.name, &line.number, &line.channel,
                      &line.audience, &line.hours, &line.verified_on, &line.certainty})
                    body_ += "<td>" + escape_html(*cell) + "</td>";
                body_ += "<td></td></tr>\n";
            }
        }
        body_ += "</tbody></table>\n<p>When every file is lost: <span class=\"line\">" +
                 escape_html(compiled_fallback_line()) + "</span></p></section>\n";
    }

    void part(DialogKind kind) {
        body_ += "<h2>" + std::string(kind_title(kind)) + "</h2>\n";
        for (std::size_t i = 0; i < pack_.dialogs.size(); ++i) {
            if (pack_.dialogs[i].kind == kind) dialog(static_cast<DialogId>(i));
        }
    }

    void dialog(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        body_ += "<section class=\"dialog\" id=\"d-" + html_id(dialog.name) + "\"><h3>" +
                 escape_html(dialog.name);
        if (dialog.needs_consent) body_ += " <span class=\"badge\">only after a yes</span>";
        body_ += "</h3>\n<p>" + escape_html(dialog.about) + " <span class=\"at\">" +
                 escape_html(place_name(pack_, dialog.at)) + "</span></p>\n";
        for (const Start& start : dialog.starts)
            body_ += "<p>Begins when " + escape_html(start_words(pack_, start)) + ".</p>\n";
        for (const Interrupt& interrupt : dialog.interrupts)
            body_ += "<p>Interrupted when " + escape_html(start_words(pack_, interrupt.on)) +
                     ": calls " + escape_html(pack_.dialog(interrupt.call).name) + ".</p>\n";
        std::string group;
        StepId step = StepId::none;
        for (const Spoken& one : by_dialog_[id]) {
            if (one.step != step && one.step != StepId::none) step_head(one.step);
            step = one.step;
            if (one.group != group) group_head(one);
            group = one.group;
            variation(one);
        }
        body_ +=
            "<table class=\"sign\"><caption>Review of " + escape_html(dialog.name) +
            "</caption><tbody><tr><th>Reviewer</th><td></td><th>Date</th><td></td>"
            "<th>Fit to use</th><td>yes / with changes / no</td></tr></tbody></table></section>\n";
    }

    void step_head(StepId id) {
        const Step& step = pack_.step(id);
        body_ += "<h4 id=\"s-" + html_id(pack_.dialog(step.dialog).name + "." + step.name) + "\">" +
                 escape_html(step.name) + "</h4>\n";
        if (step.when != ConditionId::none)
            body_ += "<p>Only when " + escape_html(condition_words(pack_, step.when)) + ".</p>\n";
    }

    void group_head(const Spoken& one) {
        std::string text;
        if (one.hear >= 0) {
            const Hear& hear = pack_.step(one.step).hear[static_cast<std::size_t>(one.hear)];
            text = "When " + hear_words(pack_, hear) + ", it answers:";
        } else {
            text = "It " + std::string(role_name(one.role)) + ":";
        }
        body_ += "<p class=\"when\">" + escape_html(text) + "</p>\n";
    }

    void variation(const Spoken& one) {
        ++lines_;
        const std::string place = place_name(pack_, one.at);
        body_ += "<p class=\"line\" id=\"" + html_id(one.id()) + "\">" +
                 escape_html(text_of(pack_, one).source) + " <a class=\"at\" href=\"#" +
                 html_id(one.id()) + "\">" + escape_html(place) + "</a>";
        const std::string when = condition_words(pack_, when_of(pack_, one));
        if (!when.empty()) body_ += "<br><em>only when " + escape_html(when) + "</em>";
        body_ += "</p>\n";
    }

    void glossary() {
        body_ += "<section id=\"heard\"><h2>What can be heard</h2>\n<dl>\n";
        for (const IntentSpec& intent : intents_) {
            std::string name = intent.name;
            std::ranges::replace(name, '_', ' ');
            body_ +=
                "<dt>" + escape_html(name) + "</dt><dd>" + escape_html(intent.about) + "</dd>\n";
        }
        body_ += "</dl></section>\n";
    }

    const Pack& pack_;
    const std::vector<IntentSpec>& intents_;
    std::map<DialogId, std::vector<Spoken>> by_dialog_;
    std::string body_;
    std::size_t lines_ = 0;
};

std::vector<IntentSpec> intents_of(const std::string& folder, const std::string& language) {
    Diagnostics ignored;  // the pack has been loaded: its mistakes were told there
    std::vector<Source> sources;
    for (SourceFile& file : folder.empty() ? embedded_sources() : folder_sources(folder, ignored)) {
        if (file.path.find("intents/" + language + "/") != std::string::npos)
            sources.push_back({std::move(file.path), std::move(file.bytes)});
    }
    return load_catalogue(std::move(sources), ignored).intents;
}

}  // namespace

constexpr CommandPage book_page{
    .text =
        "Writes every sentence that befriend can say as one HTML page to read, print and sign:\n"
        "helplines and safety first, then dialog by dialog, each line with the condition under\n"
        "which it is said in plain words and the file and line where it is written.\n",
    .options = book_options,
    .examples =
        "befriend book -o book.html\n"
        "befriend book --pack my_pack -o book.html\n",
};

int run_book(Arguments arguments) {
    const auto options = parse_options(arguments, book_page.options);
    if (!options) return usage_error("book", options.error().message);
    if (!options->rest.empty()) return usage_error("book", "it takes no names: it is everything");
    if (options->has("--json") && !options->has("-o"))
        return usage_error("book", "--json needs -o FILE: both go to standard output");
    const std::string language = options->get("--language", "en");
    const auto pack = pack_or_complain("book", options->get("--pack"), language);
    if (!pack) return 2;
    const std::vector<IntentSpec> intents = intents_of(options->get("--pack"), pack->language);
    Book book(*pack, intents);
    const std::string html = book.html();
    if (!options->has("-o")) {
        std::fwrite(html.data(), 1, html.size(), stdout);
        return 0;
    }
    const std::string file = options->get("-o");
    if (const auto written = write_whole_file(file, html); !written) {
        std::fprintf(stderr, "befriend book: %s\n", written.error().message.c_str());
        return 2;
    }
    if (options->has("--json")) {
        const nlohmann::json result = {{"file", file},
                                       {"dialogs", pack->dialogs.size()},
                                       {"lines", book.lines()},
                                       {"bytes", html.size()}};
        std::puts(json_line(result).c_str());
    } else {
        std::printf("%s: %zu dialogs, %zu lines\n", file.c_str(), pack->dialogs.size(),
                    book.lines());
    }
    return 0;
}

}  // namespace befriend
