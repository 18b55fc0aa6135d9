// The shop's policies in examples/ load, and say what the quickstart shows.
#include "shop.h"

namespace ringfence::policy::test {
namespace {

TEST(example, the_shop_loads_without_errors_or_warnings) {
    const auto r =
        load(std::filesystem::path(RINGFENCE_SOURCE_DIR) / "examples/shop/policies", today);
    ASSERT_TRUE(r.ok()) << all_findings(r);
    for (const auto& d : r.findings)
        EXPECT_EQ(d.severity, severity::information) << to_string(d);
    const auto& p = r.policies;
    EXPECT_EQ(p->find_login("orders"), p->find_service("order-service"));
    EXPECT_EQ(p->find_login("users"), p->find_service("user-service"));
    EXPECT_EQ(p->find_login("billing"), p->find_service("billing-service"));
    EXPECT_EQ(p->find_login("catalog"), p->find_service("catalog-service"));
    using enum action;
    EXPECT_EQ(why(p, "order-service", table(write, "orders", "orders")), reason::owned);
    EXPECT_EQ(why(p, "order-service", table(read, "users", "accounts")), reason::foreign);
    EXPECT_EQ(why(p, "order-service", table(read, "users_api_v1", "accounts")), reason::published);
    EXPECT_EQ(why(p, "billing-service", table(read, "users_api_v1", "accounts")),
              reason::published);
    EXPECT_EQ(why(p, "billing-service", table(read, "users", "accounts", {"email", "id"})),
              reason::shared);
    EXPECT_EQ(why(p, "billing-service", table(read, "users", "accounts")),
              reason::column_not_shared);
    EXPECT_EQ(why(p, "catalog-service", table(read, "extensions", "x")), reason::common);
    EXPECT_EQ(why(p, "order-service", table(read, "public", "order_import")), reason::owned);
}

} // namespace
} // namespace ringfence::policy::test
