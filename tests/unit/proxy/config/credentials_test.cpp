// The credentials file, and that no message of it holds a secret.
#include "../temporary_folder.h"
#include "made_certificate.h"
#include "written.h"

#include "proxy/auth/crypto.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/sha2_verifier.h"
#include "proxy/auth/verifier.h"
#include "proxy/credentials_file.h"

#include <sys/stat.h>

#include <map>

namespace ringfence::config::test {
namespace {

using ringfence::test::temporary_folder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string salt = "sixteen bytes!!!";
const std::string verifier = auth::make_scram_verifier("one", 4096, salt);
const std::string second = auth::make_scram_verifier("two", 4096, salt);
const std::string sha2 = auth::make_sha2_verifier("one", 5000, "twenty bytes of salt");
const std::string native = auth::make_native_verifier("one");

environment_lookup environment(std::map<std::string, std::string> values = {}) {
    return [values = std::move(values)](const std::string& name) {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

credentials_result read_credentials(std::string_view text,
                                    const environment_lookup& e = environment(),
                                    const std::filesystem::path& in = folder) {
    return parse_credentials(text, "credentials.yaml", in, e);
}

std::string login(std::string_view value) {
    return "services:\n  orders: " + std::string(value) + "\n";
}
std::string backend(std::string_view value) {
    return "servers:\n  pg: " + std::string(value) + "\n";
}

void expect_refused_credentials(std::string_view text, std::string_view rule, int line,
                                std::string_view words,
                                const environment_lookup& e = environment()) {
    const auto r = read_credentials(text, e);
    EXPECT_EQ(r.credentials, nullptr) << text;
    const auto d = only(r.findings);
    EXPECT_EQ(d.rule, rule) << text;
    EXPECT_EQ(d.place.line, line) << text;
    EXPECT_THAT(d.message, HasSubstr(std::string(words)));
}

TEST(credentials, all_that_it_may_hold) {
    const auto r =
        read_credentials("services:\n"
                         "  orders: {verifier: \"" +
                         verifier +
                         "\"}\n"
                         "  users: {verifiers: [\"" +
                         verifier + "\", \"" + second +
                         "\"]}\n"
                         "servers:\n"
                         "  pg: {user: ringfence, password: s3cret}\n"
                         "  other: {user: trusted}\n"
                         "backends:\n"
                         "  user-service:\n"
                         "    pg: {user: users_app, certificate: u.crt, key: /k/u.key}\n");
    ASSERT_TRUE(r.credentials) << all(r.findings);
    EXPECT_TRUE(r.findings.empty());
    const auto& c = *r.credentials;
    EXPECT_THAT(c.clients.at("orders").verifiers, ElementsAre(verifier));
    EXPECT_THAT(c.clients.at("users").verifiers, ElementsAre(verifier, second));
    const auto* shared = c.login_for("order-service", "pg");
    ASSERT_NE(shared, nullptr);
    EXPECT_EQ(shared->user, "ringfence");
    EXPECT_EQ(shared->password, "s3cret");
    const auto* own = c.login_for("user-service", "pg");
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->user, "users_app");
    EXPECT_EQ(own->password, "");
    EXPECT_EQ(own->certificate, "/etc/ringfence/u.crt");
    EXPECT_EQ(own->key, "/k/u.key");
    EXPECT_EQ(c.login_for("user-service", "other")->user, "trusted");
    EXPECT_EQ(c.login_for("user-service", "none"), nullptr);
}

TEST(credentials, the_decoy_key_is_of_the_file) {
    const auto key = [](const std::string& text, const environment_lookup& e = environment()) {
        const auto r = read_credentials(text, e);
        return r.credentials ? r.credentials->decoy_key : std::string();
    };
    const auto one = backend("{user: u, password: one}");
    EXPECT_EQ(key(one).size(), 32U);
    EXPECT_EQ(key(one), key(one));
    EXPECT_NE(key(one), key(backend("{user: u, password: two}")));
    const auto env = backend("{user: u, password: \"${P}\"}");
    EXPECT_NE(key(env, environment({{"P", "a"}})), key(env, environment({{"P", "b"}})));
}

TEST(credentials, verifiers_that_are_none) {
    const std::string keys = verifier.substr(verifier.find('$', 15));
    for (const std::string& wrong : {std::string("secret"),
                                     std::string("md5a6e0d1f9b8a94e4c1b2e6f4a4a1d2c3b"),
                                     verifier.substr(0, verifier.size() - 1),
                                     verifier + "=",
                                     "X" + verifier,
                                     "SCRAM-SHA-256$0:c2FsdA==" + keys,
                                     "SCRAM-SHA-256$-4096:c2FsdA==" + keys,
                                     "SCRAM-SHA-256$10000001:c2FsdA==" + keys,
                                     "SCRAM-SHA-256$4096:!!!!" + keys,
                                     "SCRAM-SHA-256$4096" + keys,
                                     std::string("SCRAM-SHA-256$4096:c2FsdA==$c2FsdA==:c2FsdA=="),
                                     std::string("SCRAM-SHA-256$4096:c2FsdA=="),
                                     "SCRAM-SHA-1$" + verifier.substr(14),
                                     sha2.substr(1),
                                     sha2.substr(0, sha2.size() - 1),
                                     sha2 + "x",
                                     "$A$004" + sha2.substr(6),
                                     std::string("0x2"),
                                     "0x" + sha2,
                                     native.substr(1),
                                     native + "0",
                                     "*" + native.substr(2),
                                     native.substr(0, 40) + "G"}) {
        const auto text = login("{verifier: \"" + wrong + "\"}");
        expect_refused_credentials(text, "bad-verifier", 2, "not a verifier: for PostgreSQL ");
        EXPECT_THAT(all(read_credentials(text).findings), Not(HasSubstr(wrong)));
    }
}

TEST(credentials, verifiers_of_mysql) {
    const std::string hexadecimal = "0x" + auth::to_hex(sha2);
    for (const std::string& text : {sha2, hexadecimal, native}) {
        const auto r = read_credentials(login("{verifier: \"" + text + "\"}"));
        ASSERT_TRUE(r.credentials) << all(r.findings);
        EXPECT_THAT(r.credentials->clients.at("orders").verifiers, ElementsAre(text));
    }
    // Of one login of both engines, and in any order.
    const auto r = read_credentials(login("{verifiers: [\"" + native + "\", \"" + verifier +
                                          "\", \"" + sha2 + "\", \"" + second + "\"]}"));
    ASSERT_TRUE(r.credentials) << all(r.findings);
    EXPECT_THAT(r.credentials->clients.at("orders").verifiers,
                ElementsAre(native, verifier, sha2, second));
}

TEST(credentials, a_login_has_a_verifier_or_verifiers) {
    expect_refused_credentials(login("{}"), "missing-key", 2, "either 'verifier' or 'verifiers'");
    expect_refused_credentials(
        login("{verifier: \"" + verifier + "\", verifiers: [\"" + verifier + "\"]}"), "missing-key",
        2, "either 'verifier' or 'verifiers'");
    expect_refused_credentials(login("{verifiers: []}"), "wrong-value", 2, "1 to 8 verifiers");
    std::string many;
    for (int i = 0; i < 8; ++i)
        many += (i == 0 ? "\"" : ", \"") + verifier + "\"";
    EXPECT_TRUE(read_credentials(login("{verifiers: [" + many + "]}")).credentials);
    expect_refused_credentials(login("{verifiers: [" + many + ", \"" + verifier + "\"]}"),
                               "wrong-value", 2, "1 to 8 verifiers");
    expect_refused_credentials(login("{password: s3cret}"), "clear-password", 2,
                               "a client's password does not belong here");
}

TEST(credentials, two_verifiers_need_one_salt_and_count) {
    for (const auto& other : {auth::make_scram_verifier("two", 4096, "another salt"),
                              auth::make_scram_verifier("two", 4097, salt)})
        expect_refused_credentials(login("{verifiers: [\"" + verifier + "\", \"" + other + "\"]}"),
                                   "bad-verifier", 2, "'ringfence hash-password --salt-of OLD'");
}

TEST(credentials, values_from_the_environment) {
    const auto e = environment({{"V", verifier}, {"U", "app"}, {"P", "p w: #$"}, {"EMPTY", ""}});
    const auto r = read_credentials(
        login("{verifier: \"${V}\"}") + backend("{user: \"${U}\", password: \"${P}\"}"), e);
    ASSERT_TRUE(r.credentials) << all(r.findings);
    EXPECT_THAT(r.credentials->clients.at("orders").verifiers, ElementsAre(verifier));
    EXPECT_EQ(r.credentials->backend_by_server.at("pg").user, "app");
    EXPECT_EQ(r.credentials->backend_by_server.at("pg").password, "p w: #$");
    expect_refused_credentials(backend("{user: u, password: \"${NONE}\"}"), "missing-variable", 2,
                               "names the environment variable NONE, which is not set", e);
    expect_refused_credentials(backend("{user: u, password: \"${EMPTY}\"}"), "missing-variable", 2,
                               "EMPTY", e);
    for (const auto* partly : {"${P}x", "${P", "${}", "${P}${P}"})
        expect_refused_credentials(backend("{user: u, password: \"" + std::string(partly) + "\"}"),
                                   "wrong-value", 2, "must be ${NAME} as a whole", e);
    const auto plain = read_credentials(backend("{user: u, password: \"a${P}\"}"), e);
    ASSERT_TRUE(plain.credentials);
    EXPECT_EQ(plain.credentials->backend_by_server.at("pg").password, "a${P}");
}

TEST(credentials, values_of_the_environment_are_not_expanded_again) {
    const auto r = read_credentials(backend("{user: u, password: \"${P}\"}"),
                                    environment({{"P", "${Q}"}, {"Q", "q"}}));
    ASSERT_TRUE(r.credentials);
    EXPECT_EQ(r.credentials->backend_by_server.at("pg").password, "${Q}");
}

TEST(credentials, backend_logins) {
    expect_refused_credentials(backend("{password: s3cret}"), "missing-key", 2, "'user'");
    expect_refused_credentials(backend("{user: u, password: s3cret, password_file: f}"),
                               "wrong-value", 2, "not both");
    expect_refused_credentials(backend("{user: u, certificate: c}"), "missing-key", 2,
                               "'certificate' and 'key' belong together");
    expect_refused_credentials(backend("{user: u, key: k}"), "missing-key", 2,
                               "'certificate' and 'key' belong together");
}

TEST(credentials, password_files) {
    const temporary_folder t;
    const auto read_with = [&](const std::string& file) {
        return read_credentials(backend("{user: u, password_file: " + file + "}"), environment(),
                                t.path());
    };
    const auto password = [&](std::string_view text) {
        t.write("password", text);
        const auto r = read_with("password");
        return r.credentials ? r.credentials->backend_by_server.at("pg").password
                             : "refused: " + only(r.findings).message;
    };
    EXPECT_EQ(password("s3cret"), "s3cret");
    EXPECT_EQ(password("s3cret\n"), "s3cret");
    EXPECT_EQ(password("s3cret\r\nmore\n"), "s3cret");
    EXPECT_EQ(password(" two words \n"), " two words ");
    EXPECT_EQ(password("${HOME}\n"), "${HOME}");
    for (const auto& wrong : {std::string(), std::string("\ns3cret\n"), std::string("s3\0cret", 7)})
        EXPECT_THAT(password(wrong), testing::EndsWith(": no password in its first line"));
    EXPECT_THAT(password(std::string(5000, 'x')), HasSubstr("larger than 4096 bytes"));

    t.write("password", "s3cret\n", 0644);
    const auto loose = read_with("password");
    EXPECT_FALSE(loose.credentials);
    EXPECT_EQ(only(loose.findings).rule, "unreadable-file");
    EXPECT_THAT(only(loose.findings).message, HasSubstr("everybody can read it (mode 0644)"));
    EXPECT_THAT(only(read_with("none").findings).message, HasSubstr("No such file"));
    EXPECT_THAT(only(read_with(".").findings).message, HasSubstr("not a file"));
}

TEST(credentials, no_message_holds_a_secret) {
    constexpr std::string_view secret = "hunter2";
    for (const std::string& text : {
             backend("hunter2"),
             backend("[hunter2]"),
             backend("{user: u, password:hunter2}"),
             backend("{user: u, hunter2}"),
             backend("{user: u, passwd: hunter2}"),
             backend("{user: u, password: [hunter2]}"),
             backend("{user: u, password: {a: hunter2}}"),
             backend("{user: u, password: *hunter2}"),
             backend("{user: u, password: &hunter2 x}"),
             backend("{user: u, password: !hunter2 x}"),
             backend("{user: u, password: \"hunter2\\q\"}"),
             backend("{user: u, password: \"hunter2}"),
             backend("{user: u, password: hunter2"),
             backend("{user: u, password: \"hunter2\\n\"}"),
             backend("{user: u, password: \"${hunter2\"}"),
             backend("{user: u, password: hunter2, password_file: f}"),
             backend("{user: u, password: hunter2, password: hunter2, : }"),
             backend("{user: u, hunter2: 1, hunter2: 2}"),
             backend("\n    user: u\n    password: x\n    hunter2\n"),
             login("hunter2"),
             login("[hunter2]"),
             login("{password: hunter2}"),
             login("{verifier: hunter2}"),
             login("{verifier: [hunter2]}"),
             login("{verifiers: hunter2}"),
             login("{verifiers: [hunter2, [hunter2]]}"),
             login("{verifier:hunter2}"),
             std::string("services: hunter2\n"),
             std::string("servers: hunter2\n"),
             std::string("backends: hunter2\n"),
             std::string("backends: {s: hunter2}\n"),
             std::string("hunter2\n"),
             std::string("hunter2: 1\n"),
             std::string("%hunter2\n"),
         }) {
        const auto r = read_credentials(text);
        EXPECT_FALSE(r.credentials) << text;
        EXPECT_FALSE(r.findings.empty()) << text;
        EXPECT_THAT(all(r.findings), Not(HasSubstr(std::string(secret)))) << text;
    }
}

TEST(credentials, misspelt_keys_are_guessed_without_being_told) {
    expect_refused_credentials(backend("{user: u, pasword: s3cret}"), "unknown-key", 2,
                               "unknown key in a backend login (did you mean 'password'?)");
    expect_refused_credentials("service: {}\n", "unknown-key", 1, "did you mean 'services'?");
}

TEST(credentials_file, is_read_when_it_is_for_its_owner_only) {
    const temporary_folder t;
    const auto file = t.write("credentials.yaml", backend("{user: u, password: p}"));
    EXPECT_TRUE(load_credentials(file, environment()).credentials);
    for (const auto mode : {0644U, 0604U, 0666U}) {
        ::chmod(file.c_str(), mode);
        const auto r = load_credentials(file, environment());
        EXPECT_FALSE(r.credentials);
        EXPECT_EQ(only(r.findings).rule, "unreadable-file");
        EXPECT_EQ(only(r.findings).place.file, file.string());
        EXPECT_THAT(only(r.findings).message, HasSubstr("everybody can read it"));
    }
    EXPECT_EQ(only(load_credentials(t / "none", environment()).findings).message,
              "No such file or directory");
}

TEST(credentials_file, says_which_files_it_names_also_when_it_is_refused) {
    const temporary_folder t;
    const auto file =
        t.write("credentials.yaml", "servers:\n"
                                    "  a: {user: u, password_file: secrets/a}\n"
                                    "  b: {user: u, certificate: c.pem, key: /k/c.key}\n"
                                    "  c: {user: u, password: p}\n");
    const auto r = load_credentials(file, environment());
    EXPECT_FALSE(r.credentials);
    EXPECT_THAT(r.files, ElementsAre(t / "secrets/a", t / "c.pem", "/k/c.key"));
}

TEST(credentials_file, looks_at_client_certificates) {
    const temporary_folder t;
    const made_certificate m;
    t.write("c.pem", m.certificate);
    t.write("k.pem", m.key);
    const auto file =
        t.write("credentials.yaml", backend("{user: u, certificate: c.pem, key: k.pem}"));
    EXPECT_TRUE(load_credentials(file, environment()).credentials);
    t.write("k.pem", m.key, 0644);
    EXPECT_THAT(only(load_credentials(file, environment()).findings).message,
                HasSubstr("k.pem: everybody can read it"));
    t.write("k.pem", made_certificate().key);
    const auto r = load_credentials(file, environment());
    EXPECT_FALSE(r.credentials);
    EXPECT_EQ(only(r.findings).rule, "bad-certificate");
    EXPECT_THAT(only(r.findings).message, HasSubstr("does not belong to the certificate"));
}

} // namespace
} // namespace ringfence::config::test
