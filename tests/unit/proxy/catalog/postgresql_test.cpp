#include "proxy/catalog/postgresql.h"

#include "policy/describe.h"

#include <gtest/gtest.h>

namespace ringfence::catalog::postgresql {
namespace {

using kind = sql::catalogue_link::kind;

row link(std::string what, std::string on, std::string definition = "",
         std::vector<std::string> other = {"", "", "", ""}) {
    return {std::move(what),
            "orders",
            "v",
            std::move(on),
            std::move(definition),
            other[0],
            other[1],
            other[2],
            other[3],
            "dba",
            ""};
}

std::optional<answer> one(row r) {
    return understand({{std::move(r)}, {}}, {}, "shop");
}

TEST(catalogue_question, quotes_the_logins) {
    const auto text = question({.logins = {"o'; DROP TABLE t; --"}, .lent = {"a'b"}});
    EXPECT_NE(text.find("rolname = 'o''; DROP TABLE t; --'"), std::string::npos);
    EXPECT_NE(text.find("ANY (ARRAY['a''b']::name[])"), std::string::npos);
    EXPECT_EQ(text.find(":login"), std::string::npos);
}

TEST(catalogue_answer, becomes_links) {
    const auto view = one(link("view", "rw", "SELECT 1"));
    ASSERT_TRUE(view && view->links.size() == 1);
    EXPECT_EQ(view->links[0].what, kind::view);
    EXPECT_EQ(view->links[0].on, sql::use::read | sql::use::write);
    EXPECT_EQ(view->links[0].carrier,
              (policy::object{policy::object_kind::table, "shop", "orders", "v"}));
    EXPECT_EQ(view->links[0].runs_as, "dba");

    const auto key = one(link("reference", "w", "", {"table", "users", "accounts", "id\1region"}));
    ASSERT_TRUE(key && key->links.size() == 1);
    EXPECT_EQ(policy::describe(key->links[0].touches.at(0)),
              "reference shop.users.accounts(id,region)");

    const auto parent = one(link("inheritance", "rw", "", {"table", "users", "part", ""}));
    ASSERT_TRUE(parent && parent->links.size() == 2);
    EXPECT_EQ(policy::describe(parent->links[0].touches.at(0)), "read shop.users.part");
    EXPECT_EQ(policy::describe(parent->links[1].touches.at(0)), "write shop.users.part");
}

TEST(catalogue_answer, holds_nothing_against_the_owner_of_rows_that_follow) {
    const auto cascade = one(link("cascade", "w", "", {"table", "billing", "lines", ""}));
    ASSERT_TRUE(cascade && cascade->links.size() == 1);
    EXPECT_EQ(policy::describe(cascade->links[0].touches.at(0)),
              "write shop.billing.lines through billing.lines");
}

TEST(catalogue_answer, without_a_definition_is_opaque) {
    const auto gone = one(link("view", "rw"));
    ASSERT_TRUE(gone && gone->links.size() == 1);
    EXPECT_EQ(gone->links[0].what, kind::opaque);
}

std::optional<answer> rights_of_o(rows r) {
    return understand({{}, {}, std::move(r)}, {.logins = {"o"}, .lent = {}}, "shop");
}

TEST(catalogue_answer, becomes_rights) {
    const auto a = rights_of_o({{"read", "orders", "t", "table", "a\1b"},
                                {"define", "", "", "database", ""},
                                {"settings", "", "", "", ""}});
    ASSERT_TRUE(a);
    const auto& rights = a->logins.at("o");
    ASSERT_EQ(rights.may.size(), 2U);
    EXPECT_EQ(policy::describe(rights.may[0]), "read shop.orders.t(a,b)");
    EXPECT_EQ(policy::describe(rights.may[1]), "define database shop");
    EXPECT_TRUE(rights.reads_all_settings);
    EXPECT_EQ(rights_of_o({{"beyond", "", "", "is a superuser", ""}})->logins.at("o").beyond,
              "is a superuser");
}

TEST(catalogue_answer, lists_the_relations_of_lent_schemas_empty_ones_too) {
    const auto a =
        understand({{}, {{"api", "v"}}}, {.logins = {}, .lent = {"api", "none"}}, "shop");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->lent, (sql::reach::relations{{"api", {"v"}}, {"none", {}}}));
}

TEST(catalogue_answer, of_another_shape_is_not_understood) {
    EXPECT_FALSE(understand({}, {}, "shop"));
    EXPECT_FALSE(understand({{}, {}, {}}, {}, "shop"));
    EXPECT_FALSE(understand({{}, {}}, {.logins = {"o"}, .lent = {}}, "shop"));
    EXPECT_FALSE(understand({{}, {{"api"}}}, {.logins = {}, .lent = {"api"}}, "shop"));
    EXPECT_FALSE(one({"view", "orders"}));
    EXPECT_FALSE(one(link("unheard-of", "r", "SELECT 1")));
    EXPECT_FALSE(one(link("reference", "w", "", {"planet", "users", "t", ""})));
    EXPECT_FALSE(rights_of_o({{"fly", "s", "t", "table", ""}}));
    EXPECT_FALSE(rights_of_o({{"read"}}));
}

} // namespace
} // namespace ringfence::catalog::postgresql
