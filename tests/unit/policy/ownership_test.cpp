// What a service may do by owning things, at every level.
#include "shop.h"

#include "policy/resource.h"

namespace ringfence::policy::test {
namespace {

using enum action;
using enum object_kind;

TEST(ownership, of_a_schema_gives_everything_in_it) {
    const auto p = shop();
    for (const auto act : {read, write, define, execute, reference}) {
        EXPECT_EQ(why(p, "order-service", policy::test::table(act, "orders", "lines")),
                  reason::owned);
        EXPECT_EQ(why(p, "order-service", thing(act, function, "shop", "orders", "total")),
                  reason::owned);
        EXPECT_EQ(why(p, "order-service", thing(act, type, "shop", "orders", "state")),
                  reason::owned);
        EXPECT_EQ(why(p, "order-service", thing(act, schema, "shop", "orders")), reason::owned);
    }
}

TEST(ownership, of_a_schema_gives_nothing_in_its_neighbours) {
    const auto p = shop();
    for (const auto act : {read, write, define, execute, reference})
        for (const auto kind : {object_kind::table, function, type}) {
            EXPECT_EQ(why(p, "order-service", thing(act, kind, "shop", "users", "accounts")),
                      reason::foreign);
            EXPECT_EQ(why(p, "order-service", thing(act, kind, "shop", "Orders", "lines")),
                      reason::unowned); // names are exact
            EXPECT_EQ(why(p, "order-service", thing(act, kind, "shop", "orders2", "lines")),
                      reason::unowned);
            EXPECT_EQ(why(p, "order-service", thing(act, kind, "other", "orders", "lines")),
                      reason::unowned);
            EXPECT_EQ(why(p, "order-service", thing(act, kind, "shop", "", "lines")),
                      reason::unowned); // a name that was not resolved
        }
    EXPECT_EQ(
        why(p, "order-service", policy::test::table(read, "orders", "lines"), today, "nowhere"),
        reason::unowned);
    EXPECT_EQ(
        why(p, "order-service", policy::test::table(read, "orders", "lines"), today, "users-pg"),
        reason::foreign);
}

TEST(ownership, of_a_database_gives_every_schema_in_it) {
    const auto p = shop();
    for (const auto act : {read, write, define, execute, reference}) {
        EXPECT_EQ(why(p, "billing-service", thing(act, object_kind::table, "ledger", "any", "t")),
                  reason::owned);
        EXPECT_EQ(why(p, "billing-service", thing(act, schema, "ledger", "any")), reason::owned);
        EXPECT_EQ(why(p, "billing-service", thing(act, database, "ledger", "")), reason::owned);
    }
    EXPECT_EQ(why(p, "billing-service", thing(define, schema, "shop", "users")), reason::foreign);
    EXPECT_EQ(why(p, "billing-service", thing(read, server, "", "", "files")),
              reason::server_facility);
}

TEST(ownership, of_a_server_gives_everything_on_it_and_its_facilities) {
    const auto p = shop();
    const auto ask_there = [&](touch t) { return why(p, "user-service", t, today, "users-pg"); };
    EXPECT_EQ(ask_there(policy::test::table(define, "s", "t", {}, "db")), reason::owned);
    EXPECT_EQ(ask_there(thing(define, database, "db", "")), reason::owned);
    EXPECT_EQ(ask_there(thing(write, server, "", "", "files")), reason::owned);
    EXPECT_EQ(why(p, "order-service", thing(write, server, "", "", "files"), today, "users-pg"),
              reason::server_facility);
    EXPECT_EQ(why(p, "user-service", thing(write, server, "", "", "files")),
              reason::server_facility); // it owns schemas on this one only
}

TEST(ownership, of_table_patterns_gives_what_matches_in_the_shared_schema) {
    const auto p = shop();
    for (const auto kind : {object_kind::table, function, type})
        for (const auto act : {read, write, define, execute, reference}) {
            EXPECT_EQ(why(p, "user-service", thing(act, kind, "shop", "public", "user_profiles")),
                      reason::owned);
            EXPECT_EQ(why(p, "user-service", thing(act, kind, "shop", "public", "sessions")),
                      reason::owned);
            EXPECT_EQ(why(p, "user-service", thing(act, kind, "shop", "public", "order_lines")),
                      reason::foreign);
            EXPECT_EQ(why(p, "user-service", thing(act, kind, "shop", "public", "stray")),
                      reason::unowned);
        }
}

TEST(ownership, of_tables_in_a_schema_allows_naming_the_schema_and_not_changing_it) {
    const auto p = shop();
    EXPECT_EQ(why(p, "user-service", thing(reference, schema, "shop", "public")), reason::owned);
    for (const auto* who : {"user-service", "order-service", "billing-service"})
        for (const auto act : {read, write, define, execute})
            EXPECT_EQ(why(p, who, thing(act, schema, "shop", "public")), reason::unowned);
    EXPECT_EQ(ask(p, "user-service", thing(define, schema, "shop", "public")).detail,
              "no policy gives schema \"public\" on shop-pg/shop as a whole an owner");
}

TEST(ownership, a_schema_with_tables_of_others_only_cannot_be_named) {
    auto f = shop_files();
    f[0].second = f[0].second.substr(
        0, f[0].second.find("  - {server: shop-pg, database: shop, schema: public"));
    const auto d = ask(loaded(f), "billing-service", thing(reference, schema, "shop", "public"));
    EXPECT_EQ(d.why, reason::foreign);
    EXPECT_EQ(d.message, "billing-service may not reference schema public");
    EXPECT_EQ(d.detail,
              "schema \"public\" on shop-pg/shop is shared; order-service (team checkout) "
              "owns tables in it");
}

TEST(ownership, a_database_may_be_named_by_who_has_something_in_it) {
    const auto p = shop();
    EXPECT_EQ(why(p, "order-service", thing(reference, database, "shop", "")), reason::owned);
    EXPECT_EQ(why(p, "order-service", thing(reference, database, "ledger", "")), reason::foreign);
    EXPECT_EQ(why(p, "order-service", thing(reference, database, "postgres", "")), reason::unowned);
    EXPECT_EQ(why(p, "order-service", thing(define, database, "shop", "")), reason::unowned);
    EXPECT_EQ(why(p, "order-service", thing(read, database, "shop", "")), reason::unowned);
    // By a share alone:
    auto f = shop_files();
    f[1].second = "service: billing-service\nteam: payments\nidentities: [{login: billing}]\n"
                  "owns: [{server: shop-my, database: billing}]\n";
    const auto lent = loaded(f);
    const auto d = ask(lent, "billing-service", thing(reference, database, "shop", ""));
    EXPECT_EQ(d.why, reason::shared);
    EXPECT_EQ(d.good_before, day(2027, 4, 1));
    EXPECT_EQ(why(lent, "billing-service", thing(reference, database, "shop", ""), day(2027, 4, 1)),
              reason::share_expired);
}

TEST(ownership, on_mysql_a_database_is_the_schema) {
    const auto p = shop();
    const auto in = [&](std::string_view who, action act, object_kind kind, std::string db) {
        return why(p, who, thing(act, kind, std::move(db), "", "t"), today, "shop-my");
    };
    EXPECT_EQ(in("order-service", define, object_kind::table, "orders"), reason::owned);
    EXPECT_EQ(in("order-service", define, schema, "orders"), reason::owned);
    EXPECT_EQ(in("order-service", define, database, "orders"), reason::owned);
    EXPECT_EQ(in("order-service", read, object_kind::table, "users"), reason::foreign);
    EXPECT_EQ(in("order-service", read, object_kind::table, "mysql"), reason::unowned);
    const auto d = ask(p, "order-service", thing(read, object_kind::table, "users", "", "accounts"),
                       today, "shop-my");
    EXPECT_EQ(d.message, "order-service may not read users.accounts");
    EXPECT_EQ(
        d.detail,
        "schema \"users\" on shop-my is owned by user-service (team identity, #team-identity)");
}

TEST(resources, overlap_and_containment_follow_the_levels) {
    const resource whole_server{"s", "", "", {}, {}}, db{"s", "d", "", {}, {}},
        schema_a{"s", "d", "a", {}, {}}, schema_b{"s", "d", "b", {}, {}},
        tables_x{"s", "d", "a", {"x*"}, {}}, tables_y{"s", "d", "a", {"y*", "z"}, {}},
        elsewhere{"t", "d", "a", {}, {}};
    EXPECT_TRUE(overlaps(whole_server, tables_x));
    EXPECT_TRUE(overlaps(db, schema_a));
    EXPECT_TRUE(overlaps(schema_a, tables_x));
    EXPECT_FALSE(overlaps(schema_a, schema_b));
    EXPECT_FALSE(overlaps(tables_x, tables_y));
    EXPECT_FALSE(overlaps(whole_server, elsewhere));
    EXPECT_TRUE(contains(whole_server, db));
    EXPECT_FALSE(contains(db, whole_server));
    EXPECT_TRUE(contains(schema_a, tables_x));
    EXPECT_FALSE(contains(tables_x, schema_a));
    EXPECT_TRUE(contains(tables_y, {"s", "d", "a", {"z"}, {}}));
    EXPECT_TRUE(contains(tables_x, {"s", "d", "a", {"xy*"}, {}}));
    EXPECT_FALSE(contains(tables_x, {"s", "d", "a", {"*x"}, {}}));
    EXPECT_FALSE(contains({"s", "d", "a", {"x?"}, {}}, {"s", "d", "a", {"x*"}, {}}));
    EXPECT_EQ(to_string(tables_y), "s/d/a (y*, z)");
    EXPECT_EQ(to_string(whole_server), "s");
}

} // namespace
} // namespace ringfence::policy::test
