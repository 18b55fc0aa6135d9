// Runs tests/corpus/mysql/*.yaml through the analyser and the policies beside them. The format is
// described in tests/corpus/README.md.
#include "conversation.h"

#include "policy/decision.h"
#include "policy/describe.h"
#include "policy/loader.h"
#include "policy/sql/mysql_analyzer.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace ringfence::sql {
namespace {

const std::filesystem::path folder =
    std::filesystem::path(RINGFENCE_SOURCE_DIR) / "tests/corpus/mysql";
constexpr policy::date today{std::chrono::year(2026) / 11 / 21};

struct corpus_case {
    std::string file;
    std::string name;
    YAML::Node body;
};
void PrintTo(const corpus_case& c, std::ostream* out) {
    *out << c.file << ": " << c.name;
}

std::vector<corpus_case> all_cases() {
    std::vector<corpus_case> cases;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".yaml")
            files.insert(entry.path());
    for (const auto& file : files)
        for (const auto& body : YAML::LoadFile(file.string()))
            cases.push_back({file.stem().string(), body["name"].as<std::string>(), body});
    return cases;
}

const policy::snapshot& policies() {
    static const auto loaded = policy::load(folder / "policies", today);
    std::string why;
    for (const auto& f : loaded.findings)
        why += "\n" + f.message;
    if (!loaded.ok())
        throw std::runtime_error("the policies of the corpus do not load:" + why);
    return *loaded.policies;
}

std::vector<std::string> strings(const YAML::Node& list) {
    return list ? list.as<std::vector<std::string>>() : std::vector<std::string>{};
}

// Both servers, unless the case is about one of them.
std::vector<mysql_scope> scopes_of(const YAML::Node& body) {
    std::vector<mysql_scope> all;
    for (const auto flavour : {mysql_flavour::mysql, mysql_flavour::mariadb}) {
        const bool mariadb = flavour == mysql_flavour::mariadb;
        if (body["flavour"] && (body["flavour"].as<std::string>() == "mariadb") != mariadb)
            continue;
        mysql_scope s;
        s.flavour = flavour;
        s.version = body["version"].as<unsigned>(mariadb ? 101119 : 80400);
        s.schema = body["schema"].as<std::string>("orders");
        s.charset = body["charset"].as<std::string>("utf8mb4");
        s.lower_case_table_names = body["lower_case_table_names"].as<unsigned>(0);
        s.confined = body["confined"].as<bool>(false);
        s.backend_login = "shop_admin";
        s.mode = mysql_mode_of(body["sql_mode"].as<std::string>(""), flavour).value();
        all.push_back(std::move(s));
    }
    return all;
}

class mysql_corpus : public testing::TestWithParam<corpus_case> {};

TEST_P(mysql_corpus, is_understood_and_decided_as_expected) {
    const auto& body = GetParam().body;
    static const std::set<std::string> keys{
        "name",     "sql",     "service",  "schema",   "flavour", "version",
        "sql_mode", "charset", "problem",  "confined", "touches", "lower_case_table_names",
        "includes", "refused", "decision", "effects"};
    for (const auto& key : body)
        ASSERT_TRUE(keys.contains(key.first.as<std::string>())) << key.first.as<std::string>();
    const auto* who = policies().find_service(body["service"].as<std::string>("order-service"));
    ASSERT_NE(who, nullptr);
    const auto text = body["sql"].as<std::string>();
    for (const auto& s : scopes_of(body)) {
        const auto found = analyze_mysql(text, s);
        std::set<std::string> touches;
        std::string shown;
        for (const auto& touch : found.touches)
            if (touches.insert(policy::describe(touch)).second)
                shown += "\n  " + policy::describe(touch);
        SCOPED_TRACE(text + "\non " + (s.flavour == mysql_flavour::mysql ? "MySQL" : "MariaDB") +
                     "\ntouches:" + shown + "\nproblem: " + std::string(to_string(found.trouble)) +
                     " " + found.trouble_text);
        EXPECT_EQ(to_string(found.trouble), body["problem"].as<std::string>("none"));
        if (body["touches"]) {
            const auto expected = strings(body["touches"]);
            EXPECT_EQ(touches, std::set<std::string>(expected.begin(), expected.end()));
        }
        if (body["effects"]) {
            EXPECT_EQ(test::effects_of(found), strings(body["effects"]));
        }
        for (const auto& touch : strings(body["includes"]))
            EXPECT_TRUE(touches.contains(touch)) << touch;
        if (body["refused"]) {
            const auto facility = "execute server \"" + body["refused"].as<std::string>() + '"';
            EXPECT_TRUE(touches.contains(facility)) << facility;
        }
        const auto decision = policy::decide(policies(), *who, "shop-my", found, today);
        EXPECT_EQ(to_string(decision.verdict), body["decision"].as<std::string>())
            << decision.message;

        // What is known of one version is known of all: a reading more can only touch more.
        auto unknown = s;
        unknown.version = 0;
        const auto any = analyze_mysql(text, unknown);
        if (!any.analysed() || text.find("/*") != std::string::npos)
            continue;
        EXPECT_EQ(any.touches, found.touches);
    }
}

std::string case_name(const testing::TestParamInfo<corpus_case>& info) {
    std::string name = info.param.file + "_" + std::to_string(info.index) + "_" + info.param.name;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(mysql, mysql_corpus, testing::ValuesIn(all_cases()), case_name);

TEST(mysql_corpus_files, hold_attacks_and_honest_statements_in_number) {
    std::size_t denied = 0;
    std::size_t allowed = 0;
    std::set<std::string> names;
    for (const auto& c : all_cases()) {
        EXPECT_TRUE(names.insert(c.file + c.name).second) << c.file << ": " << c.name << " twice";
        ++(c.body["decision"].as<std::string>() == "deny" ? denied : allowed);
    }
    EXPECT_GE(denied, 110U);
    EXPECT_GE(allowed, 90U);
}

} // namespace
} // namespace ringfence::sql
