// The server's messages: hopped over by their headers; only what changes the session's state is
// looked at.
#include "proxy/session/postgresql/relay.h"
#include "proxy/wire/postgresql/backend.h"

#include "policy/sql/postgresql/settings.h"

#include <algorithm>

namespace ringfence::session::postgresql {
namespace {

namespace pg = wire::postgresql;

// Longer errors (they can quote a whole statement) pass unread; ours are short.
constexpr std::uint32_t most_error_bytes = 64 * 1024;
constexpr std::uint32_t most_tag_bytes = 1024;

char folded(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The analyser reads bytes with these settings in mind; a server that reports others would read
// them differently.
bool safe_parameter(std::string_view name, std::string_view value) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), folded);
    if (lower != "client_encoding" && lower != "standard_conforming_strings")
        return true;
    return sql::setting_value_allowed(lower, value);
}

} // namespace

void relay::server_bytes(bytes in, output& to_client) {
    env().keep_alive.clear();
    if (now_ != relay::status::open)
        return;
    if (partial_.empty()) {
        const std::size_t used = server_messages(in, to_client);
        if (used < in.size() && now_ == relay::status::open)
            partial_.assign(as_text(in.subspan(used)));
        return;
    }
    partial_.append(as_text(in));
    if (partial_.size() < server_need_)
        return;
    env().keep_alive = std::move(partial_);
    partial_ = {};
    const bytes all = as_bytes(env().keep_alive);
    const std::size_t used = server_messages(all, to_client);
    if (used < all.size() && now_ == relay::status::open)
        partial_.assign(as_text(all.subspan(used)));
}

std::size_t relay::server_messages(bytes in, output& to_client) {
    std::size_t at = 0;
    std::size_t passed = 0; // everything before it is in `to_client`, or was replaced
    const auto flush = [&](std::size_t to) {
        to_client.forward(in.subspan(passed, to - passed));
        passed = to;
    };
    server_need_ = 0;
    while (at < in.size() && now_ == relay::status::open) {
        if (server_skip_ > 0) {
            const auto n = std::min<std::size_t>(server_skip_, in.size() - at);
            server_skip_ -= static_cast<std::uint32_t>(n);
            at += n;
            continue;
        }
        const bytes rest = in.subspan(at);
        pg::header head;
        const pg::outcome outcome = pg::read_header(rest, head);
        if (outcome == pg::outcome::need_more) {
            server_need_ = pg::header_size;
            break;
        }
        if (outcome == pg::outcome::malformed) {
            flush(at);
            fatal("08P01", "ringfence: the server sent a message with an impossible length",
                  to_client);
            break;
        }
        bool look = false;
        switch (head.type) {
        case 'D': // DataRow
        case 'd': // CopyData
        case '1': // ParseComplete
        case '2': // BindComplete
        case '3': // CloseComplete
        case 'T': // RowDescription
        case 't': // ParameterDescription
        case 'n': // NoData
        case 's': // PortalSuspended
        case 'I': // EmptyQueryResponse
        case 'N': // NoticeResponse
        case 'A': // NotificationResponse
        case 'c': // CopyDone
        case 'H': // CopyOutResponse
        case 'V': // FunctionCallResponse
            break;
        case 'C': // CommandComplete
            look = path_ && path_->pending() && head.size <= most_tag_bytes;
            break;
        case 'E': // ErrorResponse
            look = head.size <= most_error_bytes;
            if (!look) {
                pipe_.error();
                if (prepared_)
                    prepared_->error();
                if (path_)
                    path_->undone();
            }
            break;
        case 'S': // ParameterStatus
        case 'Z': // ReadyForQuery
        case 'G': // CopyInResponse
        case 'W': // CopyBothResponse
            look = true;
            if (head.size > most_error_bytes) {
                flush(at);
                fatal("08P01", "ringfence: the server sent a message that is too long", to_client);
                return at;
            }
            break;
        default:
            flush(at);
            fatal("08P01", "ringfence: the server sent a message of unknown type", to_client);
            return at;
        }
        if (look) {
            if (rest.size() < head.size) {
                server_need_ = head.size;
                break;
            }
            const answer treated = server_message(head, rest.first(head.size));
            if (!treated.replacement.empty()) {
                flush(at);
                to_client.append(treated.replacement);
                passed = at + head.size;
            } else if (!treated.trouble.empty()) {
                flush(at);
                fatal("08P01", treated.trouble, to_client);
                return at;
            }
            at += head.size;
            continue;
        }
        const auto n = std::min<std::size_t>(head.size, rest.size());
        server_skip_ = head.size - static_cast<std::uint32_t>(n);
        at += n;
    }
    if (now_ == relay::status::open)
        flush(at);
    return at;
}

relay::answer relay::server_message(pg::header head, bytes message) {
    switch (head.type) {
    case 'C': {
        std::string_view tag;
        if (pg::decode_command_complete(message, tag) == pg::outcome::ok &&
            tag.starts_with("ROLLBACK"))
            path_->undone();
        return {};
    }
    case 'E':
        return server_error(message);
    case 'S': {
        pg::parameter_status p;
        if (pg::decode_parameter_status(message, p) != pg::outcome::ok)
            return {.replacement = {},
                    .trouble = "ringfence: the server sent a malformed ParameterStatus"};
        if (!safe_parameter(p.name, p.value))
            return {.replacement = {},
                    .trouble =
                        "ringfence: the session's client_encoding or standard_conforming_strings "
                        "is one in which statements cannot be analysed safely"};
        return {};
    }
    case 'Z':
        if (pg::decode_ready_for_query(message, transaction_) != pg::outcome::ok)
            return {.replacement = {},
                    .trouble = "ringfence: the server sent a malformed ReadyForQuery"};
        server_ready();
        return {};
    default: // CopyInResponse, CopyBothResponse
        if (!pipe_.copy_in())
            return {.replacement = {},
                    .trouble = "ringfence: the client sent other messages into COPY data"};
        return {};
    }
}

relay::answer relay::server_error(bytes message) {
    pipe_.error();
    if (prepared_)
        prepared_->error();
    if (path_)
        path_->undone();
    pg::error_fields fields;
    if (pg::decode_error(message, fields) != pg::outcome::ok)
        return {.replacement = {},
                .trouble = "ringfence: the server sent a malformed ErrorResponse"};
    if (fields.severity == "FATAL" || fields.severity == "PANIC")
        parted_ = true;
    if (const std::string_view own = guard_.ours(fields.message); !own.empty())
        return {.replacement = own, .trouble = {}};
    if (fields.sqlstate == "42501")
        desk_.caught_by_server({});
    return {};
}

void relay::server_ready() {
    pipe_.ready();
    desk_.work_completed();
    if (!pipe_.idle())
        return;
    guard_.settle();
    if (prepared_)
        prepared_->settle();
    if (path_ && transaction_ == 'I')
        moved_path(path_->settle());
    if (defined_ && transaction_ == 'I') {
        defined_ = false;
        if (env().self.on_defined)
            env().self.on_defined(id().server, id().database);
    }
    desk_.end_work();
}

void relay::fatal(std::string_view sqlstate, std::string_view message, output& to_client) {
    now_ = relay::status::broken;
    // In the middle of a message our words would be taken for its contents; and when the server has
    // said why it leaves, nothing is to be added.
    if (server_skip_ > 0 || parted_)
        return;
    pg::error e;
    e.severity = "FATAL";
    e.sqlstate = sqlstate;
    e.message = message;
    std::string out;
    pg::encode_error(out, e);
    to_client.append(out);
}

} // namespace ringfence::session::postgresql
