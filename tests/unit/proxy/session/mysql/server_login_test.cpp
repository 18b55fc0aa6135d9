#include "server_peer.h"

#include "proxy/auth/crypto.h"
#include "proxy/auth/mariadb_ed25519.h"
#include "proxy/auth/rsa_exchange.h"
#include "proxy/session/mysql/capabilities.h"

#include <gmock/gmock.h>

namespace ringfence::session::mysql {
namespace {

using namespace test;
using next = server_login::next;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string native = "mysql_native_password";
const std::string sha2 = "caching_sha2_password";
const std::string fast_ok = "\x01\x03";
const std::string full_login = "\x01\x04";

my::login login_in(const heard_packet& p) {
    my::login l;
    EXPECT_EQ(my::decode_login(as_bytes(p.payload), {}, l), my::outcome::ok);
    return l;
}

TEST(server_login, at_a_mysql_that_has_seen_the_password) {
    server_talk t;
    const auto said = t.greet();
    EXPECT_EQ(said.sequence, 1U);
    const my::login l = login_in(said);
    EXPECT_EQ(l.user, "ringfence");
    EXPECT_EQ(l.answer, auth::sha2_answer("secret", some_nonce));
    EXPECT_EQ(l.database, "shop");
    EXPECT_EQ(l.plugin, sha2);
    EXPECT_EQ(l.collation, 45);
    EXPECT_EQ(l.attributes,
              (my::attributes{{"_client_name", "ringfence"}, {"program_name", "ringfence"}}));
    EXPECT_EQ(t.say(packet(2, fast_ok)), "");
    t.admit(3);
    ASSERT_EQ(t.last, next::ready);
    const server_state& s = t.state();
    EXPECT_EQ(s.version, "8.4.3");
    EXPECT_EQ(s.flavour, sql::mysql_flavour::mysql);
    EXPECT_EQ(s.version_number, 80403U);
    EXPECT_EQ(s.offered, mysql_offers & supported);
    EXPECT_EQ(s.in_force, l.capabilities);
    EXPECT_EQ(s.collation, 255);
    EXPECT_EQ(s.lower_case_table_names, 0U);
    EXPECT_EQ(s.begins, (reading{"shop", {}, "utf8mb4"}));
    EXPECT_TRUE(s.says_role);
    EXPECT_FALSE(s.read_only);
    EXPECT_EQ(t.login.backend_key(), u32(0x01020304) + z(sha2) + some_nonce);
}

TEST(server_login, at_a_mariadb) {
    server_talk t;
    const my::login l = login_in(t.greet(of_mariadb()));
    EXPECT_EQ(l.plugin, native);
    EXPECT_EQ(l.answer, auth::native_answer("secret", some_nonce));
    EXPECT_FALSE(my::has(l.capabilities, capability::mysql));
    t.admit(2, {.version = "10.11.6-MariaDB-log",
                .lower_case_table_names = "1",
                .sql_mode = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
                .charset = "latin1",
                .read_only = "1",
                .schema = {}});
    ASSERT_EQ(t.last, next::ready);
    const server_state& s = t.state();
    EXPECT_EQ(s.version, "5.5.5-10.11.6-MariaDB");
    EXPECT_EQ(s.flavour, sql::mysql_flavour::mariadb);
    EXPECT_EQ(s.version_number, 101106U);
    EXPECT_EQ(s.lower_case_table_names, 1U);
    EXPECT_EQ(s.begins.schema, "");
    EXPECT_TRUE(s.begins.mode.ansi_quotes);
    EXPECT_TRUE(s.begins.mode.no_backslash_escapes);
    EXPECT_EQ(s.begins.charset, "latin1");
    EXPECT_TRUE(s.read_only);
    EXPECT_TRUE(s.standby);
}

TEST(server_login, split_at_every_byte) {
    server_talk t;
    t.say_by_byte(packet(0, greeting().payload()));
    t.in_force = own_flags;
    EXPECT_EQ(t.say_by_byte(packet(2, switch_payload(native, other_nonce + '\0'))),
              packet(3, auth::native_answer("secret", other_nonce)));
    t.say_by_byte(packet(4, ok_payload()));
    t.say_by_byte(self_description().result(own_flags));
    EXPECT_EQ(t.last, next::ready);
    EXPECT_EQ(t.login.backend_key(), u32(0x01020304) + z(native) + other_nonce);
}

// Capabilities

TEST(server_login, has_the_capabilities_that_the_client_was_granted) {
    constexpr my::capabilities granted = capability::found_rows | capability::query_attributes |
                                         capability::session_track | capability::local_files;
    auto s = own_login();
    s.parameters = {{"capabilities", std::to_string(granted)}, {"collation", "33"}};
    server_talk t(s);
    const my::login l = login_in(t.greet());
    EXPECT_EQ(same_on_both(l.capabilities), granted);
    EXPECT_EQ(l.collation, 33);
    t.admit(2);
    EXPECT_EQ(t.last, next::ready);
}

TEST(server_login, never_says_what_would_let_the_server_read_other_statements) {
    auto s = own_login();
    s.parameters = {{"capabilities", std::to_string(~my::capabilities{0} >> 32)}};
    server_talk t(s);
    const my::login l = login_in(t.greet());
    EXPECT_FALSE(my::has(l.capabilities, capability::no_schema));
    EXPECT_EQ(l.capabilities & (compressions | capability::multi_factor_auth), 0U);
}

TEST(server_login, for_itself_it_wants_little) {
    server_talk t;
    EXPECT_EQ(same_on_both(login_in(t.greet()).capabilities), own_capabilities);
    server_talk old;
    const my::login l = login_in(old.greet({.offers = mysql_offers & ~capability::deprecate_eof}));
    EXPECT_FALSE(my::has(l.capabilities, capability::deprecate_eof));
    old.admit(2);
    EXPECT_EQ(old.last, next::ready);
}

TEST(server_login, a_host_that_cannot_what_the_client_was_offered) {
    auto s = own_login();
    s.parameters = {{"capabilities", std::to_string(capability::query_attributes)}};
    server_talk t(s);
    t.greet(of_mariadb());
    t.expect_failure("hosts of one server must be of one version");
}

TEST(server_login, a_collation_that_the_login_cannot_say) {
    auto s = own_login();
    s.parameters = {{"collation", "2304"}};
    server_talk t(s);
    EXPECT_EQ(login_in(t.greet(of_mariadb())).collation, 0);
    const auto asked = t.say(packet(2, ok_payload()));
    const auto again = only_packet(t.say(self_description().result(t.in_force)));
    EXPECT_EQ(again.sequence, 0U);
    my::change_user c;
    ASSERT_EQ(my::decode_change_user(as_bytes(again.payload), t.in_force, {}, c), my::outcome::ok);
    EXPECT_EQ(c.collation, 2304);
    EXPECT_EQ(c.user, "ringfence");
    EXPECT_EQ(c.database, "shop");
    EXPECT_EQ(c.answer, auth::native_answer("secret", some_nonce));
    t.admit(1);
    EXPECT_EQ(t.last, next::ready);
}

// Plugins

TEST(server_login, the_whole_password_only_where_nobody_can_listen) {
    server_talk by_tls(own_login(tls_mode::require));
    by_tls.greet();
    EXPECT_EQ(by_tls.say(packet(3, full_login)), packet(4, z("secret")));
    by_tls.admit(5);
    EXPECT_EQ(by_tls.last, next::ready);

    auto local = own_login(tls_mode::require);
    local.unix_socket = true;
    server_talk by_socket(local);
    by_socket.greet();
    EXPECT_EQ(by_socket.say(packet(2, full_login)), packet(3, z("secret")));

    // Where TLS was only hoped for, somebody may have taken it away.
    for (const auto tls : {tls_mode::prefer, tls_mode::allow}) {
        server_talk t(own_login(tls));
        t.greet({.offers = mysql_offers & ~capability::ssl});
        EXPECT_EQ(t.say(packet(2, full_login)), "");
        t.expect_failure("without TLS");
    }
}

TEST(server_login, under_the_server_s_key_where_tls_is_off) {
    const auto key = auth::rsa_key::generate();
    for (const bool wrapped : {true, false}) { // MariaDB does not wrap
        server_talk t;
        t.greet();
        EXPECT_EQ(t.say(packet(2, full_login)), packet(3, "\2"));
        const auto sealed = only_packet(t.say(packet(4, (wrapped ? "\1" : "") + key.public_pem())));
        EXPECT_EQ(sealed.sequence, 5U);
        EXPECT_EQ(key.open_password(sealed.payload, some_nonce), "secret");
        t.admit(6);
        EXPECT_EQ(t.last, next::ready);
    }
    server_talk wrong;
    wrong.greet();
    wrong.say(packet(2, full_login));
    wrong.say(packet(4, "\1no key"));
    wrong.expect_failure("RSA key");
}

TEST(server_login, ed25519) {
    const std::string nonce(32, '\0'); // also one that ends with a zero
    for (const std::string& data : {nonce, nonce + '\0'}) {
        server_talk t;
        t.greet(of_mariadb());
        EXPECT_EQ(t.say(packet(2, switch_payload("client_ed25519", data))),
                  packet(3, auth::ed25519_answer("secret", nonce)));
        t.admit(4);
        EXPECT_EQ(t.last, next::ready);
        EXPECT_EQ(t.login.backend_key(), u32(0x01020304) + z("client_ed25519") + nonce);
    }
    server_talk short_nonce;
    short_nonce.greet(of_mariadb());
    short_nonce.say(packet(2, switch_payload("client_ed25519", some_nonce)));
    short_nonce.expect_failure("does not follow the protocol");
}

TEST(server_login, parsec) {
    const std::string salt = std::string("P\2", 2) + std::string(18, 's');
    for (const bool wrapped : {true, false}) {
        server_talk t;
        t.greet(of_mariadb());
        EXPECT_EQ(t.say(packet(2, switch_payload("parsec", std::string(32, 'n')))), packet(3, ""));
        const auto signed_ = only_packet(t.say(packet(4, (wrapped ? "\1" : "") + salt)));
        EXPECT_EQ(signed_.payload.size(), 96U);
        t.admit(6);
        EXPECT_EQ(t.last, next::ready);
    }
    server_talk dear;
    dear.greet(of_mariadb());
    dear.say(packet(2, switch_payload("parsec", std::string(32, 'n'))));
    dear.say(packet(4, std::string("\1P\x1f", 3) + std::string(18, 's')));
    dear.expect_failure("does not follow the protocol");
}

TEST(server_login, the_clear_password_by_tls_only) {
    server_talk by_tls(own_login(tls_mode::require));
    by_tls.greet();
    EXPECT_EQ(by_tls.say(packet(3, switch_payload("mysql_clear_password", ""))),
              packet(4, z("secret")));
    by_tls.admit(5);
    EXPECT_EQ(by_tls.last, next::ready);
    for (const auto tls : {tls_mode::disable, tls_mode::prefer}) {
        server_talk t(own_login(tls));
        t.greet({.offers = mysql_offers & ~capability::ssl});
        EXPECT_EQ(t.say(packet(2, switch_payload("mysql_clear_password", ""))), "");
        t.expect_failure("in the clear");
    }
}

TEST(server_login, one_plugin_after_the_other) { // VIA ed25519 OR mysql_native_password
    server_talk t;
    t.greet(of_mariadb());
    t.say(packet(2, switch_payload("client_ed25519", std::string(32, 'n'))));
    EXPECT_EQ(t.say(packet(4, switch_payload(native, other_nonce + '\0'))),
              packet(5, auth::native_answer("secret", other_nonce)));
    t.admit(6);
    EXPECT_EQ(t.last, next::ready);
}

TEST(server_login, not_for_ever) {
    server_talk t;
    t.greet();
    unsigned sequence = 2;
    for (int i = 0; i < 3; ++i, sequence += 2)
        t.say(packet(sequence, switch_payload(native, other_nonce + '\0')));
    EXPECT_EQ(t.last, next::more);
    t.say(packet(sequence, switch_payload(native, other_nonce + '\0')));
    t.expect_failure("does not follow the protocol");
}

TEST(server_login, an_empty_password) {
    auto s = own_login();
    s.login.password = "";
    server_talk t(s);
    EXPECT_EQ(login_in(t.greet()).answer, "");
    t.admit(2);
    EXPECT_EQ(t.last, next::ready);
}

TEST(server_login, what_it_does_not_know) {
    for (const auto& [said, words] : std::vector<std::pair<std::string, std::string>>{
             {switch_payload("authentication_ldap_sasl_client", "x"), "ldap_sasl"},
             {"\xfe", "before MySQL 4.1"},
             {"\2second\0factor", "does not follow the protocol"},
             {"\1\7", "does not follow the protocol"},
             {"\1", "does not follow the protocol"},
             {"", "does not follow the protocol"},
             {switch_payload(native, "short"), "does not follow the protocol"},
             {"\xfbpasswd", "does not follow the protocol"}}) {
        server_talk t;
        t.greet();
        EXPECT_EQ(t.say(packet(2, said)), "");
        t.expect_failure(words);
    }
}

TEST(server_login, a_key_that_nobody_asked_for) {
    server_talk t;
    t.greet();
    t.say(packet(2, fast_ok));
    EXPECT_EQ(t.say(packet(3, full_login)), "");
    t.expect_failure("does not follow the protocol");
}

// TLS

TEST(server_login, tls_as_it_is_configured) {
    for (const auto tls :
         {tls_mode::prefer, tls_mode::require, tls_mode::verify_ca, tls_mode::verify_full}) {
        server_talk t(own_login(tls));
        const auto said = t.greet();
        EXPECT_EQ(said.sequence, 2U);
        EXPECT_TRUE(my::has(login_in(said).capabilities, capability::ssl));
        server_talk none(own_login(tls));
        none.say(packet(0, greeting{.offers = mysql_offers & ~capability::ssl}.payload()));
        if (tls == tls_mode::prefer) {
            EXPECT_EQ(none.last, next::more);
        } else {
            none.expect_failure("does not speak TLS");
        }
    }
    for (const auto tls : {tls_mode::disable, tls_mode::allow})
        EXPECT_EQ(server_talk(own_login(tls)).greet().sequence, 1U);
}

TEST(server_login, plaintext_behind_the_greeting_is_an_attack) {
    for (const auto tls : {tls_mode::require, tls_mode::disable}) {
        server_talk t(own_login(tls));
        EXPECT_EQ(t.say(packet(0, greeting().payload()) + packet(2, ok_payload())), "");
        t.expect_failure("does not follow the protocol");
    }
}

// What goes wrong

TEST(server_login, an_error_in_the_place_of_the_greeting) {
    const auto plain = [](std::uint16_t code, std::string_view text) {
        std::string out;
        my::writer(out).u8(my::error_byte).u16(code).raw(text);
        return packet(0, out);
    };
    server_talk blocked;
    blocked.say(plain(1129, "Host '10.0.0.7' is blocked because of many connection errors"));
    blocked.expect_failure("ringfence's host (error 1129)");
    EXPECT_THAT(blocked.login.error_text(), Not(HasSubstr("10.0.0.7")));
    server_talk full;
    full.say(packet(0, error_payload(1040, "Too many connections", "08004")));
    full.expect_failure("no connection to spare", "53300");
}

TEST(server_login, errors_tell_a_client_what_it_may_know) {
    struct row {
        unsigned code;
        std::string_view words, sqlstate;
    };
    for (const auto& [code, words, sqlstate] :
         {row{1040, "no connection to spare", "53300"},
          row{1203, "no connection to spare", "53300"},
          row{1226, "no connection to spare", "53300"}, row{1049, "Unknown schema", "3D000"},
          row{1045, "ringfence's own login (error 1045)", "08006"},
          row{1044, "ringfence's own login (error 1044)", "08006"},
          row{1698, "ringfence's own login (error 1698)", "08006"},
          row{1862, "ringfence's own login (error 1862)", "08006"},
          row{3159, "demands TLS", "08006"},
          row{9999, "did not take the connection (error 9999)", "08006"}}) {
        server_talk t;
        t.greet();
        t.say(packet(2, error_payload(code, "Unknown schema \x1b")));
        t.expect_failure(words, sqlstate);
        EXPECT_EQ(t.login.error_text().find('\x1b'), std::string::npos);
    }
}

TEST(server_login, a_server_that_talks_nonsense) {
    for (const std::string& said :
         {packet(1, greeting().payload()),
          packet(0, "\x09"
                    "5.0.0"),
          packet(0, ""), number(0xffffff, 3) + std::string(1, '\0'),
          number(65'537, 3) + std::string(1, '\0'),
          packet(0, greeting{.offers = capability::mysql | capability::secure_connection |
                                       capability::plugin_auth}
                        .payload())}) {
        server_talk t;
        EXPECT_EQ(t.say(said), "");
        t.expect_failure("ringfence: ");
    }
    for (const std::string& said :
         {packet(3, ok_payload()), packet(2, ok_payload()) + "x",
          packet(2, fast_ok) + packet(2, ok_payload()), number(65'537, 3) + '\2'}) {
        server_talk t;
        t.greet();
        t.say(said);
        t.expect_failure("does not follow the protocol");
    }
}

TEST(server_login, a_server_that_does_not_say_how_it_reads) {
    const auto fail_with = [](const std::string& said, std::string_view words) {
        server_talk t;
        t.greet();
        t.say(packet(2, ok_payload()));
        EXPECT_EQ(t.say(said), "");
        t.expect_failure(words);
    };
    const auto one = [](values row) { return result_set({std::move(row)}, 6, own_flags); };
    fail_with(packet(1, ok_payload()), "how it reads");
    fail_with(packet(1, error_payload(1193, "Unknown system variable")), "1193 (HY000)");
    fail_with(result_set({}, 6, own_flags), "how it reads");
    fail_with(result_set({{"1", "2"}}, 2, own_flags), "how it reads");
    fail_with(result_set({{"8.4.3"}}, 6, own_flags), "does not follow");
    fail_with(packet(1, "\xfb/etc/passwd"), "does not follow");
    fail_with(one({"8.4.3", "x", "", "utf8mb4", "0", "shop"}), "lower_case_table_names");
    fail_with(one({"8.4.3", {}, "", "utf8mb4", "0", "shop"}), "lower_case_table_names");
    fail_with(one({"8.4.3", "0", "STRICT,NEW_MODE", "utf8mb4", "0", "shop"}), "sql_mode");
    fail_with(self_description().result(own_flags) + "x", "does not follow");
    fail_with(result_set(std::vector<values>(100, values{std::string(1024, 'x')}), 1, own_flags),
              "too long");
}

TEST(server_login, reports_what_nothing_here_reads) {
    server_talk t;
    t.greet();
    t.admit(2, {.sql_mode = "ORACLE", .charset = "gbk", .schema = "elsewhere"});
    ASSERT_EQ(t.last, next::ready);
    EXPECT_TRUE(t.state().begins.mode.foreign_grammar);
    EXPECT_EQ(t.state().begins.charset, "gbk");
    EXPECT_EQ(t.state().begins.schema, "elsewhere"); // by init_connect
}

TEST(server_login, a_version_that_somebody_made_up_is_not_known) {
    struct row {
        greeting g;
        std::string version;
        sql::mysql_flavour flavour;
        unsigned number;
    };
    greeting disguised = of_mariadb();
    disguised.version = "5.7.44";
    for (const auto& [g, version, flavour, number] :
         {row{disguised, "5.7.44", sql::mysql_flavour::mariadb, 0},
          row{greeting{}, "10.11.6-MariaDB", sql::mysql_flavour::mariadb, 101106},
          row{greeting{}, "8.0.36-28", sql::mysql_flavour::mysql, 80036},
          row{greeting{}, "fast", sql::mysql_flavour::mysql, 0},
          row{greeting{}, "8.0.999", sql::mysql_flavour::mysql, 0}}) {
        server_talk t;
        t.greet(g);
        self_description d;
        d.version = version;
        t.admit(2, d);
        ASSERT_EQ(t.last, next::ready);
        EXPECT_EQ(t.state().flavour, flavour) << version;
        EXPECT_EQ(t.state().version_number, number) << version;
    }
}

TEST(server_login, states_are_alike_only_in_all) {
    const auto alike = [](const auto& change) {
        auto a = *mysql_server(), b = a;
        change(b);
        return a.alike(b) || b.alike(a);
    };
    EXPECT_TRUE(alike([](server_state&) {}));
    EXPECT_FALSE(alike([](server_state& s) { s.read_only = true; }));
    EXPECT_FALSE(alike([](server_state& s) { s.version += "x"; }));
    EXPECT_FALSE(alike([](server_state& s) { s.version_number++; }));
    EXPECT_FALSE(alike([](server_state& s) { s.in_force ^= capability::found_rows; }));
    EXPECT_FALSE(alike([](server_state& s) { s.offered ^= capability::found_rows; }));
    EXPECT_FALSE(alike([](server_state& s) { s.begins.schema = "x"; }));
    EXPECT_FALSE(alike([](server_state& s) { s.begins.mode.ansi_quotes = true; }));
    EXPECT_FALSE(alike([](server_state& s) { s.begins.charset = "gbk"; }));
    EXPECT_FALSE(alike([](server_state& s) { s.lower_case_table_names = 1; }));
}

} // namespace
} // namespace ringfence::session::mysql
