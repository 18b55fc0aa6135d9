// Verbs, help and wrong use.
#include "command.h"

#include "proxy/observe/version.h"

namespace ringfence::cli::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(application, unknown_verbs_have_a_proposal) {
    const auto near = ringfence({"chekc"});
    EXPECT_EQ(near.status, wrong_use);
    EXPECT_EQ(near.out, "");
    EXPECT_EQ(near.err, "ringfence: unknown verb 'chekc' (did you mean 'check'?)\n");
    const auto far = ringfence({"frobnicate", "--help"});
    EXPECT_EQ(far.status, wrong_use);
    EXPECT_EQ(far.err, "ringfence: unknown verb 'frobnicate'; there is serve, check, explain, "
                       "hash-password\n");
    EXPECT_EQ(ringfence({"\x1b[31m\xff"}).err,
              "ringfence: unknown verb '?[31m?'; there is serve, check, explain, hash-password\n");
    EXPECT_EQ(ringfence({""}).status, wrong_use);
}

TEST(application, no_verb_is_wrong_use) {
    const auto o = ringfence({});
    EXPECT_EQ(o.status, wrong_use);
    EXPECT_EQ(o.out, "");
    EXPECT_NE(o.err, "");
}

TEST(application, help_and_version_are_fine) {
    const auto all = ringfence({"--help"});
    EXPECT_EQ(all.status, fine);
    for (const auto* verb : {"serve", "check", "explain", "hash-password"}) {
        EXPECT_THAT(all.out, HasSubstr(verb));
        const auto one = ringfence({verb, "--help"});
        EXPECT_EQ(one.status, fine) << verb;
        EXPECT_THAT(one.out, HasSubstr("Example:\n  ringfence " + std::string(verb)));
        EXPECT_EQ(one.err, "");
    }
    const auto version = ringfence({"--version"});
    EXPECT_EQ(version.status, fine);
    EXPECT_THAT(version.out,
                StartsWith("ringfence " + std::string(observe::version) + " (PostgreSQL grammar "));
}

TEST(application, wrong_flags_are_wrong_use_and_do_nothing) {
    const std::vector<std::vector<std::string>> wrong{
        {"--bogus"},
        {"check", "--bogus"},
        {"check", "a", "b"},
        {"check", "--format"},
        {"check", "--format", "xml"},
        {"check", "--format", "TEXT"},
        {"check", "--today", "2026-02-30"},
        {"check", "--today", "yesterday"},
        {"explain"},
        {"explain", "--service", "order-service", "SELECT 1"},
        {"explain", "--server", "shop-pg", "SELECT 1"},
        {"explain", "--service", "a", "--server", "b", "--format", "sarif", "SELECT 1"},
        {"explain", "--service", "a", "--server", "b", "SELECT 1", "SELECT 2"},
        {"hash-password", "secret"},
        {"hash-password", "--iterations", "4095"},
        {"hash-password", "--iterations", "10000001"},
        {"hash-password", "--iterations", "-1"},
        {"hash-password", "--iterations", "many"},
        {"serve", "--today", "x"},
        {"serve", "extra"},
        {"check", "explain", "--service"},
    };
    for (const auto& words : wrong) {
        const auto o = ringfence(words, "secret\n");
        EXPECT_EQ(o.status, wrong_use) << testing::PrintToString(words) << o.out << o.err;
        EXPECT_EQ(o.out, "") << testing::PrintToString(words);
        EXPECT_NE(o.err, "") << testing::PrintToString(words);
    }
}

TEST(application, wrong_values_are_named_with_what_would_be_right) {
    EXPECT_THAT(ringfence({"check", "--format", "xml"}).err,
                HasSubstr("one of json, markdown, sarif, text, not xml"));
    EXPECT_THAT(ringfence({"check", "--today", "1.1.2026"}).err,
                HasSubstr("a date as YYYY-MM-DD, not 1.1.2026"));
}

TEST(application, a_start_that_fails_is_a_finding) {
    const ringfence::test::temporary_folder t;
    EXPECT_EQ(ringfence({"serve", "--config", (t / "none.yaml").string()}).status, finding);
}

} // namespace
} // namespace ringfence::cli::test
