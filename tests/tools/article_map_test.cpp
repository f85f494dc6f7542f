// SPDX-License-Identifier: Apache-2.0
//
// docs/article-map.md stays complete and true.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/talk.hpp"

namespace befriend {
namespace {

std::string read(const std::string& path) {
    std::ifstream in(std::string(BEFRIEND_SOURCE_DIR) + "/" + path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Row {
    int number = 0;
    std::vector<std::string> dialogs;
    std::string conversation;
};

std::vector<Row> rows_of(const std::string& page) {
    std::vector<Row> rows;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| ") || line[2] < '0' || line[2] > '9') continue;
        Row row;
        row.number = std::stoi(line.substr(2));
        for (std::size_t at = line.find('`'); at != std::string::npos; at = line.find('`', at)) {
            const std::size_t end = line.find('`', at + 1);
            row.dialogs.push_back(line.substr(at + 1, end - at - 1));
            at = end + 1;
        }
        const std::size_t open = line.rfind("](../");
        if (open != std::string::npos)
            row.conversation = line.substr(open + 5, line.rfind(')') - open - 5);
        rows.push_back(std::move(row));
    }
    return rows;
}

// A dialog that says something and waits for nothing is visited where one of its texts is said.
bool says_a_line_of(const std::string& conversation, DialogId id) {
    const Pack& pack = test::shipped_pack();
    for (const Step& step : pack.steps) {
        if (step.dialog != id || step.say == LineId::none) continue;
        for (const Variation& variation : pack.line(step.say).of)
            if (conversation.find("\n< " + variation.text.source) != std::string::npos) return true;
    }
    return false;
}

TEST_SUITE("tools/article_map") {
    TEST_CASE("every row of the article has its dialogs and a conversation that visits one") {
        const auto rows = rows_of(read("docs/article-map.md"));
        std::set<int> numbers;
        for (const Row& row : rows) {
            CAPTURE(row.number);
            numbers.insert(row.number);
            REQUIRE(!row.dialogs.empty());
            const std::string conversation = read(row.conversation);
            CHECK_MESSAGE(!conversation.empty(), row.conversation, " cannot be read");
            bool visited = false;
            for (const std::string& dialog : row.dialogs) {
                CHECK_MESSAGE(test::shipped_pack().find_dialog(dialog) != DialogId::none, dialog);
                visited = visited ||
                          conversation.find("\n? " + dialog + "/") != std::string::npos ||
                          says_a_line_of(conversation, test::shipped_pack().find_dialog(dialog));
            }
            CHECK_MESSAGE(visited, row.conversation, " waits in none of its dialogs");
        }
        for (int number = 1; number <= 40; ++number)
            CHECK_MESSAGE(numbers.contains(number), number);
    }
}

}  // namespace
}  // namespace befriend
