// A statement of ringfence's own, and the cleaning of a connection by COM_CHANGE_USER.
#pragma once

#include "proxy/session/mysql/admission.h"
#include "proxy/session/mysql/server_state.h"
#include "proxy/session/mysql/text_answer.h"
#include "proxy/session/question.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::mysql {

class question final : public session::question {
public:
    // Several statements only where multi_statements is in force.
    question(std::string text, wire::mysql::capabilities in_force)
        : text_(std::move(text)), answer_(in_force) {}

    void start(output& to_server) override { answer_.ask(text_, to_server); }
    [[nodiscard]] next feed(bytes in, output& to_server) override;
    [[nodiscard]] std::vector<rows> take_results() override { return std::move(answer_.results()); }
    [[nodiscard]] std::string error() const override { return answer_.error(); }
    [[nodiscard]] bool refused() const override { return answer_.refused(); }

private:
    std::string text_;
    text_answer answer_;
};

class cleaning final : public session::cleaning {
public:
    // `settings.tls`: whether this very connection is encrypted. `backend_key`: from server_login.
    cleaning(server_login::settings, std::shared_ptr<const server_state>,
             std::string_view backend_key);

    void start(output& to_server) override;
    [[nodiscard]] next feed(bytes in, output& to_server) override;

private:
    server_login::settings settings_;
    std::shared_ptr<const server_state> before_;
    std::string plugin_;
    std::string nonce_;
    admission admitted_;
};

} // namespace ringfence::session::mysql
