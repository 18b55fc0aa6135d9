// The text that Prometheus reads: names, labels, sums over workers, and nothing of a statement.
#include "../../policy/shop.h"

#include "proxy/observe/metrics.h"
#include "proxy/observe/version.h"

#include <gmock/gmock.h>

#include <set>
#include <sstream>
#include <thread>

namespace ringfence::observe {
namespace {

using namespace std::chrono_literals;
using policy::action;
using policy::test::ask;
using policy::test::shop;
using policy::test::table;
using policy::test::today;
using session::cache_outcome;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

// Samples of one metric, as written.
std::vector<std::string> samples(const metrics& m, const std::string& name) {
    std::vector<std::string> out;
    for (const auto& line : lines(m.text()))
        if (line.starts_with(name + "{") || line.starts_with(name + " "))
            out.push_back(line);
    return out;
}

struct world {
    policy::snapshot_ptr policies = shop();
    metrics m{nullptr};
    session::observer& worker = m.new_worker();
    const policy::service& orders = *policies->find_service("order-service");

    world() { m.policies_loaded(policies, std::chrono::system_clock::now()); }

    void violate(policy::touch t, policy::mode mode = policy::mode::enforce, bool by_server = false,
                 session::observer* at = nullptr) {
        const auto d = ask(policies, orders.name, std::move(t));
        (at != nullptr ? *at : worker)
            .violated({orders, "login orders", "10.0.0.7:1", "shop-pg", "shop", d, mode,
                       "SELECT 'sekret' FROM made_up.sekret_table", by_server});
    }
};

TEST(metrics, violations_with_all_labels) {
    world w;
    w.violate(table(action::read, "users", "accounts"));
    w.violate(table(action::read, "users", "accounts"));
    w.violate(table(action::write, "users", "accounts"), policy::mode::observe, true);
    EXPECT_THAT(
        samples(w.m, "ringfence_violations_total"),
        testing::UnorderedElementsAre(
            "ringfence_violations_total{service=\"order-service\",owner=\"user-service\",server="
            "\"shop-pg\",schema=\"users\",action=\"read\",reason=\"foreign\",mode=\"enforce\","
            "caught_by=\"analysis\"} 2",
            "ringfence_violations_total{service=\"order-service\",owner=\"user-service\",server="
            "\"shop-pg\",schema=\"users\",action=\"write\",reason=\"foreign\",mode=\"observe\","
            "caught_by=\"server\"} 1"));
}

TEST(metrics, unknown_schemas_are_one_series) {
    world w;
    for (int i = 0; i < 100; ++i)
        w.violate(table(action::read, "sekret_" + std::to_string(i), "t" + std::to_string(i)));
    const auto found = samples(w.m, "ringfence_violations_total");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], HasSubstr("owner=\"\""));
    EXPECT_THAT(found[0], HasSubstr("schema=\"other\""));
    EXPECT_THAT(found[0], HasSubstr("reason=\"unowned\""));
    EXPECT_THAT(found[0], testing::EndsWith("} 100"));
    EXPECT_THAT(w.m.text(), Not(HasSubstr("sekret")));
}

TEST(metrics, a_statement_that_was_not_analysed) {
    world w;
    policy::decision d;
    d.why = policy::reason::not_analysed;
    w.worker.violated({w.orders, "login orders", "unix", "shop-pg", "shop", d,
                       policy::mode::enforce, "SELEC 'sekret'", false, policy::problem::syntax});
    const auto found = samples(w.m, "ringfence_violations_total");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], HasSubstr("schema=\"\",action=\"none\",reason=\"not_analysed\""));
    EXPECT_THAT(w.m.text(), Not(HasSubstr("sekret")));
}

TEST(metrics, series_of_services_are_there_before_the_first_statement) {
    const world w;
    EXPECT_THAT(samples(w.m, "ringfence_statements_total"),
                testing::IsSupersetOf(
                    {"ringfence_statements_total{service=\"order-service\",verdict=\"allow\"} 0",
                     "ringfence_statements_total{service=\"order-service\",verdict=\"deny\"} 0",
                     "ringfence_statements_total{service=\"user-service\",verdict=\"deny\"} 0"}));
    EXPECT_EQ(samples(w.m, "ringfence_statements_total").size(), 6U);
}

TEST(metrics, sums_over_workers) {
    world w;
    auto& other = w.m.new_worker();
    w.worker.statement(w.orders, policy::verdict::allow, cache_outcome::exact);
    other.statement(w.orders, policy::verdict::allow, cache_outcome::miss);
    other.statement(w.orders, policy::verdict::deny, cache_outcome::skeleton);
    w.worker.traffic(10, 0);
    other.traffic(5, 7);
    w.violate(table(action::read, "users", "accounts"));
    w.violate(table(action::read, "users", "accounts"), policy::mode::enforce, false, &other);
    const auto text = w.m.text();
    for (const auto* line :
         {"ringfence_statements_total{service=\"order-service\",verdict=\"allow\"} 2\n",
          "ringfence_statements_total{service=\"order-service\",verdict=\"deny\"} 1\n",
          "ringfence_decisions_total{cache=\"exact\"} 1\n",
          "ringfence_decisions_total{cache=\"skeleton\"} 1\n",
          "ringfence_decisions_total{cache=\"miss\"} 1\n",
          "ringfence_received_bytes_total{from=\"client\"} 15\n",
          "ringfence_received_bytes_total{from=\"server\"} 7\n", "caught_by=\"analysis\"} 2\n"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_EQ(w.m.totals("order-service").allowed, 2U);
    EXPECT_EQ(w.m.totals("order-service").denied, 1U);
    EXPECT_EQ(w.m.totals("none").allowed, 0U);
    EXPECT_EQ(w.m.violations().size(), 1U);
}

TEST(metrics, histograms_are_cumulative_and_in_seconds) {
    world w;
    for (const auto took : {std::chrono::nanoseconds(-5), std::chrono::nanoseconds(1000),
                            std::chrono::nanoseconds(1001), std::chrono::nanoseconds(2s)})
        w.worker.analysed(took);
    const auto buckets = samples(w.m, "ringfence_analysis_seconds_bucket");
    ASSERT_EQ(buckets.size(), 15U);
    EXPECT_EQ(buckets[0], "ringfence_analysis_seconds_bucket{le=\"1e-06\"} 2");
    EXPECT_EQ(buckets[1], "ringfence_analysis_seconds_bucket{le=\"2.5e-06\"} 3");
    EXPECT_EQ(buckets[13], "ringfence_analysis_seconds_bucket{le=\"1\"} 3");
    EXPECT_EQ(buckets[14], "ringfence_analysis_seconds_bucket{le=\"+Inf\"} 4");
    EXPECT_THAT(w.m.text(), HasSubstr("ringfence_analysis_seconds_count 4\n"));
    EXPECT_THAT(w.m.text(), HasSubstr("ringfence_analysis_seconds_sum 2.000002001\n"));

    w.worker.completed(w.orders, 60s);
    w.worker.completed(w.orders, 61s);
    EXPECT_THAT(w.m.text(), HasSubstr("ringfence_statement_seconds_bucket{service=\"order-"
                                      "service\",le=\"60\"} 1\n"));
    EXPECT_THAT(w.m.text(), HasSubstr("ringfence_statement_seconds_bucket{service=\"order-"
                                      "service\",le=\"+Inf\"} 2\n"));
    EXPECT_THAT(w.m.text(),
                HasSubstr("ringfence_statement_seconds_sum{service=\"order-service\"} 121\n"));
}

TEST(metrics, policies) {
    metrics m(nullptr);
    EXPECT_FALSE(m.policies_valid());
    EXPECT_THAT(samples(m, "ringfence_policy_valid"),
                testing::ElementsAre("ringfence_policy_valid 0"));
    EXPECT_TRUE(samples(m, "ringfence_policy_age_seconds").empty());
    const auto when = std::chrono::system_clock::time_point(1'790'000'000s);
    m.policies_loaded(shop(), when);
    EXPECT_TRUE(m.policies_valid());
    EXPECT_EQ(m.last_success(), when);
    m.policies_refused();
    EXPECT_FALSE(m.policies_valid());
    EXPECT_EQ(m.last_success(), when);
    const auto text = m.text();
    for (const auto* line :
         {"ringfence_policy_valid 0\n", "ringfence_policy_loads_total{result=\"success\"} 1\n",
          "ringfence_policy_loads_total{result=\"failure\"} 1\n",
          "ringfence_policy_last_success_timestamp_seconds 1790000000\n"})
        EXPECT_THAT(text, HasSubstr(line));
    // The share of users with billing ends after 2027-03-31.
    EXPECT_THAT(text, HasSubstr("ringfence_share_expiry_timestamp_seconds{owner=\"user-service\","
                                "service=\"billing-service\",server=\"shop-pg\",schema=\"users\"} "
                                "1806537600\n"));
}

TEST(metrics, credentials) {
    metrics m(nullptr);
    EXPECT_THAT(m.text(), HasSubstr("ringfence_credentials_valid 0\n"));
    m.credentials_loaded();
    EXPECT_THAT(m.text(), HasSubstr("ringfence_credentials_valid 1\n"));
    m.credentials_refused();
    const auto text = m.text();
    for (const auto* line : {"ringfence_credentials_valid 0\n",
                             "ringfence_credentials_loads_total{result=\"success\"} 1\n",
                             "ringfence_credentials_loads_total{result=\"failure\"} 1\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(metrics, of_two_shares_of_one_schema_the_nearer_end) {
    metrics m(nullptr);
    m.policies_loaded(shop("  - {with: billing-service, server: shop-pg, database: shop, schema: "
                           "users, tables: {sessions: [id]}, access: read, reason: r, until: "
                           "2026-12-31}\n"),
                      {});
    const auto found = samples(m, "ringfence_share_expiry_timestamp_seconds");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], testing::EndsWith("} 1798761600"));
}

TEST(metrics, failed_logins_and_the_build) {
    metrics m(nullptr);
    m.authentication_failed("unknown_or_password");
    m.authentication_failed("unknown_or_password");
    m.authentication_failed("limit");
    const auto text = m.text();
    EXPECT_THAT(text, HasSubstr("ringfence_authentication_failures_total{reason=\"unknown_or_"
                                "password\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("ringfence_authentication_failures_total{reason=\"limit\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("ringfence_build_info{version=\"" + std::string(version) +
                                "\",grammar=\"" + std::string(grammar) + "\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("ringfence_audit_lines")));
}

TEST(metrics, audit_lines_when_there_is_an_audit_log) {
    std::string error;
    audit_log::settings s;
    s.file = "/dev/full";
    audit_log audit(s, error);
    ASSERT_EQ(error, "");
    metrics m(&audit);
    EXPECT_FALSE(m.new_worker().wants_allowed());
    audit.record(audit_event{});
    ASSERT_TRUE(audit.flush(30s));
    EXPECT_THAT(m.text(), HasSubstr("ringfence_audit_lines_total 0\n"));
    EXPECT_THAT(m.text(), HasSubstr("ringfence_audit_lines_dropped_total 1\n"));
}

TEST(metrics, label_values_are_escaped) {
    metrics m(nullptr);
    m.add_source([] {
        return std::vector<family>{{"ringfence_test",
                                    "Help.",
                                    family::kind::gauge,
                                    {{{{"login", "a\"} 1\nforged{x=\"\\"}}, 2.5}}}};
    });
    EXPECT_THAT(m.text(),
                HasSubstr("ringfence_test{login=\"a\\\"} 1\\nforged{x=\\\"\\\\\"} 2.5\n"));
    EXPECT_THAT(m.text(), HasSubstr("# TYPE ringfence_test gauge\n"));
}

TEST(metrics, every_family_has_help_type_and_a_proper_name) {
    world w;
    w.violate(table(action::read, "users", "accounts"));
    w.m.authentication_failed("limit");
    std::set<std::string> helped, typed;
    for (const auto& line : lines(w.m.text())) {
        std::istringstream words(line);
        std::string hash, what, name, kind;
        if (line.starts_with("# ")) {
            words >> hash >> what >> name >> kind;
            EXPECT_TRUE((what == "HELP" ? helped : typed).insert(name).second) << line;
            EXPECT_TRUE(name.starts_with("ringfence_")) << line;
            if (what == "TYPE") {
                EXPECT_EQ(name.ends_with("_total"), kind == "counter") << line;
            }
            continue;
        }
        name = line.substr(0, line.find_first_of("{ "));
        for (const auto* suffix : {"_bucket", "_sum", "_count"})
            if (!typed.contains(name) && name.ends_with(suffix))
                name.resize(name.size() - std::string_view(suffix).size());
        EXPECT_TRUE(typed.contains(name)) << line;
    }
    EXPECT_EQ(helped, typed);
    EXPECT_GE(typed.size(), 11U);
}

TEST(metrics, a_scrape_beside_workers) {
    world w;
    std::thread writer([&w] {
        for (int i = 0; i < 2000; ++i) {
            w.worker.statement(w.orders, policy::verdict::allow, cache_outcome::exact);
            w.worker.analysed(1us);
        }
    });
    for (int i = 0; i < 20; ++i)
        EXPECT_THAT(w.m.text(), HasSubstr("ringfence_statements_total"));
    writer.join();
    EXPECT_EQ(w.m.totals("order-service").allowed, 2000U);
}

} // namespace
} // namespace ringfence::observe
