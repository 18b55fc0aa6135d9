// A simple query of ringfence's own, and the cleaning of a connection by DISCARD ALL.
#pragma once

#include "proxy/session/question.h"
#include "proxy/wire/postgresql/frame.h"

#include <string>
#include <vector>

namespace ringfence::session::postgresql {

class question final : public session::question {
public:
    explicit question(std::string text) : text_(std::move(text)) {}
    void start(output& to_server) override;
    [[nodiscard]] next feed(bytes in, output& to_server) override;
    [[nodiscard]] std::vector<rows> take_results() override { return std::move(results_); }
    [[nodiscard]] std::string error() const override { return error_; }

private:
    [[nodiscard]] next message(char type, bytes whole);
    [[nodiscard]] next fail(std::string why);

    std::string text_;
    std::string received_;
    std::vector<rows> results_;
    std::string error_;
};

class cleaning final : public session::cleaning {
public:
    void start(output& to_server) override;
    [[nodiscard]] next feed(bytes in, output& to_server) override;

private:
    std::string received_;
    bool discarded_ = false;
};

} // namespace ringfence::session::postgresql
