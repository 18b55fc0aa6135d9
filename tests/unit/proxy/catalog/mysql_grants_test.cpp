#include "proxy/catalog/mysql_grants.h"

#include "policy/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::catalog::mysql {
namespace {

using testing::HasSubstr;

constexpr auto mysql = sql::mysql_flavour::mysql;
constexpr auto mariadb = sql::mysql_flavour::mariadb;

sql::login_rights rights(const std::vector<std::string>& lines,
                         const std::vector<std::string>& schemas = {"orders", "users"}) {
    std::vector<grant> grants;
    for (const auto& line : lines) {
        grants.push_back(read_grant(line, mysql));
        const auto other = read_grant(line, mariadb);
        EXPECT_EQ(other.what, grants.back().what) << line;
        EXPECT_EQ(other.schema, grants.back().schema) << line;
    }
    return rights_of(grants, schemas);
}

std::string may(const std::vector<std::string>& lines,
                const std::vector<std::string>& schemas = {"orders", "users"}) {
    const auto r = rights(lines, schemas);
    if (!r.beyond.empty())
        return "beyond: it " + r.beyond;
    std::string all;
    for (const auto& t : r.may)
        all += (all.empty() ? "" : "; ") + policy::describe(t);
    return all;
}

TEST(mysql_grants, of_nothing_are_nothing) {
    EXPECT_EQ(may({"GRANT USAGE ON *.* TO `o`@`%`"}), "");
    EXPECT_EQ(may({"GRANT USAGE ON *.* TO `o`@`%` IDENTIFIED BY PASSWORD "
                   "'*D821809F681A40A6E379B50D0463EFAE20BDD122' REQUIRE SSL WITH "
                   "MAX_QUERIES_PER_HOUR 5"}),
              "");
    EXPECT_EQ(may({"GRANT `r1`@`%`,`r2`@`%` TO `o`@`%`", "SET DEFAULT ROLE `r` FOR `o`@`%`",
                   "GRANT `r` TO PUBLIC"}),
              "");
}

TEST(mysql_grants, on_a_schema_are_rights_on_all_that_is_in_it) {
    EXPECT_EQ(may({"GRANT ALL PRIVILEGES ON `orders`.* TO `o`@`%`"}),
              "read schema orders; write schema orders; execute schema orders; define schema "
              "orders");
    EXPECT_EQ(may({"GRANT SELECT, SHOW VIEW ON `users`.* TO `o`@`%`"}), "read schema users");
    EXPECT_EQ(may({"GRANT EXECUTE ON `orders`.* TO `o`@`%` WITH GRANT OPTION"}),
              "execute schema orders; define schema orders");
    // Having part of a schema is enough to refer to it, but not to all of its tables.
    EXPECT_EQ(may({"GRANT REFERENCES ON `users`.* TO `o`@`%`"}), "read schema users");
}

TEST(mysql_grants, on_tables_columns_and_routines) {
    EXPECT_EQ(may({"GRANT SELECT (`id`, `email`), INSERT (`id`), REFERENCES (`id`) ON "
                   "`users`.`accounts` TO `o`@`%`"}),
              "read users.accounts(email,id); write users.accounts(id); reference "
              "users.accounts(id)");
    EXPECT_EQ(may({"GRANT SELECT, SELECT (`id`), TRIGGER ON `users`.`a``b` TO `o`@`%`"}),
              "read users.a`b(id); read users.a`b; define users.a`b");
    EXPECT_EQ(may({"GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE `users`.`Pay` TO `o`@`%`",
                   "GRANT EXECUTE ON FUNCTION `users`.`f` TO `o`@`%`"}),
              "execute function users.pay; define function users.pay; execute function users.f");
    EXPECT_EQ(may({"GRANT EXECUTE ON PACKAGE BODY `users`.`p` TO `o`@`%`"}),
              "execute function users.p");
}

TEST(mysql_grants, mean_every_schema_that_matches) {
    EXPECT_EQ(may({"GRANT SELECT ON `shop_orders`.* TO `o`@`%`"}, {"shop_orders", "shopXorders"}),
              "read schema shop_orders; read schema shopXorders");
    EXPECT_EQ(may({"GRANT SELECT ON `shop\\_orders`.* TO `o`@`%`"}, {"shop_orders", "shopXorders"}),
              "read schema shop_orders");
    EXPECT_THAT(may({"GRANT SELECT ON `shop\\_%`.* TO `o`@`%`"}), HasSubstr("like shop\\_%"));
    // A pattern of one table's grant is none.
    EXPECT_EQ(may({"GRANT SELECT ON `a_b`.`t` TO `o`@`%`"}, {"aXb"}), "read a_b.t");
}

TEST(mysql_grants, match_as_the_server_does) {
    EXPECT_TRUE(means_schema("orders", "orders"));
    EXPECT_TRUE(means_schema("%", "orders"));
    EXPECT_TRUE(means_schema("o%s", "orders"));
    EXPECT_TRUE(means_schema("%or%d%rs", "orders"));
    EXPECT_TRUE(means_schema("order_", "orders"));
    EXPECT_TRUE(means_schema("a\\%", "a%"));
    EXPECT_FALSE(means_schema("a\\%", "ab"));
    EXPECT_FALSE(means_schema("a\\_b", "axb"));
    EXPECT_FALSE(means_schema("order", "orders"));
    EXPECT_FALSE(means_schema("orders_", "orders"));
    EXPECT_FALSE(means_schema("", "orders"));
    EXPECT_FALSE(means_schema("orders", ""));
    EXPECT_FALSE(means_schema("o%x", "orders"));
}

TEST(mysql_grants, on_the_whole_server_are_beyond_any_boundary) {
    for (const auto* line :
         {"GRANT ALL PRIVILEGES ON *.* TO `o`@`%`", "GRANT SELECT ON *.* TO `o`@`%`",
          "GRANT FILE ON *.* TO `o`@`%`", "GRANT SHOW DATABASES ON *.* TO `o`@`%`",
          "GRANT PROCESS, SUPER ON *.* TO `o`@`%`",
          "GRANT ROLE_ADMIN,SYSTEM_USER ON *.* TO `o`@`%`",
          "GRANT A_PRIVILEGE_OF_TOMORROW ON *.* TO `o`@`%`",
          "GRANT USAGE ON *.* TO `o`@`%` WITH GRANT OPTION",
          "GRANT `r`@`%` TO `o`@`%` WITH ADMIN OPTION", "GRANT PROXY ON `root`@`%` TO `o`@`%`",
          "GRANT PROXY ON ``@`` TO `o`@`%`"})
        EXPECT_THAT(may({line}), HasSubstr("beyond")) << line;
    EXPECT_EQ(
        may({"GRANT `r`@`%` TO `o`@`%` WITH ADMIN OPTION", "GRANT SELECT, FILE ON *.* TO `o`@`%`"}),
        "beyond: it may read and write the server's files (FILE)");
}

TEST(mysql_grants, on_the_servers_own_schemas_are_beyond_but_for_what_all_may_know) {
    for (const auto* line :
         {"GRANT SELECT ON `mysql`.* TO `o`@`%`", "GRANT SELECT ON `mysql`.`user` TO `o`@`%`",
          "GRANT EXECUTE ON `sys`.* TO `o`@`%`",
          "GRANT SELECT ON `performance_schema`.* TO `o`@`%`",
          "GRANT SELECT ON `mysql`.`proc` TO `o`@`%`", "GRANT INSERT ON `mysql`.`func` TO `o`@`%`",
          "GRANT SELECT (`authentication_string`) ON `mysql`.`user` TO `o`@`%`"})
        EXPECT_THAT(may({line}), HasSubstr("the server's own schema")) << line;
    EXPECT_EQ(may({"GRANT SELECT ON `mysql`.`func` TO `o`@`%`",
                   "GRANT SELECT ON `mysql`.`time_zone_name` TO `o`@`%`",
                   "GRANT SELECT ON `performance_schema`.`user_defined_functions` TO `o`@`%`"}),
              "");
}

TEST(mysql_grants, that_are_not_understood_are_beyond) {
    for (const auto* line :
         {"", "HELLO", "GRANT", "GRANT SELECT", "GRANT SELECT ON", "GRANT SELECT ON `a`",
          "GRANT SELECT ON `a`.`t`", "GRANT SELECT (`id` ON `a`.`t` TO `o`@`%`",
          "GRANT EXECUTE ON LIBRARY `a`.`l` TO `o`@`%`", "GRANT FLY ON `a`.* TO `o`@`%`",
          "GRANT FLY (`id`) ON `a`.`t` TO `o`@`%`", "GRANT SELECT ON TABLE `a`.* TO `o`@`%`",
          "GRANT `r` FOR `o`", "GRANT SELECT ON `a`.`t TO `o`@`%`", "REVOKE SELECT ON `a`.*",
          "SET PASSWORD FOR `o`@`%`"})
        EXPECT_THAT(may({line}), HasSubstr("beyond")) << line;
}

} // namespace
} // namespace ringfence::catalog::mysql
