// The answer to statements of ringfence's own: rows of the text protocol, of every result.
#pragma once

#include "proxy/session/question.h"
#include "proxy/wire/mysql/packet.h"
#include "proxy/wire/mysql/response_tracker.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::mysql {

class text_answer {
public:
    enum class next : std::uint8_t { more, complete, failed };

    // `in_force`: on the connection. More than `most_bytes` are no answer.
    explicit text_answer(wire::mysql::capabilities in_force,
                         std::size_t most_bytes = wire::mysql::max_message);

    // Appends the statement's packets. Pre: the statement before was answered.
    void ask(std::string_view text, output& to_server);
    // Consumes all of `in`, which must end where the answer does.
    [[nodiscard]] next feed(bytes in);

    [[nodiscard]] std::vector<question::rows>& results() { return results_; }
    // "1146 (42S02): …", or that the server does not follow the protocol.
    [[nodiscard]] const std::string& error() const { return error_; }
    // Failed, because of an error of the server's with nothing after it.
    [[nodiscard]] bool refused() const { return refused_; }

private:
    [[nodiscard]] next message(bytes whole, const wire::mysql::message&);
    [[nodiscard]] next row(bytes payload);
    [[nodiscard]] next fail(std::string why);
    [[nodiscard]] next nonsense();

    wire::mysql::capabilities in_force_;
    std::size_t most_bytes_;
    wire::mysql::response_tracker tracker_;
    std::size_t columns_ = 0; // of the result under way
    std::string received_;
    std::vector<question::rows> results_;
    std::string error_;
    bool refused_ = false;
};

} // namespace ringfence::session::mysql
