// Runs tests/corpus/postgresql/*.yaml through the analyser and the example shop's policies. The
// format is described in tests/corpus/README.md.
#include "policy/decision.h"
#include "policy/describe.h"
#include "policy/loader.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/large_stack.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace ringfence::sql {
namespace {

const std::filesystem::path root = RINGFENCE_SOURCE_DIR;
constexpr policy::date today{std::chrono::year(2026) / 11 / 21};

struct corpus_case {
    std::string file;
    std::string name;
    YAML::Node body;
};

std::vector<corpus_case> all_cases() {
    std::vector<corpus_case> cases;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(root / "tests/corpus/postgresql"))
        if (entry.path().extension() == ".yaml")
            files.insert(entry.path());
    for (const auto& file : files)
        for (const auto& body : YAML::LoadFile(file.string()))
            cases.push_back({file.stem().string(), body["name"].as<std::string>(), body});
    return cases;
}

const policy::snapshot& shop() {
    static const auto loaded = policy::load(root / "examples/shop/policies", today);
    if (!loaded.ok())
        throw std::runtime_error("the shop's policies do not load");
    return *loaded.policies;
}

std::vector<std::string> strings(const YAML::Node& list) {
    return list ? list.as<std::vector<std::string>>() : std::vector<std::string>{};
}

scope scope_of(const YAML::Node& body, const policy::service& who) {
    scope s;
    s.database = body["database"].as<std::string>("shop");
    const auto rights = policy::paths_of(shop(), who, "shop-pg", s.database);
    s.path = body["path"] ? strings(body["path"]) : std::vector<std::string>{rights.home.front()};
    s.settable = rights.settable;
    s.any_path = rights.whole_database;
    s.confined = body["confined"].as<bool>(false);
    s.reads_all_settings = body["reads_all_settings"].as<bool>(true);
    s.server_major = body["server_major"].as<unsigned>(15);
    s.backend_login = "shop_admin";
    return s;
}

class corpus : public testing::TestWithParam<corpus_case> {};

TEST_P(corpus, is_understood_and_decided_as_expected) {
    const auto& body = GetParam().body;
    static const std::set<std::string> keys{"name",         "sql",
                                            "service",      "path",
                                            "confined",     "decision",
                                            "touches",      "includes",
                                            "refused",      "problem",
                                            "leaks",        "database",
                                            "server_major", "reads_all_settings"};
    for (const auto& key : body)
        ASSERT_TRUE(keys.contains(key.first.as<std::string>())) << key.first.as<std::string>();
    const auto* who = shop().find_service(body["service"].as<std::string>("order-service"));
    ASSERT_NE(who, nullptr);
    const scope s = scope_of(body, *who);
    const auto text = body["sql"].as<std::string>();
    const auto found = with_large_stack([&] { return analyze_postgresql(text, s); });

    std::set<std::string> touches;
    std::string shown;
    for (const auto& touch : found.touches)
        if (touches.insert(policy::describe(touch)).second)
            shown += "\n  " + policy::describe(touch);
    SCOPED_TRACE(text + "\ntouches:" + shown +
                 "\nproblem: " + std::string(to_string(found.trouble)) + " " + found.trouble_text);

    EXPECT_EQ(to_string(found.trouble), body["problem"].as<std::string>("none"));
    if (body["touches"]) {
        const auto expected = strings(body["touches"]);
        EXPECT_EQ(touches, std::set<std::string>(expected.begin(), expected.end()));
    }
    for (const auto& touch : strings(body["includes"]))
        EXPECT_TRUE(touches.contains(touch)) << touch;
    if (body["refused"]) {
        const auto facility = " server \"" + body["refused"].as<std::string>() + '"';
        EXPECT_TRUE(touches.contains("execute" + facility) || touches.contains("read" + facility));
    }

    const auto decision = policy::decide(shop(), *who, "shop-pg", found, today);
    EXPECT_EQ(to_string(decision.verdict), body["decision"].as<std::string>()) << decision.message;
}

std::string case_name(const testing::TestParamInfo<corpus_case>& info) {
    std::string name = info.param.file + "_" + std::to_string(info.index) + "_" + info.param.name;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(postgresql, corpus, testing::ValuesIn(all_cases()), case_name);

TEST(corpus_files, hold_attacks_and_honest_statements_in_number) {
    std::size_t denied = 0;
    std::size_t allowed = 0;
    std::set<std::string> names;
    for (const auto& c : all_cases()) {
        EXPECT_TRUE(names.insert(c.file + c.name).second) << c.file << ": " << c.name << " twice";
        ++(c.body["decision"].as<std::string>() == "deny" ? denied : allowed);
    }
    EXPECT_GE(denied, 120U);
    EXPECT_GE(allowed, 120U);
}

} // namespace
} // namespace ringfence::sql
