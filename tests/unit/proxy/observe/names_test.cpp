// Which schemas may be a label's value, and how texts become log lines.
#include "../../policy/shop.h"

#include "proxy/observe/known_names.h"
#include "proxy/observe/log.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace ringfence::observe {
namespace {

using policy::object_kind;
using policy::test::shop;

std::string label(std::string_view server, object_kind kind, std::string database,
                  std::string schema) {
    static const auto policies = shop();
    static const known_names names(*policies);
    return std::string(
        names.schema_label(server, {kind, std::move(database), std::move(schema), "thing"}));
}

TEST(known_names, schemas_that_the_policies_name) {
    EXPECT_EQ(label("shop-pg", object_kind::table, "shop", "users"), "users");
    EXPECT_EQ(label("shop-pg", object_kind::table, "shop", "public"), "public");
    EXPECT_EQ(label("shop-pg", object_kind::function, "shop", "extensions"), "extensions");
    EXPECT_EQ(label("shop-pg", object_kind::type, "shop", "users_api_v1"), "users_api_v1");
    EXPECT_EQ(label("shop-pg", object_kind::schema, "shop", "billing"), "billing");
}

TEST(known_names, everything_else_is_other) {
    EXPECT_EQ(label("shop-pg", object_kind::table, "shop", "made_up"), "other");
    EXPECT_EQ(label("shop-pg", object_kind::schema, "shop", "made_up"), "other");
    EXPECT_EQ(label("shop-pg", object_kind::table, "made_up", "users"), "other");
    EXPECT_EQ(label("users-pg", object_kind::table, "shop", "users"), "other");
    EXPECT_EQ(label("shop-pg", object_kind::table, "ledger", "made_up"), "other");
    EXPECT_EQ(label("shop-pg", object_kind::table, "shop", "USERS"), "other");
    EXPECT_EQ(known_names().schema_label("shop-pg", {object_kind::table, "shop", "users", "t"}),
              "other");
}

TEST(known_names, what_lies_in_no_schema_has_no_label) {
    EXPECT_EQ(label("shop-pg", object_kind::server, "", ""), "");
    EXPECT_EQ(label("shop-pg", object_kind::database, "made_up", ""), "");
}

TEST(known_names, a_mysql_database_is_its_schema) {
    EXPECT_EQ(label("shop-my", object_kind::table, "orders", ""), "orders");
    EXPECT_EQ(label("shop-my", object_kind::table, "made_up", ""), "other");
}

TEST(log, text_lines) {
    EXPECT_EQ(render_log(log_format::text, "a sentence", {{"key", "value"}, {"other", "1"}}),
              "a sentence key=value other=1");
    EXPECT_EQ(render_log(log_format::text, "a", {{"k", ""}}), "a k=\"\"");
    EXPECT_EQ(render_log(log_format::text, "a", {{"k", "two words"}}), "a k=\"two words\"");
    EXPECT_EQ(render_log(log_format::text, "a", {{"k", "x=\"y\""}}), "a k=\"x=\\\"y\\\"\"");
    EXPECT_EQ(render_log(log_format::text, "a", {{"k", "x\nlevel=error forged"}}),
              "a k=\"x?level=error forged\"");
    EXPECT_EQ(render_log(log_format::text, "a\nb", {{"k", "\x1b[31m"}}), "a?b k=\"?[31m\"");
}

TEST(log, json_lines_are_json_whatever_the_value) {
    for (const auto* value : {"plain", "\"quoted\"", "back\\slash", "line\nbreak", "\xff\xfe",
                              "\xe2\x80\xae", "\x01"}) {
        const auto line = "{" + render_log(log_format::json, "said", {{"key", value}}) + "}";
        ASSERT_TRUE(nlohmann::json::accept(line)) << line;
        EXPECT_EQ(nlohmann::json::parse(line)["message"], "said");
        EXPECT_TRUE(nlohmann::json::parse(line).contains("key"));
    }
}

TEST(log, values_are_cut) {
    const auto line = render_log(log_format::text, "a", {{"k", std::string(100'000, 'x')}});
    EXPECT_LT(line.size(), 2100U);
}

} // namespace
} // namespace ringfence::observe
