#include "login_peer.h"
#include "proxy/session/mysql/capabilities.h"
#include "proxy/session/mysql/farewell.h"
#include "proxy/wire/mysql/arguments.h"

#include <gmock/gmock.h>

namespace ringfence::session::mysql {
namespace {

using namespace test;
using next = client_login::next;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

client_login::settings mode(tls_mode m) {
    auto s = listener();
    s.tls = m;
    return s;
}

const std::string denied =
    "1045 28000: Access denied for user 'orders'@'ringfence' (using password: YES)";

// The last packet that was heard must be an ERR.
std::string refusal(const login_talk& t, std::string_view heard) {
    EXPECT_EQ(t.last, next::close);
    EXPECT_NE(t.login.failure(), login_failure::none);
    const auto packets = packets_in(heard);
    return packets.empty() ? "nothing" : error_text(packets.back().payload);
}
std::string log_in_and_fail(login_talk& t, const client& c) {
    return refusal(t, t.log_in(c));
}

// The greeting

TEST(client_login, greets_as_the_server_does) {
    for (const auto& server : {mysql_server(), mariadb_server()}) {
        login_talk t(listener(server));
        const auto greeting = only_packet(t.start());
        EXPECT_EQ(t.last, next::more);
        EXPECT_EQ(greeting.sequence, 0U);
        my::handshake h;
        ASSERT_EQ(my::decode_handshake(as_bytes(greeting.payload), h), my::outcome::ok);
        EXPECT_EQ(h.version, server->version);
        EXPECT_EQ(h.connection_id, 4711U);
        EXPECT_EQ(h.collation, server->collation);
        EXPECT_EQ(h.status, my::status::autocommit);
        EXPECT_EQ(h.flavour() == my::flavour::mariadb,
                  server->flavour == sql::mysql_flavour::mariadb);
        EXPECT_EQ(h.plugin, server->flavour == sql::mysql_flavour::mariadb
                                ? "mysql_native_password"
                                : "caching_sha2_password");
        EXPECT_EQ(h.capabilities, (server->offered & supported) | always_offered | capability::ssl);
        EXPECT_EQ(h.nonce.find('\0'), std::string::npos);
    }
}

TEST(client_login, no_two_nonces_are_alike) {
    login_talk a, b;
    EXPECT_NE(a.start(), b.start());
}

TEST(client_login, tls_is_offered_only_where_there_is_some) {
    auto local = listener();
    local.unix_socket = true;
    for (const auto& s : {listener(mysql_server(), false), mode(tls_mode::disable), local}) {
        login_talk t(s);
        const std::string greeting = only_packet(t.start()).payload;
        my::handshake h;
        ASSERT_EQ(my::decode_handshake(as_bytes(greeting), h), my::outcome::ok);
        EXPECT_FALSE(my::has(h.capabilities, capability::ssl));
        EXPECT_THAT(refusal(t, t.say(packet(1, ssl_request()))), StartsWith("1835 HY000: "));
    }
}

TEST(client_login, without_a_server_there_is_an_error_in_the_place_of_the_greeting) {
    login_talk t(listener(nullptr));
    const auto said = only_packet(t.start());
    EXPECT_EQ(t.last, next::close);
    EXPECT_EQ(t.login.failure(), login_failure::server);
    EXPECT_EQ(said.sequence, 0U);
    EXPECT_THAT(error_text(said.payload), StartsWith("2003 : ringfence: ")); // no SQLSTATE yet
}

TEST(client_login, nobody_may_drop_the_schema_out_of_a_name) {
    EXPECT_FALSE(my::has(supported, capability::no_schema));
    client c;
    c.flags |= capability::no_schema | capability::multi_factor_auth;
    login_talk t;
    t.log_in(c);
    EXPECT_EQ(t.last, next::authenticated);
    EXPECT_EQ(t.login.negotiated() & (capability::no_schema | capability::multi_factor_auth), 0U);
}

// Passwords

TEST(client_login, a_password_by_tls) {
    login_talk t;
    const auto heard = packets_in(t.log_in({}));
    EXPECT_EQ(t.last, next::authenticated);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].payload, "\x01\x04"); // the password itself, please
    EXPECT_EQ(heard[0].sequence, 3U);
    EXPECT_EQ(t.login.next_sequence(), 5U);
    ASSERT_NE(t.login.who(), nullptr);
    EXPECT_EQ(t.login.who()->name, "order-service");
    EXPECT_EQ(t.login.identity(), "login orders");
    EXPECT_EQ(t.login.request().user, "orders");
    EXPECT_EQ(t.login.request().database, "orders");
    EXPECT_EQ(t.login.failure(), login_failure::none);
    EXPECT_EQ(t.works, 1U);
}

TEST(client_login, a_password_that_was_seen_before_is_recognised) {
    login_memory memory;
    login_talk first(listener(), memory);
    first.log_in({});
    ASSERT_EQ(first.last, next::authenticated);
    for (const bool tls : {true, false}) {
        login_talk t(listener(), memory);
        client c;
        c.tls = tls;
        const auto heard = packets_in(t.log_in(c));
        EXPECT_EQ(t.last, next::authenticated);
        ASSERT_EQ(heard.size(), 1U);
        EXPECT_EQ(heard[0].payload, "\x01\x03");
        EXPECT_EQ(t.works, 0U);
        EXPECT_EQ(t.login.next_sequence(), tls ? 4U : 3U);
    }
    login_talk wrong(listener(), memory);
    client c;
    c.password = "wrong";
    EXPECT_EQ(log_in_and_fail(wrong, c), denied);
}

TEST(client_login, a_verifier_that_was_replaced_is_not_recognised_any_more) {
    login_memory memory;
    login_talk first(listener(), memory);
    first.log_in({});
    auto after = my_credentials();
    after->clients["orders"].verifiers = {sha2_of("newer")};
    login_talk t(listener(), memory, after);
    EXPECT_EQ(log_in_and_fail(t, {}), denied);
}

TEST(client_login, what_is_remembered_is_of_one_login) {
    login_memory memory;
    login_talk first(listener(), memory);
    first.log_in({});
    // The same verifier, but nobody's service.
    login_talk t(listener(), memory);
    client c;
    c.user = "outsider";
    EXPECT_THAT(log_in_and_fail(t, c), HasSubstr("Access denied for user 'outsider'"));
}

TEST(client_login, a_password_under_our_key_without_tls) {
    login_memory memory;
    login_talk t(listener(), memory);
    client c;
    c.tls = false;
    const auto heard = packets_in(t.log_in(c));
    EXPECT_EQ(t.last, next::authenticated);
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0].payload, "\x01\x04");
    EXPECT_THAT(heard[1].payload, StartsWith("\x01-----BEGIN PUBLIC KEY-----\n"));
    EXPECT_EQ(t.works, 2U); // the key is made once
    EXPECT_EQ(t.login.next_sequence(), 6U);
    login_talk again(listener(), memory);
    c.password = "wrong";
    EXPECT_EQ(log_in_and_fail(again, c), denied);
    EXPECT_EQ(again.works, 1U);
}

TEST(client_login, what_is_not_under_our_key_is_a_wrong_password) {
    login_memory memory;
    const std::string foreign = auth::rsa_key::generate().public_pem();
    for (const std::string& said :
         {std::string(256, 'x'), std::string(255, 'x'), std::string("secret\0", 7), std::string(),
          auth::seal_password(foreign, "secret", some_nonce).value_or("")}) {
        login_talk t(listener(), memory);
        t.start();
        client c;
        t.say(packet(1, c.login("caching_sha2_password", std::string(32, 'x'))));
        t.say(packet(3, "\2"));
        ASSERT_EQ(t.last, next::more);
        EXPECT_EQ(refusal(t, t.say(packet(5, said))), denied);
    }
}

TEST(client_login, a_password_that_anybody_could_hear_is_not_taken) {
    login_talk t;
    t.start();
    t.say(packet(1, client().login("caching_sha2_password", std::string(32, 'x'))));
    EXPECT_EQ(refusal(t, t.say(packet(3, z("secret")))), denied);
    EXPECT_EQ(t.works, 0U);
}

TEST(client_login, on_a_unix_socket_the_password_is_told_or_sealed) {
    auto local = listener(mysql_server(), false);
    local.unix_socket = true;
    local.tls = tls_mode::require;
    login_talk told(local);
    told.start();
    told.say(packet(1, client().login("caching_sha2_password", std::string(32, 'x'))));
    told.say(packet(3, z("secret")));
    EXPECT_EQ(told.last, next::authenticated);
    login_talk sealed(local);
    client c;
    c.tls = false;
    sealed.log_in(c);
    EXPECT_EQ(sealed.last, next::authenticated);
}

TEST(client_login, the_plugin_follows_the_verifier) {
    struct row {
        std::string user, proposed, asked;
    };
    for (const auto& [user, proposed, asked] :
         {row{"orders", "mysql_native_password", "caching_sha2_password"},
          row{"users", "caching_sha2_password", "mysql_native_password"},
          row{"orders", "client_ed25519", "caching_sha2_password"},
          row{"users", "mysql_clear_password", "mysql_native_password"},
          row{"users", "mysql_native_password", ""}, row{"orders", "caching_sha2_password", ""}}) {
        client c;
        c.user = user;
        c.plugin = proposed;
        login_talk t;
        const auto heard = packets_in(t.log_in(c));
        EXPECT_EQ(t.last, next::authenticated) << user << ' ' << proposed;
        my::authentication a;
        if (asked.empty()) {
            EXPECT_THAT(heard, Not(::testing::Contains(
                                   ::testing::Field(&heard_packet::payload, StartsWith("\xfe")))));
            continue;
        }
        ASSERT_EQ(my::decode_authentication(as_bytes(heard.at(0).payload), 0, a), my::outcome::ok);
        EXPECT_EQ(a.plugin, asked);
        EXPECT_EQ(a.data.size(), 21U);
        EXPECT_EQ(a.data.back(), '\0');
    }
}

TEST(client_login, both_passwords_work_while_one_is_replaced) {
    auto both = my_credentials();
    both->clients["orders"].verifiers.push_back(sha2_of("newer"));
    both->clients["users"].verifiers.push_back(auth::make_native_verifier("newer"));
    for (const std::string user : {"orders", "users", "carts"})
        for (const std::string password : {"secret", "newer"})
            for (const std::string plugin : {"mysql_native_password", "caching_sha2_password"}) {
                client c;
                c.user = user;
                c.password = password;
                c.plugin = plugin;
                login_talk t(listener(), login_talk::fresh_memory(), both);
                t.log_in(c);
                EXPECT_EQ(t.last, next::authenticated) << user << password << plugin;
            }
}

TEST(client_login, a_wrong_password_is_refused) {
    client c;
    c.password = "wrong";
    login_talk t;
    EXPECT_EQ(log_in_and_fail(t, c), denied);
    EXPECT_EQ(t.login.failure(), login_failure::unknown_or_password);
    EXPECT_EQ(t.login.who(), nullptr);
}

// The whole conversation behind the greeting, with what differs by chance masked.
std::string shape(const client& c, const credentials_ptr& all = my_credentials()) {
    static login_memory memory;
    static_cast<void>(memory.key.make()); // one for all
    login_talk t(listener(), memory, all);
    std::string out;
    for (auto& p : packets_in(t.log_in(c))) {
        my::authentication a;
        if (my::decode_authentication(as_bytes(p.payload), 0, a) == my::outcome::ok &&
            a.kind == my::authentication_kind::switch_to)
            p.payload = "switch to " + std::string(a.plugin);
        if (const auto at = p.payload.find(c.user); at != std::string::npos)
            p.payload.replace(at, c.user.size(), "USER");
        out += std::to_string(p.sequence) + p.payload + '\n';
    }
    EXPECT_EQ(t.last, next::close);
    EXPECT_EQ(t.login.failure(), login_failure::unknown_or_password);
    return out + std::to_string(t.works);
}

TEST(client_login, an_unknown_login_looks_like_a_wrong_password) {
    for (const std::string user : {"orders", "users", "carts"}) {
        auto one_kind = my_credentials();
        std::erase_if(one_kind->clients, [&](const auto& e) {
            return e.first != user && e.first != "reports" && e.first != "outsider";
        });
        one_kind->clients["outsider"] = one_kind->clients[user];
        for (const bool tls : {true, false})
            for (const std::string plugin : {"mysql_native_password", "caching_sha2_password"}) {
                client c;
                c.user = user;
                c.plugin = plugin;
                c.tls = tls;
                c.password = "wrong";
                const std::string known = shape(c, one_kind);
                c.password = "secret";
                // Nobody's name; one for another engine; one without a service.
                for (const std::string unknown : {"nobody", "reports", "outsider"}) {
                    c.user = unknown;
                    EXPECT_EQ(shape(c, one_kind), known) << unknown << tls << plugin;
                }
            }
    }
}

TEST(client_login, without_any_verifier_of_its_kinds_nobody_is_let_in) {
    auto none = std::make_shared<credentials>();
    none->decoy_key = "decoy key";
    EXPECT_THAT(shape({}, none), HasSubstr("Access denied"));
    none->clients["orders"].verifiers = {auth::make_scram_verifier("secret", 64), "*secret",
                                         "$A$secret"};
    EXPECT_THAT(shape({}, none), HasSubstr("Access denied"));
}

TEST(client_login, an_empty_password_is_never_right) {
    for (const std::string user : {"orders", "users", "nobody"})
        for (const std::string& nothing : {std::string(), std::string(1, '\0')}) {
            client c;
            c.user = user;
            login_talk t;
            t.start();
            std::string heard = t.say(packet(1, c.login("caching_sha2_password", nothing)));
            if (t.last == next::more) // another plugin was asked for
                heard = t.say(packet(3, nothing));
            EXPECT_THAT(refusal(t, heard), HasSubstr("'" + user +
                                                     "'@'ringfence' (using "
                                                     "password: NO)"));
        }
}

TEST(client_login, a_name_that_would_paint_the_terminal_is_cleaned) {
    client c;
    c.user = "\x1b[31mroot\n";
    login_talk t;
    const std::string said = log_in_and_fail(t, c);
    EXPECT_EQ(said.find('\x1b'), std::string::npos);
    EXPECT_EQ(said.find('\n'), std::string::npos);
}

TEST(client_login, clear_passwords_are_taken_by_tls_where_that_is_allowed) {
    auto allowed = listener();
    allowed.clear_password_allowed = true;
    client c;
    c.plugin = "mysql_clear_password";
    for (const std::string user : {"orders", "users"}) {
        c.user = user;
        login_talk t(allowed);
        EXPECT_EQ(t.log_in(c), "");
        EXPECT_EQ(t.last, next::authenticated);
        EXPECT_EQ(t.works, 1U);
    }
    c.password = "wrong";
    login_talk wrong(allowed);
    EXPECT_THAT(log_in_and_fail(wrong, c), HasSubstr("(using password: YES)"));
    c.password = "";
    login_talk empty(allowed);
    EXPECT_THAT(log_in_and_fail(empty, c), HasSubstr("(using password: NO)"));
    // Elsewhere the client is asked for a plugin that tells less.
    c.password = "secret";
    c.user = "users";
    for (const bool tls : {true, false}) {
        c.tls = tls;
        login_talk t(tls ? listener() : allowed);
        EXPECT_THAT(t.log_in(c), HasSubstr("mysql_native_password"));
        EXPECT_EQ(t.last, next::authenticated);
    }
}

// TLS and certificates

TEST(client_login, bytes_stay_in_the_socket_until_tls_is_decided) {
    login_talk t;
    t.start();
    EXPECT_TRUE(t.login.peeking());
    const std::string request = packet(1, ssl_request());
    for (std::size_t n = 0; n < request.size(); ++n)
        EXPECT_EQ(t.login.feed(as_bytes(request).first(n), t.out).consumed, 0U);
    EXPECT_EQ(t.login.feed(as_bytes(request), t.out).consumed, request.size());
    t.last = next::start_tls;
    t.shake_hands();
    EXPECT_FALSE(t.login.peeking());
}

// Clients wait for no answer to the request: what is behind it is for the TLS library to judge.
TEST(client_login, what_is_behind_the_tls_request_stays_in_the_socket) {
    login_talk t;
    t.start();
    const std::string request = packet(1, ssl_request());
    const std::string both = request + packet(2, client().login("mysql_native_password", ""));
    const auto r = t.login.feed(as_bytes(both), t.out);
    EXPECT_EQ(r.next, next::start_tls);
    EXPECT_EQ(r.consumed, request.size());
    EXPECT_TRUE(t.out.empty());
}

TEST(client_login, tls_is_asked_for_once) {
    login_talk t;
    t.start();
    t.say(packet(1, ssl_request()));
    t.shake_hands();
    EXPECT_THAT(refusal(t, t.say(packet(2, ssl_request()))), HasSubstr("twice"));
}

TEST(client_login, modes_that_demand_tls) {
    for (const auto m : {tls_mode::require, tls_mode::verify_ca, tls_mode::verify_full}) {
        client c;
        c.tls = false;
        login_talk t(mode(m));
        EXPECT_THAT(log_in_and_fail(t, c),
                    StartsWith("3159 HY000: Connections using insecure transport are prohibited"));
        EXPECT_EQ(t.login.failure(), login_failure::tls_required);
    }
}

TEST(client_login, modes_that_verify_demand_a_certificate) {
    for (const auto m : {tls_mode::verify_ca, tls_mode::verify_full}) {
        login_talk t(mode(m));
        EXPECT_THAT(log_in_and_fail(t, {}), StartsWith("1045 28000: ringfence: this listener"));
        EXPECT_EQ(t.login.failure(), login_failure::certificate);
    }
}

TEST(client_login, a_certificate_speaks_for_its_service) {
    const std::vector<std::string> certificate = {"spiffe://shop.example/order-service"};
    for (const std::string user : {"orders", "order-service"})
        for (const std::string password : {"", "whatever"}) {
            client c;
            c.user = user;
            c.password = password;
            login_talk t(mode(tls_mode::verify_full));
            EXPECT_EQ(t.log_in(c, false, certificate), "");
            EXPECT_EQ(t.last, next::authenticated);
            EXPECT_EQ(t.login.who()->name, "order-service");
            EXPECT_EQ(t.login.identity(), "certificate spiffe://shop.example/order-service");
            EXPECT_EQ(t.login.next_sequence(), 3U);
        }
    client other;
    other.user = "users";
    login_talk t;
    EXPECT_THAT(refusal(t, t.log_in(other, false, certificate)),
                StartsWith("1045 28000: ringfence: the certificate belongs to service"));
    EXPECT_EQ(t.login.failure(), login_failure::certificate);
}

TEST(client_login, verify_full_lets_in_nobody_whose_certificate_names_no_service) {
    const std::vector<std::string> unknown = {"spiffe://shop.example/unknown"};
    login_talk full(mode(tls_mode::verify_full));
    EXPECT_THAT(refusal(full, full.log_in({}, false, unknown)), HasSubstr("no service"));
    EXPECT_EQ(full.login.failure(), login_failure::certificate);
    login_talk with_a_password(mode(tls_mode::verify_ca));
    with_a_password.log_in({}, false, unknown);
    EXPECT_EQ(with_a_password.last, next::authenticated);
}

TEST(client_login, a_name_of_a_service_is_no_login) {
    client c;
    c.user = "order-service";
    login_talk t;
    EXPECT_THAT(log_in_and_fail(t, c), StartsWith("1045 28000: Access denied"));
}

// Packets

TEST(client_login, split_at_every_byte) {
    login_memory memory;
    for (const std::string user : {"orders", "users"})
        for (const bool tls : {true, false}) {
            client c;
            c.user = user;
            c.tls = tls;
            login_talk t(listener(), memory);
            t.log_in(c, true);
            EXPECT_EQ(t.last, next::authenticated) << user << tls;
        }
}

TEST(client_login, what_both_connections_need_is_passed_on) {
    client c;
    c.flags |= capability::found_rows | capability::query_attributes | capability::compress |
               capability::ignore_sigpipe;
    c.collation = 33;
    login_talk t;
    t.log_in(c);
    constexpr my::capabilities needed = capability::found_rows | capability::query_attributes |
                                        capability::multi_statements | capability::multi_results |
                                        capability::deprecate_eof | capability::session_track;
    EXPECT_EQ(t.login.request().parameters,
              (parameter_list{{"capabilities", std::to_string(needed)}, {"collation", "33"}}));
    EXPECT_TRUE(my::has(t.login.negotiated(), needed | capability::compress));
}

TEST(client_login, what_the_server_cannot_is_not_negotiated) {
    auto old = mysql_server();
    old->offered = capability::mysql | capability::multi_statements;
    client c;
    c.flags |= capability::query_attributes;
    login_talk t(listener(old));
    t.log_in(c);
    EXPECT_EQ(t.last, next::authenticated);
    EXPECT_EQ(same_on_both(t.login.negotiated()), capability::multi_statements);
}

TEST(client_login, mariadb_s_extension_is_negotiated_with_mariadb_only) {
    client c;
    c.flags = (c.flags & ~capability::mysql) | capability::mariadb_cache_metadata |
              capability::mariadb_com_multi;
    login_talk maria(listener(mariadb_server()));
    maria.log_in(c);
    EXPECT_EQ(maria.login.negotiated() & my::mariadb_extension, capability::mariadb_cache_metadata);
    login_talk mysql(listener(mysql_server()));
    mysql.log_in(c);
    EXPECT_EQ(mysql.login.negotiated() & my::mariadb_extension, 0U);
}

TEST(client_login, wrong_sequence_numbers_are_refused) {
    const std::string login = client().login("caching_sha2_password", std::string(32, 'x'));
    for (const unsigned sequence : {0U, 2U, 255U}) {
        login_talk t;
        t.start();
        EXPECT_THAT(refusal(t, t.say(packet(sequence, login))), StartsWith("1156 08S01: "));
    }
    for (const unsigned sequence : {0U, 1U, 2U, 4U}) {
        login_talk t;
        t.start();
        t.say(packet(1, login));
        EXPECT_THAT(refusal(t, t.say(packet(sequence, "\2"))), StartsWith("1156 08S01: "));
    }
}

TEST(client_login, logins_cut_at_every_byte_are_refused) {
    const std::string login = client().login("caching_sha2_password", std::string(32, 'x'));
    const std::size_t plugin = login.find("caching_sha2");
    for (std::size_t n = 0; n < login.size(); ++n) {
        login_talk t;
        t.start();
        const std::string heard = t.say(packet(1, std::string_view(login).substr(0, n)));
        if (n < plugin || n > plugin + 22) {
            EXPECT_THAT(refusal(t, heard), StartsWith("1835 HY000: ")) << n;
        }
    }
    login_talk longer;
    longer.start();
    EXPECT_THAT(refusal(longer, longer.say(packet(1, login + '\0'))), StartsWith("1835 HY000: "));
}

TEST(client_login, the_largest_packets_are_refused_as_soon_as_they_say_so) {
    for (const std::size_t size : {std::size_t{100'001}, std::size_t{0xffffff}}) {
        login_talk t;
        t.start();
        EXPECT_THAT(refusal(t, t.say(number(size, 3) + '\1')), StartsWith("1835 HY000: "));
        login_talk later;
        later.start();
        later.say(packet(1, client().login("caching_sha2_password", std::string(32, 'x'))));
        EXPECT_THAT(refusal(later, later.say(number(size, 3) + '\3')), StartsWith("1835 HY000: "));
    }
}

TEST(client_login, nonsense_gets_a_clear_error) {
    for (const std::string_view said :
         {"GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "\x16\x03\x01\x02\x01\x01\x00\x01"}) {
        login_talk t;
        t.start();
        EXPECT_THAT(refusal(t, t.say(said)), HasSubstr(": ringfence: "));
    }
}

TEST(client_login, nobody_speaks_before_the_login_is_answered) {
    const std::string query = packet(0, "\3DROP TABLE users.accounts");
    const std::string login = packet(1, client().login("caching_sha2_password", "x"));
    login_talk first;
    first.start();
    EXPECT_THAT(refusal(first, first.say(login + query)), HasSubstr("before the login"));
    login_talk inside;
    inside.start();
    inside.say(packet(1, ssl_request()));
    inside.shake_hands();
    EXPECT_THAT(refusal(inside, inside.say(packet(2, client().login("x", "")) + query)),
                HasSubstr("before the login"));
    login_talk second;
    second.start();
    second.say(packet(1, client().login("caching_sha2_password", std::string(32, 'x'))));
    EXPECT_THAT(refusal(second, second.say(packet(3, "\2") + query)),
                HasSubstr("before the login"));
}

TEST(client_login, old_clients_are_told_so) {
    const std::string no_nonce =
        u32(static_cast<std::uint32_t>(capability::mysql | capability::protocol_41)) +
        u32(1 << 24) + '\x2d' + std::string(23, '\0') + z("orders") + z("");
    login_talk t;
    t.start();
    EXPECT_THAT(refusal(t, t.say(packet(1, no_nonce))), StartsWith("1251 08004: "));
    // Without plugins a client can still answer the nonce of the greeting by the old one.
    client c;
    c.tls = false;
    c.flags &= ~capability::plugin_auth;
    c.plugin = "mysql_native_password";
    c.user = "users";
    login_talk native;
    native.log_in(c);
    EXPECT_EQ(native.last, next::authenticated);
    c.user = "orders";
    login_talk sha2;
    EXPECT_THAT(log_in_and_fail(sha2, c), StartsWith("1251 08004: "));
}

TEST(client_login, after_the_end_nothing_is_answered) {
    login_talk t;
    t.start();
    t.say("nonsense");
    for (const std::string& more : {packet(1, ssl_request()), std::string("x")}) {
        const auto r = t.login.feed(as_bytes(more), t.out);
        EXPECT_EQ(r.next, next::close);
        EXPECT_TRUE(t.out.empty());
    }
    EXPECT_EQ(t.login.worked(t.out).next, next::close);
}

// COM_CHANGE_USER

std::string change_user(const client& c, my::capabilities in_force = usual_flags,
                        std::string_view plugin = "caching_sha2_password") {
    my::change_user u;
    u.user = c.user;
    const std::string answer = c.answer(plugin, some_nonce);
    u.answer = answer;
    u.database = c.database;
    u.collation = 255;
    u.plugin = plugin;
    std::string out;
    my::encode_change_user(out, in_force, u);
    return out;
}

TEST(client_login, change_user_is_always_asked_anew) {
    login_memory memory;
    for (const std::string user : {"orders", "users", "nobody"}) {
        client c;
        c.user = user;
        login_talk t(listener(),
                     {.active = true, .alpn = {}, .end_point_hash = {}, .certificate_names = {}},
                     usual_flags, change_user(c), memory);
        const std::string heard = t.start();
        EXPECT_EQ(t.last, next::more);
        EXPECT_FALSE(t.login.peeking());
        EXPECT_EQ(only_packet(heard).sequence, 1U);
        EXPECT_THAT(only_packet(heard).payload, StartsWith("\xfe"));
        const std::string all =
            t.go_on(c, {}, {}, heard, [&](unsigned sequence, std::string_view payload) {
                return t.say_by_byte(packet(sequence, payload));
            });
        if (user == "nobody") {
            EXPECT_THAT(refusal(t, all), HasSubstr("Access denied for user 'nobody'"));
            continue;
        }
        EXPECT_EQ(t.last, next::authenticated);
        EXPECT_EQ(t.login.request().user, user);
        EXPECT_EQ(t.login.request().database, "orders");
        EXPECT_EQ(t.login.request().parameters.at(1).second, "255");
        EXPECT_EQ(t.login.negotiated(), usual_flags);
    }
}

TEST(client_login, change_user_with_a_certificate) {
    login_talk t(mode(tls_mode::verify_full),
                 {.active = true,
                  .alpn = {},
                  .end_point_hash = {},
                  .certificate_names = {"spiffe://shop.example/order-service"}},
                 usual_flags, change_user({}));
    EXPECT_EQ(t.start(), "");
    EXPECT_EQ(t.last, next::authenticated);
    EXPECT_EQ(t.login.next_sequence(), 1U);
}

TEST(client_login, short_change_users_are_refused) {
    const std::string whole = change_user({});
    const std::size_t database = whole.find("orders", whole.find("orders") + 1);
    for (std::size_t n = 1; n < whole.size(); ++n) {
        login_talk t(listener(), {}, usual_flags, whole.substr(0, n));
        const std::string heard = t.start();
        if (n < database + 7) {
            EXPECT_THAT(refusal(t, heard), StartsWith("1835 HY000: ")) << n;
        }
    }
    login_talk old(listener(), {}, usual_flags & ~capability::plugin_auth,
                   change_user({}, usual_flags & ~capability::plugin_auth));
    EXPECT_THAT(refusal(old, old.start()), StartsWith("1251 08004: "));
}

// Good-byes

TEST(client_login, parting_words_have_the_number_that_the_client_expects) {
    const auto id = [](const login_talk& t) {
        std::string out;
        t.login.part({"53300", "ringfence: no more connections allowed", "ask"}, out);
        const auto said = only_packet(out);
        EXPECT_THAT(error_text(said.payload),
                    HasSubstr(": ringfence: no more connections allowed; ask"));
        return said.sequence;
    };
    login_talk t;
    EXPECT_EQ(id(t), 0U);
    t.start();
    EXPECT_EQ(id(t), 2U);
    t.say(packet(1, ssl_request()));
    t.shake_hands();
    EXPECT_EQ(id(t), 3U);
    t.say(packet(2, client().login("caching_sha2_password", std::string(32, 'x'))));
    EXPECT_EQ(id(t), 5U);
    t.say(packet(4, z("secret")));
    EXPECT_EQ(t.last, next::authenticated);
    EXPECT_EQ(id(t), 5U);
}

TEST(farewell, is_what_mysql_would_say) {
    struct row {
        std::string_view sqlstate, said;
    };
    for (const auto& [sqlstate, said] :
         {row{"57P01", "1053 08S01: a; b c"}, row{"57P03", "1053 08S01: a; b c"},
          row{"57P05", "4031 HY000: a; b c"}, row{"53300", "1040 08004: a; b c"},
          row{"28000", "1045 28000: a; b c"}, row{"28P01", "1045 28000: a; b c"},
          row{"3D000", "1049 42000: a; b c"}, row{"42501", "1044 42000: a; b c"},
          row{"08006", "2003 HY000: a; b c"}, row{"08001", "2003 HY000: a; b c"},
          row{"08P01", "1835 HY000: a; b c"}, row{"XX000", "1105 HY000: a; b c"},
          row{"", "1105 HY000: a; b c"}}) {
        std::string out;
        encode_farewell({std::string(sqlstate), "a", "b\nc"}, 7, out);
        EXPECT_EQ(error_text(only_packet(out).payload), said);
        EXPECT_EQ(only_packet(out).sequence, 7U);
    }
}

} // namespace
} // namespace ringfence::session::mysql
