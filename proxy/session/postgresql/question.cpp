#include "proxy/session/postgresql/question.h"

#include "proxy/wire/postgresql/backend.h"
#include "proxy/wire/postgresql/frontend.h"

#include <optional>

namespace ringfence::session::postgresql {
namespace {

namespace pg = wire::postgresql;
constexpr std::size_t most_cleaning_bytes = std::size_t{256} * 1024;

void send_query(std::string_view text, output& to_server) {
    std::string encoded;
    pg::encode_query(encoded, text);
    to_server.append(encoded);
}

} // namespace

void question::start(output& to_server) {
    send_query(text_, to_server);
}

question::next question::feed(bytes in, output&) {
    received_ += as_text(in);
    std::size_t at = 0;
    next step = next::more;
    while (step == next::more) {
        const auto rest = as_bytes(received_).subspan(at);
        pg::header head;
        const auto o = pg::read_header(rest, head);
        if (o == pg::outcome::malformed)
            return fail("the server sent a malformed message");
        if (o == pg::outcome::need_more || rest.size() < head.size)
            break;
        step = message(head.type, rest.first(head.size));
        at += head.size;
    }
    received_.erase(0, at);
    return step;
}

question::next question::message(char type, bytes whole) {
    switch (type) {
    case 'T':
        results_.emplace_back();
        return next::more;
    case 'D': {
        std::vector<std::optional<std::string_view>> columns;
        if (pg::decode_data_row(whole, columns) != pg::outcome::ok || results_.empty())
            return fail("the server sent a malformed row");
        auto& row = results_.back().emplace_back();
        row.reserve(columns.size());
        for (const auto& c : columns)
            row.emplace_back(c.value_or(std::string_view()));
        return next::more;
    }
    case 'E': {
        pg::error_fields e;
        return fail(pg::decode_error(whole, e) == pg::outcome::ok
                        ? std::string(e.sqlstate) + ": " + std::string(e.message)
                        : "the server sent a malformed error");
    }
    case 'Z':
        return next::answered;
    default:
        return next::more;
    }
}

question::next question::fail(std::string why) {
    results_.clear();
    error_ = std::move(why);
    return next::failed;
}

void cleaning::start(output& to_server) {
    send_query("DISCARD ALL", to_server);
}

cleaning::next cleaning::feed(bytes in, output&) {
    received_ += as_text(in);
    if (received_.size() > most_cleaning_bytes)
        return next::dirty;
    for (;;) {
        const auto rest = as_bytes(received_);
        pg::header head;
        const auto o = pg::read_header(rest, head);
        if (o == pg::outcome::malformed)
            return next::dirty;
        if (o == pg::outcome::need_more || rest.size() < head.size)
            return next::more;
        const auto message = rest.first(head.size);
        std::string_view tag;
        char transaction = 0;
        if (head.type == 'C' && pg::decode_command_complete(message, tag) == pg::outcome::ok)
            discarded_ = tag == "DISCARD ALL";
        if (head.type == 'Z') {
            const bool idle = pg::decode_ready_for_query(message, transaction) == pg::outcome::ok &&
                              transaction == 'I' && received_.size() == head.size;
            return discarded_ && idle ? next::clean : next::dirty;
        }
        if (head.type == 'E')
            return next::dirty;
        received_.erase(0, head.size);
    }
}

} // namespace ringfence::session::postgresql
