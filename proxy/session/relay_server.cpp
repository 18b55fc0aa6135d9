// The server's messages: hopped over by their headers; only what changes the session's state is
// looked at.
#include "proxy/session/relay_state.h"
#include "proxy/wire/postgresql/backend.h"

#include "policy/sql/postgresql/settings.h"

#include <algorithm>

namespace ringfence::session {
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

void relay::state::server_bytes(bytes in, output& to_client) {
    env.keep_alive.clear();
    if (now != relay::status::open)
        return;
    if (partial.empty()) {
        const std::size_t used = server_messages(in, to_client);
        if (used < in.size() && now == relay::status::open)
            partial.assign(as_text(in.subspan(used)));
        return;
    }
    partial.append(as_text(in));
    if (partial.size() < server_need)
        return;
    env.keep_alive = std::move(partial);
    partial = {};
    const bytes all = as_bytes(env.keep_alive);
    const std::size_t used = server_messages(all, to_client);
    if (used < all.size() && now == relay::status::open)
        partial.assign(as_text(all.subspan(used)));
}

std::size_t relay::state::server_messages(bytes in, output& to_client) {
    std::size_t at = 0;
    std::size_t passed = 0; // everything before it is in `to_client`, or was replaced
    const auto flush = [&](std::size_t to) {
        to_client.forward(in.subspan(passed, to - passed));
        passed = to;
    };
    server_need = 0;
    while (at < in.size() && now == relay::status::open) {
        if (server_skip > 0) {
            const auto n = std::min<std::size_t>(server_skip, in.size() - at);
            server_skip -= static_cast<std::uint32_t>(n);
            at += n;
            continue;
        }
        const bytes rest = in.subspan(at);
        pg::header head;
        const pg::outcome outcome = pg::read_header(rest, head);
        if (outcome == pg::outcome::need_more) {
            server_need = pg::header_size;
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
            look = path && path->pending() && head.size <= most_tag_bytes;
            break;
        case 'E': // ErrorResponse
            look = head.size <= most_error_bytes;
            if (!look) {
                pipe.error();
                if (prepared)
                    prepared->error();
                if (path)
                    path->undone();
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
                server_need = head.size;
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
        server_skip = head.size - static_cast<std::uint32_t>(n);
        at += n;
    }
    if (now == relay::status::open)
        flush(at);
    return at;
}

relay::state::answer relay::state::server_message(pg::header head, bytes message) {
    switch (head.type) {
    case 'C': {
        std::string_view tag;
        if (pg::decode_command_complete(message, tag) == pg::outcome::ok &&
            tag.starts_with("ROLLBACK"))
            path->undone();
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
        if (pg::decode_ready_for_query(message, transaction) != pg::outcome::ok)
            return {.replacement = {},
                    .trouble = "ringfence: the server sent a malformed ReadyForQuery"};
        server_ready();
        return {};
    default: // CopyInResponse, CopyBothResponse
        if (!pipe.copy_in())
            return {.replacement = {},
                    .trouble = "ringfence: the client sent other messages into COPY data"};
        return {};
    }
}

relay::state::answer relay::state::server_error(bytes message) {
    pipe.error();
    if (prepared)
        prepared->error();
    if (path)
        path->undone();
    pg::error_fields fields;
    if (pg::decode_error(message, fields) != pg::outcome::ok)
        return {.replacement = {},
                .trouble = "ringfence: the server sent a malformed ErrorResponse"};
    if (fields.severity == "FATAL" || fields.severity == "PANIC")
        parted = true;
    if (const std::string_view own = guard.ours(fields.message); !own.empty())
        return {.replacement = own, .trouble = {}};
    if (fields.sqlstate == "42501" && view && view->who != nullptr) {
        policy::decision d;
        d.why = policy::reason::foreign;
        d.rule = "the server's own privileges";
        d.message = id.service + " was refused by the server itself";
        auto what = described(d, {});
        what.caught_by_server = true;
        env.reports.violated(what);
    }
    return {};
}

void relay::state::server_ready() {
    pipe.ready();
    if (busy && view && view->who != nullptr) {
        const auto t = clock::now();
        env.reports.completed(*view->who, t - since);
        since = t;
    }
    if (!pipe.idle())
        return;
    guard.settle();
    if (prepared)
        prepared->settle();
    if (path && transaction == 'I')
        moved_path(path->settle());
    if (defined && transaction == 'I') {
        defined = false;
        if (env.self.on_defined)
            env.self.on_defined(id.server, id.database);
    }
    end_work();
}

void relay::state::fatal(std::string_view sqlstate, std::string_view message, output& to_client) {
    now = relay::status::broken;
    // In the middle of a message our words would be taken for its contents; and when the server has
    // said why it leaves, nothing is to be added.
    if (server_skip > 0 || parted)
        return;
    pg::error e;
    e.severity = "FATAL";
    e.sqlstate = sqlstate;
    e.message = message;
    std::string out;
    pg::encode_error(out, e);
    to_client.append(out);
}

} // namespace ringfence::session
