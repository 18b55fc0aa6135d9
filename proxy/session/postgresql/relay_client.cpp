// The client's messages: what holds a statement is decided, everything else is hopped over.
#include "proxy/session/postgresql/relay.h"
#include "proxy/wire/postgresql/frontend.h"

#include <algorithm>

namespace ringfence::session::postgresql {
namespace {

namespace pg = wire::postgresql;

// Describe, Close, Execute, CopyFail and the like carry a name or a sentence.
constexpr std::uint32_t most_small_bytes = 64 * 1024;
// Both names of a Bind must stand in its first bytes; the parameters behind them may be long.
constexpr std::size_t most_bind_names = 16 * 1024;

} // namespace

void relay::client_bytes(bytes in, output& to_server, output& to_client) {
    env().keep_alive.clear();
    if (env().keep_alive.capacity() > 64 * 1024)
        env().keep_alive.shrink_to_fit();
    if (now_ != relay::status::open)
        return;
    if (!held_.empty() || desk_.paused()) {
        held_.append(as_text(in));
        if (!desk_.paused() && held_.size() >= client_need_)
            held_bytes(to_server, to_client);
        return;
    }
    const std::size_t used = client_messages(in, to_server, to_client);
    if (used < in.size())
        held_.assign(as_text(in.subspan(used)));
}

void relay::held_bytes(output& to_server, output& to_client) {
    // The outputs will point into these bytes, so they move to where they outlive this call.
    env().keep_alive = std::move(held_);
    held_ = {};
    const bytes all = as_bytes(env().keep_alive);
    const std::size_t used = client_messages(all, to_server, to_client);
    if (used < all.size())
        held_.assign(as_text(all.subspan(used)));
}

std::size_t relay::client_messages(bytes in, output& to_server, output& to_client) {
    std::size_t at = 0;
    client_need_ = 0;
    while (at < in.size() && now_ == relay::status::open && !desk_.paused()) {
        const bytes rest = in.subspan(at);
        if (client_skip_ > 0) {
            const auto n = std::min<std::size_t>(client_skip_, rest.size());
            to_server.forward(rest.first(n));
            client_skip_ -= static_cast<std::uint32_t>(n);
            at += n;
            continue;
        }
        pg::header head;
        const pg::outcome outcome = pg::read_header(rest, head);
        if (outcome == pg::outcome::need_more) {
            client_need_ = pg::header_size;
            break;
        }
        if (outcome == pg::outcome::malformed) {
            violation_of_protocol("a message with an impossible length", to_client);
            break;
        }
        const std::size_t used = client_message(head, rest, to_server, to_client);
        if (used == 0)
            break;
        at += used;
    }
    return at;
}

// Returns the bytes used; 0: none, because more must arrive first, or the session paused or broke.
std::size_t relay::client_message(pg::header head, bytes rest, output& to_server,
                                  output& to_client) {
    const auto pass = [&](std::size_t n) {
        to_server.forward(rest.first(n));
        return n;
    };
    // Passes however much is there; the rest of the message follows unread.
    const auto stream = [&] {
        const auto n = std::min<std::size_t>(head.size, rest.size());
        client_skip_ = head.size - static_cast<std::uint32_t>(n);
        return pass(n);
    };
    const auto whole = [&](std::size_t cap) {
        if (head.size > cap) {
            violation_of_protocol("a message that is too long", to_client);
            return false;
        }
        client_need_ = head.size;
        return rest.size() >= head.size;
    };

    switch (head.type) {
    case 'd': // CopyData; outside COPY the server ignores it
        return stream();
    case 'c': // CopyDone
    case 'f': // CopyFail
        if (!whole(most_small_bytes))
            return 0;
        pipe_.copy_end();
        return pass(head.size);
    case 'S': // Sync
    case 'H': // Flush
        if (head.size != pg::header_size) {
            violation_of_protocol("a Sync or Flush with a body", to_client);
            return 0;
        }
        if (head.type == 'S')
            pipe_.sync();
        return pass(head.size);
    case 'X': // Terminate: the server connection lives on
        now_ = relay::status::client_done;
        return head.size;
    default:
        break;
    }
    if (pipe_.copying_in()) {
        violation_of_protocol("a message that does not belong into COPY data", to_client);
        return 0;
    }
    if (!refresh_view()) {
        fatal("57P01", "ringfence: service " + id().service + " is no longer in the policies",
              to_client);
        return 0;
    }

    switch (head.type) {
    case 'Q': // Query
    case 'P': // Parse
        if (!whole(env().settings.max_statement_bytes))
            return 0;
        if (!desk_.begin_work())
            return 0;
        return statement(head, rest.first(head.size), to_server, to_client) ? head.size : 0;
    case 'B': { // Bind
        if (!desk_.begin_work())
            return 0;
        const bool named = mixed_ || (path_ && path_->follows_portals());
        const std::size_t handled = named ? bind(head, rest, to_server) : 0;
        if (named && handled == 0) {
            if (client_need_ > 0)
                return 0;
            violation_of_protocol("a Bind without a statement name", to_client);
            return 0;
        }
        if (handled > 0)
            return handled;
        pipe_.extended();
        return stream();
    }
    case 'E': // Execute
        if (!whole(most_small_bytes) || !desk_.begin_work())
            return 0;
        if (path_ && path_->follows_portals()) {
            std::string_view portal;
            if (pg::decode_execute(rest.first(head.size), portal) != pg::outcome::ok) {
                violation_of_protocol("a malformed Execute message", to_client);
                return 0;
            }
            moved_path(path_->executed(portal));
        }
        pipe_.extended();
        return pass(head.size);
    case 'D': // Describe
        if (!whole(most_small_bytes) || !desk_.begin_work())
            return 0;
        pipe_.extended();
        return pass(head.size);
    case 'C': { // Close
        if (!whole(most_small_bytes) || !desk_.begin_work())
            return 0;
        pg::target closed;
        if (prepared_ && pg::decode_target(rest.first(head.size), closed) == pg::outcome::ok &&
            closed.kind == 'S')
            prepared_->closed(closed.name);
        pipe_.extended();
        return pass(head.size);
    }
    case 'F': { // FunctionCall: names a function by oid, and no analysis can see behind an oid
        if (!whole(env().settings.max_statement_bytes) || !desk_.begin_work())
            return 0;
        const verdict_ptr refused =
            desk_.refusal("FunctionCall", id().service + " may not use FunctionCall messages",
                          "call the function with SELECT");
        pipe_.query();
        guard_.function_call(*refused, rest.first(head.size), to_server);
        return head.size;
    }
    default:
        violation_of_protocol("a message of unknown or unexpected type", to_client);
        return 0;
    }
}

// A Query or Parse, whole. False: paused or broken.
bool relay::statement(pg::header head, bytes message, output& to_server, output& to_client) {
    std::string_view text;
    std::string_view name;
    const bool simple = head.type == 'Q';
    pg::parse parsed;
    const pg::outcome outcome =
        simple ? pg::decode_query(message, text) : pg::decode_parse(message, parsed);
    if (outcome != pg::outcome::ok) {
        violation_of_protocol(simple ? "a malformed Query message" : "a malformed Parse message",
                              to_client);
        return false;
    }
    if (!simple) {
        text = parsed.text;
        name = parsed.name;
    }

    verdict_ptr v = desk_.decide(text);
    if (!v)
        return false;
    desk_.report(*v, text);
    if (mixed_ && v->forwards()) {
        for (const auto& effect : v->effects) {
            if (effect.what != policy::session_effect::kind::execute || effect.values.empty())
                continue;
            if (verdict_ptr denied = stale_denial(effect.values.front())) {
                v = std::move(denied);
                break;
            }
        }
    }

    if (simple) {
        pipe_.query();
        guard_.query(*v, message, to_server);
        if (v->forwards())
            apply(*v, when::now);
        return true;
    }
    pipe_.extended();
    if (v->forwards()) {
        if (!prepared_)
            prepared_ = std::make_unique<prepared_statements>();
        if (!prepared_->parsed(name, v, env().settings.max_prepared)) {
            v = desk_.refusal("max_prepared",
                              id().service + " has too many prepared statements in this session",
                              "close prepared statements that are no longer needed");
        }
    }
    guard_.parse(*v, name, message, to_server);
    if (path_ && name.empty())
        path_->parsed_unnamed(std::nullopt); // unless its effects say more
    if (v->forwards())
        apply(*v, name.empty() ? when::when_bound : when::any_time);
    return true;
}

// Returns the bytes used; 0 with client_need set: wait for more; 0 without:
// malformed.
std::size_t relay::bind(pg::header head, bytes rest, output& to_server) {
    const std::size_t have = std::min<std::size_t>(head.size, rest.size());
    pg::bind_names names;
    client_need_ = 0;
    switch (pg::decode_bind_names(rest.first(have), head, names)) {
    case pg::outcome::malformed:
        return 0;
    case pg::outcome::need_more:
        if (have >= most_bind_names)
            return 0;
        client_need_ = std::min<std::size_t>(head.size, have + 1);
        return 0;
    case pg::outcome::ok:
        break;
    }
    const verdict_ptr denied = mixed_ ? stale_denial(names.statement) : nullptr;
    if (denied) {
        // The whole message must be here to be left out.
        if (rest.size() < head.size) {
            client_need_ = head.size;
            return 0;
        }
        pipe_.extended();
        guard_.refuse(*denied, to_server);
        return head.size;
    }
    if (path_)
        moved_path(path_->bound(names.portal, names.statement));
    pipe_.extended();
    client_skip_ = head.size - static_cast<std::uint32_t>(have);
    to_server.forward(rest.first(have));
    return have;
}

void relay::violation_of_protocol(std::string_view what, output& to_client) {
    fatal("08P01", std::string("ringfence: the client sent ").append(what), to_client);
}

} // namespace ringfence::session::postgresql
