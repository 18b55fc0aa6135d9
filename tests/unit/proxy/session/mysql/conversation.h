// A relay between a client and a server that are both the test: what each of them sees is packets
// to compare.
#pragma once

#include "policy/sql/large_stack.h"
#include "proxy/session/mysql/capabilities.h"
#include "proxy/session/mysql/relay.h"
#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/response.h"
#include "tests/unit/proxy/session/world.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::mysql::test {

using namespace session::test;
namespace my = wire::mysql;
using command = my::command;

inline constexpr my::capabilities in_force =
    my::capability::protocol_41 | my::capability::transactions | my::capability::deprecate_eof |
    my::capability::session_track | my::capability::multi_statements |
    my::capability::multi_results | my::capability::local_files | my::capability::plugin_auth |
    my::capability::secure_connection;

inline std::string packet(std::string_view payload, std::uint8_t sequence = 0) {
    std::string out;
    my::encode_packets(out, sequence, payload);
    return out;
}
inline std::string say(command c, std::string_view body = {}) {
    return packet(std::string(1, static_cast<char>(c)) + std::string(body));
}
inline std::string query(std::string_view sql) {
    return say(command::query, sql);
}
inline std::string number(std::uint32_t n) {
    std::string out;
    my::writer(out).u32(n);
    return out;
}
inline std::string execute(std::uint32_t id) {
    return say(command::stmt_execute, number(id) + std::string(1, '\0') + number(1));
}
inline std::string ok(std::uint8_t sequence = 1, std::uint16_t status = my::status::autocommit,
                      std::string_view changes = {}) {
    my::ok o;
    o.status = static_cast<std::uint16_t>(
        status | (changes.empty() ? 0 : my::status::session_state_changed));
    o.changes = changes;
    std::string payload;
    my::encode_ok(payload, in_force, o);
    return packet(payload, sequence);
}
inline std::string error(std::uint16_t code, std::string_view message, std::uint8_t sequence = 1) {
    my::error e;
    e.code = code;
    e.sqlstate = "42000";
    e.message = message;
    std::string payload;
    my::encode_error(payload, e);
    return packet(payload, sequence);
}
// The answer to a Prepare without parameters and columns.
inline std::string prepared(std::uint32_t id) {
    std::string payload(1, '\0');
    my::writer(payload).u32(id).u16(0).u16(0).u8(0).u16(0);
    return packet(payload, 1);
}
// One row of text values.
inline std::string rows(const std::vector<std::string>& values) {
    std::string out;
    std::uint8_t sequence = 1;
    std::string payload;
    my::encode_column_count(payload, in_force,
                            {.columns = static_cast<std::uint16_t>(values.size())});
    my::encode_packets(out, sequence, payload);
    for (std::size_t i = 0; i < values.size(); ++i) {
        payload.clear();
        my::column c;
        c.catalog = "def";
        c.name = "c";
        my::encode_column(payload, in_force, c);
        my::encode_packets(out, sequence, payload);
    }
    payload.clear();
    for (const auto& v : values)
        my::writer(payload).lenenc_string(v);
    my::encode_packets(out, sequence, payload);
    my::ok end;
    end.status = my::status::autocommit;
    payload.clear();
    my::encode_ok(payload, in_force, end, my::eof_byte);
    my::encode_packets(out, sequence, payload);
    return out;
}

// The code of an ERR packet; 0: it is none.
inline unsigned code_of(std::string_view whole) {
    my::error e;
    if (whole.size() < my::header_size ||
        my::decode_error(as_bytes(whole.substr(my::header_size)), e) != my::outcome::ok)
        return 0;
    return e.code;
}
inline std::string message_of(std::string_view whole) {
    my::error e;
    if (whole.size() < my::header_size ||
        my::decode_error(as_bytes(whole.substr(my::header_size)), e) != my::outcome::ok)
        return "no error";
    return std::string(e.message);
}

MATCHER(is_replacement, "a statement of the gate's that must fail") {
    return std::string_view(arg).find("SIGNAL SQLSTATE") != std::string_view::npos;
}
MATCHER(asks_how_it_reads, "the session's own question") {
    return std::string_view(arg).find("@@session.sql_mode") != std::string_view::npos;
}

inline const std::vector<std::pair<std::string, std::string>>& my_shop() {
    static const std::vector<std::pair<std::string, std::string>> files = {
        {"org.yaml", R"(
version: 1
engines: [mysql]
servers:
  shop-my: {engine: mysql}
)"},
        {"services/user-service.yaml", R"(
service: user-service
team: identity
contact: "#team-identity"
api: https://users.shop.example/openapi.json
identities: [{login: users}]
owns:
  - {server: shop-my, database: users}
)"},
        {"services/order-service.yaml", R"(
service: order-service
team: orders
contact: "#team-orders"
identities: [{login: orders}]
owns:
  - {server: shop-my, database: orders}
  - {server: shop-my, database: archive}
limits: {max_statements_in_flight: 2, statement_timeout: 5s}
)"}};
    return files;
}

struct recorder : observer {
    std::vector<std::string> violations;
    unsigned statements = 0, misses = 0, by_server = 0;
    void statement(const policy::service&, policy::verdict, cache_outcome c) override {
        ++statements;
        misses += c == cache_outcome::miss;
    }
    void analysed(std::chrono::nanoseconds) override {}
    void completed(const policy::service&, std::chrono::nanoseconds) override {}
    void violated(const violation& v) override {
        violations.push_back(v.decision.message);
        by_server += v.caught_by_server;
        EXPECT_EQ(v.engine, policy::engine::mysql);
    }
    void traffic(std::size_t, std::size_t) override {}
};

struct worker {
    recorder seen;
    manual_pool pool;
    usage_registry usages;
    environment env;

    explicit worker(environment::settings s = {})
        : env(s, policy::load(my_shop(), day(2026, 11, 21)).policies, seen, pool, usages) {
        env.set_today(day(2026, 11, 21));
        env.on_slot_freed = [this](const std::string& service) { env.wake(service); };
    }
};

struct conversation {
    worker& w;
    output to_server, to_client;
    unsigned woken = 0;
    relay r;

    static std::shared_ptr<const server_state> server_of(sql::mysql_flavour flavour) {
        auto made = std::make_shared<server_state>();
        made->flavour = flavour;
        made->version_number = flavour == sql::mysql_flavour::mysql ? 90700 : 101114;
        made->offered = made->in_force = in_force;
        made->begins = {.schema = "orders", .mode = {}, .charset = "utf8mb4"};
        return made;
    }
    explicit conversation(worker& on, sql::mysql_flavour flavour = sql::mysql_flavour::mysql)
        : w(on),
          r(on.env,
            {.engine = policy::engine::mysql,
             .service = "order-service",
             .server = "shop-my",
             .database = "orders",
             .peer = "127.0.0.1:9",
             .identity = "login orders",
             .backend_login = "app",
             .search_path = {}},
            {.negotiated = in_force, .next_sequence = 2}, server_of(flavour), [this] { ++woken; }) {
    }

    // What the server gets to see when the client sends `in`.
    std::string client(std::string_view in) {
        sql::with_large_stack([&] { r.from_client(as_bytes(in), to_server, to_client); });
        return drained(to_server);
    }
    // What the client gets to see when the server sends `in`.
    std::string server(std::string_view in) {
        sql::with_large_stack([&] { r.from_server(as_bytes(in), to_server, to_client); });
        return drained(to_client);
    }
    // A statement that is allowed and succeeds.
    void done(std::string_view sql) {
        EXPECT_EQ(client(query(sql)), query(sql));
        EXPECT_EQ(server(ok()), ok());
    }
    std::string for_client() { return drained(to_client); }
    std::string for_server() { return drained(to_server); }
};

} // namespace ringfence::session::mysql::test
