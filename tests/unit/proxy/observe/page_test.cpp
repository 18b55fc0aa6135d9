// The status page: what it tells, and that names stay text.
#include "../../policy/shop.h"

#include "proxy/observe/page.h"

#include <gmock/gmock.h>

namespace ringfence::observe {
namespace {

using policy::test::ask;
using policy::test::shop;
using policy::test::table;
using policy::test::today;
using testing::HasSubstr;
using testing::Not;

page_facts facts() {
    page_facts f;
    f.today = today;
    return f;
}

struct world {
    policy::snapshot_ptr policies = shop();
    metrics m{nullptr};
    world() { m.policies_loaded(policies, std::chrono::system_clock::time_point(today)); }
    [[nodiscard]] std::string page(const page_facts& f = facts()) const {
        return status_page(*policies, m, f);
    }
};

TEST(page, escapes_what_html_reads) {
    EXPECT_EQ(escape_html("<script>alert(\"x\" & 'y')</script>"),
              "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;");
    EXPECT_EQ(escape_html("naïve"), "naïve");
    EXPECT_EQ(escape_html(""), "");
}

TEST(page, names_never_become_markup) {
    auto hostile = std::make_shared<policy::snapshot>(*shop());
    constexpr auto evil = "<img src=x onerror=alert(1)>";
    for (auto& s : hostile->services) {
        s.team = evil;
        for (auto& share : s.shares) {
            share.reason = share.with = evil;
            share.what.schema = evil;
            share.tables[evil] = {};
        }
    }
    hostile->services[0].name = evil;
    auto f = facts();
    f.not_ready = evil;
    f.pools.push_back({evil, 1, 2, 3});
    metrics m(nullptr);
    m.policies_loaded(hostile, {});
    const auto d = ask(hostile, "order-service", table(policy::action::read, "users", "accounts"));
    m.new_worker().violated(
        {hostile->services[0], "", "", evil, "shop", d, policy::mode::enforce, "", false});
    const auto page = status_page(*hostile, m, f);
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    EXPECT_THAT(page, HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
}

TEST(page, tells_services_shares_and_pools) {
    const world w;
    auto f = facts();
    f.pools.push_back({"shop-pg as ringfence", 3, 4, 5});
    const auto page = w.page(f);
    for (const auto* text :
         {"<p class=\"good\">ready</p>", "3 services. Today is 2026-11-21 (UTC)",
          "<td class=\"\">order-service</td><td class=\"\">checkout</td><td "
          "class=\"\">enforce</td>",
          "shop-pg/shop/users accounts", "billing still joins accounts", "2027-03-31",
          "<td class=\"\">shop-pg as ringfence</td><td class=\"n\">3</td><td class=\"n\">4</td><td "
          "class=\"n bad\">5</td>",
          "<td class=\"dim\">none</td>"})
        EXPECT_THAT(page, HasSubstr(text));
    EXPECT_THAT(page, Not(HasSubstr("(over)")));
    EXPECT_THAT(page, Not(HasSubstr("were refused")));
    EXPECT_THAT(page, testing::EndsWith("</html>\n"));
    EXPECT_THAT(page, Not(HasSubstr("<script"))); // nothing that is loaded or run
    EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST(page, tells_what_is_wrong) {
    world w;
    w.m.policies_refused();
    auto f = facts();
    f.not_ready = "draining";
    f.today = policy::test::day(2027, 4, 1);
    const auto page = w.page(f);
    EXPECT_THAT(page, HasSubstr("<p class=\"bad\">draining</p>"));
    EXPECT_THAT(page, HasSubstr("were refused"));
    EXPECT_THAT(page, HasSubstr("<td class=\"bad\">2027-03-31 (over)</td>"));
}

TEST(page, violations_are_counted_the_most_frequent_first) {
    world w;
    auto& worker = w.m.new_worker();
    const auto& orders = *w.policies->find_service("order-service");
    const auto violate = [&](const char* schema, const char* statement) {
        const auto d = ask(w.policies, orders.name, table(policy::action::read, schema, "t"));
        worker.violated({orders, "login orders", "unix", "shop-pg", "shop", d,
                         policy::mode::enforce, statement, false});
    };
    violate("billing", "SELECT 'sekret'");
    violate("users", "SELECT 'sekret'");
    violate("users", "SELECT 'sekret'");
    const auto page = w.page();
    const auto at = page.find("Violations since the start");
    EXPECT_LT(page.find("<td class=\"\">users</td>", at),
              page.find("<td class=\"\">billing</td>", at));
    EXPECT_THAT(page, HasSubstr("<td class=\"n\">2</td>"));
    EXPECT_THAT(page, Not(HasSubstr("sekret")));
}

} // namespace
} // namespace ringfence::observe
