#include "policy/text.h"

#include <gtest/gtest.h>

#include <array>

namespace ringfence::policy {
namespace {

TEST(text, a_name_cannot_write_to_the_terminal_or_the_log) {
    EXPECT_EQ(printable("users"), "users");
    EXPECT_EQ(printable("a\x1b[31mb\nc\rd\x7f"), "a?[31mb?c?d?");
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
    EXPECT_EQ(printable("K\xc3\xa4se"), "K\xc3\xa4se");
    EXPECT_EQ(printable("a\xc2\x9b"
                        "31m"),
              "a?31m"); // C1 control sequence introducer
    EXPECT_EQ(printable("a\xe2\x80\xae"
                        "b"),
              "a?b"); // right-to-left override
    EXPECT_EQ(printable("a\xe2\x80\xa8"
                        "b"),
              "a?b"); // line separator
}

TEST(text, bytes_that_are_no_utf8_never_come_through) {
    EXPECT_EQ(printable("a\xff\xfe"), "a??");
    EXPECT_EQ(printable("a\xc0\xaf"), "a??");           // overlong '/'
    EXPECT_EQ(printable("a\xed\xa0\x80"), "a???");      // surrogate
    EXPECT_EQ(printable("a\xf4\x90\x80\x80"), "a????"); // beyond Unicode
    EXPECT_EQ(printable("a\xe2\x82"), "a??");           // cut short
}

TEST(text, a_long_name_is_cut_at_a_character) {
    EXPECT_EQ(printable(std::string(200, 'a')), std::string(128, 'a') + "...");
    EXPECT_EQ(printable(std::string(128, 'a')), std::string(128, 'a'));
    EXPECT_EQ(printable("aa\xc3\xa4", 3), "aa...");
}

TEST(text, the_nearest_name_is_proposed_only_when_it_is_near) {
    constexpr std::array<std::string_view, 3> names{"billing-service", "order-service", "until"};
    EXPECT_EQ(nearest("biling-service", names), "billing-service");
    EXPECT_EQ(nearest("oredr-service", names), "order-service");
    EXPECT_EQ(nearest("untl", names), "until");
    EXPECT_EQ(nearest("warehouse", names), "");
    EXPECT_EQ(nearest("", names), "");
    EXPECT_EQ(nearest(std::string(100'000, 'x'), names), "");
    EXPECT_EQ(did_you_mean("untill", names), " (did you mean 'until'?)");
    EXPECT_EQ(did_you_mean("zzz", names), "");
}

} // namespace
} // namespace ringfence::policy
