// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "adapters/terminal/layout.hpp"

namespace befriend::terminal {
namespace {

// Long lines are hard to read on a wide window.
constexpr std::size_t widest_text = 72;
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view no_style = "\x1b[0m";

// A page about clouds: nothing on it says where it comes from.
constexpr std::string_view neutral_text = R"(Clouds and what they tell

  Cirrus         thin and high, like feathers. Fair now, a change in a day or two.
  Cumulus        white heaps with flat bases. Fair weather while they stay small.
  Stratus        a low grey sheet. Drizzle at most.
  Nimbostratus   thick and dark. Steady rain for hours.
  Cumulonimbus   tall towers. Showers, wind, thunder.

Wind from the west brings showers here, wind from the east keeps it dry.
)";

}  // namespace

std::size_t columns() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

Screen::Screen(Look look) : look_(look) {}

void Screen::print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void Screen::lines(std::string_view text, std::string_view style) {
    std::string out;
    const std::size_t width =
        std::min(columns() - std::min<std::size_t>(columns(), 4), widest_text);
    for (const std::string& line : wrap(text, width)) {
        out += "  ";
        if (look_.colour && !style.empty()) {
            out += style;
        }
        out += line;
        if (look_.colour && !style.empty()) {
            out += no_style;
        }
        out += '\n';
    }
    print(out);
}

void Screen::open_answer() {
    print("\n");
    in_answer_ = true;
}

void Screen::say(const Say& say) {
    const std::string text = printable(say.text);
    transcript_ += "befriend: " + text + "\n";
    if (look_.plain) {
        print("befriend: " + text + "\n");
        return;
    }
    open_answer();
    lines(text, say.resource || say.tone == Tone::urgent ? bold : std::string_view{});
}

void Screen::offer(const Offer& offer) {
    std::size_t number = 0;
    for (const OfferChoice& choice : offer.choices) {
        const std::string label = std::to_string(++number) + "  " + printable(choice.label);
        transcript_ += "  " + label + "\n";
        if (look_.plain) {
            print("befriend: choice " + label + "\n");
        } else {
            lines("  " + label, {});
        }
    }
}

void Screen::page(const ShowPage& page) {
    const std::string text = printable(page.text);
    if (text.empty()) {
        return;
    }
    transcript_ += text + "\n";
    if (look_.plain) {
        // A picture says nothing when it is read aloud.
        if (page.what != Show::picture) {
            print("befriend: " + text + "\n");
        }
        return;
    }
    open_answer();
    lines(text, page.what == Show::resources ? bold : std::string_view{});
}

void Screen::end_of_answer() {
    if (in_answer_ && !look_.plain) {
        print("\n");
    }
    in_answer_ = false;
}

void Screen::note(std::string_view text) {
    if (look_.plain) {
        print("(" + printable(text) + ")\n");
    } else {
        lines(printable(text), dim);
    }
}

void Screen::block(std::string_view text) {
    std::string out = printable(text);
    if (!out.empty() && out.back() != '\n') {
        out += '\n';
    }
    print(out);
}

void Screen::countdown(std::string_view text) {
    if (look_.plain) {
        return;
    }
    std::string out = "\r\x1b[K  ";
    out += look_.colour ? dim : std::string_view{};
    out += text;
    out += look_.colour ? no_style : std::string_view{};
    print(out);
}

void Screen::dots() { countdown("..."); }

void Screen::clear_line() {
    if (!look_.plain) {
        print("\r\x1b[K");
    }
}

void Screen::clear_all() {
    if (isatty(STDOUT_FILENO) != 0) {
        print("\x1b[H\x1b[2J\x1b[3J");
    }
}

void Screen::neutral_page() { print(neutral_text); }

void Screen::heard(std::string_view text) { transcript_ += "> " + printable(text) + "\n"; }

void Screen::forget_transcript() { transcript_.clear(); }

}  // namespace befriend::terminal
