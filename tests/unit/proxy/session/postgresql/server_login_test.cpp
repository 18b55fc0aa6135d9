#include "login_peer.h"
#include "proxy/auth/scram_server.h"
#include "proxy/session/postgresql/server_login.h"
#include "proxy/session/postgresql/server_state.h"

#include <gmock/gmock.h>

namespace ringfence::session::postgresql {
namespace {

using namespace test;
using next = server_login::next;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string hash(32, 'h');
const std::string request = ssl_request;
const std::string auth_ok = message('R', u32(0));
const std::string key = message('K', u32(4711) + "keys");
const std::string ready = message('Z', "I");

std::string parameter(std::string_view name, std::string_view value) {
    return message('S', text(name) + text(value));
}
const std::string greeting = auth_ok + parameter("server_version", "15.4") + key + ready;

std::string failure(std::string_view sqlstate, std::string_view said) {
    std::string body = text("SFATAL") + text("VFATAL");
    if (!sqlstate.empty())
        body += text("C" + std::string(sqlstate));
    return message('E', body + text("M" + std::string(said)) + '\0');
}

struct server_talk {
    server_login login;
    output out;
    next last = next::more;

    explicit server_talk(tls_mode tls = tls_mode::disable, bool unix_socket = false)
        : login({.tls = tls,
                 .unix_socket = unix_socket,
                 .clear_password = tls == tls_mode::disable,
                 .login = {.user = "ringfence", .password = "secret", .certificate = {}, .key = {}},
                 .database = "shop",
                 .parameters = {{"search_path", "orders"}},
                 .max_message_bytes = 64 * 1024}) {}

    std::string start() {
        last = login.start(out);
        return drained(out);
    }
    // What the server hears when it says `in`.
    std::string say(std::string_view in) {
        std::string heard;
        std::size_t at = 0;
        while (at < in.size() && last == next::more) {
            const std::size_t n = login.reads_one_byte() ? 1 : in.size() - at;
            const auto part = in.substr(at, n);
            const std::vector<char> exact(part.begin(), part.end());
            last = login.feed(std::as_bytes(std::span(exact)), out);
            heard += drained(out);
            at += n;
        }
        return heard;
    }
    std::string say_by_byte(std::string_view in) {
        std::string heard;
        for (const char c : in)
            heard += say(std::string_view(&c, 1));
        return heard;
    }
    std::string shake_hands(std::string end_point_hash = hash) {
        EXPECT_EQ(last, next::start_tls);
        last = login.tls_established({.active = true,
                                      .alpn = "postgresql",
                                      .end_point_hash = std::move(end_point_hash),
                                      .certificate_names = {}},
                                     out);
        return drained(out);
    }
    void expect_failure(std::string_view sqlstate = "08006") const {
        EXPECT_EQ(last, next::failed);
        EXPECT_EQ(login.error_state(), sqlstate);
        EXPECT_FALSE(login.error_text().empty());
        EXPECT_THAT(login.error_text(), Not(HasSubstr("secret")));
    }
};

const std::string our_startup =
    startup({{"user", "ringfence"}, {"database", "shop"}, {"search_path", "orders"}});

TEST(server_login, trust) {
    server_talk t;
    EXPECT_EQ(t.start(), our_startup);
    EXPECT_EQ(t.say(auth_ok), "");
    EXPECT_EQ(t.say(parameter("server_version", "15.4")), "");
    EXPECT_EQ(t.say(message('N', text("SNOTICE") + text("Mhello") + '\0')), "");
    EXPECT_EQ(t.say(parameter("TimeZone", "UTC") + key), "");
    EXPECT_EQ(t.last, next::more);
    EXPECT_EQ(t.say(ready), "");
    EXPECT_EQ(t.last, next::ready);
    EXPECT_EQ(t.login.parameter("server_version"), "15.4");
    EXPECT_EQ(t.login.parameter("no_such"), "");
    EXPECT_EQ(static_cast<const server_state&>(*t.login.state()).parameter_status,
              parameter("server_version", "15.4") + parameter("TimeZone", "UTC"));
    EXPECT_EQ(t.login.backend_key(), u32(4711) + "keys");
}

TEST(server_login, a_server_without_a_cancel_key_is_fine) {
    server_talk t;
    t.start();
    t.say(auth_ok + ready);
    EXPECT_EQ(t.last, next::ready);
    EXPECT_EQ(t.login.backend_key(), "");
}

TEST(server_login, a_password) {
    server_talk t;
    t.start();
    EXPECT_EQ(t.say(message('R', u32(3))), message('p', text("secret")));
    t.say(greeting);
    EXPECT_EQ(t.last, next::ready);
}

TEST(server_login, a_password_is_not_told_when_tls_was_taken_away) {
    for (const auto tls : {tls_mode::prefer, tls_mode::allow}) {
        server_talk t(tls);
        t.start();
        const auto answered = tls == tls_mode::prefer ? t.say("N") : "";
        EXPECT_EQ(t.say(message('R', u32(3))), "");
        t.expect_failure();
    }
}

TEST(server_login, md5) {
    server_talk t;
    t.start();
    const std::string expected = "md5" + auth::md5_hex(auth::md5_hex("secretringfence") + "salt");
    EXPECT_EQ(t.say(message('R', u32(5) + "salt")), message('p', text(expected)));
    t.say(greeting);
    EXPECT_EQ(t.last, next::ready);
}

// A server that knows a password, and how to be asked for less than it should.
struct scram_talk : server_talk {
    auth::scram_server server;
    std::string_view mechanism = auth::scram_plain;

    explicit scram_talk(bool plus = false, const std::string& password = "secret")
        : server_talk(plus ? tls_mode::require : tls_mode::disable),
          server({auth::make_scram_verifier(password, 64)}, {}, plus ? hash : "") {
        start();
        if (plus) {
            mechanism = auth::scram_plus;
            say("S");
            shake_hands();
        }
    }
    // The answer to the client's first message.
    std::string challenge(bool plus_offered = false) {
        const std::string initial = say(sasl_offer(plus_offered));
        const std::size_t head = 5 + mechanism.size() + 1 + 4;
        if (initial.size() < head || initial.substr(5, mechanism.size()) != mechanism)
            return "not the mechanism expected: " + initial;
        return server.first(mechanism, std::string_view(initial).substr(head)).data;
    }
};

TEST(server_login, scram_in_both_directions) {
    for (const bool plus : {false, true}) {
        scram_talk t(plus);
        const auto proof = t.say(message('R', u32(11) + t.challenge(plus)));
        ASSERT_GT(proof.size(), 5U);
        const auto last = t.server.final(std::string_view(proof).substr(5));
        ASSERT_EQ(last.status, auth::scram_server::status::accepted);
        EXPECT_EQ(t.say(message('R', u32(12) + last.data) + greeting), "");
        EXPECT_EQ(t.last, next::ready);
    }
}

TEST(server_login, split_at_every_byte) {
    scram_talk t(true);
    const auto proof = t.say_by_byte(message('R', u32(11) + t.challenge(true)));
    const auto last = t.server.final(std::string_view(proof).substr(5));
    t.say_by_byte(message('R', u32(12) + last.data) + greeting);
    EXPECT_EQ(t.last, next::ready);
    server_talk plain(tls_mode::prefer);
    plain.start();
    EXPECT_EQ(plain.say_by_byte("N"), our_startup);
    plain.say_by_byte(greeting);
    EXPECT_EQ(plain.last, next::ready);
}

TEST(server_login, a_server_that_knows_another_password_is_not_believed) {
    scram_talk t(false, "another");
    const auto proof = t.say(message('R', u32(11) + t.challenge()));
    ASSERT_EQ(t.server.final(std::string_view(proof).substr(5)).status,
              auth::scram_server::status::refused);
    t.say(message('R', u32(12) + "v=" + auth::base64(std::string(32, 's'))));
    t.expect_failure();
}

TEST(server_login, a_server_that_skips_its_proof_is_not_believed) {
    scram_talk after_offer;
    after_offer.challenge();
    after_offer.say(greeting);
    after_offer.expect_failure();
    scram_talk after_proof;
    after_proof.say(message('R', u32(11) + after_proof.challenge()));
    after_proof.say(greeting);
    after_proof.expect_failure();
}

TEST(server_login, wrong_lengths_and_foreign_nonces_get_no_proof) {
    scram_talk good;
    const std::string challenge = good.challenge();
    for (const std::string& said :
         {std::string(), std::string("r="), std::string("r=foreign,s=c2FsdA==,i=64"),
          "r=x" + challenge.substr(2), challenge.substr(0, challenge.find(",s=")),
          challenge.substr(0, challenge.find(",i=")),
          challenge.substr(0, challenge.find("i=")) + "i=0",
          challenge.substr(0, challenge.find("i=")) + "i=2147483647"}) {
        scram_talk t;
        t.challenge();
        EXPECT_EQ(t.say(message('R', u32(11) + said)), "") << said;
        t.expect_failure();
    }
    for (const std::string said : {"", "v=", "v=AAAA", "e=other-error", "x"}) {
        scram_talk t;
        t.say(message('R', u32(11) + t.challenge()));
        t.say(message('R', u32(12) + said));
        t.expect_failure();
    }
}

TEST(server_login, one_method_and_in_its_order) {
    const std::string cleartext = message('R', u32(3)), md5 = message('R', u32(5) + "salt");
    for (const std::string& instead :
         {cleartext, md5, sasl_offer(), message('R', u32(12) + "v=x")}) {
        scram_talk t;
        t.challenge();
        EXPECT_EQ(t.say(instead), "");
        t.expect_failure();
        scram_talk later;
        later.say(message('R', u32(11) + later.challenge()));
        EXPECT_EQ(later.say(instead), "");
        later.expect_failure();
    }
    for (const std::string& second :
         {cleartext, md5, sasl_offer(), message('R', u32(11) + "r=x")}) {
        server_talk t;
        t.start();
        t.say(cleartext);
        EXPECT_EQ(t.say(second), "");
        t.expect_failure();
    }
    scram_talk twice; // a second salt would buy a second guess
    const auto challenge = twice.challenge();
    twice.say(message('R', u32(11) + challenge));
    EXPECT_EQ(twice.say(message('R', u32(11) + challenge)), "");
    twice.expect_failure();
    for (const std::string& early :
         {message('R', u32(11) + "r=x"), message('R', u32(12) + "v=x")}) {
        server_talk t;
        t.start();
        t.say(early);
        t.expect_failure();
    }
    for (const std::string& late : {auth_ok, cleartext, sasl_offer()}) {
        server_talk t;
        t.start();
        t.say(auth_ok + late);
        t.expect_failure();
    }
}

TEST(server_login, methods_that_ringfence_does_not_know) {
    for (const std::uint32_t code : {2U, 7U, 9U, 13U, 0xffffffffU}) {
        server_talk t;
        t.start();
        EXPECT_EQ(t.say(message('R', u32(code))), "");
        t.expect_failure();
    }
    server_talk t;
    t.start();
    EXPECT_EQ(t.say(message('R', u32(10) + text("OAUTHBEARER") + '\0')), "");
    t.expect_failure();
}

TEST(server_login, authentication_requests_of_wrong_lengths) {
    for (const std::string& body :
         {std::string(), std::string(3, '\0'), u32(0) + "x", u32(3) + "x", u32(5), u32(5) + "sal",
          u32(5) + "salty", u32(10), u32(10) + "SCRAM", u32(10) + text("SCRAM-SHA-256"),
          u32(10) + text("SCRAM-SHA-256") + '\0' + "x"}) {
        server_talk t;
        t.start();
        EXPECT_EQ(t.say(message('R', body)), "");
        t.expect_failure();
    }
}

// TLS

TEST(server_login, tls_is_asked_for_as_the_mode_says) {
    for (const auto m :
         {tls_mode::prefer, tls_mode::require, tls_mode::verify_ca, tls_mode::verify_full}) {
        server_talk t(m);
        EXPECT_EQ(t.start(), request);
        EXPECT_TRUE(t.login.reads_one_byte());
        EXPECT_EQ(t.say("S"), "");
        EXPECT_EQ(t.last, next::start_tls);
        EXPECT_FALSE(t.login.reads_one_byte());
        EXPECT_EQ(t.shake_hands(), our_startup);
    }
    server_talk off(tls_mode::disable);
    EXPECT_EQ(off.start(), our_startup);
    server_talk local(tls_mode::verify_full, true);
    EXPECT_EQ(local.start(), our_startup);
}

TEST(server_login, a_server_without_tls_is_left_unless_the_mode_allows_it) {
    server_talk prefer(tls_mode::prefer);
    prefer.start();
    EXPECT_EQ(prefer.say("N"), our_startup);
    for (const auto m : {tls_mode::require, tls_mode::verify_ca, tls_mode::verify_full}) {
        server_talk t(m);
        t.start();
        EXPECT_EQ(t.say("N"), "");
        t.expect_failure();
    }
}

TEST(server_login, any_other_answer_to_the_tls_request_is_a_failure) {
    for (const std::string_view answer : {"E", "G", "s", "\x16", "R"})
        for (const auto m : {tls_mode::prefer, tls_mode::require}) {
            server_talk t(m);
            t.start();
            EXPECT_EQ(t.say(answer), "");
            t.expect_failure();
        }
}

TEST(server_login, plaintext_behind_the_answer_is_an_injection) {
    server_talk t(tls_mode::require);
    t.start();
    const std::string both = "S" + greeting;
    t.last = t.login.feed(as_bytes(both), t.out);
    t.expect_failure();
}

TEST(server_login, binding_offered_without_tls_means_that_somebody_else_ended_it) {
    server_talk t(tls_mode::prefer);
    t.start();
    t.say("N");
    EXPECT_EQ(t.say(sasl_offer(true)), "");
    t.expect_failure();
}

TEST(server_login, a_client_that_could_bind_says_so) {
    server_talk t(tls_mode::require);
    t.start();
    t.say("S");
    t.shake_hands();
    EXPECT_THAT(t.say(sasl_offer(false)), HasSubstr("y,,n=,r="));
    server_talk without_hash(tls_mode::require);
    without_hash.start();
    without_hash.say("S");
    without_hash.shake_hands("");
    EXPECT_THAT(without_hash.say(sasl_offer(true)), HasSubstr("n,,n=,r="));
}

// Failures

TEST(server_login, what_a_client_may_know_of_a_failure) {
    const auto refuse = [](std::string_view sqlstate, std::string_view said) {
        server_talk t;
        t.start();
        t.say(failure(sqlstate, said));
        EXPECT_EQ(t.last, next::failed);
        return t.login.error_state() + ": " + t.login.error_text();
    };
    EXPECT_EQ(refuse("57P03", "the database system is starting up"),
              "57P03: the database system is starting up");
    EXPECT_EQ(refuse("3D000", "database \"shop\" does not exist"),
              "3D000: database \"shop\" does not exist");
    EXPECT_EQ(refuse("22023", "invalid value for parameter \"TimeZone\": \"Mars\""),
              "22023: invalid value for parameter \"TimeZone\": \"Mars\"");
}

TEST(server_login, a_failure_never_names_the_backend_login) {
    for (const std::string state :
         {"28P01", "28000", "42501", "53300", "XX000", "", "57", "2200"}) {
        server_talk t;
        t.start();
        t.say(failure(state, "too many connections for role \"ringfence_login\""));
        EXPECT_EQ(t.last, next::failed);
        EXPECT_EQ(t.login.error_text().find("ringfence_login"), std::string::npos) << state;
        EXPECT_EQ(t.login.error_state(), state == "53300" ? "53300" : "08006") << state;
    }
}

TEST(server_login, an_error_message_is_cleaned_and_cut) {
    server_talk t;
    t.start();
    t.say(failure("57P03", "\x1b[31m" + std::string(10'000, 'x') + "\n"));
    EXPECT_EQ(t.login.error_text().find('\x1b'), std::string::npos);
    EXPECT_LT(t.login.error_text().size(), 300U);
}

TEST(server_login, an_error_after_the_password_is_a_refused_login) {
    server_talk t;
    t.start();
    t.say(message('R', u32(3)));
    t.say(failure("28P01", "password authentication failed for user \"ringfence\""));
    t.expect_failure();
}

TEST(server_login, an_error_that_does_not_end_is_a_failure_too) {
    server_talk t;
    t.start();
    t.say(message('E', "SFATAL"));
    t.expect_failure();
}

TEST(server_login, lengths_of_minus_1_0_3_and_2_to_the_31_at_every_stage) {
    for (const std::string& before : {std::string(), message('R', u32(3)), auth_ok,
                                      auth_ok + parameter("a", "b"), auth_ok + key})
        for (const char type : {'R', 'S', 'K', 'Z', 'N', 'E'})
            for (const std::uint32_t size :
                 {0xffffffffU, 0U, 3U, 0x7fffffffU, 0x3fffffffU, 70'000U}) {
                server_talk t;
                t.start();
                t.say(before);
                t.say(type + u32(size));
                t.expect_failure();
            }
}

TEST(server_login, unknown_and_untimely_messages) {
    for (const char type : {'T', 'D', 'C', 'G', 'A', 'v', 'X', '\0', '\xff'})
        for (const std::string& before : {std::string(), auth_ok}) {
            server_talk t;
            t.start();
            t.say(before + message(type, std::string(8, '\0')));
            t.expect_failure();
        }
    for (const std::string& early : {ready, key, parameter("a", "b")}) {
        server_talk t;
        t.start();
        t.say(early);
        t.expect_failure();
    }
}

TEST(server_login, bytes_behind_the_first_ready_are_not_an_answer_to_anything) {
    for (const std::string& more : {message('Z', "I"), std::string("x"), parameter("a", "b")}) {
        server_talk t;
        t.start();
        t.say(greeting + more);
        t.expect_failure();
    }
}

TEST(server_login, a_session_that_begins_in_a_transaction_is_not_one) {
    for (const std::string state : {"T", "E", "X", "", "II"}) {
        server_talk t;
        t.start();
        t.say(auth_ok + message('Z', state));
        t.expect_failure();
    }
}

TEST(server_login, a_server_that_never_stops_talking_is_left) {
    for (const std::string& again :
         {parameter("a", std::string(1'000, 'b')), message('N', text("SNOTICE") + '\0')}) {
        server_talk t;
        t.start();
        t.say(auth_ok);
        for (int i = 0; i < 2'000 && t.last == next::more; ++i)
            t.say(again);
        t.expect_failure();
    }
}

TEST(server_login, after_a_failure_it_stays_failed) {
    server_talk t;
    t.start();
    t.say(failure("57P03", "starting up"));
    EXPECT_EQ(t.login.feed(as_bytes(greeting), t.out), next::failed);
    EXPECT_EQ(t.login.error_state(), "57P03");
}

} // namespace
} // namespace ringfence::session::postgresql
