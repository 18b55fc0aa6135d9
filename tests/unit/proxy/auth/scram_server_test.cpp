#include "proxy/auth/scram_server.h"
#include "scram_peer.h"

#include <gtest/gtest.h>

#include <map>

namespace ringfence::auth {
namespace {

using status = scram_server::status;
using test::scram_peer;

const std::string hash(32, 'h'); // of the certificate
const std::string salt = "0123456789abcdef";

const std::vector<std::string>& verifiers() {
    static const std::vector<std::string> known = {make_scram_verifier("secret", 64, salt)};
    return known;
}

struct exchange {
    scram_server server;
    scram_peer client;

    explicit exchange(const std::vector<std::string>& known = verifiers(),
                      std::string end_point_hash = {})
        : server(known, {"decoy key", "orders", {}}, std::move(end_point_hash)) {}

    scram_server::answer run(std::string_view mechanism = scram_plain) {
        const auto first = server.first(mechanism, client.first());
        return first.status == status::more ? server.final(client.final(first.data)) : first;
    }
};

TEST(scram_server, accepts_who_knows_the_password_and_proves_that_it_does_too) {
    exchange e;
    const auto first = e.server.first(scram_plain, e.client.first());
    ASSERT_EQ(first.status, status::more);
    EXPECT_TRUE(first.data.starts_with("r=" + e.client.nonce));
    EXPECT_TRUE(first.data.ends_with(",s=" + base64(salt) + ",i=64"));
    const auto last = e.server.final(e.client.final(first.data));
    EXPECT_EQ(last.status, status::accepted);
    EXPECT_EQ(last.data, e.client.expected(first.data));
}

TEST(scram_server, refuses_a_wrong_password) {
    exchange e;
    e.client.password = "Secret";
    const auto last = e.run();
    EXPECT_EQ(last.status, status::refused);
    EXPECT_EQ(last.data, "");
}

TEST(scram_server, its_nonce_is_never_the_same) {
    exchange a, b;
    EXPECT_NE(a.server.first(scram_plain, a.client.first()).data,
              b.server.first(scram_plain, b.client.first()).data);
}

TEST(scram_server, a_recorded_proof_is_of_no_use) {
    exchange heard;
    const auto said = heard.server.first(scram_plain, heard.client.first());
    const auto proof = heard.client.final(said.data);
    ASSERT_EQ(heard.server.final(proof).status, status::accepted);
    exchange replay;
    ASSERT_EQ(replay.server.first(scram_plain, replay.client.first()).status, status::more);
    EXPECT_NE(replay.server.final(proof).status, status::accepted);
}

TEST(scram_server, an_unknown_login_is_asked_the_same_and_refused_the_same) {
    const auto ask = [](std::string_view login) {
        scram_server s({}, {"decoy key", login, {}}, {});
        const scram_peer client;
        const auto first = s.first(scram_plain, client.first());
        EXPECT_EQ(first.status, status::more);
        EXPECT_EQ(s.final(client.final(first.data)).status, status::refused);
        return std::pair(scram_peer::field(first.data, ",s="), first.data.size());
    };
    EXPECT_EQ(ask("ghost"), ask("ghost")); // the salt stays, as a real one would
    EXPECT_NE(ask("ghost").first, ask("spectre").first);
    EXPECT_EQ(from_base64(ask("ghost").first).value().size(), 16U);
    const std::vector<std::string> real = {make_scram_verifier("secret", default_iterations)};
    scram_server s(real, {"decoy key", "orders", {}}, {});
    EXPECT_EQ(s.first(scram_plain, scram_peer().first()).data.size(), ask("ghost").second);
}

TEST(scram_server, an_unknown_login_has_as_many_iterations_as_a_known_one) {
    const std::string like = make_scram_verifier("secret", 777, std::string(40, 's'));
    scram_server s({}, {"decoy key", "ghost", like}, {});
    const auto first = s.first(scram_plain, scram_peer().first());
    EXPECT_EQ(scram_peer::field(first.data, ",i="), "777");
    EXPECT_EQ(from_base64(scram_peer::field(first.data, ",s=")).value().size(), 40U);
}

TEST(scram_server, a_proof_made_for_the_decoys_own_keys_is_refused) {
    // Whatever stored key a decoy has, no proof may fit it.
    scram_server s({}, {}, {});
    const scram_peer client;
    const auto first = s.first(scram_plain, client.first());
    const auto mask = hmac_sha256(std::string(32, '\0'), client.signed_text(first.data));
    EXPECT_EQ(s.final(client.without_proof(first.data) + ",p=" + base64(mask)).status,
              status::refused);
}

TEST(scram_server, a_rotation_accepts_the_old_and_the_new_password) {
    const std::vector<std::string> both = {make_scram_verifier("old", 64, salt),
                                           make_scram_verifier("new", 64, salt)};
    for (const auto& [password, expected] : std::map<std::string, status>{
             {"old", status::accepted}, {"new", status::accepted}, {"secret", status::refused}}) {
        exchange e(both);
        e.client.password = password;
        EXPECT_EQ(e.run().status, expected) << password;
    }
}

TEST(scram_server, a_second_verifier_with_another_salt_cannot_be_used) {
    const std::vector<std::string> both = {make_scram_verifier("old", 64, salt),
                                           make_scram_verifier("new", 64, "another salt")};
    exchange e(both);
    e.client.password = "new";
    EXPECT_EQ(e.run().status, status::refused);
    exchange f(both);
    f.client.password = "old";
    EXPECT_EQ(f.run().status, status::accepted);
}

TEST(scram_server, a_verifier_that_cannot_be_read_lets_nobody_in) {
    exchange e({"SCRAM-SHA-256$4096:xx$yy:zz", "secret", ""});
    EXPECT_EQ(e.run().status, status::refused);
}

TEST(scram_server, binds_to_the_tls_connection) {
    exchange e(verifiers(), hash);
    e.client.gs2_header = "p=tls-server-end-point,,";
    e.client.end_point_hash = hash;
    EXPECT_EQ(e.run(scram_plus).status, status::accepted);
}

TEST(scram_server, a_man_in_the_middle_with_another_certificate_is_found_out) {
    exchange e(verifiers(), hash);
    e.client.gs2_header = "p=tls-server-end-point,,";
    e.client.end_point_hash = std::string(32, 'm');
    EXPECT_EQ(e.run(scram_plus).status, status::malformed);
}

TEST(scram_server, a_client_that_was_shown_no_binding_is_a_downgrade) {
    exchange e(verifiers(), hash);
    e.client.gs2_header = "y,,";
    EXPECT_EQ(e.run(scram_plain).status, status::malformed);
    exchange plain;
    plain.client.gs2_header = "y,,"; // without TLS we offer none: it is right
    EXPECT_EQ(plain.run(scram_plain).status, status::accepted);
}

TEST(scram_server, the_flag_and_the_mechanism_must_agree) {
    const std::string bound = "p=tls-server-end-point,,";
    for (const auto& [mechanism, header] : {std::pair{std::string(scram_plus), std::string("n,,")},
                                            {std::string(scram_plus), "y,,"},
                                            {std::string(scram_plain), bound},
                                            {std::string(scram_plus), "p=tls-unique,,"},
                                            {std::string(scram_plus), "p=,,"},
                                            {std::string("SCRAM-SHA-1"), "n,,"},
                                            {"", "n,,"}}) {
        exchange e(verifiers(), hash);
        e.client.gs2_header = header;
        e.client.end_point_hash = header.starts_with('p') ? hash : "";
        EXPECT_EQ(e.run(mechanism).status, status::malformed) << mechanism << ' ' << header;
    }
    exchange without_tls;
    without_tls.client.gs2_header = bound;
    EXPECT_EQ(without_tls.run(scram_plus).status, status::malformed);
}

TEST(scram_server, a_first_message_that_is_not_one_is_malformed) {
    for (const std::string& first : {std::string(),
                                     std::string("n"),
                                     std::string("n,"),
                                     std::string("n,,"),
                                     std::string("n,,n="),
                                     std::string("n,,n=,"),
                                     std::string("n,,n=,r="),
                                     std::string("n,,r=abc,n="),
                                     std::string("n,a=admin,n=,r=abc"),
                                     std::string("n,,m=x,n=,r=abc"),
                                     std::string("x,,n=,r=abc"),
                                     std::string("nn,n=,r=abc"),
                                     std::string("n,,n=,r=a b"),
                                     std::string("n,,n=,r=a\x01"),
                                     std::string("n,,n=,r=a\xff"),
                                     std::string("n,,n=,r=ab\0c", 12),
                                     std::string("n,,n=,r=a,"),
                                     std::string("n,,n=,r=a,,"),
                                     std::string("n,,n=,r=a,1=x"),
                                     std::string("n,,n=,r=a,x"),
                                     "n,,n=,r=" + std::string(100'000, 'a')}) {
        exchange e;
        EXPECT_EQ(e.server.first(scram_plain, first).status, status::malformed) << first;
    }
    exchange e;
    EXPECT_EQ(e.server.first(scram_plain, "n,,n=anybody,r=abc,x=extension").status, status::more);
}

TEST(scram_server, a_foreign_nonce_is_malformed) {
    exchange e;
    const auto first = e.server.first(scram_plain, e.client.first());
    for (const std::string nonce : {"", "x", "rOprNGfwEbeRWgbNEkqO"}) {
        const auto said = "c=biws,r=" + nonce + ",p=" + base64(std::string(32, 'p'));
        EXPECT_EQ(e.server.final(said).status, status::malformed) << nonce;
    }
    auto other = first.data;
    other.insert(other.find(','), "x"); // ours, and more
    EXPECT_EQ(e.server.final(e.client.final(other)).status, status::malformed);
}

TEST(scram_server, a_last_message_of_wrong_lengths_is_malformed) {
    exchange e;
    const auto first = e.server.first(scram_plain, e.client.first());
    const auto start = e.client.without_proof(first.data);
    for (const std::size_t n : {0U, 1U, 31U, 33U, 64U, 1000U})
        EXPECT_EQ(e.server.final(start + ",p=" + base64(std::string(n, 'p'))).status,
                  status::malformed)
            << n;
    const auto good = e.client.final(first.data);
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_EQ(e.server.final(good.substr(0, n)).status, status::malformed) << n;
    EXPECT_EQ(e.server.final(good + ",x=1").status, status::malformed);
    EXPECT_EQ(e.server.final(good + "\n").status, status::malformed);
    EXPECT_EQ(e.server.final("").status, status::malformed);
}

TEST(scram_server, extensions_before_the_proof_are_signed_and_ignored) {
    exchange e;
    const auto first = e.server.first(scram_plain, e.client.first());
    EXPECT_EQ(e.server.final(e.client.final(first.data, ",x=1")).status, status::accepted);
}

TEST(scram_server, a_proof_before_the_first_message_is_malformed) {
    exchange e;
    EXPECT_EQ(e.server.final("c=biws,r=,p=" + base64(std::string(32, 'p'))).status,
              status::malformed);
}

} // namespace
} // namespace ringfence::auth
