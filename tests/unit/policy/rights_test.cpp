#include "shop.h"

#include <gmock/gmock.h>

namespace ringfence::policy::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

path_rights paths(const snapshot_ptr& p, std::string_view who, std::string_view server,
                  std::string_view database) {
    return paths_of(*p, *p->find_service(who), server, database);
}

std::vector<std::string> servers(const snapshot_ptr& p, std::string_view who, engine kind,
                                 std::string_view database, date on = today) {
    return servers_for(*p, *p->find_service(who), kind, database, on);
}

TEST(paths, start_with_own_schemas_and_lead_to_those_with_own_tables) {
    const auto p = shop();
    const auto r = paths(p, "user-service", "shop-pg", "shop");
    EXPECT_THAT(r.home, ElementsAre("users", "users_api_v1"));
    EXPECT_THAT(r.settable, ElementsAre("users", "users_api_v1", "public", "extensions"));
    EXPECT_FALSE(r.whole_database);
    EXPECT_THAT(paths(p, "order-service", "shop-pg", "shop").home, ElementsAre("orders"));
    EXPECT_THAT(paths(p, "order-service", "shop-pg", "shop").settable,
                ElementsAre("orders", "public", "extensions", "users_api_v1"));
}

TEST(paths, of_a_whole_database_or_server_are_free) {
    const auto p = shop();
    EXPECT_TRUE(paths(p, "billing-service", "shop-pg", "ledger").whole_database);
    EXPECT_FALSE(paths(p, "billing-service", "shop-pg", "shop").whole_database);
    EXPECT_TRUE(paths(p, "user-service", "users-pg", "whatever").whole_database);
    EXPECT_FALSE(paths(p, "order-service", "users-pg", "whatever").whole_database);
}

TEST(paths, are_empty_where_a_service_has_nothing) {
    const auto p = shop();
    const auto r = paths(p, "order-service", "shop-pg", "ledger");
    EXPECT_THAT(r.home, IsEmpty());
    EXPECT_THAT(r.settable, IsEmpty());
    EXPECT_THAT(paths(p, "order-service", "nowhere", "shop").home, IsEmpty());
}

TEST(paths, on_mysql_are_the_database_itself) {
    const auto p = shop();
    EXPECT_THAT(paths(p, "order-service", "shop-my", "orders").home, ElementsAre("orders"));
    EXPECT_THAT(paths(p, "order-service", "shop-my", "users").home, IsEmpty());
}

TEST(routing, goes_to_where_the_service_owns_the_database) {
    const auto p = shop();
    using enum engine;
    EXPECT_THAT(servers(p, "order-service", postgresql, "shop"), ElementsAre("shop-pg"));
    EXPECT_THAT(servers(p, "order-service", mysql, "orders"), ElementsAre("shop-my"));
    EXPECT_THAT(servers(p, "order-service", mysql, "shop"), IsEmpty());
    EXPECT_THAT(servers(p, "order-service", postgresql, "postgres"), IsEmpty());
    EXPECT_THAT(servers(p, "billing-service", postgresql, "ledger"), ElementsAre("shop-pg"));
}

TEST(routing, prefers_the_entry_that_names_the_database_to_a_whole_server) {
    const auto p = shop();
    EXPECT_THAT(servers(p, "user-service", engine::postgresql, "shop"), ElementsAre("shop-pg"));
    EXPECT_THAT(servers(p, "user-service", engine::postgresql, "anything"),
                ElementsAre("users-pg"));
}

TEST(routing, follows_shares_and_publications_only_without_ownership) {
    auto f = shop_files();
    f[1].second = "service: billing-service\nteam: payments\nidentities: [{login: billing}]\n"
                  "owns: [{server: shop-my, database: billing}]\n";
    const auto p = loaded(f);
    EXPECT_THAT(servers(p, "billing-service", engine::postgresql, "shop"), ElementsAre("shop-pg"));
    EXPECT_THAT(servers(p, "billing-service", engine::postgresql, "shop", day(2027, 4, 1)),
                IsEmpty());
}

TEST(owner, is_found_at_every_level) {
    const auto p = shop();
    const auto owner = [&](std::string_view server, object o) {
        const auto* s = owner_of(*p, server, o);
        return s == nullptr ? std::string() : s->name;
    };
    EXPECT_EQ(owner("shop-pg", {object_kind::table, "shop", "users", "t"}), "user-service");
    EXPECT_EQ(owner("shop-pg", {object_kind::table, "shop", "public", "carts"}), "order-service");
    EXPECT_EQ(owner("shop-pg", {object_kind::table, "shop", "public", "x"}), "");
    EXPECT_EQ(owner("shop-pg", {object_kind::schema, "shop", "public", ""}), "");
    EXPECT_EQ(owner("shop-pg", {object_kind::schema, "ledger", "any", ""}), "billing-service");
    EXPECT_EQ(owner("users-pg", {object_kind::server, "", "", "files"}), "user-service");
    EXPECT_EQ(owner("shop-pg", {object_kind::server, "", "", "files"}), "");
}

TEST(next_change, is_the_day_after_the_nearest_end) {
    const auto p =
        shop("  - {with: billing-service, server: shop-pg, database: shop, schema: users, "
             "tables: [a], access: read, reason: r, until: 2026-11-21}\n");
    const auto next = [&](std::string_view who, date on) {
        return next_change(*p, *p->find_service(who), on);
    };
    EXPECT_EQ(next("billing-service", today), day(2026, 11, 22));
    EXPECT_EQ(next("billing-service", day(2026, 11, 22)), day(2027, 4, 1));
    EXPECT_EQ(next("billing-service", day(2027, 4, 1)), std::nullopt);
    EXPECT_EQ(next("order-service", today), std::nullopt);
}

TEST(snapshot, finds_services_by_name_login_and_certificate) {
    const auto p = shop();
    EXPECT_EQ(p->find_login("users"), p->find_service("user-service"));
    EXPECT_EQ(p->find_certificate("spiffe://shop.example/user-service"),
              p->find_service("user-service"));
    EXPECT_EQ(p->find_login("spiffe://shop.example/user-service"), nullptr);
    EXPECT_EQ(p->find_certificate("users"), nullptr);
    EXPECT_EQ(p->find_login(""), nullptr);
    EXPECT_EQ(p->find_server("shop-my")->engine, engine::mysql);
    EXPECT_EQ(p->find_server("shop"), nullptr);
}

} // namespace
} // namespace ringfence::policy::test
