// A relay between a client and a server that are both the test: what each of them sees is text to
// compare.
#pragma once

#include "policy/sql/large_stack.h"
#include "proxy/session/postgresql/relay.h"
#include "tests/unit/proxy/session/world.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::postgresql::test {

using namespace std::chrono_literals;
using namespace session::test;

// One message: type, length, body.
inline std::string msg(char type, std::string_view body = {}) {
    const auto n = static_cast<std::uint32_t>(body.size() + 4);
    std::string out(1, type);
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((n >> shift) & 0xff);
    out += body;
    return out;
}
inline std::string z(std::string_view s) {
    return std::string(s) + '\0';
}
inline std::string query(std::string_view sql) {
    return msg('Q', z(sql));
}
inline std::string parse(std::string_view name, std::string_view sql) {
    return msg('P', z(name) + z(sql) + std::string(2, '\0'));
}
inline std::string bind(std::string_view statement) {
    return msg('B', z("") + z(statement) + std::string(6, '\0'));
}
inline std::string execute() {
    return msg('E', z("") + std::string(4, '\0'));
}
inline std::string close_statement(std::string_view name) {
    return msg('C', "S" + z(name));
}
inline std::string sync() {
    return msg('S');
}
inline std::string ready(char transaction = 'I') {
    return msg('Z', std::string(1, transaction));
}
inline std::string complete(std::string_view tag) {
    return msg('C', z(tag));
}
inline std::string error(std::string_view sqlstate, std::string_view message) {
    return msg('E', z("SERROR") + z("VERROR") + z("C" + std::string(sqlstate)) +
                        z("M" + std::string(message)) + '\0');
}

inline policy::snapshot_ptr load(const std::vector<std::pair<std::string, std::string>>& files,
                                 policy::date today = day(2026, 11, 21)) {
    auto loaded = policy::load(files, today);
    for (const auto& f : loaded.findings)
        if (f.severity == policy::severity::error)
            ADD_FAILURE() << policy::to_string(f);
    return loaded.policies;
}

struct recorder : observer {
    struct seen {
        std::string who, message, statement;
        policy::mode mode;
        bool by_server;
    };
    std::vector<seen> violations;
    unsigned statements = 0, misses = 0, analyses = 0, completions = 0;

    void statement(const policy::service&, policy::verdict, cache_outcome c) override {
        ++statements;
        misses += c == cache_outcome::miss;
    }
    void analysed(std::chrono::nanoseconds) override { ++analyses; }
    void completed(const policy::service&, std::chrono::nanoseconds) override { ++completions; }
    void violated(const violation& v) override {
        violations.push_back(
            {v.who.name, v.decision.message, std::string(v.statement), v.mode, v.caught_by_server});
    }
    void traffic(std::size_t, std::size_t) override {}
};

struct worker {
    recorder seen;
    manual_pool pool;
    usage_registry usages;
    environment env;

    explicit worker(policy::snapshot_ptr policies = load(shop()), environment::settings s = {})
        : env(s, std::move(policies), seen, pool, usages) {
        env.set_today(day(2026, 11, 21));
        env.on_slot_freed = [this](const std::string& service) { env.wake(service); };
    }
};

struct conversation {
    worker& w;
    output to_server, to_client;
    unsigned woken = 0;
    relay r;

    static std::shared_ptr<const server_state> server_of_15(std::string parameter_status = {}) {
        auto made = std::make_shared<server_state>();
        made->server_major = 15;
        made->parameter_status = std::move(parameter_status);
        return made;
    }
    explicit conversation(worker& on, std::string service = "order-service",
                          std::string schema = "orders", std::string parameter_status = {})
        : w(on), r(on.env,
                   {.service = std::move(service),
                    .server = "shop-pg",
                    .database = "shop",
                    .peer = "127.0.0.1:9",
                    .identity = "login orders",
                    .backend_login = "app",
                    .search_path = {std::move(schema)}},
                   server_of_15(std::move(parameter_status)), [this] { ++woken; }) {}

    // What the server gets to see when the client sends `in`.
    std::string client(std::string_view in) {
        sql::with_large_stack([&] { r.from_client(as_bytes(in), to_server, to_client); });
        return drained(to_server);
    }
    // What the client gets to see when the server sends `in`.
    std::string server(std::string_view in) {
        r.from_server(as_bytes(in), to_server, to_client);
        return drained(to_client);
    }
    std::string resume() {
        sql::with_large_stack([&] { r.resume(to_server, to_client); });
        return drained(to_server);
    }
    std::string for_client() { return drained(to_client); }
};

// The server's answer to one of the gate's replacements: a syntax error that quotes the word.
inline std::string syntax_error_of(std::string_view replaced) {
    const auto at = replaced.find("ringfence_denied_");
    if (at == std::string_view::npos)
        return "no replacement in: " + std::string(replaced);
    const auto word = std::string(replaced.substr(at, replaced.find('\0', at) - at));
    return error("42601", "syntax error at or near \"" + word + "\"");
}

MATCHER(is_replacement, "a statement of the gate's that must fail") {
    return std::string_view(arg).find("ringfence_denied_") != std::string_view::npos;
}

} // namespace ringfence::session::postgresql::test
