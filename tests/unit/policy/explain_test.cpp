// The texts of denials: promise 7, "every denial explains itself", and promise 5, "no data leak".
#include "shop.h"

#include <gmock/gmock.h>

namespace ringfence::policy::test {
namespace {

using enum action;
using enum object_kind;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(explanation, says_who_owns_it_how_to_reach_its_api_and_which_file_to_change) {
    const auto d = ask(shop(), "billing-service", policy::test::table(read, "users", "secrets"));
    EXPECT_EQ(d.message, "billing-service may not read users.secrets");
    EXPECT_EQ(d.detail, "schema \"users\" on shop-pg/shop is owned by user-service (team identity, "
                        "#team-identity)");
    EXPECT_EQ(d.hint, "use its API https://users.shop.example/openapi.json, or ask the owner for a "
                      "share in services/user-service.yaml");
}

TEST(explanation, points_to_a_publication_that_serves_the_asking_service) {
    const auto d = ask(shop(), "order-service", policy::test::table(read, "users", "accounts"));
    EXPECT_THAT(d.hint,
                StartsWith("use the schema \"users_api_v1\" that it publishes (accounts-v1), "
                           "or use its API "));
    EXPECT_THAT(ask(shop(), "billing-service", policy::test::table(read, "users", "secrets")).hint,
                Not(HasSubstr("users_api_v1")));
}

TEST(explanation, without_contact_or_api_leaves_them_out) {
    const auto d = ask(shop(), "user-service", policy::test::table(read, "orders", "lines"));
    EXPECT_EQ(d.detail,
              "schema \"orders\" on shop-pg/shop is owned by order-service (team checkout)");
    EXPECT_EQ(d.hint, "ask the owner for a share in services/order-service.yaml");
}

TEST(explanation, names_the_level_at_which_the_owner_owns) {
    const auto p = shop();
    EXPECT_EQ(
        ask(p, "order-service", policy::test::table(read, "public", "sessions")).detail,
        "table \"sessions\" in schema \"public\" on shop-pg/shop is owned by user-service (team "
        "identity, #team-identity)");
    EXPECT_EQ(ask(p, "order-service", policy::test::table(read, "s", "t", {"*"}, "ledger")).detail,
              "database \"ledger\" on shop-pg is owned by billing-service (team payments)");
    EXPECT_EQ(
        ask(p, "order-service", policy::test::table(read, "s", "t"), today, "users-pg").detail,
        "server \"users-pg\" is owned by user-service (team identity, #team-identity)");
}

TEST(explanation, of_what_nobody_owns_says_which_file_to_add_it_to) {
    const auto p = shop();
    const auto d = ask(p, "order-service", policy::test::table(read, "warehouse", "bins"));
    EXPECT_EQ(d.why, reason::unowned);
    EXPECT_EQ(d.detail, "no policy gives schema \"warehouse\" on shop-pg/shop an owner");
    EXPECT_EQ(d.hint, "add it under owns in services/order-service.yaml, or in the file of the "
                      "service that it belongs to");
    EXPECT_EQ(ask(p, "order-service", policy::test::table(read, "public", "stray")).detail,
              "no policy gives table \"stray\" in schema \"public\" on shop-pg/shop an owner");
    EXPECT_EQ(ask(p, "order-service", thing(define, database, "shop", "")).detail,
              "no policy gives database \"shop\" on shop-pg as a whole an owner");
    EXPECT_EQ(ask(p, "order-service", thing(define, database, "shop", "")).message,
              "order-service may not define database shop");
    EXPECT_EQ(ask(p, "order-service", policy::test::table(read, "s", "t"), today, "nowhere").detail,
              "no policy knows a server \"nowhere\"");
}

TEST(explanation, of_a_server_facility_names_it) {
    const auto d = ask(shop(), "order-service", thing(write, server, "", "", "files"));
    EXPECT_EQ(d.message, "order-service may not use files on shop-pg");
    EXPECT_THAT(d.hint, HasSubstr("COPY"));
    const auto other =
        ask(shop(), "order-service", thing(write, server, "", "", "files"), today, "users-pg");
    EXPECT_THAT(other.detail, HasSubstr("owned by user-service"));
    EXPECT_FALSE(ask(shop(), "order-service", thing(read, server, "", "", "zzz")).hint.empty());
}

TEST(explanation, of_a_share_says_what_it_lends_and_where_it_stands) {
    const auto p = shop();
    const auto column = ask(p, "billing-service", policy::test::table(read, "users", "accounts"));
    EXPECT_THAT(column.detail, HasSubstr("; it lends columns id, email of users.accounts only "
                                         "(services/user-service.yaml:18)"));
    EXPECT_THAT(column.hint, HasSubstr("name only columns that are lent"));
    const auto writing =
        ask(p, "billing-service", policy::test::table(write, "users", "accounts", {"id"}));
    EXPECT_THAT(writing.detail, HasSubstr("for reading only (services/user-service.yaml:18)"));
    EXPECT_THAT(writing.hint, HasSubstr("write access in services/user-service.yaml"));
}

TEST(explanation, of_a_publication_or_a_common_schema_says_that_it_is_for_reading) {
    const auto p = shop();
    const auto d = ask(p, "order-service", policy::test::table(write, "users_api_v1", "accounts"));
    EXPECT_THAT(d.detail, HasSubstr("it publishes accounts-v1 for reading"));
    EXPECT_THAT(d.hint, HasSubstr("use its API"));
    EXPECT_EQ(ask(p, "order-service", policy::test::table(write, "extensions", "t")).detail,
              "schema \"extensions\" on shop-pg/shop is common to all services");
}

TEST(explanation, of_an_unqualified_name_says_to_qualify_it) {
    auto t = policy::test::table(read, "public", "stray");
    t.via_path = true;
    EXPECT_THAT(ask(shop(), "order-service", t).hint,
                StartsWith("qualify the name if you mean orders.stray; otherwise add it"));
}

TEST(explanation, of_what_a_definition_reaches_names_the_object_that_the_statement_named) {
    auto t = policy::test::table(read, "users", "secrets");
    t.through = policy::test::table(read, "orders", "v").what;
    EXPECT_EQ(ask(shop(), "order-service", t).message,
              "order-service may not read users.secrets through orders.v");
    EXPECT_THAT(ask(shop(), "order-service", t).hint,
                StartsWith("the definition of orders.v reaches beyond its owner: change it; or "));
    auto f = thing(action::execute, server, "", "", "dynamic SQL");
    f.through = thing(action::execute, function, "shop", "orders", "f").what;
    EXPECT_EQ(ask(shop(), "order-service", f).message,
              "order-service may not use dynamic SQL on shop-pg through orders.f");
}

TEST(explanation, cannot_be_used_to_write_to_a_terminal_or_a_log) {
    const std::string evil = "a\x1b[2J\nERROR:  ringfence: allowed\xff" + std::string(5000, 'x');
    for (const auto kind : {object_kind::table, function, type, schema, database, server}) {
        auto t = thing(read, kind, evil, evil, evil);
        t.through = t.what;
        const auto d = ask(shop(), "order-service", t);
        for (const auto& text : {d.message, d.detail, d.hint}) {
            EXPECT_EQ(text.find('\n'), std::string::npos);
            EXPECT_EQ(text.find('\x1b'), std::string::npos);
            EXPECT_EQ(text.find('\xff'), std::string::npos);
            EXPECT_LT(text.size(), 700U);
        }
    }
    EXPECT_EQ(ask(shop(), "order-service", policy::test::table(read, "a.b", "c\"d")).message,
              "order-service may not read \"a.b\".\"c\"d\"");
}

// Nothing but the policies and the statement goes in, so an existing and a missing table read
// alike.
TEST(explanation, is_the_same_for_any_table_of_a_foreign_schema) {
    const auto p = shop();
    auto a = ask(p, "order-service", policy::test::table(read, "users", "accounts"));
    auto b = ask(p, "order-service", policy::test::table(read, "users", "xccounts"));
    EXPECT_EQ(a.detail, b.detail);
    EXPECT_EQ(a.hint, b.hint);
    EXPECT_EQ(a.why, b.why);
}

} // namespace
} // namespace ringfence::policy::test
