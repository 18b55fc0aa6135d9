// What sessions report. Implemented by proxy/observe; called on the data path, so it must neither
// block nor allocate in the common case.
#pragma once

#include "policy/decision.h"
#include "policy/model.h"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace ringfence::session {

enum class cache_outcome : std::uint8_t { exact, skeleton, miss };

// A statement and what was decided about it.
struct decided_statement {
    const policy::service& who;
    std::string_view identity; // "login orders", "certificate spiffe://…"
    std::string_view peer;     // "10.0.0.7:51234"
    std::string_view server;
    std::string_view database;
    const policy::decision& decision;
    policy::mode mode; // observe: it was forwarded, whatever was decided
    std::string_view
        statement; // the raw text; the implementation redacts it before it goes anywhere
    bool caught_by_server =
        false; // a 42501 raised by the server itself: the analysis let it through
    policy::problem trouble = policy::problem::none;
    policy::engine engine = policy::engine::postgresql; // of the server: how the text is to be read
};
using violation = decided_statement; // one whose decision is a denial

class observer {
public:
    virtual ~observer() = default;
    virtual void statement(const policy::service& who, policy::verdict, cache_outcome) = 0;
    virtual void analysed(std::chrono::nanoseconds took) = 0;
    // From the moment a request left for the server until it was ready again.
    virtual void completed(const policy::service& who, std::chrono::nanoseconds took) = 0;
    virtual void violated(const violation&) = 0;
    // Every allowed statement, if somebody wants that much.
    [[nodiscard]] virtual bool wants_allowed() const { return false; }
    virtual void allowed(const decided_statement&) {}
    virtual void traffic(std::size_t from_client, std::size_t from_server) = 0;
};

} // namespace ringfence::session
