// The server's packets: followed by the tracker; only what changes the session's state is looked
// at.
#include "proxy/session/mysql/farewell.h"
#include "proxy/session/mysql/relay.h"
#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/response.h"
#include "proxy/wire/mysql/session_changes.h"

#include <algorithm>
#include <vector>

namespace ringfence::session::mysql {
namespace {

namespace my = wire::mysql;

// Longer ones (rows, which may begin like an OK) pass unread.
constexpr std::size_t most_seen_bytes = std::size_t{64} * 1024;

// The server's own rights said no.
bool is_about_rights(std::uint16_t code) {
    switch (code) {
    case 1044: // ER_DBACCESS_DENIED_ERROR
    case 1142: // ER_TABLEACCESS_DENIED_ERROR
    case 1143: // ER_COLUMNACCESS_DENIED_ERROR
    case 1227: // ER_SPECIFIC_ACCESS_DENIED_ERROR
    case 1370: // ER_PROCACCESS_DENIED_ERROR
        return true;
    default:
        return false;
    }
}

bool may_end(bytes prefix) {
    if (prefix.empty())
        return false;
    const auto first = std::to_integer<std::uint8_t>(prefix.front());
    return first == my::ok_byte || first == my::eof_byte || first == my::error_byte;
}

} // namespace

void relay::server_bytes(bytes in, output& to_server, output& to_client) {
    env().keep_alive.clear();
    if (now_ != status::open)
        return;
    if (asked_) {
        switch (asked_->feed(in, to_server)) {
        case question::next::more:
            return;
        case question::next::answered:
            answered(to_server, to_client);
            return;
        case question::next::failed:
            fatal("08P01", "ringfence: the server does not say how it reads statements", to_client);
            return;
        }
    }
    if (partial_.empty()) {
        const std::size_t used = server_packets(in, to_client);
        if (used < in.size() && now_ == status::open)
            partial_.assign(as_text(in.subspan(used)));
    } else {
        partial_.append(as_text(in));
        if (partial_.size() < server_need_)
            return;
        env().keep_alive = std::move(partial_);
        partial_ = {};
        const bytes all = as_bytes(env().keep_alive);
        const std::size_t used = server_packets(all, to_client);
        if (used < all.size() && now_ == status::open)
            partial_.assign(as_text(all.subspan(used)));
    }
    if (now_ == status::open && phase_ == phase::idle && !held_.empty() && !desk_.paused() &&
        held_.size() >= client_need_)
        held_bytes(to_server, to_client);
}

std::size_t relay::server_packets(bytes in, output& to_client) {
    std::size_t at = 0;
    std::size_t passed = 0; // everything before it is in `to_client`, or was dropped
    const auto flush = [&](std::size_t to) {
        if (!guard_.replacing())
            to_client.forward(in.subspan(passed, to - passed));
        passed = to;
    };
    const auto nonsense = [&] {
        flush(at);
        fatal("08P01", "ringfence: the server does not follow the protocol", to_client);
        return at;
    };
    server_need_ = 0;
    while (at < in.size() && now_ == status::open) {
        if (server_skip_ > 0) {
            const auto n = std::min<std::size_t>(server_skip_, in.size() - at);
            server_skip_ -= static_cast<std::uint32_t>(n);
            at += n;
            continue;
        }
        const bytes rest = in.subspan(at);
        my::header head;
        if (my::read_header(rest, head) == my::outcome::need_more) {
            server_need_ = my::header_size;
            break;
        }
        const auto prefix_size =
            std::min<std::size_t>(my::response_tracker::prefix_size, head.payload);
        if (rest.size() < my::header_size + prefix_size) {
            server_need_ = my::header_size + prefix_size;
            break;
        }
        const bytes prefix = rest.subspan(my::header_size, prefix_size);
        const bool whole = head.size() <= rest.size();
        if (!whole && head.payload <= most_seen_bytes && may_end(prefix)) {
            server_need_ = head.size();
            break;
        }
        my::response_tracker::step step;
        if (tracker_.on_server(head, prefix, step) != my::outcome::ok)
            return nonsense();
        const bytes payload = rest.subspan(my::header_size, whole ? head.payload : prefix_size);
        if (!seen(step.kind, payload))
            return nonsense();
        const auto n = std::min<std::size_t>(head.size(), rest.size());
        server_skip_ = static_cast<std::uint32_t>(head.size() - n);
        at += n;
        if (!step.complete)
            continue;
        flush(at);
        if (guard_.replacing())
            to_client.append(guard_.answer());
        finished();
    }
    if (now_ == status::open)
        flush(at);
    return at;
}

// False: it cannot be.
bool relay::seen(my::packet_kind kind, bytes payload) {
    using enum my::packet_kind;
    switch (kind) {
    case ok:
        under_way_.status_seen = true;
        session_changed(payload);
        return true;
    case eof:
        under_way_.status_seen = true;
        return true;
    case error: {
        under_way_.failed = true;
        my::error e;
        if (guard_.replacing() || my::decode_error(payload, e) != my::outcome::ok)
            return true; // as the client sees it
        if (is_about_rights(e.code))
            desk_.caught_by_server(under_way_.made ? std::string_view(under_way_.made->text) : "");
        return true;
    }
    case prepared: {
        my::prepared p;
        if (guard_.replacing() || !under_way_.made)
            return false;
        if (my::decode_prepared(payload, server_->in_force, p) != my::outcome::ok)
            return false;
        if (!prepared_)
            prepared_ = std::make_unique<prepared_statements>();
        prepared_->add(p.statement,
                       {.made = under_way_.made,
                        .in = reading_,
                        .text = std::move(under_way_.text),
                        .checked = under_way_.made->view == desk_.sees().id ? desk_.sees().id : 0});
        return true;
    }
    default:
        return true;
    }
}

// What the server says of its session is the truth, whatever the statement seemed to do.
void relay::session_changed(bytes payload) {
    my::ok o;
    if (!my::has(server_->in_force, my::capability::session_track))
        return;
    std::vector<my::session_change> changes;
    if (my::decode_ok(payload, server_->in_force, o) != my::outcome::ok ||
        my::decode_changes(o.changes, changes) != my::outcome::ok) {
        mode_unknown_ = schema_unknown_ = true;
        return;
    }
    bool moved = false;
    for (const auto& c : changes) {
        if (c.kind == my::change_kind::schema && reading_.schema != c.value) {
            reading_.schema = c.value;
            moved = true;
        } else if (c.kind == my::change_kind::system_variable && c.name == "character_set_client" &&
                   reading_.charset != c.value) {
            reading_.charset = c.value;
            moved = true;
        } else if (c.kind == my::change_kind::system_variable && c.name == "sql_mode") {
            mode_unknown_ = true;
        }
    }
    if (moved)
        look();
}

void relay::fatal(std::string_view sqlstate, std::string_view message, output& to_client) {
    const bool in_packet = server_skip_ > 0 && !guard_.replacing();
    now_ = status::broken;
    // In the middle of a packet our words would be taken for its contents.
    if (in_packet)
        return;
    std::string out;
    part({std::string(sqlstate), std::string(message)}, out);
    to_client.append(out);
}

} // namespace ringfence::session::mysql
