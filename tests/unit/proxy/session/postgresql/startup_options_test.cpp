// `options`, as the server takes it apart: pg_split_opts in its postinit.c, then the switches of
// process_postgres_switches.
#include "proxy/session/postgresql/startup_options.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::session::postgresql {
namespace {

using settings = std::vector<std::pair<std::string, std::string>>;

std::optional<settings> split(std::string_view options) {
    settings out;
    if (!split_options(options, out))
        return std::nullopt;
    return out;
}

TEST(startup_options, nothing_is_nothing) {
    EXPECT_EQ(split(""), settings{});
    EXPECT_EQ(split(" \t\n\v\f\r "), settings{});
}

TEST(startup_options, all_ways_to_write_a_setting) {
    const settings one = {{"statement_timeout", "5s"}};
    for (const std::string_view text :
         {"-c statement_timeout=5s", "-cstatement_timeout=5s", "--statement_timeout=5s",
          "--statement-timeout=5s", "  -c\tstatement_timeout=5s\n", "--STATEMENT-Timeout=5s",
          "-c statement-timeout=5s"})
        EXPECT_EQ(split(text), one) << text;
    EXPECT_EQ(split("-c a=1 --b=2 -cc=3"), (settings{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
}

TEST(startup_options, a_backslash_takes_the_next_byte_as_it_is) {
    EXPECT_EQ(split(R"(-c search_path=a,\ b)"), (settings{{"search_path", "a, b"}}));
    EXPECT_EQ(split(R"(-c a=x\\y)"), (settings{{"a", R"(x\y)"}}));
    EXPECT_EQ(split(R"(-c a=x\)"), (settings{{"a", "x"}}));
    EXPECT_EQ(split(R"(\-c a=x)"), (settings{{"a", "x"}})); // the server does not see it either
}

TEST(startup_options, values_may_be_empty_and_hold_equals_signs) {
    EXPECT_EQ(split("-c a="), (settings{{"a", ""}}));
    EXPECT_EQ(split("-c a=b=c"), (settings{{"a", "b=c"}}));
}

TEST(startup_options, anything_else_is_refused) {
    for (const std::string_view text :
         {"-c", "-c a", "--a", "--", "-", "-B 100", "-d 5", "-e", "-bc a=1", "-c =1", "--=1", "a=1",
          "-c a=1 shop", "-c a=1 -", "-- -c a=1", "\\"})
        EXPECT_EQ(split(text), std::nullopt) << text;
}

TEST(startup_options, the_last_one_counts) {
    login_request r;
    EXPECT_EQ(take_parameter("application_name", "first", r), "");
    EXPECT_EQ(take_parameter("options", "-c APPLICATION_NAME=second", r), "");
    EXPECT_EQ(r.parameters, (settings{{"application_name", "second"}}));
}

TEST(startup_options, a_refused_setting_among_good_ones_refuses_all) {
    login_request r;
    EXPECT_NE(take_parameter("options", "-c application_name=a -c role=postgres", r), "");
}

} // namespace
} // namespace ringfence::session::postgresql
