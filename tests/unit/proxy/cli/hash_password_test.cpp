// `ringfence hash-password`: what comes out logs in, and nothing else is said.
#include "command.h"

#include "proxy/auth/mysql_native.h"
#include "proxy/auth/sha2_verifier.h"
#include "proxy/auth/verifier.h"

namespace ringfence::cli::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string made(const std::vector<std::string>& more, const std::string& input,
                 bool terminal = false) {
    std::vector<std::string> words{"hash-password"};
    words.insert(words.end(), more.begin(), more.end());
    const auto o = ringfence(words, input, false, terminal);
    EXPECT_EQ(o.status, fine) << o.err;
    EXPECT_TRUE(o.out.ends_with('\n'));
    return o.out.substr(0, o.out.size() - 1);
}

// What the verifier of this password is, given salt and iterations.
void expect_verifies(const std::string& verifier, std::string_view password) {
    const auto v = auth::parse_verifier(verifier);
    ASSERT_TRUE(v) << verifier;
    EXPECT_EQ(auth::make_scram_verifier(password, v->iterations, v->salt), verifier);
}

std::string refused(std::vector<std::string> words, const std::string& input,
                    bool terminal = false) {
    words.insert(words.begin(), "hash-password");
    const auto o = ringfence(words, input, false, terminal);
    EXPECT_EQ(o.status, wrong_use);
    EXPECT_EQ(o.out, "");
    return o.err;
}

TEST(hash_password, the_verifier_verifies) {
    const auto verifier = made({}, "s3cret\n");
    expect_verifies(verifier, "s3cret");
    const auto v = auth::parse_verifier(verifier);
    EXPECT_EQ(v->iterations, 4096U);
    EXPECT_EQ(v->salt.size(), 16U);
    EXPECT_NE(made({}, "s3cret\n"), verifier); // a salt of its own
}

TEST(hash_password, reads_one_line) {
    for (const auto* input : {"s3cret", "s3cret\n", "s3cret\r\n", "s3cret\nmore\n"})
        expect_verifies(made({}, input), "s3cret");
    expect_verifies(made({}, " two words \n"), " two words ");
    expect_verifies(made({}, std::string(1000, 'x') + "\n"), std::string(1000, 'x'));
    expect_verifies(made({}, std::string(1000, 'x') + "\r\n"), std::string(1000, 'x'));
}

TEST(hash_password, iterations) {
    const auto verifier = made({"--iterations", "5000"}, "s3cret\n");
    EXPECT_THAT(verifier, testing::StartsWith("SCRAM-SHA-256$5000:"));
    expect_verifies(verifier, "s3cret");
    EXPECT_THAT(made({"--iterations", "4096"}, "s3cret\n"),
                testing::StartsWith("SCRAM-SHA-256$4096:"));
}

TEST(hash_password, the_salt_of_the_former_verifier) {
    const auto former = auth::make_scram_verifier("old", 4321);
    const auto fresh = made({"--salt-of", former}, "new\n");
    expect_verifies(fresh, "new");
    const auto a = auth::parse_verifier(former), b = auth::parse_verifier(fresh);
    EXPECT_EQ(a->salt, b->salt);
    EXPECT_EQ(b->iterations, 4321U);
    EXPECT_EQ(made({"--salt-of", former, "--iterations", "4321"}, "new\n"), fresh);
    EXPECT_THAT(refused({"--salt-of", former, "--iterations", "4096"}, "new\n"),
                HasSubstr("must be those of the verifier in --salt-of"));
    EXPECT_THAT(refused({"--salt-of", "SCRAM-SHA-256$4096:x"}, "new\n"),
                HasSubstr("--salt-of wants a whole verifier"));
}

TEST(hash_password, caching_sha2_for_mysql) {
    const auto verifier = made({"--method", "caching-sha2"}, "s3cret\n");
    const auto v = auth::parse_sha2_verifier(verifier);
    ASSERT_TRUE(v) << verifier;
    EXPECT_EQ(v->rounds, 5000U);
    EXPECT_TRUE(auth::check_sha2_password(*v, "s3cret"));
    EXPECT_FALSE(auth::check_sha2_password(*v, "another"));
    EXPECT_NE(made({"--method", "caching-sha2"}, "s3cret\n"), verifier); // a salt of its own
    EXPECT_THAT(made({"--method", "caching-sha2", "--iterations", "10000"}, "s3cret\n"),
                testing::StartsWith("$A$00A$"));
    for (const auto* rounds : {"4096", "5001", "4096000"})
        EXPECT_THAT(refused({"--method", "caching-sha2", "--iterations", rounds}, "s3cret\n"),
                    HasSubstr("thousands, from 5000 to 4095000"));
}

TEST(hash_password, native_for_mysql) {
    EXPECT_EQ(made({"--method", "native"}, "s3cret\n"), auth::make_native_verifier("s3cret"));
    EXPECT_EQ(made({"--method", "native"}, "password\n"),
              "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    EXPECT_THAT(refused({"--method", "native", "--iterations", "5000"}, "s3cret\n"),
                HasSubstr("native has no --iterations"));
}

TEST(hash_password, methods_of_mysql_have_bounds) {
    for (const std::string method : {"caching-sha2", "native"}) {
        EXPECT_THAT(refused({"--method", method}, std::string(257, 'x')),
                    HasSubstr("longer than the 256 bytes"));
        EXPECT_THAT(refused({"--method", method, "--salt-of", "x"}, "s3cret\n"),
                    HasSubstr("--salt-of is for --method scram"));
    }
    EXPECT_THAT(refused({"--method", "md5"}, "s3cret\n"), HasSubstr("--method"));
}

TEST(hash_password, what_is_no_password) {
    for (const auto* nothing : {"", "\n", "\r\n", "\nsecond line\n"})
        EXPECT_EQ(refused({}, nothing), "ringfence hash-password: no password on the input\n");
    const auto said = refused({}, std::string(1001, 'x') + "\n");
    EXPECT_EQ(said, "ringfence hash-password: the password is longer than 1000 bytes\n");
}

TEST(hash_password, a_terminal_is_asked_twice) {
    const auto o = ringfence({"hash-password"}, "s3cret\ns3cret\n", false, true);
    EXPECT_EQ(o.status, fine);
    EXPECT_EQ(o.err, "Password: \nAgain: \n");
    EXPECT_THAT(o.err + o.out, Not(HasSubstr("s3cret")));
    EXPECT_THAT(refused({}, "s3cret\nother\n", true), HasSubstr("the two passwords differ"));
    EXPECT_THAT(refused({}, "s3cret\n", true), HasSubstr("the two passwords differ"));
}

} // namespace
} // namespace ringfence::cli::test
