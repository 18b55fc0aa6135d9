// Every lint rule, with the line and column that it names.
#include "shop.h"

#include "policy/lint.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace ringfence::policy::test {
namespace {

using testing::HasSubstr;

const std::string small_org = R"(version: 1
engines: [postgresql, mysql]
servers:
  pg: {engine: postgresql}
  pg2: {engine: postgresql}
  my: {engine: mysql}
)";

const std::string head_a = "service: a\nteam: t\nidentities: [{login: a}]\n";
const std::string head_b = "service: b\nteam: t\nidentities: [{login: b}]\n";
const std::string owns_b = "owns:\n  - {server: pg, database: d, schema: b}\n";

// Two services: `a` with the text under test after its first three lines, and `b`, which owns
// pg/d/b.
load_result two(const std::string& a, const std::string& b = owns_b,
                const std::string& org = small_org, const load_options& options = {}) {
    return load(
        files{{"org.yaml", org}, {"services/a.yaml", head_a + a}, {"services/b.yaml", head_b + b}},
        today, options);
}

// The only finding with this rule.
diagnostic finding(const load_result& r, std::string_view rule) {
    const auto is = [&](const diagnostic& d) { return d.rule == rule; };
    EXPECT_EQ(std::count_if(r.findings.begin(), r.findings.end(), is), 1) << rule << " in:\n"
                                                                          << all_findings(r);
    const auto found = std::find_if(r.findings.begin(), r.findings.end(), is);
    return found == r.findings.end() ? diagnostic{} : *found;
}

void expect_at(const diagnostic& d, std::string_view file, int line, int column) {
    EXPECT_EQ(d.place.file, file) << to_string(d);
    EXPECT_EQ(d.place.line, line) << to_string(d);
    EXPECT_EQ(d.place.column, column) << to_string(d);
}

void expect_error(const load_result& r, std::string_view rule, int line, int column,
                  std::string_view file = "services/a.yaml") {
    const auto d = finding(r, rule);
    EXPECT_EQ(d.severity, severity::error) << rule;
    EXPECT_FALSE(r.ok()) << rule;
    expect_at(d, file, line, column);
}

void expect_mild(const load_result& r, std::string_view rule, severity s, int line, int column) {
    const auto d = finding(r, rule);
    EXPECT_EQ(d.severity, s) << rule;
    EXPECT_TRUE(r.ok()) << all_findings(r);
    expect_at(d, "services/a.yaml", line, column);
}

const std::string own_a = "owns:\n  - {server: pg, database: d, schema: a}\n"; // lines 4 and 5

// A share of `a` in line 7, flow style; `more` holds further keys.
std::string sharing(const std::string& more, const std::string& with = "b") {
    return own_a + "shares:\n  - {with: " + with +
           ", server: pg, database: d, access: read, reason: r, " + more + "}\n";
}

TEST(lint, unknown_service_is_an_error_with_a_proposal) {
    auto f = shop_files();
    f[3].second += "  - {with: biling-service, server: shop-pg, database: shop, schema: users, "
                   "access: read, reason: r, until: 2027-01-01}\n";
    const auto d = finding(load(f, today), "unknown-service");
    expect_at(d, "services/user-service.yaml", 27, 12);
    EXPECT_THAT(d.message, HasSubstr("did you mean 'billing-service'?"));
    const auto p = two(own_a + "publishes:\n  - {name: v1, server: pg, database: d, schema: a, to: "
                               "[b, zz]}\n");
    expect_error(p, "unknown-service", 7, 60);
}

TEST(lint, unknown_server_is_an_error_with_a_proposal) {
    const auto r = two("owns:\n  - {server: pgg, database: d, schema: a}\n");
    expect_error(r, "unknown-server", 5, 14);
    EXPECT_THAT(finding(r, "unknown-server").message, HasSubstr("did you mean 'pg'?"));
}

TEST(lint, a_server_that_is_owned_but_not_in_org_yaml_is_unknown) {
    expect_error(two("owns:\n  - {server: users-my}\n"), "unknown-server", 5, 14);
}

TEST(lint, two_owners_of_one_thing_at_every_level) {
    for (const auto* mine : {
             "{server: pg}",
             "{server: pg, database: d}",
             "{server: pg, database: d, schema: b}",
             "{server: pg, database: d, schema: b, tables: [x]}",
         }) {
        const auto r = two("owns:\n  - " + std::string(mine) + "\n");
        expect_error(r, "two-owners", 5, 5, "services/b.yaml");
        EXPECT_THAT(finding(r, "two-owners").message, HasSubstr("a owns (services/a.yaml:5)"));
    }
    EXPECT_TRUE(two("owns:\n  - {server: pg2}\n").ok());
    EXPECT_TRUE(two("owns:\n  - {server: pg, database: e}\n").ok());
    EXPECT_TRUE(two("owns:\n  - {server: pg, database: d, schema: c}\n").ok());
}

TEST(lint, two_owners_by_overlapping_patterns) {
    const auto with = [](const std::string& a, const std::string& b) {
        return two("owns:\n  - {server: pg, database: d, schema: public, tables: [" + a + "]}\n",
                   "owns:\n  - {server: pg, database: d, schema: public, tables: [" + b + "]}\n");
    };
    expect_error(with("'user_*'", "'*_log'"), "two-owners", 5, 5, "services/b.yaml");
    expect_error(with("user_log", "x, '*_log'"), "two-owners", 5, 5, "services/b.yaml");
    expect_error(with("x", "x"), "two-owners", 5, 5, "services/b.yaml");
    EXPECT_TRUE(with("'user_*'", "'order_*', users").ok());
}

TEST(lint, two_owners_on_mysql_under_either_word) {
    expect_error(
        two("owns:\n  - {server: my, database: x}\n", "owns:\n  - {server: my, schema: x}\n"),
        "two-owners", 5, 5, "services/b.yaml");
}

TEST(lint, owning_a_thing_twice_is_a_warning) {
    expect_mild(two(own_a + "  - {server: pg, database: d, schema: a, tables: [x]}\n"),
                "redundant-ownership", severity::warning, 6, 5);
}

TEST(lint, what_is_owned_cannot_be_common) {
    const auto r =
        two(own_a, owns_b, small_org + "common:\n  - {server: pg, database: d, schema: a}\n");
    expect_error(r, "common-owned", 8, 5, "org.yaml");
    expect_error(two(own_a, owns_b, small_org + "common:\n  - {server: pg, database: x}\n"),
                 "bad-resource", 8, 5, "org.yaml");
}

TEST(lint, an_expired_share_is_an_error_unless_the_caller_must_come_up) {
    const auto text = sharing("schema: a, until: 2026-11-20");
    expect_error(two(text), "expired-share", 7, 83);
    const auto r = two(text, owns_b, small_org, {.expired_share = severity::warning});
    EXPECT_TRUE(r.ok());
    EXPECT_EQ(finding(r, "expired-share").severity, severity::warning);
    EXPECT_EQ(why(r.policies, "b", table(action::read, "a", "t", {"*"}, "d"), today, "pg"),
              reason::share_expired);
    EXPECT_TRUE(two(sharing("schema: a, until: 2026-11-21")).ok()); // its last day
}

TEST(lint, an_endless_share_is_an_error) {
    expect_error(two(sharing("schema: a")), "endless-share", 7, 5);
    expect_error(two(sharing("schema: a, until: never")), "wrong-type", 7, 83);
    expect_error(two(sharing("schema: a, until: 2026-02-30")), "wrong-type", 7, 83);
}

TEST(lint, a_share_that_is_too_long_is_an_error) {
    EXPECT_TRUE(two(sharing("schema: a, until: 2027-05-20")).ok()); // 180 days
    expect_error(two(sharing("schema: a, until: 2027-05-21")), "long-share", 7, 83);
    expect_error(two(sharing("schema: a, until: 2026-12-31"), owns_b,
                     small_org + "defaults: {max_share_days: 30}\n"),
                 "long-share", 7, 83);
}

TEST(lint, a_share_stands_in_the_file_of_the_owner) {
    auto f = shop_files();
    f[1].second += "shares:\n  - {with: order-service, server: shop-pg, database: shop, schema: "
                   "users, tables: [accounts], access: read, reason: r, until: 2027-01-01}\n";
    const auto d = finding(load(f, today), "share-not-owned");
    expect_at(d, "services/billing-service.yaml", 10, 5);
    EXPECT_THAT(d.message, HasSubstr("user-service does, so this belongs in "
                                     "services/user-service.yaml"));
}

TEST(lint, a_service_with_tables_in_a_schema_cannot_lend_the_schema) {
    const std::string tables =
        "owns:\n  - {server: pg, database: d, schema: public, tables: ['u_*']}\n";
    const auto with = [&](const std::string& more) {
        return two(tables +
                   "shares:\n  - {with: b, server: pg, database: d, schema: public, access: "
                   "read, reason: r, until: 2027-01-01" +
                   more + "}\n");
    };
    expect_error(with(""), "share-not-owned", 7, 5);
    expect_error(with(", tables: [u_1, other]"), "share-not-owned", 7, 5);
    EXPECT_TRUE(with(", tables: [u_1, u_2]").ok());
}

TEST(lint, publishing_what_one_does_not_own_is_an_error) {
    const auto with = [](const std::string& schema) {
        return two(own_a + "publishes:\n  - {name: v1, server: pg, database: d, to: [b], schema: " +
                   schema + "}\n");
    };
    expect_error(with("b"), "publish-not-owned", 7, 5);
    expect_error(with("nobodys"), "publish-not-owned", 7, 5);
    EXPECT_TRUE(with("a").ok());
    expect_error(two(own_a + "publishes:\n  - {name: v1, server: pg, database: d, to: [b]}\n"),
                 "bad-resource", 7, 5);
}

TEST(lint, a_service_cannot_lend_or_publish_to_itself) {
    expect_error(two(sharing("schema: a, until: 2027-01-01", "a")), "self-reference", 7, 12);
    expect_error(
        two(own_a + "publishes:\n  - {name: v1, server: pg, database: d, schema: a, to: [a]}\n"),
        "self-reference", 7, 57);
}

TEST(lint, two_publications_of_one_name_are_an_error) {
    const std::string p = "  - {name: v1, server: pg, database: d, schema: a, to: [b]}\n";
    expect_error(two(own_a + "publishes:\n" + p + p), "duplicate-publication", 8, 12);
}

TEST(lint, a_database_on_two_servers_is_ambiguous_unless_listeners_settle_it) {
    const std::string text = own_a + "  - {server: pg2, database: d}\n";
    expect_error(two(text), "ambiguous-server", 6, 5);
    EXPECT_TRUE(two(text, owns_b, small_org, {.ambiguous_server = severity::warning}).ok());
    EXPECT_TRUE(two(own_a + "  - {server: my, database: d}\n").ok()); // another engine
    EXPECT_TRUE(two(own_a + "  - {server: pg2}\n").ok());             // the named one counts
    const auto whole = two("owns:\n  - {server: pg2}\n  - {server: pg3}\n", owns_b,
                           small_org + "  pg3: {engine: postgresql}\n");
    expect_error(whole, "ambiguous-server", 6, 5);
}

TEST(lint, duplicate_services_logins_and_certificates_are_errors) {
    auto f = files{{"org.yaml", small_org},
                   {"services/a.yaml", head_a + own_a},
                   {"services/a2.yaml", "service: a\nteam: t\nidentities: [{login: x}]\n"}};
    expect_error(load(f, today), "duplicate-service", 1, 10, "services/a2.yaml");
    f[2] = {"services/b.yaml", "service: b\nteam: t\nidentities:\n  - login: z\n  - login: a\n"};
    expect_error(load(f, today), "duplicate-identity", 5, 5, "services/b.yaml");
    f[2].second = "service: b\nteam: t\nidentities: [{certificate: a}, {certificate: a}]\n";
    expect_error(load(f, today), "duplicate-identity", 3, 32, "services/b.yaml");
    f[2].second =
        "service: b\nteam: t\nidentities: [{certificate: a}]\n"; // a login is no certificate
    EXPECT_TRUE(load(f, today).ok());
}

TEST(lint, an_engine_must_be_approved) {
    const auto r = two(own_a, owns_b,
                       "version: 1\nengines: [postgresql]\nservers:\n  pg: {engine: postgresql}\n"
                       "  my: {engine: mysql}\n");
    expect_error(r, "unapproved-engine", 5, 16, "org.yaml");
    const auto unknown = two(
        own_a, owns_b, "version: 1\nengines: [postgresql]\nservers:\n  pg: {engine: postgres}\n");
    EXPECT_THAT(finding(unknown, "wrong-value").message, HasSubstr("did you mean 'postgresql'?"));
}

TEST(lint, a_service_file_needs_its_service) {
    const auto r = load(files{{"org.yaml", small_org}, {"services/a.yaml", "team: t\n"}}, today);
    expect_error(r, "missing-key", 1, 1);
}

TEST(lint, a_service_that_owns_nothing_or_has_no_identity_is_a_warning) {
    expect_mild(two(""), "owns-nothing", severity::warning, 1, 1);
    const auto r =
        load(files{{"org.yaml", small_org}, {"services/a.yaml", "service: a\nteam: t\n" + own_a}},
             today);
    expect_mild(r, "no-identity", severity::warning, 1, 1);
}

TEST(lint, a_file_has_the_name_of_its_service) {
    const auto r = load(files{{"org.yaml", small_org}, {"services/x.yaml", head_a + own_a}}, today);
    EXPECT_TRUE(r.ok());
    expect_at(finding(r, "file-name"), "services/x.yaml", 1, 10);
}

TEST(lint, wide_shares_are_pointed_out) {
    expect_mild(two(sharing("schema: a, until: 2027-01-01")), "whole-schema-share",
                severity::information, 7, 5);
    const auto r =
        two(own_a + "shares:\n  - {with: b, access: write, server: pg, database: d, schema: "
                    "a, tables: [t], reason: r, until: 2027-01-01}\n");
    expect_mild(r, "write-share", severity::warning, 7, 23);
}

TEST(lint, shares_across_domains_are_pointed_out) {
    const auto r = load(shop_files(), today);
    const auto d = finding(r, "cross-domain-share");
    EXPECT_EQ(d.severity, severity::information);
    expect_at(d, "services/user-service.yaml", 18, 5);
    EXPECT_THAT(d.message, HasSubstr("customers"));
    EXPECT_THAT(d.message, HasSubstr("finance"));
}

TEST(lint, patterns_are_for_owned_and_common_tables_only) {
    expect_error(two("owns:\n  - {server: pg, database: 'd*'}\n"), "pattern-not-allowed", 5, 28);
    expect_error(two(sharing("schema: a, until: 2027-01-01, tables: ['x*']")),
                 "pattern-not-allowed", 7, 104);
    expect_error(two(sharing("schema: a, until: 2027-01-01, tables: {t: ['*']}")),
                 "pattern-not-allowed", 7, 107);
    expect_mild(two("owns:\n  - {server: pg, database: d, schema: a, tables: ['*']}\n"),
                "whole-schema-pattern", severity::warning, 5, 50);
}

TEST(lint, levels_must_fit_together) {
    expect_error(two("owns:\n  - {server: pg, schema: s}\n"), "bad-resource", 5, 5);
    expect_error(two("owns:\n  - {server: pg, database: d, tables: [t]}\n"), "bad-resource", 5, 5);
    expect_error(two("owns:\n  - {server: my, tables: [t]}\n"), "bad-resource", 5, 5);
    expect_error(two("owns:\n  - {server: my, database: d, schema: e}\n"), "bad-resource", 5, 5);
    EXPECT_TRUE(two("owns:\n  - {server: my, database: d, schema: d, tables: [t]}\n").ok());
}

TEST(lint, an_identity_is_one_login_or_one_certificate) {
    const auto with = [](const std::string& i) {
        return load(
            files{{"org.yaml", small_org},
                  {"services/a.yaml", "service: a\nteam: t\nidentities:\n  - " + i + "\n" + own_a}},
            today);
    };
    expect_error(with("{login: a, certificate: b}"), "bad-identity", 4, 5);
    expect_error(with("{}"), "bad-identity", 4, 5);
    expect_error(with("{login: ''}"), "wrong-type", 4, 13);
    expect_error(with("{login: " + std::string(64, 'x') + "}"), "bad-name", 4, 13);
}

TEST(lint, names_that_become_labels_are_simple) {
    for (const auto* name : {"A", "a b", "-a", "a-", "a/b", "\"a\\\"b\"", "é"}) {
        const auto r =
            load(files{{"org.yaml", small_org},
                       {"services/a.yaml", std::string("service: ") + name + "\nteam: t\n"}},
                 today);
        expect_error(r, "bad-name", 1, 10);
    }
    expect_error(load(files{{"org.yaml",
                             "version: 1\nengines: [mysql]\nservers:\n  A B: {engine: mysql}\n"}},
                      today),
                 "bad-name", 4, 3, "org.yaml");
}

TEST(lint, limits_are_read_strictly) {
    expect_error(two(own_a + "limits: {max_connections: 0}\n"), "wrong-type", 6, 27);
    expect_error(two(own_a + "limits: {statement_timeout: 5}\n"), "wrong-type", 6, 29);
    expect_error(two(own_a + "limits: {max_conections: 5}\n"), "unknown-key", 6, 10);
    expect_error(two(own_a + "mode: observ\n"), "wrong-value", 6, 7);
    expect_error(two(own_a + "dynamic_sql: yes\n"), "wrong-value", 6, 14);
}

TEST(lint, ownership_by_a_mass_of_patterns_is_refused_quickly) {
    std::string list;
    for (int i = 0; i < 900; ++i)
        list += "'*a*a*a*a" + std::to_string(i) + "*', ";
    expect_error(two("owns:\n  - {server: pg, database: d, schema: a, tables: [" + list + "x]}\n"),
                 "too-large", 5, 5);
}

TEST(lint, a_pattern_that_matches_nothing_on_the_server_is_an_error) {
    const auto p = shop();
    const auto found =
        unmatched(*p, "shop-pg",
                  {{"shop", "public", {"user_profiles", "order_lines", "carts", "geo_zones"}},
                   {"shop", "users", {"profiles"}}});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(to_string(found[0]), "services/user-service.yaml:12:5: error: 'sessions' matches "
                                   "nothing in shop-pg/shop/public [matches-nothing]");
    EXPECT_EQ(found[1].place.line, 18);
    EXPECT_THAT(found[1].message, HasSubstr("'accounts' matches nothing in shop-pg/shop/users"));
    EXPECT_TRUE(unmatched(*p, "shop-my", {{"orders", "", {}}}).empty());
    EXPECT_TRUE(unmatched(*p, "shop-pg", {}).empty()); // nothing is known, nothing is said
}

} // namespace
} // namespace ringfence::policy::test
