// What others lend: shares with columns and end dates, publications, and what is common.
#include "shop.h"

namespace ringfence::policy::test {
namespace {

using enum action;
using enum object_kind;

constexpr std::string_view billing = "billing-service";
constexpr date last_day = day(2027, 3, 31);

std::string another_share(std::string tables, std::string access, std::string until) {
    return "  - {with: billing-service, server: shop-pg, database: shop, schema: users, " +
           (tables.empty() ? "" : "tables: " + tables + ", ") + "access: " + access +
           ", reason: r, until: " + until + "}\n";
}

TEST(shares, lend_the_columns_that_they_name) {
    const auto p = shop();
    for (const auto act : {read, reference})
        for (const auto& columns :
             std::vector<std::vector<std::string>>{{"id"}, {"email"}, {"email", "id"}})
            EXPECT_EQ(why(p, billing, policy::test::table(act, "users", "accounts", columns)),
                      reason::shared);
    for (const auto& columns : std::vector<std::vector<std::string>>{
             {"password"}, {"id", "password"}, {"*"}, {}, {"*", "id"}, {"ID"}, {""}})
        EXPECT_EQ(why(p, billing, policy::test::table(read, "users", "accounts", columns)),
                  reason::column_not_shared);
}

TEST(shares, lend_nothing_else_of_the_schema) {
    const auto p = shop();
    EXPECT_EQ(why(p, billing, policy::test::table(read, "users", "secrets", {"id"})),
              reason::foreign);
    EXPECT_EQ(why(p, billing, policy::test::table(read, "users", "account", {"id"})),
              reason::foreign);
    EXPECT_EQ(why(p, billing, thing(execute, function, "shop", "users", "accounts")),
              reason::foreign);
    EXPECT_EQ(why(p, billing, thing(reference, type, "shop", "users", "accounts")),
              reason::foreign);
    // A borrowed schema never gets on the search_path.
    EXPECT_EQ(why(p, billing, thing(reference, schema, "shop", "users")), reason::foreign);
    EXPECT_EQ(why(p, billing, thing(read, schema, "shop", "users")), reason::foreign);
    EXPECT_EQ(why(p, "order-service", policy::test::table(read, "users", "accounts", {"id"})),
              reason::foreign); // lent to another service
    EXPECT_EQ(why(p, billing, policy::test::table(read, "users", "accounts", {"id"}, "ledger2")),
              reason::unowned);
}

TEST(shares, for_reading_are_not_for_writing_and_none_is_for_defining) {
    const auto p = shop();
    EXPECT_EQ(why(p, billing, policy::test::table(write, "users", "accounts", {"email"})),
              reason::share_read_only);
    EXPECT_EQ(why(p, billing, policy::test::table(write, "users", "accounts", {"password"})),
              reason::column_not_shared);
    EXPECT_EQ(why(p, billing, policy::test::table(define, "users", "accounts", {"id"})),
              reason::share_read_only);
    const auto w = shop(another_share("[sessions]", "write", "2027-01-31"));
    EXPECT_EQ(why(w, billing, policy::test::table(write, "users", "sessions", {})), reason::shared);
    EXPECT_EQ(why(w, billing, policy::test::table(read, "users", "sessions")), reason::shared);
    EXPECT_EQ(why(w, billing, policy::test::table(define, "users", "sessions")),
              reason::share_read_only);
}

TEST(shares, a_share_that_ends_tonight_is_denied_tomorrow) {
    const auto p = shop();
    const auto reading = policy::test::table(read, "users", "accounts", {"id"});
    const auto tonight = ask(p, billing, reading, last_day);
    EXPECT_TRUE(tonight.allowed());
    EXPECT_EQ(tonight.good_before, last_day + std::chrono::days(1));
    const auto tomorrow = ask(p, billing, reading, last_day + std::chrono::days(1));
    EXPECT_EQ(tomorrow.why, reason::share_expired);
    EXPECT_EQ(tomorrow.owner, p->find_service("user-service"));
    EXPECT_NE(tomorrow.detail.find("ended on 2027-03-31"), std::string::npos) << tomorrow.detail;
    EXPECT_NE(tomorrow.hint.find("extend the share in services/user-service.yaml"),
              std::string::npos);
    // What it never lent is no matter of its date.
    EXPECT_EQ(why(p, billing, policy::test::table(read, "users", "accounts", {"password"}),
                  last_day + std::chrono::days(1)),
              reason::foreign);
}

TEST(shares, of_one_table_add_up_column_by_column) {
    const auto p = shop(another_share("{accounts: [id, name]}", "read", "2026-12-31"));
    const auto both =
        ask(p, billing, policy::test::table(read, "users", "accounts", {"email", "id", "name"}));
    EXPECT_EQ(both.why, reason::shared);
    EXPECT_EQ(both.good_before, day(2027, 1, 1)); // `name` is lent by the shorter one only
    const auto longer = ask(p, billing, policy::test::table(read, "users", "accounts", {"id"}));
    EXPECT_EQ(longer.good_before, day(2027, 4, 1)); // `id` by both: the longer one counts
    EXPECT_EQ(
        why(p, billing, policy::test::table(read, "users", "accounts", {"name"}), day(2027, 1, 1)),
        reason::share_expired);
}

TEST(shares, a_decision_holds_until_the_nearest_end_that_it_leaned_on) {
    const auto p = shop(another_share("[sessions]", "read", "2026-12-31"));
    const auto* who = p->find_service(billing);
    const auto d = decide(*p, *who, "shop-pg",
                          touching({policy::test::table(read, "users", "accounts", {"id"}),
                                    policy::test::table(read, "users", "sessions"),
                                    policy::test::table(read, "billing", "invoices")}),
                          today);
    EXPECT_EQ(d.why, reason::shared);
    EXPECT_EQ(d.good_before, day(2027, 1, 1));
    // Also when a later touch denies: on that day another touch will be the first that is denied.
    const auto denied = decide(*p, *who, "shop-pg",
                               touching({policy::test::table(read, "users", "sessions"),
                                         policy::test::table(read, "orders", "lines")}),
                               today);
    EXPECT_EQ(denied.why, reason::foreign);
    EXPECT_EQ(denied.good_before, day(2027, 1, 1));
    EXPECT_EQ(denied.offending->what.schema, "orders");
}

TEST(shares, of_a_whole_schema_lend_its_tables_and_types_but_not_its_functions) {
    const auto p = shop(another_share("", "read", "2027-01-31"));
    EXPECT_EQ(why(p, billing, policy::test::table(read, "users", "secrets")), reason::shared);
    EXPECT_EQ(why(p, billing, policy::test::table(write, "users", "secrets")),
              reason::share_read_only);
    EXPECT_EQ(why(p, billing, thing(read, schema, "shop", "users")), reason::shared);
    EXPECT_EQ(why(p, billing, thing(define, schema, "shop", "users")), reason::foreign);
    EXPECT_EQ(why(p, billing, thing(reference, type, "shop", "users", "state")), reason::shared);
    EXPECT_EQ(why(p, billing, thing(execute, function, "shop", "users", "f")), reason::foreign);
}

TEST(publications, are_an_api_to_read_and_nothing_else) {
    const auto p = shop();
    const auto in_api = [&](std::string_view who, action act, object_kind kind) {
        return why(p, who, thing(act, kind, "shop", "users_api_v1", "accounts"));
    };
    for (const auto act : {read, reference}) {
        EXPECT_EQ(in_api("order-service", act, object_kind::table), reason::published);
        EXPECT_EQ(in_api("order-service", act, type), reason::published);
        EXPECT_EQ(in_api("order-service", act, schema), reason::published);
    }
    EXPECT_EQ(in_api("order-service", execute, function), reason::published);
    for (const auto act : {write, define})
        for (const auto kind : {object_kind::table, function, type, schema})
            EXPECT_EQ(in_api("order-service", act, kind), reason::publication_read_only);
    for (const auto act : {read, write, define, execute, reference})
        EXPECT_EQ(in_api("billing-service", act, object_kind::table), reason::foreign);
    EXPECT_FALSE(
        ask(p, "order-service", policy::test::table(read, "users_api_v1", "accounts")).good_before);
}

TEST(common, is_read_and_executed_by_all_and_changed_by_nobody) {
    const auto p = shop();
    for (const auto* who : {"order-service", "billing-service", "user-service"}) {
        for (const auto act : {read, execute, reference})
            EXPECT_EQ(why(p, who, thing(act, function, "shop", "extensions", "uuid_v4")),
                      reason::common);
        for (const auto act : {write, define})
            EXPECT_EQ(why(p, who, thing(act, object_kind::table, "shop", "extensions", "t")),
                      reason::common_read_only);
        EXPECT_EQ(why(p, who, thing(reference, schema, "shop", "extensions")), reason::common);
        EXPECT_EQ(why(p, who, thing(define, schema, "shop", "extensions")),
                  reason::common_read_only);
        EXPECT_EQ(why(p, who, policy::test::table(read, "public", "geo_zones")), reason::common);
        EXPECT_EQ(why(p, who, thing(reference, schema, "shop", "public")),
                  std::string_view(who) == "billing-service" ? reason::common : reason::owned);
    }
}

} // namespace
} // namespace ringfence::policy::test
