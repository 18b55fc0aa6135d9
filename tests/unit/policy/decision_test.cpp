#include "shop.h"

namespace ringfence::policy::test {
namespace {

using enum action;

TEST(decision, what_was_not_analysed_is_denied_whoever_asks) {
    const auto p = shop();
    for (const auto trouble :
         {problem::syntax, problem::limit, problem::unknown_node, problem::statement_kind,
          problem::unsafe_setting, problem::internal_error}) {
        footprint f = touching({});
        f.trouble = trouble;
        f.trouble_text = "LISTEN is not on the list";
        const auto d = decide(*p, *p->find_service("user-service"), "users-pg", f, today);
        EXPECT_FALSE(d.allowed());
        EXPECT_EQ(d.why, reason::not_analysed);
        EXPECT_EQ(d.message, "user-service sent a statement that ringfence cannot analyse");
        EXPECT_EQ(d.detail, "LISTEN is not on the list");
        EXPECT_FALSE(d.hint.empty());
        EXPECT_FALSE(d.good_before);
    }
}

TEST(decision, an_unanalysed_statement_with_own_touches_only_is_still_denied) {
    const auto p = shop();
    footprint f = touching({table(read, "orders", "lines")});
    f.trouble = problem::limit;
    EXPECT_FALSE(decide(*p, *p->find_service("order-service"), "shop-pg", f, today).allowed());
}

TEST(decision, a_default_decision_denies) {
    EXPECT_FALSE(decision{}.allowed());
}

TEST(decision, a_statement_that_touches_nothing_is_allowed) {
    const auto p = shop();
    const auto d = decide(*p, *p->find_service("order-service"), "shop-pg", touching({}), today);
    EXPECT_TRUE(d.allowed());
    EXPECT_EQ(d.why, reason::no_touch);
    EXPECT_FALSE(d.rule.empty());
}

TEST(decision, one_foreign_touch_among_many_denies_and_the_first_one_explains) {
    const auto p = shop();
    const auto d = decide(*p, *p->find_service("order-service"), "shop-pg",
                          touching({table(read, "orders", "lines"), table(read, "users", "secrets"),
                                    table(read, "billing", "invoices")}),
                          today);
    EXPECT_EQ(d.why, reason::foreign);
    EXPECT_EQ(d.offending, table(read, "users", "secrets"));
    EXPECT_EQ(d.owner, p->find_service("user-service"));
    EXPECT_EQ(d.message, "order-service may not read users.secrets");
    EXPECT_EQ(d.rule, "user-service owns shop-pg/shop/users");
}

TEST(decision, what_an_object_does_with_things_of_its_owner_is_its_owners_word) {
    const auto p = shop();
    const auto decide_through = [&](const touch& inner, const char* schema, const char* name) {
        auto t = inner;
        t.through = table(read, schema, name).what;
        return decide(*p, *p->find_service("order-service"), "shop-pg", touching({t}), today);
    };
    EXPECT_TRUE(decide_through(table(write, "users", "secrets"), "users_api_v1", "v").allowed());
    EXPECT_TRUE(decide_through(table(write, "extensions", "log"), "extensions", "f").allowed());
    EXPECT_FALSE(decide_through(table(read, "users", "secrets"), "orders", "v").allowed());
    EXPECT_FALSE(decide_through(table(read, "users", "secrets"), "extensions", "v").allowed());
    EXPECT_FALSE(decide_through(table(read, "billing", "invoices"), "users_api_v1", "v").allowed());
    EXPECT_FALSE(decide_through(table(read, "nobodys", "t"), "nobodys", "v").allowed());
    touch files;
    files.act = execute;
    files.what = {object_kind::server, "", "", "files"};
    EXPECT_FALSE(decide_through(files, "users_api_v1", "f").allowed());
}

TEST(decision, of_several_that_allow_the_share_stands_for_the_decision) {
    const auto p = shop();
    const auto d = decide(
        *p, *p->find_service("billing-service"), "shop-pg",
        touching({table(read, "billing", "invoices"), table(read, "users", "accounts", {"id"}),
                  table(read, "public", "geo_zones")}),
        today);
    EXPECT_EQ(d.why, reason::shared);
    EXPECT_EQ(d.rule, "services/user-service.yaml:18 shares shop-pg/shop/users with "
                      "billing-service until 2027-03-31");
    EXPECT_EQ(d.owner, p->find_service("user-service"));
    EXPECT_TRUE(d.message.empty());
}

TEST(decision, rules_name_what_decided) {
    const auto p = shop();
    EXPECT_EQ(ask(p, "order-service", table(read, "orders", "t")).rule,
              "order-service owns shop-pg/shop/orders");
    EXPECT_EQ(ask(p, "order-service", table(read, "public", "carts")).rule,
              "order-service owns shop-pg/shop/public (order_*, carts)");
    EXPECT_EQ(ask(p, "order-service", table(read, "users_api_v1", "t")).rule,
              "services/user-service.yaml:16 publishes accounts-v1 to order-service");
    EXPECT_EQ(ask(p, "order-service", table(read, "extensions", "t")).rule,
              "org.yaml makes shop-pg/shop/extensions common");
}

TEST(decision, an_owned_thing_needs_no_date) {
    EXPECT_FALSE(ask(shop(), "order-service", table(write, "orders", "t")).good_before);
}

TEST(decision, every_reason_has_a_word_of_its_own_and_only_the_first_group_allows) {
    std::vector<std::string_view> seen;
    for (int i = 0; i <= static_cast<int>(reason::not_analysed); ++i) {
        const auto r = static_cast<reason>(i);
        EXPECT_EQ(allows(r), r <= reason::no_touch);
        for (const auto word : seen)
            EXPECT_NE(word, to_string(r));
        seen.push_back(to_string(r));
    }
    EXPECT_EQ(to_string(verdict::deny), "deny");
    EXPECT_EQ(to_string(verdict::allow), "allow");
}

} // namespace
} // namespace ringfence::policy::test
