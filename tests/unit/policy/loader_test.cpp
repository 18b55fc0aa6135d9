#include "shop.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <sys/stat.h>

namespace ringfence::policy::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(loader, reads_every_key_into_the_model) {
    auto f = shop_files();
    f[2].second +=
        "contact: '#c'\napi: https://x\n"
        "limits: {max_connections: 50, max_statements_in_flight: 20, statement_timeout: 5s}\n"
        "mode: observe\ndynamic_sql: if-confined\n";
    const auto p = loaded(f);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(p->approved_engines, (std::vector{engine::postgresql, engine::mysql}));
    EXPECT_EQ(p->servers.size(), 4U);
    EXPECT_EQ(p->max_share_days, 180U);
    EXPECT_EQ(p->common.at(1).tables, std::vector<std::string>{"geo_*"});
    const auto& order = *p->find_service("order-service");
    EXPECT_EQ(order.team, "checkout");
    EXPECT_EQ(order.contact, "#c");
    EXPECT_EQ(order.domain, "sales");
    EXPECT_EQ(order.api, "https://x");
    EXPECT_EQ(order.file, "services/order-service.yaml");
    EXPECT_EQ(order.limits.max_connections, 50U);
    EXPECT_EQ(order.limits.max_statements_in_flight, 20U);
    EXPECT_EQ(order.limits.statement_timeout, std::chrono::seconds(5));
    EXPECT_EQ(order.mode, mode::observe);
    EXPECT_EQ(order.dynamic, dynamic_sql::if_confined);
    const auto& user = *p->find_service("user-service");
    EXPECT_EQ(user.mode, mode::enforce);
    EXPECT_EQ(user.dynamic, dynamic_sql::if_confined); // by default
    ASSERT_EQ(user.owns.size(), 5U);
    EXPECT_EQ(user.owns[2].tables, (std::vector<std::string>{"user_*", "sessions"}));
    EXPECT_EQ(user.owns[2].place.line, 12);
    EXPECT_EQ(user.owns[3].database, "");
    ASSERT_EQ(user.publishes.size(), 1U);
    EXPECT_EQ(user.publishes[0].to, std::vector<std::string>{"order-service"});
    ASSERT_EQ(user.shares.size(), 1U);
    const auto& s = user.shares[0];
    EXPECT_EQ(s.with, "billing-service");
    EXPECT_EQ(s.tables.at("accounts"), (std::vector<std::string>{"id", "email"}));
    EXPECT_EQ(s.access, action::read);
    EXPECT_EQ(s.ticket, "BILL-142");
    EXPECT_EQ(s.until, day(2027, 3, 31));
    EXPECT_EQ(s.place.line, 18);
}

TEST(loader, a_default_mode_goes_to_those_who_name_none) {
    auto f = shop_files();
    f[0].second.replace(f[0].second.find("mode: enforce"), 13, "mode: observe");
    f[2].second += "mode: enforce\n";
    const auto p = loaded(f);
    EXPECT_EQ(p->find_service("user-service")->mode, mode::observe);
    EXPECT_EQ(p->find_service("order-service")->mode, mode::enforce);
}

TEST(loader, any_two_snapshots_differ_in_their_id) {
    EXPECT_NE(shop()->id, shop()->id);
}

TEST(loader, tells_all_errors_of_all_files_at_once_in_order) {
    const auto r =
        load(files{{"services/b.yaml", "service: b\nteam: [x]\nowns:\n  - {server: nope}\n"},
                   {"org.yaml", "version: 2\nengines: [postgresql]\nservers:\n"
                                "  pg: {engine: postgresql, port: 1}\nextra: 1\n"},
                   {"services/a.yaml", "service: a\nteam: t\nteam: u\nidentites: []\n"},
                   {"services/c.yaml", "service: [\n"}},
             today);
    EXPECT_EQ(r.policies, nullptr);
    std::vector<std::string> seen;
    for (const auto& d : r.findings)
        if (d.severity == severity::error)
            seen.push_back(d.place.file + ":" + std::to_string(d.place.line) + " " + d.rule);
    EXPECT_THAT(seen, testing::ElementsAre(
                          "org.yaml:1 wrong-type", "org.yaml:4 unknown-key",
                          "org.yaml:5 unknown-key", "services/a.yaml:3 duplicate-key",
                          "services/a.yaml:4 unknown-key", "services/b.yaml:2 wrong-type",
                          "services/b.yaml:4 unknown-server", "services/c.yaml:2 yaml-syntax"));
    EXPECT_TRUE(
        std::is_sorted(r.findings.begin(), r.findings.end(),
                       [](const auto& a, const auto& b) { return a.place.file < b.place.file; }));
}

TEST(loader, a_finding_prints_as_compilers_do) {
    const auto r =
        load(files{{"org.yaml", "version: 1\nengines: [mysql]\nservers: {}\nverison: 1\n"}}, today);
    ASSERT_EQ(r.findings.size(), 1U);
    EXPECT_EQ(to_string(r.findings[0]),
              "org.yaml:4:1: error: unknown key 'verison' in org.yaml (did "
              "you mean 'version'?) [unknown-key]");
}

TEST(loader, without_org_yaml_servers_are_not_all_called_unknown) {
    auto f = shop_files();
    f.erase(f.begin());
    const auto r = load(f, today);
    EXPECT_FALSE(r.ok());
    for (const auto& d : r.findings)
        EXPECT_TRUE(d.severity != severity::error || d.rule == "missing-file") << to_string(d);
}

TEST(loader, a_broken_file_does_not_make_its_service_unknown) {
    auto f = shop_files();
    f[1].second = "service: [";
    const auto r = load(f, today);
    EXPECT_FALSE(r.ok());
    for (const auto& d : r.findings)
        EXPECT_NE(d.rule, "unknown-service") << to_string(d);
}

TEST(loader, files_that_have_no_place_in_a_policy_are_refused) {
    for (const auto* name : {"services/a.yml", "a.yaml", "services/x/a.yaml", "../org.yaml",
                             "services/.yaml", "services/../org.yaml", "", "services/a\n.yaml"}) {
        auto f = shop_files();
        f.emplace_back(name, "service: a\n");
        const auto r = load(f, today);
        EXPECT_FALSE(r.ok()) << name;
        EXPECT_EQ(r.findings.at(0).rule == "unread-file" ||
                      r.findings.back().rule == "unread-file" ||
                      std::any_of(r.findings.begin(), r.findings.end(),
                                  [](const auto& d) { return d.rule == "unread-file"; }),
                  true)
            << name;
    }
}

TEST(loader, an_unexpected_shape_anywhere_is_an_error_and_never_a_crash) {
    const std::vector<std::string> shapes{"x",   "5",     "~",      "[]",       "{}",
                                          "[x]", "[[x]]", "{x: y}", "[{x: y}]", "{x: [y]}",
                                          "''",  "[~]",   "{x: ~}"};
    for (const auto* key : {"version", "engines", "servers", "defaults", "common"})
        for (const auto& shape : shapes) {
            const auto r = load(files{{"org.yaml", std::string(key) + ": " + shape + "\n"}}, today);
            EXPECT_FALSE(r.ok()) << key << ": " << shape;
        }
    for (const auto* key : {"service", "team", "contact", "domain", "api", "identities", "owns",
                            "publishes", "shares", "limits", "mode", "dynamic_sql"})
        for (const auto& shape : shapes) {
            auto f = shop_files();
            f.emplace_back("services/z.yaml", std::string(key) + ": " + shape + "\n");
            EXPECT_FALSE(load(f, today).ok()) << key << ": " << shape;
        }
    for (const auto* key : {"with", "server", "database", "schema", "tables", "access", "reason",
                            "ticket", "until", "name", "to"})
        for (const auto& shape : shapes)
            for (const auto* list : {"shares", "publishes", "owns"}) {
                auto f = shop_files();
                f.emplace_back("services/z.yaml", std::string("service: z\nteam: t\n") + list +
                                                      ": [{" + key + ": " + shape + "}]\n");
                EXPECT_FALSE(load(f, today).ok()) << list << " " << key << ": " << shape;
            }
}

// Every prefix of a good file is either fine or refused with a place; none crashes.
TEST(loader, a_file_cut_at_any_byte_is_refused_or_fine) {
    for (std::size_t i = 0; i < user_text.size(); ++i) {
        auto f = shop_files();
        f[3].second = user_text.substr(0, i);
        const auto r = load(f, today);
        EXPECT_TRUE(r.ok() || !r.findings.empty()) << i;
    }
}

class folder : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "ringfence-policy-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        path = name;
        fs::create_directories(path / "services");
        for (const auto& [file, text] : shop_files())
            write(file, text);
    }
    void TearDown() override { fs::remove_all(path); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name, std::ios::binary) << text;
    }
    [[nodiscard]] std::set<std::string> rules() const {
        std::set<std::string> found;
        const auto r = load(path, today);
        for (const auto& d : r.findings)
            if (d.severity == severity::error)
                found.insert(d.place.file + " " + d.rule);
        EXPECT_EQ(r.ok(), found.empty());
        return found;
    }
    fs::path path;
};

TEST_F(folder, is_read_as_the_same_files_from_memory) {
    const auto r = load(path, today);
    ASSERT_TRUE(r.ok()) << all_findings(r);
    EXPECT_EQ(r.policies->services.size(), 3U);
    EXPECT_EQ(all_findings(r), all_findings(load(shop_files(), today)));
}

TEST_F(folder, that_is_missing_or_incomplete_is_told) {
    fs::remove(path / "org.yaml");
    EXPECT_EQ(rules(), std::set<std::string>{"org.yaml missing-file"});
    const auto r = load(path / "nowhere", today);
    EXPECT_FALSE(r.ok());
    EXPECT_EQ(r.findings.at(0).rule, "missing-file");
    EXPECT_EQ(r.findings.size(), 1U);
}

TEST_F(folder, with_a_file_that_would_silently_not_be_read_is_refused) {
    write("services/x.yml", "service: x\n");
    fs::create_directories(path / "services" / "sub");
    EXPECT_EQ(rules(),
              (std::set<std::string>{"services/sub unread-file", "services/x.yml unread-file"}));
}

TEST_F(folder, may_hold_other_files_and_hidden_ones) {
    write("README.md", "x");
    write("services/OWNERS", "x");
    write("services/.a.yaml.swp", "x");
    write("services/.hidden.yaml", "[");
    EXPECT_EQ(rules(), std::set<std::string>{});
}

TEST_F(folder, with_a_pipe_or_a_dangling_link_does_not_hang) {
    ASSERT_EQ(mkfifo((path / "services" / "pipe.yaml").c_str(), 0600), 0);
    fs::create_symlink("nowhere", path / "services" / "link.yaml");
    EXPECT_EQ(rules(), (std::set<std::string>{"services/link.yaml unreadable-file",
                                              "services/pipe.yaml unreadable-file"}));
    fs::remove(path / "org.yaml");
    fs::create_directory(path / "org.yaml");
    EXPECT_TRUE(rules().contains("org.yaml unreadable-file"));
    EXPECT_FALSE(rules().contains("org.yaml missing-file"));
}

TEST_F(folder, with_a_huge_file_is_refused_without_reading_it_all) {
    write("services/big.yaml", std::string(3'000'000, '#'));
    EXPECT_EQ(rules(), std::set<std::string>{"services/big.yaml too-large"});
}

} // namespace
} // namespace ringfence::policy::test
