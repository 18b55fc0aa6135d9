// The client's messages: what holds a statement is decided, everything else is hopped over.
#include "proxy/session/relay_state.h"
#include "proxy/wire/postgresql/frontend.h"

#include <algorithm>

namespace ringfence::session {
namespace {

namespace pg = wire::postgresql;

// Describe, Close, Execute, CopyFail and the like carry a name or a sentence.
constexpr std::uint32_t most_small_bytes = 64 * 1024;
// Both names of a Bind must stand in its first bytes; the parameters behind them may be long.
constexpr std::size_t most_bind_names = 16 * 1024;

} // namespace

void relay::state::client_bytes(bytes in, output& to_server, output& to_client) {
    env.keep_alive.clear();
    if (env.keep_alive.capacity() > 64 * 1024)
        env.keep_alive.shrink_to_fit();
    if (now != relay::status::open)
        return;
    if (!held.empty() || paused != pause::none) {
        held.append(as_text(in));
        if (paused == pause::none && held.size() >= client_need)
            held_bytes(to_server, to_client);
        return;
    }
    const std::size_t used = client_messages(in, to_server, to_client);
    if (used < in.size())
        held.assign(as_text(in.subspan(used)));
}

void relay::state::held_bytes(output& to_server, output& to_client) {
    // The outputs will point into these bytes, so they move to where they outlive this call.
    env.keep_alive = std::move(held);
    held = {};
    const bytes all = as_bytes(env.keep_alive);
    const std::size_t used = client_messages(all, to_server, to_client);
    if (used < all.size())
        held.assign(as_text(all.subspan(used)));
}

std::size_t relay::state::client_messages(bytes in, output& to_server, output& to_client) {
    std::size_t at = 0;
    client_need = 0;
    while (at < in.size() && now == relay::status::open && paused == pause::none) {
        const bytes rest = in.subspan(at);
        if (client_skip > 0) {
            const auto n = std::min<std::size_t>(client_skip, rest.size());
            to_server.forward(rest.first(n));
            client_skip -= static_cast<std::uint32_t>(n);
            at += n;
            continue;
        }
        pg::header head;
        const pg::outcome outcome = pg::read_header(rest, head);
        if (outcome == pg::outcome::need_more) {
            client_need = pg::header_size;
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
std::size_t relay::state::client_message(pg::header head, bytes rest, output& to_server,
                                         output& to_client) {
    const auto pass = [&](std::size_t n) {
        to_server.forward(rest.first(n));
        return n;
    };
    // Passes however much is there; the rest of the message follows unread.
    const auto stream = [&] {
        const auto n = std::min<std::size_t>(head.size, rest.size());
        client_skip = head.size - static_cast<std::uint32_t>(n);
        return pass(n);
    };
    const auto whole = [&](std::size_t cap) {
        if (head.size > cap) {
            violation_of_protocol("a message that is too long", to_client);
            return false;
        }
        client_need = head.size;
        return rest.size() >= head.size;
    };

    switch (head.type) {
    case 'd': // CopyData; outside COPY the server ignores it
        return stream();
    case 'c': // CopyDone
    case 'f': // CopyFail
        if (!whole(most_small_bytes))
            return 0;
        pipe.copy_end();
        return pass(head.size);
    case 'S': // Sync
    case 'H': // Flush
        if (head.size != pg::header_size) {
            violation_of_protocol("a Sync or Flush with a body", to_client);
            return 0;
        }
        if (head.type == 'S')
            pipe.sync();
        return pass(head.size);
    case 'X': // Terminate: the server connection lives on
        now = relay::status::client_done;
        return head.size;
    default:
        break;
    }
    if (pipe.copying_in()) {
        violation_of_protocol("a message that does not belong into COPY data", to_client);
        return 0;
    }
    if (!refresh_view()) {
        fatal("57P01", "ringfence: service " + id.service + " is no longer in the policies",
              to_client);
        return 0;
    }

    switch (head.type) {
    case 'Q': // Query
    case 'P': // Parse
        if (!whole(env.settings.max_statement_bytes))
            return 0;
        if (!begin_work())
            return 0;
        return statement(head, rest.first(head.size), to_server, to_client) ? head.size : 0;
    case 'B': { // Bind
        if (!begin_work())
            return 0;
        const bool named = mixed || (path && path->follows_portals());
        const std::size_t handled = named ? bind(head, rest, to_server) : 0;
        if (named && handled == 0) {
            if (client_need > 0)
                return 0;
            violation_of_protocol("a Bind without a statement name", to_client);
            return 0;
        }
        if (handled > 0)
            return handled;
        pipe.extended();
        return stream();
    }
    case 'E': // Execute
        if (!whole(most_small_bytes) || !begin_work())
            return 0;
        if (path && path->follows_portals()) {
            std::string_view portal;
            if (pg::decode_execute(rest.first(head.size), portal) != pg::outcome::ok) {
                violation_of_protocol("a malformed Execute message", to_client);
                return 0;
            }
            moved_path(path->executed(portal));
        }
        pipe.extended();
        return pass(head.size);
    case 'D': // Describe
        if (!whole(most_small_bytes) || !begin_work())
            return 0;
        pipe.extended();
        return pass(head.size);
    case 'C': { // Close
        if (!whole(most_small_bytes) || !begin_work())
            return 0;
        pg::target closed;
        if (prepared && pg::decode_target(rest.first(head.size), closed) == pg::outcome::ok &&
            closed.kind == 'S')
            prepared->closed(closed.name);
        pipe.extended();
        return pass(head.size);
    }
    case 'F': { // FunctionCall: names a function by oid, and no analysis can see behind an oid
        if (!whole(env.settings.max_statement_bytes) || !begin_work())
            return 0;
        const verdict_ptr refused =
            refusal("FunctionCall", id.service + " may not use FunctionCall messages",
                    "call the function with SELECT");
        pipe.query();
        guard.function_call(*refused, rest.first(head.size), to_server);
        return head.size;
    }
    default:
        violation_of_protocol("a message of unknown or unexpected type", to_client);
        return 0;
    }
}

// A Query or Parse, whole. False: paused or broken.
bool relay::state::statement(pg::header head, bytes message, output& to_server, output& to_client) {
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

    verdict_ptr v = decide(text);
    if (!v)
        return false;
    report(*v, text);
    if (mixed && v->forwards()) {
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
        pipe.query();
        guard.query(*v, message, to_server);
        if (v->forwards())
            apply(*v, when::now);
        return true;
    }
    pipe.extended();
    if (v->forwards()) {
        if (!prepared)
            prepared = std::make_unique<prepared_statements>();
        if (!prepared->parsed(name, v, env.settings.max_prepared)) {
            v = refusal("max_prepared",
                        id.service + " has too many prepared statements in this session",
                        "close prepared statements that are no longer needed");
        }
    }
    guard.parse(*v, name, message, to_server);
    if (path && name.empty())
        path->parsed_unnamed(std::nullopt); // unless its effects say more
    if (v->forwards())
        apply(*v, name.empty() ? when::when_bound : when::any_time);
    return true;
}

// Returns the bytes used; 0 with client_need set: wait for more; 0 without:
// malformed.
std::size_t relay::state::bind(pg::header head, bytes rest, output& to_server) {
    const std::size_t have = std::min<std::size_t>(head.size, rest.size());
    pg::bind_names names;
    client_need = 0;
    switch (pg::decode_bind_names(rest.first(have), head, names)) {
    case pg::outcome::malformed:
        return 0;
    case pg::outcome::need_more:
        if (have >= most_bind_names)
            return 0;
        client_need = std::min<std::size_t>(head.size, have + 1);
        return 0;
    case pg::outcome::ok:
        break;
    }
    const verdict_ptr denied = mixed ? stale_denial(names.statement) : nullptr;
    if (denied) {
        // The whole message must be here to be left out.
        if (rest.size() < head.size) {
            client_need = head.size;
            return 0;
        }
        pipe.extended();
        guard.refuse(*denied, to_server);
        return head.size;
    }
    if (path)
        moved_path(path->bound(names.portal, names.statement));
    pipe.extended();
    client_skip = head.size - static_cast<std::uint32_t>(have);
    to_server.forward(rest.first(have));
    return have;
}

void relay::state::violation_of_protocol(std::string_view what, output& to_client) {
    fatal("08P01", std::string("ringfence: the client sent ").append(what), to_client);
}

} // namespace ringfence::session
