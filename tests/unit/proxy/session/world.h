// The little world that the session's tests and fuzzer live in: policies, a day, an analysis pool
// run by hand.
#pragma once

#include "policy/loader.h"
#include "policy/sql/large_stack.h"
#include "proxy/session/environment.h"
#include "proxy/session/output.h"

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::session::test {

inline const std::vector<std::pair<std::string, std::string>>& shop() {
    static const std::vector<std::pair<std::string, std::string>> files = {
        {"org.yaml", R"(
version: 1
engines: [postgresql]
servers:
  shop-pg: {engine: postgresql}
defaults: {mode: enforce, max_share_days: 180}
common:
  - {server: shop-pg, database: shop, schema: extensions}
)"},
        {"services/user-service.yaml", R"(
service: user-service
team: identity
contact: "#team-identity"
api: https://users.shop.example/openapi.json
identities: [{login: users}]
owns:
  - {server: shop-pg, database: shop, schema: users}
shares:
  - with: order-service
    server: shop-pg
    database: shop
    schema: users
    tables: [addresses]
    access: read
    reason: deliveries still read addresses
    until: 2026-12-31
)"},
        {"services/order-service.yaml", R"(
service: order-service
team: orders
contact: "#team-orders"
identities: [{login: orders}]
owns:
  - {server: shop-pg, database: shop, schema: orders}
limits: {max_statements_in_flight: 2, statement_timeout: 5s}
)"}};
    return files;
}

inline policy::date day(int year, unsigned month, unsigned d) {
    return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                                 static_cast<int>(d));
}

// Runs work when told to, on a large stack; so a test decides when an analysis ends.
struct manual_pool : analysis_pool {
    std::deque<std::pair<std::function<void()>, std::function<void()>>> jobs;
    void submit(std::function<void()> work, std::function<void()> done) override {
        jobs.emplace_back(std::move(work), std::move(done));
    }
    void run_one() {
        if (jobs.empty())
            return;
        const auto job = std::move(jobs.front());
        jobs.pop_front();
        sql::with_large_stack([&job] { job.first(); });
        job.second();
    }
};

inline std::string drained(output& out) {
    std::string all;
    for (std::size_t i = 0; i < out.count(); ++i)
        all += as_text(out[i]);
    out.clear();
    return all;
}

} // namespace ringfence::session::test
