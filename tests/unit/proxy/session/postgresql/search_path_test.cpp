#include "proxy/session/postgresql/search_path.h"

#include <gmock/gmock.h>

namespace ringfence::session::postgresql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

const policy::path_rights order{.home = {"orders", "Archive"},
                                .settable = {"orders", "Archive", "extensions"},
                                .whole_database = false};

TEST(search_path, starts_with_what_the_service_owns_quoted_where_it_must_be) {
    const auto p = choose_path(order, nullptr, "app");
    EXPECT_THAT(p.schemas, ElementsAre("orders", "Archive"));
    EXPECT_EQ(p.parameter, "orders, \"Archive\"");
    EXPECT_EQ(p.refused, "");
}

TEST(search_path, a_service_that_only_borrows_starts_with_an_empty_path) {
    const auto p = choose_path({}, nullptr, "app");
    EXPECT_THAT(p.schemas, IsEmpty());
    EXPECT_EQ(p.parameter, "");
}

TEST(search_path, the_owner_of_a_database_keeps_the_logins_default) {
    const auto p =
        choose_path({.home = {}, .settable = {}, .whole_database = true}, nullptr, "app");
    EXPECT_FALSE(p.parameter.has_value());
    EXPECT_THAT(p.schemas, ElementsAre("public", "app"));
}

TEST(search_path, the_client_may_choose_among_its_own) {
    const std::string asked = "Extensions , \"Archive\",pg_catalog";
    const auto p = choose_path(order, &asked, "app");
    EXPECT_EQ(p.refused, "");
    EXPECT_THAT(p.schemas, ElementsAre("extensions", "Archive", "pg_catalog"));
}

TEST(search_path, and_not_among_others) {
    for (const std::string asked :
         {"users", "orders, users", "\"users\"", "USERS", "$user", "orders,\"$user\""}) {
        EXPECT_NE(choose_path(order, &asked, "users").refused, "") << asked;
    }
}

TEST(search_path, a_list_that_the_server_would_not_read_is_refused) {
    for (const std::string asked : {"orders,", ",", "\"orders", "orders archive", "orders,,orders"})
        EXPECT_NE(choose_path(order, &asked, "app").refused, "") << asked;
}

TEST(search_path, identifiers_are_split_as_the_server_splits_them) {
    EXPECT_THAT(split_identifiers("a, \"B c\" ,\"d\"\"e\""),
                Optional(ElementsAre("a", "B c", "d\"e")));
    EXPECT_THAT(split_identifiers("  "), Optional(IsEmpty()));
}

} // namespace
} // namespace ringfence::session::postgresql
