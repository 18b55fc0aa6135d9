// Configurations as an operator writes them, read from memory.
#pragma once

#include "proxy/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::config::test {

inline constexpr std::string_view folder = "/etc/ringfence";

// The least that is a configuration, with more keys behind it: `more` begins in line 5.
inline std::string with(std::string_view more) {
    return "listen: {postgresql: {tls: disable}}\n"
           "policies: policies/\n"
           "credentials: credentials.yaml\n"
           "servers: {pg: {host: db1}}\n" +
           std::string(more);
}

inline std::string with_listen(std::string_view listen, std::string_view more = {}) {
    return "listen: " + std::string(listen) +
           "\npolicies: p\ncredentials: c\nservers: {pg: {host: db1}}\n" + std::string(more);
}

inline std::string with_server(std::string_view server) {
    return "listen: {postgresql: {tls: disable}}\npolicies: p\ncredentials: c\nservers: {pg: " +
           std::string(server) + "}\n";
}

inline load_result read(std::string_view text) {
    return parse(text, "ringfence.yaml", folder);
}

inline std::string all(const std::vector<policy::diagnostic>& findings) {
    std::string out;
    for (const auto& d : findings)
        out += to_string(d) + "\n";
    return out;
}

inline settings good(std::string_view text) {
    auto r = read(text);
    EXPECT_TRUE(r.config.has_value()) << text << all(r.findings);
    EXPECT_TRUE(r.findings.empty()) << all(r.findings);
    return r.config.value_or(settings{});
}

// The only finding.
inline policy::diagnostic only(const std::vector<policy::diagnostic>& findings) {
    EXPECT_EQ(findings.size(), 1U) << all(findings);
    return findings.empty() ? policy::diagnostic{} : findings.front();
}

inline policy::diagnostic refused(std::string_view text) {
    const auto r = read(text);
    EXPECT_FALSE(r.config.has_value()) << text;
    return only(r.findings);
}

inline void expect_refused(std::string_view text, std::string_view rule, int line, int column,
                           std::string_view words) {
    const auto d = refused(text);
    EXPECT_EQ(d.severity, policy::severity::error) << text;
    EXPECT_EQ(d.rule, rule) << text;
    EXPECT_EQ(d.place.file, "ringfence.yaml");
    EXPECT_EQ(d.place.line, line) << to_string(d);
    EXPECT_EQ(d.place.column, column) << to_string(d);
    EXPECT_THAT(d.message, testing::HasSubstr(std::string(words))) << text;
}

} // namespace ringfence::config::test
