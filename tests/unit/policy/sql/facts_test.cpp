#include "policy/sql/facts.h"

#include "../shop.h"

#include <gmock/gmock.h>

namespace ringfence::sql::test {
namespace {

using policy::action;
using policy::object_kind;
using testing::HasSubstr;

std::string why(login_rights rights, std::shared_ptr<const reach> objects = nullptr) {
    const auto policies = policy::test::shop();
    database_facts facts;
    facts.objects = std::move(objects);
    facts.logins["o"] = std::move(rights);
    return why_not_confined(facts, "o", *policies, *policies->find_service("order-service"),
                            "shop-pg", "shop", policy::test::today);
}

policy::touch may(action act, std::string schema, std::string name) {
    return {.act = act,
            .what = {object_kind::table, "shop", std::move(schema), std::move(name)},
            .columns = {}};
}

TEST(confinement, of_a_login_that_may_what_its_service_may) {
    EXPECT_EQ(why({}), "");
    EXPECT_EQ(
        why({.beyond = {},
             .may = {may(action::write, "orders", "lines"), may(action::read, "extensions", "t")}}),
        "");
}

TEST(confinement, is_not_of_a_login_that_may_more) {
    EXPECT_EQ(why({.beyond = "is a superuser", .may = {}}), "it is a superuser");
    EXPECT_THAT(why({.beyond = {}, .may = {may(action::read, "users", "accounts")}}),
                HasSubstr("order-service may not read users.accounts"));
    EXPECT_NE(why({.beyond = {}, .may = {may(action::write, "extensions", "t")}}), "");
}

TEST(confinement, is_not_known_of_a_login_that_was_not_read) {
    const auto policies = policy::test::shop();
    EXPECT_NE(why_not_confined({}, "o", *policies, *policies->find_service("order-service"),
                               "shop-pg", "shop", policy::test::today),
              "");
}

TEST(confinement, ends_at_a_view_that_shows_more_with_its_makers_rights) {
    const auto objects = [](std::string runs_as) {
        return with_large_stack([&] {
            return reach::of({{.what = catalogue_link::kind::view,
                               .carrier = {object_kind::table, "shop", "orders", "v"},
                               .on = use::read,
                               .definition = "TABLE users.accounts",
                               .touches = {},
                               .runs_as = runs_as,
                               .note = {}}},
                             "shop", 15, [](std::string_view) { return false; });
        });
    };
    const login_rights rights{.beyond = {}, .may = {may(action::read, "orders", "v")}};
    EXPECT_THAT(why(rights, objects("dba")), HasSubstr("read users.accounts through orders.v"));
    EXPECT_EQ(why(rights, objects("o")), "");
    EXPECT_EQ(why(rights, objects("")), ""); // security_invoker
}

} // namespace
} // namespace ringfence::sql::test
