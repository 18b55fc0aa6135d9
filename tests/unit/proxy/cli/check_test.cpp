// `ringfence check`: exit statuses, and that every format is what it says.
#include "command.h"

#include "proxy/auth/verifier.h"
#include "proxy/cli/findings.h"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

namespace ringfence::cli::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> on_that_day{"--today", "2026-11-21"};

outcome check(std::vector<std::string> words, bool colour = false) {
    words.insert(words.begin(), "check");
    words.insert(words.end(), on_that_day.begin(), on_that_day.end());
    return ringfence(words, {}, colour);
}

struct broken_folder : shop_folder {
    broken_folder() {
        t.write("policies/services/order-service.yaml",
                policy::test::order_text + "conatct: \"a|b <x>\"\n");
    }
    std::string file = (t / "policies/services/order-service.yaml").string();
};

TEST(check, fine_policies) {
    const shop_folder f;
    const auto o = check({f.policies});
    EXPECT_EQ(o.status, fine) << o.out;
    EXPECT_THAT(o.out, testing::EndsWith(f.policies + ": 3 services, 4 servers: fine\n"));
    EXPECT_EQ(o.err, "");
    EXPECT_EQ(check({"--policies", f.policies}).out, o.out);
}

TEST(check, text_names_place_rule_and_proposal) {
    const broken_folder f;
    const auto o = check({f.policies});
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr(f.file + ":10:1: error: unknown key 'conatct'"));
    EXPECT_THAT(o.out, HasSubstr("(did you mean 'contact'?) [unknown-key]\n"));
    EXPECT_THAT(o.out, Not(HasSubstr("fine")));
    EXPECT_THAT(o.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(check({f.policies}, true).out, HasSubstr("\x1b[31;1merror:\x1b[0m "));
}

TEST(check, json) {
    const broken_folder f;
    const auto o = check({f.policies, "--format", "json"});
    EXPECT_EQ(o.status, finding);
    const auto all = json::parse(o.out);
    EXPECT_EQ(all["ok"], false);
    const auto& first = all["findings"].at(0);
    EXPECT_EQ(first["severity"], "error");
    EXPECT_EQ(first["rule"], "unknown-key");
    EXPECT_EQ(first["file"], f.file);
    EXPECT_EQ(first["line"], 10);
    EXPECT_EQ(first["column"], 1);
    const shop_folder good;
    const auto nothing = check({good.policies, "--format", "json"});
    EXPECT_EQ(nothing.status, fine);
    EXPECT_EQ(json::parse(nothing.out)["ok"], true);
}

TEST(check, sarif) {
    const broken_folder f;
    const auto o = check({f.policies, "--format", "sarif"});
    EXPECT_EQ(o.status, finding);
    const auto all = json::parse(o.out);
    EXPECT_EQ(all["version"], "2.1.0");
    ASSERT_TRUE(all["runs"].is_array());
    const auto& run = all["runs"].at(0);
    EXPECT_EQ(run["tool"]["driver"]["name"], "ringfence");
    std::vector<std::string> rules;
    for (const auto& rule : run["tool"]["driver"]["rules"])
        rules.push_back(rule["id"]);
    EXPECT_THAT(rules, testing::Contains("unknown-key"));
    for (const auto& result : run["results"]) {
        EXPECT_THAT(rules, testing::Contains(result["ruleId"].get<std::string>()));
        EXPECT_TRUE(result["message"]["text"].is_string());
        ASSERT_TRUE(result["locations"].is_array());
        const auto& place = result["locations"].at(0)["physicalLocation"];
        EXPECT_TRUE(place["artifactLocation"]["uri"].is_string());
    }
    const auto& first = run["results"].at(0);
    EXPECT_EQ(first["level"], "error");
    EXPECT_EQ(first["locations"][0]["physicalLocation"]["region"],
              (json{{"startLine", 10}, {"startColumn", 1}}));
    const shop_folder good;
    const auto nothing = json::parse(check({good.policies, "--format", "sarif"}).out);
    EXPECT_TRUE(nothing["runs"][0]["results"].is_array());
}

TEST(check, sarif_of_places_that_are_no_plain_uri) {
    const diagnostics all{{policy::severity::warning, "r", {"a b/ü%.yaml", 0, 0}, "m \xff"},
                          {policy::severity::information, "r", {"x", 3, 0}, "n"}};
    const auto sarif = json::parse(render(all, format::sarif, false));
    const auto& results = sarif["runs"][0]["results"];
    const auto& place = results[0]["locations"][0]["physicalLocation"];
    EXPECT_EQ(place["artifactLocation"]["uri"], "a%20b/%C3%BC%25.yaml");
    EXPECT_FALSE(place.contains("region"));
    EXPECT_EQ(results[0]["level"], "warning");
    EXPECT_EQ(results[1]["level"], "note");
    EXPECT_EQ(results[1]["locations"][0]["physicalLocation"]["region"]["startColumn"], 1);
    EXPECT_EQ(sarif["runs"][0]["tool"]["driver"]["rules"].size(), 1U);
}

TEST(check, markdown_is_a_table_whose_cells_stay_cells) {
    const broken_folder f;
    const auto o = check({f.policies, "--format", "markdown"});
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, testing::StartsWith("| severity | place | finding | rule |\n| --- |"));
    const diagnostics all{{policy::severity::error, "r", {"f", 1, 2}, "a|b <x> `c` _d_\ne"}};
    EXPECT_THAT(render(all, format::markdown, false),
                HasSubstr("| error | f:1:2 | a\\|b &lt;x> \\`c\\` \\_d\\_ e | r |\n"));
    EXPECT_EQ(render({}, format::markdown, false), "No findings.\n");
}

TEST(check, a_folder_that_is_not_there) {
    const ringfence::test::temporary_folder t;
    const auto o = check({(t / "none").string()});
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr("error"));
}

TEST(check, a_share_that_ended_is_an_error) {
    const shop_folder f;
    EXPECT_EQ(ringfence({"check", f.policies, "--today", "2027-03-31"}).status, fine);
    const auto o = ringfence({"check", f.policies, "--today", "2027-04-01"});
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr("[expired-share]"));
}

struct whole_folder : shop_folder {
    std::string config = t.write("ringfence.yaml", R"(listen: {postgresql: {tls: disable}}
policies: policies
credentials: credentials.yaml
servers: {shop-pg: {host: db1}}
)")
                             .string();
    std::string credentials;
    whole_folder() {
        const auto verifier = auth::make_scram_verifier("s3cret");
        std::string text = "services:\n";
        for (const auto* login : {"orders", "users", "billing"})
            text += "  " + std::string(login) + ": {verifier: \"" + verifier + "\"}\n";
        text += "servers:\n  shop-pg: {user: ringfence, password: hunter2}\n";
        credentials = t.write("credentials.yaml", text).string();
    }
};

TEST(check, configuration_credentials_and_policies_together) {
    const whole_folder f;
    const auto o = check({"--config", f.config});
    EXPECT_EQ(o.status, fine) << o.out;
    EXPECT_THAT(o.out, testing::EndsWith("3 services, 4 servers: fine\n"));
}

TEST(check, errors_of_all_files_at_once_and_no_secret) {
    const whole_folder f;
    f.t.write("policies/services/order-service.yaml", policy::test::order_text + "conatct: x\n");
    f.t.write("credentials.yaml",
              "services: {orders: hunter2}\nservers:\n  shop-pg: {user: u, password:hunter2}\n");
    const auto o = check({"--config", f.config});
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr("[unknown-key]"));
    EXPECT_THAT(o.out, HasSubstr(f.credentials + ":1:"));
    EXPECT_THAT(o.out, HasSubstr(f.credentials + ":3:"));
    EXPECT_THAT(o.out, HasSubstr("conatct"));
    EXPECT_THAT(o.out, Not(HasSubstr("hunter2")));
}

TEST(check, credentials_that_everybody_can_read) {
    const whole_folder f;
    ::chmod(f.credentials.c_str(), 0644);
    const auto o = check({"--config", f.config});
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr(f.credentials + ": error: everybody can read it (mode 0644)"));
}

TEST(check, a_configuration_that_is_not_there) {
    const ringfence::test::temporary_folder t;
    const auto o = check({"--config", (t / "none.yaml").string(), "--format", "json"});
    EXPECT_EQ(o.status, finding);
    EXPECT_EQ(json::parse(o.out)["findings"][0]["rule"], "unreadable-file");
}

} // namespace
} // namespace ringfence::cli::test
