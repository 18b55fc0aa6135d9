#include "proxy/auth/scram_client.h"
#include "proxy/auth/scram_server.h"
#include "scram_peer.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using status = scram_server::status;
using test::scram_peer;

const std::string hash(32, 'h');
const std::string salt = "0123456789abcdef";

std::string nonce_of(const std::string& first) {
    return first.substr(first.find("r=") + 2);
}
std::string server_first(const std::string& first, const std::string& iterations = "64") {
    return "r=" + nonce_of(first) + "server,s=" + base64(salt) + ",i=" + iterations;
}

TEST(scram, the_exchange_of_rfc_7677) {
    // Section 3. The nonces are the document's, so both sides are computed by the test's own
    // client.
    scram_peer client;
    client.password = "pencil";
    client.name = "user";
    const std::string first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                              "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    EXPECT_EQ(client.final(first), "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                   "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    EXPECT_EQ(client.expected(first), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(scram_client, client_and_server_agree_with_and_without_binding) {
    for (const bool bound : {false, true}) {
        scram_server server({make_scram_verifier("secret", 64)}, {}, bound ? hash : "");
        scram_client client("secret", bound ? hash : "", bound);
        const auto challenge = server.first(bound ? scram_plus : scram_plain, client.first());
        ASSERT_EQ(challenge.status, status::more);
        const auto last = server.final(client.final(challenge.data));
        ASSERT_EQ(last.status, status::accepted);
        EXPECT_TRUE(client.verify(last.data));
    }
}

TEST(scram_client, says_what_it_can_bind) {
    EXPECT_TRUE(scram_client("p", "", false).first().starts_with("n,,n=,r="));
    EXPECT_TRUE(scram_client("p", "", true).first().starts_with("y,,n=,r="));
    EXPECT_TRUE(scram_client("p", hash, true).first().starts_with("p=tls-server-end-point,,n=,r="));
}

TEST(scram_client, the_first_message_never_repeats_a_nonce) {
    EXPECT_NE(scram_client("p", "", false).first(), scram_client("p", "", false).first());
}

TEST(scram_client, a_server_that_does_not_know_the_password_is_not_believed) {
    scram_client client("secret", "", false);
    const auto first = client.first();
    ASSERT_NE(client.final(server_first(first)), "");
    EXPECT_FALSE(client.verify("v=" + base64(std::string(32, 's'))));
    EXPECT_FALSE(client.verify("v=" + base64(std::string(31, 's'))));
    EXPECT_FALSE(client.verify("v="));
    EXPECT_FALSE(client.verify(""));
    EXPECT_FALSE(client.verify("e=other-error"));
    EXPECT_FALSE(client.verify("v=!!!!"));
}

TEST(scram_client, a_signature_of_an_empty_exchange_is_not_believed) {
    const scram_client client("secret", "", false);
    EXPECT_FALSE(client.verify("v="));
    EXPECT_FALSE(client.verify("v=" + base64(hmac_sha256("", ""))));
}

TEST(scram_client, a_foreign_nonce_gets_no_proof) {
    scram_client client("secret", "", false);
    const auto first = client.first();
    const auto tail = ",s=" + base64(salt) + ",i=64";
    EXPECT_EQ(client.final("r=foreign" + tail), "");
    EXPECT_EQ(client.final("r=" + nonce_of(first) + tail), ""); // it added nothing of its own
    EXPECT_EQ(client.final("r=" + nonce_of(first).substr(1) + "server" + tail), "");
    EXPECT_EQ(client.final("r=" + tail), "");
}

TEST(scram_client, a_challenge_that_is_not_one_gets_no_proof) {
    scram_client client("secret", "", false);
    const auto first = client.first();
    const auto good = server_first(first);
    for (const std::string& said :
         {std::string(), std::string("r="), "m=ext," + good, "r=" + nonce_of(first) + "x",
          "r=" + nonce_of(first) + "x,i=64", "r=" + nonce_of(first) + "x,s=,i=64",
          "r=" + nonce_of(first) + "x,s=!!!!,i=64", std::string("e=no"), "x" + good})
        EXPECT_EQ(client.final(said), "") << said;
    for (const std::string iterations :
         {"", "0", "-1", "+1", " 1", "1x", "0x10", "4294967297", "99999999999999999999", "64 "})
        EXPECT_EQ(client.final(server_first(first, iterations)), "") << iterations;
    EXPECT_NE(client.final(good), "");
}

TEST(scram_client, iterations_that_would_keep_a_worker_busy_for_seconds_get_no_proof) {
    scram_client client("secret", "", false);
    EXPECT_EQ(client.final(server_first(client.first(), "2147483647")), "");
    EXPECT_EQ(client.final(server_first(client.first(), "9000000")), "");
}

TEST(scram_client, the_cache_does_not_mix_up_passwords_and_salts) {
    const auto log_in = [](const std::string& known, const std::string& used,
                           const std::string& with_salt) {
        scram_server server({make_scram_verifier(known, 64, with_salt)}, {}, "");
        scram_client client(used, "", false);
        return server.final(client.final(server.first(scram_plain, client.first()).data)).status;
    };
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(log_in("secret", "secret", salt), status::accepted);
        EXPECT_EQ(log_in("secret", "ecret", salt), status::refused);
        EXPECT_EQ(log_in("ecret", "ecret", salt + "s"), status::accepted);
        EXPECT_EQ(log_in("secret", "secret", salt + "s"), status::accepted);
    }
}

} // namespace
} // namespace ringfence::auth
