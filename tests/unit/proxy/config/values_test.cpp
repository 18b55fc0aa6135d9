// Numbers, sizes and durations of ringfence.yaml: what each key takes, and what it does not.
#include "written.h"

#include <chrono>
#include <functional>

namespace ringfence::config::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::uint64_t kilo = 1024, mega = kilo * kilo, giga = kilo * mega;

struct size_key {
    const char* name;
    std::function<std::uint64_t(const settings&)> value;
    std::uint64_t fallback, lowest, highest;
    const char *lowest_text, *highest_text;
};

const std::vector<size_key> sizes{
    {"max_statement_bytes", [](const auto& s) { return s.net.session.max_statement_bytes; },
     64 * mega, kilo, giga, "1kB", "1GB"},
    {"max_analysis_bytes", [](const auto& s) { return s.net.session.sql.max_bytes; }, 4 * mega,
     kilo, 64 * mega, "1kB", "64MB"},
    {"decision_cache_bytes", [](const auto& s) { return s.net.session.cache_bytes; }, 8 * mega,
     64 * kilo, 16 * giga, "64kB", "16GB"},
};

std::string limit(const char* key, std::string_view value) {
    return with("limits: {" + std::string(key) + ": " + std::string(value) + "}\n");
}

TEST(config_values, sizes_and_their_bounds) {
    for (const auto& key : sizes) {
        EXPECT_EQ(key.value(good(with(""))), key.fallback) << key.name;
        EXPECT_EQ(key.value(good(limit(key.name, key.lowest_text))), key.lowest);
        EXPECT_EQ(key.value(good(limit(key.name, std::to_string(key.lowest)))), key.lowest);
        EXPECT_EQ(key.value(good(limit(key.name, key.highest_text))), key.highest);
        EXPECT_EQ(key.value(good(limit(key.name, std::to_string(key.highest)))), key.highest);
        for (const auto& wrong :
             {std::to_string(key.lowest - 1), std::to_string(key.highest + 1)}) {
            const auto d = refused(limit(key.name, wrong));
            EXPECT_EQ(d.rule, "wrong-value");
            EXPECT_THAT(d.message, HasSubstr(std::to_string(key.lowest) + " to " +
                                             std::to_string(key.highest)));
        }
    }
}

TEST(config_values, what_is_no_size) {
    for (const auto* wrong : {"-1",
                              "-1kB",
                              "0",
                              "\"\"",
                              "~",
                              "kB",
                              "64 kB",
                              "64kb",
                              "64KB",
                              "64K",
                              "64k",
                              "1.5MB",
                              "0x10000",
                              "1e6",
                              "64kB ;",
                              "64MBx",
                              "18446744073709551616",
                              "18446744073709551615",
                              "18446744073709551615kB",
                              "18014398509481984kB",
                              "17592186044416MB",
                              "17179869185GB",
                              "99999999999999999999999999999999GB",
                              "[64kB]",
                              "{a: 1}",
                              "sixty",
                              "\"64kB\\n\"",
                              "\xd9\xa6\xd9\xa4kB"})
        expect_refused(limit("max_analysis_bytes", wrong), "wrong-value", 5,
                       std::string_view(wrong) == "~" ? 10 : 30, "must be a size such as");
}

TEST(config_values, a_quoted_size_is_a_size) {
    EXPECT_EQ(good(limit("max_analysis_bytes", "\"64kB\"")).net.session.sql.max_bytes, 64 * kilo);
}

struct duration_key {
    const char* name;
    std::function<milliseconds(const settings&)> value;
    milliseconds fallback;
    bool none; // 0s means something
};

const std::vector<duration_key> durations{
    {"client_login_timeout", [](const auto& s) { return s.net.timeouts.client_login; }, 60s, false},
    {"client_idle_timeout", [](const auto& s) { return s.net.timeouts.client_idle; }, 0s, true},
    {"server_connect_timeout", [](const auto& s) { return s.net.timeouts.server_connect; }, 15s,
     false},
    {"query_wait_timeout", [](const auto& s) { return s.net.timeouts.query_wait; }, 120s, false},
    {"server_idle_timeout", [](const auto& s) { return s.net.timeouts.server_idle; }, 10min, true},
    {"server_lifetime", [](const auto& s) { return s.net.timeouts.server_lifetime; }, 1h, true},
    {"drain_timeout", [](const auto& s) { return s.drain_timeout; }, 60s, true},
    {"policy_check_interval", [](const auto& s) { return s.policy_check_interval; }, 1s, true},
};

TEST(config_values, durations_of_every_key) {
    for (const auto& key : durations) {
        const auto read_as = [&](const std::string& text) {
            return key.value(good(with(std::string(key.name) + ": " + text + "\n")));
        };
        EXPECT_EQ(key.value(good(with(""))), key.fallback) << key.name;
        EXPECT_EQ(read_as("1ms"), 1ms) << key.name;
        EXPECT_EQ(read_as("1500ms"), 1500ms);
        EXPECT_EQ(read_as("7s"), 7s);
        EXPECT_EQ(read_as("3m"), 3min);
        EXPECT_EQ(read_as("24h"), 24h);
        EXPECT_EQ(read_as("1440m"), 24h);
        if (key.none) {
            EXPECT_EQ(read_as("0s"), 0s);
        }
    }
}

TEST(config_values, no_time_at_all_for_a_login_is_refused) {
    for (const auto& key : durations)
        if (!key.none)
            for (const auto* zero : {"0s", "0ms", "0h"})
                expect_refused(with(std::string(key.name) + ": " + zero + "\n"), "wrong-value", 5,
                               static_cast<int>(std::string_view(key.name).size()) + 3,
                               "must be longer than 0s");
}

TEST(config_values, what_is_no_duration) {
    for (const auto& key : durations)
        for (const auto* wrong : {"5",
                                  "0",
                                  "-5s",
                                  "+5s",
                                  "5 s",
                                  "5S",
                                  "5sec",
                                  "5d",
                                  "1h30m",
                                  "1.5s",
                                  "s",
                                  "\"\"",
                                  "25h",
                                  "1441m",
                                  "86401s",
                                  "86400001ms",
                                  "18446744073709551616ms",
                                  "18446744073709551615h",
                                  "9223372036854775807m",
                                  "5124095576030431h",
                                  "never",
                                  "[5s]",
                                  "0x5s"})
            expect_refused(with(std::string(key.name) + ": " + wrong + "\n"), "wrong-type", 5,
                           static_cast<int>(std::string_view(key.name).size()) + 3,
                           "must be a duration such as 500ms, 5s, 2m or 1h (at most 24h)");
}

struct number_key {
    const char *before, *after;
    std::function<std::uint64_t(const settings&)> value;
    std::uint64_t fallback, lowest, highest;
};

const std::vector<number_key> numbers{
    {"workers: ", "\n", [](const auto& s) { return s.net.workers; }, 0, 0, 1024},
    {"max_client_conn: ", "\n", [](const auto& s) { return s.net.max_client_connections; }, 10'000,
     1, 1'000'000},
    {"limits: {max_prepared_statements: ", "}\n",
     [](const auto& s) { return s.net.session.max_prepared; }, 10'000, 1, 1'000'000},
};

void expect_numbers(const number_key& key, const std::function<std::string(std::string)>& text) {
    EXPECT_EQ(key.value(good(text(std::to_string(key.lowest)))), key.lowest) << key.before;
    EXPECT_EQ(key.value(good(text(std::to_string(key.highest)))), key.highest) << key.before;
    std::vector<std::string> wrong{std::to_string(key.highest + 1),
                                   "-1",
                                   "+1",
                                   "1.0",
                                   "1e3",
                                   "0x10",
                                   "ten",
                                   "\"7\"",
                                   "18446744073709551617",
                                   "4294967297",
                                   "65537000000",
                                   "[1]",
                                   "1 2"};
    if (key.lowest > 0)
        wrong.push_back(std::to_string(key.lowest - 1));
    for (const auto& value : wrong) {
        const auto d = refused(text(value));
        EXPECT_EQ(d.rule, "wrong-type") << value;
        EXPECT_THAT(d.message, HasSubstr("must be a number from " + std::to_string(key.lowest) +
                                         " to " + std::to_string(key.highest)));
    }
}

TEST(config_values, numbers_and_their_bounds) {
    for (const auto& key : numbers) {
        EXPECT_EQ(key.value(good(with(""))), key.fallback) << key.before;
        expect_numbers(key, [&](const std::string& n) { return with(key.before + n + key.after); });
    }
}

TEST(config_values, ports_and_pool_sizes) {
    const auto server = [](const settings& s) { return s.net.servers.at("pg"); };
    expect_numbers(
        {"server port", "", [&](const auto& s) { return server(s).hosts[0].port; }, 0, 1, 65535},
        [](const std::string& n) { return with_server("{host: h, port: " + n + "}"); });
    expect_numbers(
        {"pool size", "", [&](const auto& s) { return server(s).pool_size; }, 0, 1, 10'000},
        [](const std::string& n) { return with_server("{host: h, pool: {size: " + n + "}}"); });
    expect_numbers({"port", "", [](const auto& s) { return s.net.listen[0].port; }, 0, 0, 65535},
                   [](const std::string& n) {
                       return with_listen("{postgresql: {tls: disable, port: " + n + "}}");
                   });
    expect_numbers({"admin port", "", [](const auto& s) { return s.admin.port; }, 0, 0, 65535},
                   [](const std::string& n) {
                       return with_listen("{postgresql: {tls: disable}, admin: {port: " + n + "}}");
                   });
    expect_numbers(
        {"unix port", "", [](const auto& s) { return s.net.unix_listen.port; }, 0, 1, 65535},
        [](const std::string& n) {
            return with_listen("{unix_socket_dir: /run/r, unix_socket_port: " + n + "}");
        });
}

TEST(config_values, socket_modes_are_octal) {
    const auto mode = [](const std::string& text) {
        return with_listen("{unix_socket_dir: /run/r, unix_socket_mode: " + text + "}");
    };
    EXPECT_EQ(good(with_listen("{unix_socket_dir: /run/r}")).net.unix_listen.mode, 0777U);
    EXPECT_EQ(good(mode("\"0770\"")).net.unix_listen.mode, 0770U);
    EXPECT_EQ(good(mode("0700")).net.unix_listen.mode, 0700U);
    EXPECT_EQ(good(mode("\"0\"")).net.unix_listen.mode, 0U);
    for (const auto* wrong : {"\"0778\"", "\"01777\"", "\"0o770\"", "\"-1\"", "\"rwx\"", "\"770 \"",
                              "\"0xfff\"", "\"7777777777777777\""})
        expect_refused(mode(wrong), "wrong-value", 1, 53,
                       "'unix_socket_mode' must be an octal mode such as \"0770\"");
}

} // namespace
} // namespace ringfence::config::test
