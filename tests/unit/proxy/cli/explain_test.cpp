// `ringfence explain`: the decision for one statement, for people and for programs.
#include "command.h"

#include <nlohmann/json.hpp>

namespace ringfence::cli::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

struct asked : shop_folder {
    [[nodiscard]] outcome operator()(std::vector<std::string> words, const std::string& input = {},
                                     bool colour = false) const {
        words.insert(words.begin(), {"explain", "--policies", policies, "--today", "2026-11-21"});
        return ringfence(words, input, colour);
    }
    [[nodiscard]] outcome orders(const std::string& sql, std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"--service", "order-service", "--server", "shop-pg", sql});
        return (*this)(std::move(more));
    }
};

TEST(explain, an_allowed_statement) {
    const asked explain;
    const auto o = explain.orders("SELECT id FROM orders.orders WHERE id = 5");
    EXPECT_EQ(o.status, fine) << o.err;
    EXPECT_THAT(o.out, HasSubstr("decision   allow: owned\n"));
    EXPECT_THAT(o.out, HasSubstr("order-service on shop-pg/shop, enforce mode, 2026-11-21\n"));
    EXPECT_THAT(o.out, HasSubstr("shop/orders.orders (id)"));
    EXPECT_THAT(o.out, Not(HasSubstr("\x1b")));
    EXPECT_EQ(o.err, "");
}

TEST(explain, a_denied_statement_with_owner_and_hint) {
    const asked explain;
    const auto o = explain.orders("SELECT email FROM users.accounts");
    EXPECT_EQ(o.status, finding);
    for (const auto* text :
         {"decision   deny: foreign\n", "order-service may not read users.accounts",
          "user-service (team identity, #team-identity)",
          "https://users.shop.example/openapi.json"})
        EXPECT_THAT(o.out, HasSubstr(text));
}

TEST(explain, json_holds_the_whole_answer) {
    const asked explain;
    const auto o = explain.orders("SELECT email FROM users.accounts", {"--format", "json"});
    EXPECT_EQ(o.status, finding);
    const auto answer = json::parse(o.out);
    EXPECT_EQ(answer["verdict"], "deny");
    EXPECT_EQ(answer["reason"], "foreign");
    EXPECT_EQ(answer["owner"], "user-service");
    EXPECT_EQ(answer["message"], "order-service may not read users.accounts");
    EXPECT_EQ(answer["service"], "order-service");
    EXPECT_EQ(answer["server"], "shop-pg");
    EXPECT_EQ(answer["database"], "shop");
    EXPECT_EQ(answer["mode"], "enforce");
    EXPECT_EQ(answer["today"], "2026-11-21");
    EXPECT_EQ(answer["footprint"]["analysed"], true);
    EXPECT_EQ(answer["footprint"]["touches"], (json::array({{{"action", "read"},
                                                             {"kind", "table"},
                                                             {"database", "shop"},
                                                             {"schema", "users"},
                                                             {"name", "accounts"},
                                                             {"columns", {"email"}},
                                                             {"via_path", false}}})));
    const auto allowed = explain.orders("SELECT 1", {"--format", "json"});
    EXPECT_EQ(allowed.status, fine);
    EXPECT_EQ(json::parse(allowed.out)["verdict"], "allow");
    EXPECT_TRUE(json::parse(allowed.out)["owner"].is_null());
}

TEST(explain, a_share_and_its_last_day) {
    const asked explain;
    const std::vector<std::string> words{"--service",
                                         "billing-service",
                                         "--server",
                                         "shop-pg",
                                         "--database",
                                         "shop",
                                         "SELECT email FROM "
                                         "users.accounts"};
    const auto o = explain(words);
    EXPECT_EQ(o.status, fine) << o.out;
    EXPECT_THAT(o.out, HasSubstr("allow: shared"));
    EXPECT_THAT(o.out, HasSubstr("decided anew on 2027-04-01: a share ends"));
    auto later = words;
    later.insert(later.begin(),
                 {"explain", "--policies", explain.policies, "--today", "2027-04-01"});
    const auto over = ringfence(later);
    EXPECT_EQ(over.status, finding);
    EXPECT_THAT(over.out, HasSubstr("deny: share_expired"));
}

TEST(explain, observe_mode_is_told) {
    const asked explain;
    explain.t.write("policies/services/order-service.yaml",
                    policy::test::order_text + "mode: observe\n");
    const auto o = explain.orders("SELECT email FROM users.accounts");
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr("but forwarded: the service is in observe mode"));
}

TEST(explain, what_cannot_be_analysed_is_denied) {
    const asked explain;
    const auto o = explain.orders("SELEC 1");
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr("deny: not_analysed"));
    EXPECT_THAT(o.out, HasSubstr("not analysable (syntax)"));
}

TEST(explain, the_statement_from_the_input) {
    const asked explain;
    const std::vector<std::string> words{"--service", "order-service", "--server", "shop-pg"};
    EXPECT_EQ(explain(words, "SELECT id FROM orders.orders\n").status, fine);
    EXPECT_EQ(explain(words, "SELECT 1;\nSELECT email FROM users.accounts;\n").status, finding);
    for (const auto* nothing : {"", " \n\t\r\n"}) {
        const auto o = explain(words, nothing);
        EXPECT_EQ(o.status, wrong_use);
        EXPECT_THAT(o.err, HasSubstr("no statement"));
        EXPECT_EQ(o.out, "");
    }
}

TEST(explain, names_that_nobody_has) {
    const asked explain;
    const auto refused = [&](const std::vector<std::string>& words) {
        const auto o = explain(words);
        EXPECT_EQ(o.status, wrong_use) << o.out;
        EXPECT_EQ(o.out, "");
        return o.err;
    };
    EXPECT_EQ(refused({"--service", "order-servce", "--server", "shop-pg", "SELECT 1"}),
              "ringfence explain: unknown service 'order-servce' (did you mean "
              "'order-service'?)\n");
    EXPECT_THAT(refused({"--service", "zzz", "--server", "shop-pg", "SELECT 1"}),
                HasSubstr("; there is billing-service, order-service, user-service"));
    EXPECT_THAT(refused({"--service", "order-service", "--server", "shop-gp", "SELECT 1"}),
                HasSubstr("unknown server 'shop-gp' (did you mean"));
    EXPECT_THAT(refused({"--service", "order-service", "--server", "shop-my", "--sql-mode", "ANSY",
                         "SELECT 1"}),
                HasSubstr("unknown sql_mode 'ANSY'"));
    EXPECT_THAT(refused({"--service", "billing-service", "--server", "shop-pg", "SELECT 1"}),
                HasSubstr("name the database with --database"));
}

TEST(explain, a_server_of_mysql) {
    const asked explain;
    const auto orders = [&](const std::string& sql, std::vector<std::string> more = {}) {
        more.insert(more.end(), {"--service", "order-service", "--server", "shop-my", sql});
        return explain(std::move(more));
    };
    const auto own = orders("SELECT `id` FROM orders WHERE id = 5");
    EXPECT_EQ(own.status, fine) << own.out << own.err;
    EXPECT_THAT(own.out, HasSubstr("orders.orders (id)"));
    const auto foreign = orders("SELECT email FROM users.accounts");
    EXPECT_EQ(foreign.status, finding);
    EXPECT_THAT(foreign.out, HasSubstr("order-service may not read users.accounts"));
    EXPECT_EQ(orders("SELECT \"id\" FROM \"orders\"").status, finding);
    EXPECT_EQ(orders("SELECT \"id\" FROM \"orders\"", {"--sql-mode", "ANSI_QUOTES"}).status, fine);
    const std::string for_mariadb = "SELECT 1 /*M! FROM users.accounts */";
    EXPECT_EQ(orders(for_mariadb).status, fine);
    EXPECT_EQ(orders(for_mariadb, {"--flavour", "mariadb"}).status, finding);
}

TEST(explain, policies_with_errors_are_shown) {
    const asked explain;
    explain.t.write("policies/services/order-service.yaml",
                    policy::test::order_text + "conatct: x\n");
    const auto o = explain.orders("SELECT 1");
    EXPECT_EQ(o.status, finding);
    EXPECT_EQ(o.out, "");
    EXPECT_THAT(o.err, HasSubstr("order-service.yaml:10:1: error: unknown key 'conatct'"));
}

TEST(explain, colour_for_terminals_and_harmless_names) {
    const asked explain;
    const auto o = explain(
        {"--service", "order-service", "--server", "shop-pg", "SELECT * FROM \"\x1b]0;evil\".t"},
        {}, true);
    EXPECT_EQ(o.status, finding);
    EXPECT_THAT(o.out, HasSubstr("\x1b[31;1mdeny\x1b[0m"));
    EXPECT_THAT(o.out, Not(HasSubstr("\x1b]")));
}

} // namespace
} // namespace ringfence::cli::test
