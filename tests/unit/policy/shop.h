// The shop, as small policies that tests change where they need to.
#pragma once

#include "policy/decision.h"
#include "policy/loader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::policy::test {

constexpr date day(int y, unsigned m, unsigned d) {
    return date(std::chrono::year(y) / std::chrono::month(m) / std::chrono::day(d));
}
inline constexpr date today = day(2026, 11, 21);

using files = std::vector<std::pair<std::string, std::string>>;

inline const std::string org_text = R"(version: 1
engines: [postgresql, mysql]
servers:
  shop-pg: {engine: postgresql}
  users-pg: {engine: postgresql}
  shop-my: {engine: mysql}
  stock-my: {engine: mysql}
defaults: {mode: enforce, max_share_days: 180}
common:
  - {server: shop-pg, database: shop, schema: extensions}
  - {server: shop-pg, database: shop, schema: public, tables: [geo_*]}
)";

inline const std::string order_text = R"(service: order-service
team: checkout
domain: sales
identities:
  - login: orders
owns:
  - {server: shop-pg, database: shop, schema: orders}
  - {server: shop-pg, database: shop, schema: public, tables: ["order_*", carts]}
  - {server: shop-my, database: orders}
)";

inline const std::string user_text = R"(service: user-service
team: identity
contact: "#team-identity"
domain: customers
api: https://users.shop.example/openapi.json
identities:
  - login: users
  - certificate: spiffe://shop.example/user-service
owns:
  - {server: shop-pg, database: shop, schema: users}
  - {server: shop-pg, database: shop, schema: users_api_v1}
  - {server: shop-pg, database: shop, schema: public, tables: ["user_*", sessions]}
  - {server: users-pg}
  - {server: shop-my, database: users}
publishes:
  - {name: accounts-v1, server: shop-pg, database: shop, schema: users_api_v1, to: [order-service]}
shares:
  - with: billing-service
    server: shop-pg
    database: shop
    schema: users
    tables: {accounts: [id, email]}
    access: read
    reason: billing still joins accounts
    ticket: BILL-142
    until: 2027-03-31
)";

inline const std::string billing_text = R"(service: billing-service
team: payments
domain: finance
identities:
  - login: billing
owns:
  - {server: shop-pg, database: ledger}
  - {server: shop-pg, database: shop, schema: billing}
)";

inline files shop_files() {
    return {{"org.yaml", org_text},
            {"services/billing-service.yaml", billing_text},
            {"services/order-service.yaml", order_text},
            {"services/user-service.yaml", user_text}};
}

inline std::string all_findings(const load_result& r) {
    std::string out;
    for (const auto& d : r.findings)
        out += to_string(d) + "\n";
    return out;
}

inline snapshot_ptr loaded(const files& f, date on = today) {
    auto r = load(f, on);
    EXPECT_TRUE(r.ok()) << all_findings(r);
    return r.policies;
}

// The shop with more text at the end of user-service's shares.
inline snapshot_ptr shop(const std::string& more_shares = {}) {
    auto f = shop_files();
    f[3].second += more_shares;
    return loaded(f);
}

inline footprint touching(std::vector<touch> touches) {
    footprint f;
    f.touches = std::move(touches);
    f.statements = 1;
    return f;
}

inline touch table(action act, std::string schema, std::string name,
                   std::vector<std::string> columns = {"*"}, std::string database = "shop") {
    return {act,
            {object_kind::table, std::move(database), std::move(schema), std::move(name)},
            std::move(columns),
            false};
}

inline touch thing(action act, object_kind kind, std::string database, std::string schema,
                   std::string name = {}) {
    return {act, {kind, std::move(database), std::move(schema), std::move(name)}, {}, false};
}

inline decision ask(const snapshot_ptr& policies, std::string_view service, touch t,
                    date on = today, std::string_view server = "shop-pg") {
    const auto* who = policies->find_service(service);
    if (who == nullptr) {
        ADD_FAILURE() << "no service " << service;
        return {};
    }
    return decide(*policies, *who, server, touching({std::move(t)}), on);
}

inline reason why(const snapshot_ptr& policies, std::string_view service, touch t, date on = today,
                  std::string_view server = "shop-pg") {
    const auto d = ask(policies, service, std::move(t), on, server);
    EXPECT_EQ(d.allowed(), allows(d.why));
    EXPECT_EQ(d.allowed(), d.message.empty()) << d.message;
    EXPECT_EQ(d.allowed(), !d.offending.has_value());
    return d.why;
}

} // namespace ringfence::policy::test

namespace ringfence::policy {

inline void PrintTo(reason r, std::ostream* out) {
    *out << to_string(r);
}

} // namespace ringfence::policy
