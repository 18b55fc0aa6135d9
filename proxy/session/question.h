// What ringfence itself asks a server that it is logged in to: pure machines, one of each for each
// engine.
#pragma once

#include "proxy/session/output.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence::session {

// Statements of our own, and their rows.
class question {
public:
    using rows = std::vector<std::vector<std::string>>; // NULL is empty
    enum class next : std::uint8_t { more, answered, failed };

    virtual ~question() = default;
    virtual void start(output& to_server) = 0; // call once
    // Consumes all of `in`.
    [[nodiscard]] virtual next feed(bytes in, output& to_server) = 0;
    // Of each statement that has any. Valid once answered.
    [[nodiscard]] virtual std::vector<rows> take_results() = 0;
    // A clean sentence. Valid once failed.
    [[nodiscard]] virtual std::string error() const = 0;
    // It failed because the server said so, in an answer that is complete: the connection is good
    // for another question.
    [[nodiscard]] virtual bool refused() const { return false; }
};

// Makes a server connection good for the next client, and proves that it worked.
class cleaning {
public:
    enum class next : std::uint8_t { more, clean, dirty };

    virtual ~cleaning() = default;
    virtual void start(output& to_server) = 0; // call once
    // Consumes all of `in`.
    [[nodiscard]] virtual next feed(bytes in, output& to_server) = 0;
};

} // namespace ringfence::session
