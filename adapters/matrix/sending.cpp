// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/sending.hpp"

#include <utility>

#include "adapters/matrix/json.hpp"

namespace befriend::matrix {

using boost::asio::awaitable;

awaitable<Answer> send_event(Client& client, Encryption* encryption, bool encrypted,
                             std::string room, std::string type, std::string txn,
                             std::string content) {
    Answer answer;
    if (!encrypted && (encryption == nullptr || !encryption->is_encrypted(room))) {
        co_return co_await client.send(std::move(room), std::move(type), std::move(txn),
                                       std::move(content));
    }
    if (encryption == nullptr) {
        answer.status = 400;
        answer.why = "the room is encrypted and encryption is not available";
        co_return answer;
    }
    answer = co_await client.joined_members(room);
    if (!answer.good()) {
        co_return answer;
    }
    std::vector<std::string> members = read_joined_members(answer);
    const auto sent = co_await encryption->send(
        std::move(room), std::move(members), std::move(type), std::move(content), std::move(txn));
    answer = {};
    if (!sent) {
        answer.why = sent.error().message;  // status 0: it may work later
        co_return answer;
    }
    answer.status = sent->status;
    answer.body = sent->body;
    if (!answer.good()) {
        answer.code = text_at(parsed(answer.body), "errcode").substr(0, 100);
        answer.why = "status " + std::to_string(answer.status) + " " + answer.code;
        answer.after = answer.status == 429 ? retry_after(*sent) : std::chrono::milliseconds(0);
    }
    co_return answer;
}

}  // namespace befriend::matrix
