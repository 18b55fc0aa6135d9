#include "login_peer.h"
#include "proxy/session/postgresql/client_login.h"

#include <gmock/gmock.h>

namespace ringfence::session::postgresql {
namespace {

using namespace test;
using auth::test::scram_peer;
using next = client_login::next;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string hash(32, 'h');
const client_login::settings with_tls = {.tls = tls_mode::prefer,
                                         .tls_available = true,
                                         .unix_socket = false,
                                         .max_startup_bytes = 10'000,
                                         .max_password_bytes = 1'000};

client_login::settings mode(tls_mode m) {
    auto s = with_tls;
    s.tls = m;
    return s;
}
tls_peer peer(std::vector<std::string> names = {}, std::string alpn = "postgresql") {
    return {.active = true,
            .alpn = std::move(alpn),
            .end_point_hash = hash,
            .certificate_names = std::move(names)};
}

std::string refusal(login_talk& t, std::string_view in) {
    const std::string heard = t.say(in);
    EXPECT_EQ(t.last, next::close);
    EXPECT_THAT(heard, StartsWith("E"));
    EXPECT_EQ(field(heard, 'S'), "FATAL");
    EXPECT_NE(t.login.failure(), login_failure::none);
    return field(heard, 'C') + ": " + field(heard, 'M');
}

TEST(client_login, a_password_login) {
    login_talk t;
    EXPECT_EQ(t.say(startup()), sasl_offer());
    std::string heard;
    EXPECT_EQ(t.authenticate({}, &heard), next::authenticated);
    EXPECT_THAT(heard, ::testing::EndsWith(message('R', u32(0))));
    ASSERT_NE(t.login.who(), nullptr);
    EXPECT_EQ(t.login.who()->name, "order-service");
    EXPECT_EQ(t.login.request().user, "orders");
    EXPECT_EQ(t.login.request().database, "shop");
    EXPECT_EQ(t.login.failure(), login_failure::none);
}

TEST(client_login, ringfence_proves_that_it_knows_the_verifier) {
    login_talk t;
    t.say(startup());
    const scram_peer client;
    const std::string challenge = t.say(sasl_initial("SCRAM-SHA-256", client.first())).substr(9);
    EXPECT_EQ(t.say(message('p', client.final(challenge))),
              message('R', u32(12) + client.expected(challenge)) + message('R', u32(0)));
}

TEST(client_login, split_at_every_byte) {
    for (const bool tls : {false, true}) {
        login_talk t(with_tls);
        if (tls) {
            EXPECT_EQ(t.say_by_byte(ssl_request), "S");
            EXPECT_EQ(t.shake_hands(), "");
        } else {
            EXPECT_EQ(t.say_by_byte(gss_request), "N");
        }
        EXPECT_EQ(t.say_by_byte(startup()), sasl_offer());
        const scram_peer client;
        const auto challenge = t.say_by_byte(sasl_initial("SCRAM-SHA-256", client.first()));
        t.say_by_byte(message('p', client.final(challenge.substr(9))));
        EXPECT_EQ(t.last, next::authenticated);
    }
}

TEST(client_login, the_database_defaults_to_the_user) {
    login_talk t;
    t.say(startup({{"user", "orders"}}));
    EXPECT_EQ(t.login.request().database, "orders");
}

TEST(client_login, a_wrong_password_is_refused) {
    login_talk t;
    t.say(startup());
    scram_peer client;
    client.password = "wrong";
    std::string heard;
    EXPECT_EQ(t.authenticate(client, &heard), next::close);
    EXPECT_EQ(t.login.failure(), login_failure::unknown_or_password);
    EXPECT_EQ(t.login.who(), nullptr);
    EXPECT_THAT(heard, HasSubstr("password authentication failed for user \"orders\""));
}

// The whole conversation, with what differs by chance (the nonce) or by nature (salt, name) masked.
std::string shape(const std::string& user, const std::string& password) {
    login_talk t(with_tls);
    std::string heard = t.say(ssl_request);
    heard += t.shake_hands(peer());
    heard += t.say(startup(user));
    scram_peer client;
    client.password = password;
    std::string rest;
    EXPECT_EQ(t.authenticate(client, &rest), next::close);
    EXPECT_EQ(t.login.failure(), login_failure::unknown_or_password);
    const auto mask = [&rest](std::string_view key, std::size_t size) {
        const auto at = rest.find(key);
        ASSERT_NE(at, std::string::npos);
        rest.replace(at + key.size(), size, size, '*');
    };
    mask("r=", scram_peer().nonce.size() + 24);
    mask(",s=", 24);
    mask("user \"", 6);
    return heard + rest;
}

TEST(client_login, an_unknown_login_looks_like_a_wrong_password) {
    const std::string wrong_password = shape("orders", "wrong");
    EXPECT_EQ(shape("nobody", "secret"), wrong_password);
    EXPECT_EQ(shape("nobody", "wrong!"), wrong_password);
}

TEST(client_login, a_login_without_a_service_looks_like_a_wrong_password_even_with_the_right_one) {
    login_talk t;
    t.say(startup("outsider"));
    std::string heard;
    EXPECT_EQ(t.authenticate({}, &heard), next::close);
    EXPECT_EQ(t.login.failure(), login_failure::unknown_or_password);
    EXPECT_THAT(heard, HasSubstr("password authentication failed for user \"outsider\""));
}

TEST(client_login, a_name_that_would_paint_the_terminal_is_cleaned) {
    login_talk t;
    t.say(startup("\x1b[31mroot\n"));
    std::string heard;
    t.authenticate({}, &heard);
    EXPECT_EQ(heard.find('\x1b'), std::string::npos);
    EXPECT_EQ(heard.find('\n'), std::string::npos);
}

TEST(client_login, a_verifier_that_is_broken_lets_nobody_in) {
    auto broken = std::make_shared<credentials>(*shop_credentials());
    broken->clients["orders"].verifiers = {"secret"};
    login_talk t({}, shop_with_certificates(), broken);
    t.say(startup());
    EXPECT_EQ(t.authenticate(), next::close);
    EXPECT_EQ(t.login.failure(), login_failure::unknown_or_password);
}

// Verifiers of another engine are none here, and no shape for an unknown login either.
TEST(client_login, a_login_of_mysql_only_looks_like_an_unknown_one) {
    const auto challenge_of = [](const std::string& user, const credentials_ptr& all) {
        login_talk t({}, shop_with_certificates(), all);
        t.say(startup(user));
        std::string heard;
        EXPECT_EQ(t.authenticate({}, &heard), next::close);
        return heard.substr(heard.find(",i="), 7);
    };
    auto mixed = std::make_shared<credentials>(*shop_credentials());
    for (const std::string login : {"orders", "outsider"})
        mixed->clients[login].verifiers = {"*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"};
    for (const std::string user : {"orders", "nobody", "anybody", "somebody"})
        EXPECT_EQ(challenge_of(user, mixed).substr(0, 5), ",i=64") << user;
    mixed->clients["users"].verifiers.insert(mixed->clients["users"].verifiers.begin(),
                                             "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    login_talk t({}, shop_with_certificates(), mixed);
    t.say(startup("users"));
    EXPECT_EQ(t.authenticate(), next::authenticated);
}

TEST(client_login, both_passwords_work_while_one_is_replaced) {
    for (const std::string password : {"secret", "newer"}) {
        auto both = std::make_shared<credentials>(*shop_credentials());
        both->clients["orders"].verifiers.push_back(
            auth::make_scram_verifier("newer", 64, "0123456789abcdef"));
        login_talk t({}, shop_with_certificates(), both);
        t.say(startup());
        scram_peer client;
        client.password = password;
        EXPECT_EQ(t.authenticate(client), next::authenticated) << password;
    }
}

// TLS

TEST(client_login, asks_for_tls_and_gets_it) {
    login_talk t(with_tls);
    EXPECT_TRUE(t.login.peeking());
    EXPECT_EQ(t.say(ssl_request), "S");
    EXPECT_EQ(t.last, next::start_tls);
    EXPECT_EQ(t.shake_hands(peer()), "");
    EXPECT_FALSE(t.login.peeking());
    EXPECT_EQ(t.say(startup()), sasl_offer(true));
    scram_peer client;
    client.gs2_header = "p=tls-server-end-point,,";
    client.end_point_hash = hash;
    EXPECT_EQ(t.authenticate(client, nullptr, "SCRAM-SHA-256-PLUS"), next::authenticated);
}

TEST(client_login, a_client_that_was_not_shown_the_binding_offer_was_attacked) {
    login_talk t(with_tls);
    t.say(ssl_request);
    t.shake_hands(peer());
    t.say(startup());
    scram_peer client;
    client.gs2_header = "y,,";
    EXPECT_EQ(t.authenticate(client), next::close);
}

TEST(client_login, without_a_certificate_or_with_tls_off_or_on_a_unix_socket_there_is_no_tls) {
    auto without = with_tls;
    without.tls_available = false;
    auto local = with_tls;
    local.unix_socket = true;
    for (const auto& s : {without, mode(tls_mode::disable), local}) {
        login_talk asked(s);
        EXPECT_EQ(asked.say(ssl_request), "N");
        EXPECT_EQ(asked.say(startup()), sasl_offer());
        login_talk direct(s);
        direct.say("\x16\x03\x01");
        EXPECT_EQ(direct.last, next::close);
    }
}

TEST(client_login, plaintext_behind_the_tls_request_is_an_injection) {
    for (const std::string& injected : {startup(), std::string("x"), std::string("\x16\x03\x01")}) {
        login_talk t(with_tls);
        EXPECT_THAT(refusal(t, ssl_request + injected), StartsWith("08P01"));
        EXPECT_EQ(t.login.failure(), login_failure::protocol);
    }
}

TEST(client_login, the_first_tls_record_stays_in_the_socket) {
    login_talk t(with_tls);
    EXPECT_EQ(t.say("\x16\x03\x01\x02"), "");
    EXPECT_EQ(t.last, next::start_tls);
    EXPECT_EQ(t.waiting, "\x16\x03\x01\x02");
    t.waiting.clear(); // the TLS library has taken them
    EXPECT_EQ(t.shake_hands(peer()), "");
    EXPECT_EQ(t.say(startup()), sasl_offer(true));
}

TEST(client_login, direct_tls_needs_the_protocols_alpn) {
    for (const std::string alpn : {"", "http/1.1"}) {
        login_talk t(with_tls);
        t.say("\x16");
        t.shake_hands(peer({}, alpn));
        EXPECT_EQ(t.last, next::close) << alpn;
    }
    login_talk asked(with_tls); // libpq before 17 sends none
    asked.say(ssl_request);
    asked.shake_hands(peer({}, ""));
    EXPECT_EQ(asked.last, next::more);
}

TEST(client_login, direct_tls_is_only_the_very_first_byte) {
    login_talk t(with_tls);
    EXPECT_EQ(t.say(gss_request), "N");
    EXPECT_THAT(refusal(t, "\x16\x03\x01\x02"), StartsWith("08P01"));
}

TEST(client_login, each_encryption_is_asked_for_once) {
    login_talk ssl_twice(mode(tls_mode::disable));
    EXPECT_EQ(ssl_twice.say(ssl_request), "N");
    EXPECT_THAT(refusal(ssl_twice, ssl_request), StartsWith("08P01"));
    login_talk gss_twice(with_tls);
    EXPECT_EQ(gss_twice.say(gss_request), "N");
    EXPECT_THAT(refusal(gss_twice, gss_request), StartsWith("08P01"));
    login_talk in_either_order(with_tls);
    EXPECT_EQ(in_either_order.say(gss_request), "N");
    EXPECT_EQ(in_either_order.say(ssl_request), "S");
    login_talk refused_first(mode(tls_mode::disable));
    EXPECT_EQ(refused_first.say(ssl_request), "N");
    EXPECT_EQ(refused_first.say(gss_request), "N");
    EXPECT_EQ(refused_first.say(startup()), sasl_offer());
    for (const auto& again : {ssl_request, gss_request}) {
        login_talk inside(with_tls);
        inside.say(ssl_request);
        inside.shake_hands();
        EXPECT_THAT(refusal(inside, again), StartsWith("08P01"));
    }
}

TEST(client_login, modes_that_demand_tls_refuse_plaintext_before_any_password) {
    for (const auto m : {tls_mode::require, tls_mode::verify_ca, tls_mode::verify_full}) {
        login_talk t(mode(m));
        EXPECT_THAT(refusal(t, startup()), StartsWith("28000"));
        EXPECT_EQ(t.login.failure(), login_failure::tls_required);
        auto local = mode(m);
        local.unix_socket = true;
        login_talk on_a_unix_socket(local);
        EXPECT_EQ(on_a_unix_socket.say(startup()), sasl_offer());
    }
    for (const auto m : {tls_mode::disable, tls_mode::allow, tls_mode::prefer}) {
        login_talk t(mode(m));
        EXPECT_EQ(t.say(startup()), sasl_offer());
    }
}

// Certificates

TEST(client_login, a_certificate_of_a_service_needs_no_password) {
    for (const std::string user : {"orders", "order-service"}) {
        login_talk t(mode(tls_mode::verify_full));
        t.say(ssl_request);
        t.shake_hands(peer({"cn", "spiffe://shop.example/order-service"}));
        EXPECT_EQ(t.say(startup(user)), message('R', u32(0)));
        EXPECT_EQ(t.last, next::authenticated);
        EXPECT_EQ(t.login.who()->name, "order-service");
    }
}

TEST(client_login, a_certificate_of_a_service_is_no_key_to_another_one) {
    for (const std::string user : {"users", "user-service", "nobody"}) {
        login_talk t(with_tls);
        t.say(ssl_request);
        t.shake_hands(peer({"spiffe://shop.example/order-service"}));
        EXPECT_THAT(refusal(t, startup(user)), StartsWith("28000"));
        EXPECT_EQ(t.login.failure(), login_failure::certificate);
    }
}

TEST(client_login, a_certificate_of_nobodys_needs_a_password) {
    login_talk t(with_tls);
    t.say(ssl_request);
    t.shake_hands(peer({"spiffe://shop.example/unknown"}));
    EXPECT_EQ(t.say(startup()), sasl_offer(true));
}

TEST(client_login, verify_full_lets_in_nobody_whose_certificate_names_no_service) {
    login_talk t(mode(tls_mode::verify_full));
    t.say(ssl_request);
    t.shake_hands(peer({"spiffe://shop.example/unknown"}));
    EXPECT_THAT(refusal(t, startup()), StartsWith("28000"));
    EXPECT_EQ(t.login.failure(), login_failure::certificate);
    login_talk with_a_password(mode(tls_mode::verify_ca));
    with_a_password.say(ssl_request);
    with_a_password.shake_hands(peer({"spiffe://shop.example/unknown"}));
    EXPECT_EQ(with_a_password.say(startup()), sasl_offer(true));
}

TEST(client_login, a_name_of_a_service_is_no_login) {
    login_talk t;
    t.say(startup("order-service"));
    EXPECT_EQ(t.authenticate(), next::close);
}

TEST(client_login, modes_that_verify_demand_a_certificate) {
    for (const auto m : {tls_mode::verify_ca, tls_mode::verify_full}) {
        login_talk t(mode(m));
        t.say(ssl_request);
        t.shake_hands(peer());
        EXPECT_THAT(refusal(t, startup()), StartsWith("28000"));
        EXPECT_EQ(t.login.failure(), login_failure::certificate);
    }
}

// Start-up packets

TEST(client_login, sizes_of_minus_1_0_3_7_and_too_many_bytes_are_refused_at_once) {
    for (const std::uint32_t size : {0xffffffffU, 0U, 3U, 7U, 10'001U, 0x7fffffffU}) {
        login_talk t;
        EXPECT_THAT(refusal(t, u32(size)), StartsWith("08P01")) << size;
        login_talk inside(with_tls);
        inside.say(ssl_request);
        inside.shake_hands();
        EXPECT_THAT(refusal(inside, u32(size)), StartsWith("08P01")) << size;
    }
}

TEST(client_login, the_largest_packet_is_fine_and_one_byte_more_is_not) {
    const std::string frame = startup({{"user", "orders"}, {"application_name", ""}});
    const auto filled = [&](std::size_t size) {
        return startup(
            {{"user", "orders"}, {"application_name", std::string(size - frame.size(), 'a')}});
    };
    login_talk fits;
    EXPECT_EQ(fits.say(filled(10'000)), sasl_offer());
    login_talk too_large;
    EXPECT_THAT(refusal(too_large, filled(10'001)), StartsWith("08P01"));
}

TEST(client_login, nonsense_gets_a_clear_error) {
    for (const std::string_view said :
         {"GET / HTTP/1.1\r\n\r\n", "\x01\x02\x03\x04\x05\x06\x07\x08", "SSH-2.0-OpenSSH\r\n"}) {
        login_talk t;
        EXPECT_THAT(refusal(t, said), StartsWith("08P01: ringfence: "));
    }
}

TEST(client_login, packets_that_do_not_end_as_they_should) {
    for (const std::string& body : {u32(protocol_3_0), u32(protocol_3_0) + text("user"),
                                    u32(protocol_3_0) + text("user") + text("orders"),
                                    u32(protocol_3_0) + text("user") + text("orders") + '\0' + 'x',
                                    u32(protocol_3_0) + text("user") + "orders"}) {
        login_talk t;
        EXPECT_THAT(refusal(t, packet(body)), StartsWith("08P01"));
    }
}

TEST(client_login, no_user_is_refused) {
    for (const parameter_list& p : {parameter_list{}, {{"database", "shop"}}, {{"user", ""}}}) {
        login_talk t;
        EXPECT_THAT(refusal(t, startup(p)), StartsWith("28000"));
    }
}

TEST(client_login, too_many_parameters_are_refused) {
    parameter_list many = {{"user", "orders"}};
    for (int i = 0; i < 500; ++i)
        many.emplace_back("a", "b");
    login_talk t;
    EXPECT_THAT(refusal(t, startup(many)), StartsWith("08P01"));
}

TEST(client_login, replication_is_refused_and_its_absence_is_not) {
    for (const std::string value : {"true", "on", "1", "database", "yes", "t", ""}) {
        login_talk t;
        EXPECT_THAT(refusal(t, startup({{"user", "orders"}, {"replication", value}})),
                    StartsWith("28000"));
        EXPECT_EQ(t.login.failure(), login_failure::replication);
    }
    login_talk off;
    EXPECT_EQ(off.say(startup({{"user", "orders"}, {"replication", "false"}})), sasl_offer());
    EXPECT_TRUE(off.login.request().parameters.empty());
}

TEST(client_login, an_old_protocol_gets_an_error_that_it_can_read) {
    for (const std::uint32_t version : {0x00020000U, 0x00040000U, 0x04d21631U}) {
        login_talk t;
        EXPECT_THAT(refusal(t, packet(u32(version) + std::string(4, '\0'))), StartsWith("0A000"));
    }
}

TEST(client_login, versions_and_options_are_negotiated) {
    const auto negotiation = [](std::uint32_t version, const std::vector<std::string>& options) {
        std::string body = u32(version) + u32(static_cast<std::uint32_t>(options.size()));
        for (const auto& o : options)
            body += text(o);
        return message('v', body);
    };
    const parameter_list plain = {{"user", "orders"}};
    const parameter_list grease = {{"user", "orders"}, {"_pq_.test_protocol_negotiation", ""}};
    struct row {
        std::uint32_t asked, got;
        const parameter_list& with;
        std::string said;
    };
    for (const auto& [asked, got, with, said] : std::vector<row>{
             {0x30000, 0x30000, plain, ""},
             {0x30002, 0x30002, plain, ""},
             {0x30001, 0x30000, plain, negotiation(0x30000, {})},
             {0x30003, 0x30002, plain, negotiation(0x30002, {})},
             {0x3270f, 0x30002, plain, negotiation(0x30002, {})},
             {0x30000, 0x30000, grease, negotiation(0x30000, {"_pq_.test_protocol_negotiation"})},
             {0x3270f, 0x30002, grease,
              negotiation(0x30002, {"_pq_.test_protocol_negotiation"})}}) {
        login_talk t;
        EXPECT_EQ(t.say(startup(with, asked)), said + sasl_offer()) << std::hex << asked;
        EXPECT_EQ(t.login.request().long_cancel_key, got == 0x30002) << std::hex << asked;
        EXPECT_TRUE(t.login.request().parameters.empty());
        EXPECT_EQ(t.authenticate(), next::authenticated);
    }
}

TEST(client_login, a_cancel_request_is_taken_without_a_word) {
    for (const std::size_t secret : {4U, 32U, 256U}) {
        login_talk t(mode(tls_mode::require)); // libpq before 17 never encrypts it
        EXPECT_EQ(t.say(packet(u32(80877102) + u32(7) + std::string(secret, 'k'))), "");
        EXPECT_EQ(t.last, next::cancel);
        EXPECT_EQ(t.login.cancel_key(), u32(7) + std::string(secret, 'k'));
    }
    login_talk inside(with_tls);
    inside.say(ssl_request);
    inside.shake_hands();
    inside.say(packet(u32(80877102) + u32(7) + "1234"));
    EXPECT_EQ(inside.last, next::cancel);
    for (const std::size_t secret : {0U, 3U, 257U}) {
        login_talk t;
        EXPECT_THAT(refusal(t, packet(u32(80877102) + u32(7) + std::string(secret, 'k'))),
                    StartsWith("08P01"));
    }
}

// SASL messages

TEST(client_login, only_a_password_message_may_follow_the_offer) {
    for (const char type : {'Q', 'X', 'S', 'P', 'd', '\0', '\xff'}) {
        login_talk t;
        t.say(startup());
        EXPECT_THAT(refusal(t, message(type, text("SELECT 1"))), StartsWith("08P01"));
    }
}

TEST(client_login, password_lengths_of_minus_1_0_3_and_2_to_the_31_are_refused_at_once) {
    for (const std::uint32_t size : {0xffffffffU, 0U, 3U, 0x7fffffffU, 2'000U, 0x3fffffffU})
        for (const bool second : {false, true}) {
            login_talk t;
            t.say(startup());
            if (second)
                t.say(sasl_initial("SCRAM-SHA-256", scram_peer().first()));
            EXPECT_THAT(refusal(t, "p" + u32(size)), StartsWith("08P01")) << size;
        }
}

TEST(client_login, scram_messages_that_are_not_are_refused) {
    const std::string first = scram_peer().first();
    for (const std::string& said :
         {message('p'), message('p', text("secret")), sasl_initial("SCRAM-SHA-256", ""),
          sasl_initial("SCRAM-SHA-1", first), sasl_initial("SCRAM-SHA-256-PLUS", first),
          sasl_initial("", first), sasl_initial("SCRAM-SHA-256", "p=tls-server-end-point,,n=,r=x"),
          message('p', text("SCRAM-SHA-256") + u32(0xffffffff)),
          message('p', text("SCRAM-SHA-256") + u32(0x7fffffff) + first),
          message('p', text("SCRAM-SHA-256") + u32(3) + first)}) {
        login_talk t;
        t.say(startup());
        EXPECT_THAT(refusal(t, said), StartsWith("08P01"));
    }
}

TEST(client_login, a_proof_that_is_not_one_is_refused) {
    for (const std::string& said :
         {std::string(), std::string("c=biws"), std::string("c=biws,r=foreign,p=AAAA"),
          "c=biws,r=x,p=" + auth::base64(std::string(32, 'p'))}) {
        login_talk t;
        t.say(startup());
        t.say(sasl_initial("SCRAM-SHA-256", scram_peer().first()));
        EXPECT_THAT(refusal(t, message('p', said)), StartsWith("08P01"));
        EXPECT_EQ(t.say(message('p', said)), ""); // it is over
    }
}

TEST(client_login, nobody_speaks_before_the_login_is_answered) {
    const scram_peer client;
    login_talk t;
    t.say(startup());
    const auto challenge = t.say(sasl_initial("SCRAM-SHA-256", client.first()));
    const std::string last = message('p', client.final(challenge.substr(9)));
    EXPECT_THAT(refusal(t, last + message('Q', text("DROP TABLE users.accounts"))),
                StartsWith("08P01"));
}

TEST(client_login, after_the_end_nothing_is_answered) {
    login_talk t;
    refusal(t, u32(3));
    for (const std::string& more : {startup(), ssl_request, std::string("x")}) {
        const auto r = t.login.feed(as_bytes(more), t.out);
        EXPECT_EQ(r.next, next::close);
        EXPECT_TRUE(t.out.empty());
    }
}

// Parameters

TEST(client_login, parameters_become_settings_of_the_session) {
    login_talk t;
    EXPECT_EQ(t.say(startup({{"user", "orders"},
                             {"database", "shop"},
                             {"application_name", "psql"},
                             {"client_encoding", "UTF8"},
                             {"options", "-c search_path=orders --statement-timeout=5s"}})),
              sasl_offer());
    EXPECT_EQ(t.login.request().parameters, (parameter_list{{"application_name", "psql"},
                                                            {"client_encoding", "UTF8"},
                                                            {"search_path", "orders"},
                                                            {"statement_timeout", "5s"}}));
}

TEST(client_login, parameters_that_change_what_a_statement_means_are_refused) {
    for (const parameter_list& p : {parameter_list{{"client_encoding", "SJIS"}},
                                    {{"client_encoding", "gbk"}},
                                    {{"standard_conforming_strings", "off"}},
                                    {{"STANDARD_CONFORMING_STRINGS", "off"}},
                                    {{"role", "postgres"}},
                                    {{"session_authorization", "postgres"}},
                                    {{"session_replication_role", "replica"}},
                                    {{"session_preload_libraries", "x"}},
                                    {{"no_such_setting", "1"}},
                                    {{"options", "-c role=postgres"}},
                                    {{"options", "-c standard-conforming-strings=off"}},
                                    {{"options", "--client_encoding=BIG5"}},
                                    {{"options", "-B 100"}},
                                    {{"options", "-c"}},
                                    {{"options", "-d5"}},
                                    {{"options", "shop"}}}) {
        login_talk t;
        parameter_list all = {{"user", "orders"}};
        all.insert(all.end(), p.begin(), p.end());
        EXPECT_THAT(refusal(t, startup(all)), StartsWith("42501: ringfence: "))
            << p.front().first << '=' << p.front().second;
    }
}

TEST(client_login, a_refused_value_is_not_repeated) {
    login_talk t;
    const std::string heard = t.say(startup({{"user", "orders"}, {"role", "hunter2"}}));
    EXPECT_EQ(t.last, next::close);
    EXPECT_EQ(heard.find("hunter2"), std::string::npos);
}

TEST(client_login, every_failure_has_a_name_of_its_own) {
    std::vector<std::string> names;
    for (int i = 0; i <= static_cast<int>(login_failure::limit); ++i)
        names.emplace_back(to_string(static_cast<login_failure>(i)));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

} // namespace
} // namespace ringfence::session::postgresql
