#include "proxy/net/mysql_catalogue.h"

#include "proxy/catalog/mysql_queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;
using clock = catalogue_source::clock;

const std::string everything = "GRANT ALL PRIVILEGES ON *.* TO `x`@`%`";
const std::string own_schema = "GRANT ALL PRIVILEGES ON `orders`.* TO `x`@`%`";

// A server on which logins have these rights; an empty one cannot log in.
struct fake_world {
    std::map<std::string, std::string> grants{};
    catalog::rows views{};
    clock::time_point now{};
    mysql_catalogue source{"shop-my"};
    std::vector<std::string> asked{}; // "login: what", of each connection

    catalogue_source::outcome read(clock::duration max_age = 10min) {
        catalogue_source::targets logins;
        for (const auto& [login, rights] : grants) {
            auto target = std::make_shared<server_target>();
            target->login.user = login;
            logins.emplace(login, std::move(target));
        }
        asked.clear();
        source.begin(logins, {}, {}, false, now);
        while (auto task = source.next())
            answer(*task);
        return source.finish(now, max_age);
    }

    void answer(catalogue_source::task& t) {
        const auto& login = t.as->target->login.user;
        EXPECT_EQ(t.as->database, "");
        if (grants.at(login).empty()) {
            source.answered({.server = nullptr, .error = "1045 (28000): no"});
            return;
        }
        bool links = false;
        for (auto text = t.script->next(); !text.empty(); text = t.script->next()) {
            using namespace catalog::mysql;
            links = links || text == views_query;
            if (text == server_query_text())
                t.script->take({{{"9.7.4", "0", "", "utf8mb4", "", "1", login + "@%"}}});
            else if (text == grants_query)
                t.script->take({{{grants.at(login)}}});
            else if (text == schemas_query)
                t.script->take({{{"orders"}, {"users"}}});
            else if (text == views_query)
                t.script->take({views});
            else if (text == all_roles)
                EXPECT_TRUE(t.script->refused());
            else
                t.script->take({});
        }
        asked.push_back(login + (links ? ": everything" : ": rights"));
        source.answered({.server = nullptr, .error = {}});
    }
    static std::string server_query_text() { return std::string(catalog::mysql::server_query); }
};

TEST(mysql_catalogue, has_every_login_read_for_itself) {
    fake_world w{.grants = {{"a", own_schema}, {"b", own_schema}}};
    const auto made = w.read();
    EXPECT_EQ(made.error, "");
    ASSERT_TRUE(made.facts);
    EXPECT_TRUE(made.facts->logins.contains("a") && made.facts->logins.contains("b"));
    EXPECT_THAT(w.asked, ElementsAre("a: everything", "b: everything"));
}

TEST(mysql_catalogue, asks_only_for_rights_after_a_login_that_sees_all) {
    fake_world w{.grants = {{"a", own_schema}, {"root", everything}, {"z", own_schema}}};
    ASSERT_TRUE(w.read().facts);
    EXPECT_THAT(w.asked, ElementsAre("a: everything", "root: everything", "z: rights"));
    ASSERT_TRUE(w.read().facts);
    EXPECT_THAT(w.asked, ElementsAre("root: everything", "a: rights", "z: rights"));
}

TEST(mysql_catalogue, keeps_its_facts_while_nothing_changes) {
    fake_world w{.grants = {{"a", own_schema}}};
    const auto before = w.read().facts;
    EXPECT_EQ(w.read().facts, before);
    w.views = {{"orders", "v", "select 1 from `users`.`t`", "DEFINER", "dba@%"}};
    EXPECT_NE(w.read().facts, before);
}

TEST(mysql_catalogue, of_one_login_that_cannot_read_takes_nothing_from_the_others) {
    fake_world w{.grants = {{"a", own_schema}, {"b", ""}}};
    const auto made = w.read();
    EXPECT_THAT(made.error, HasSubstr("as b: 1045"));
    ASSERT_TRUE(made.facts);
    EXPECT_TRUE(made.facts->logins.contains("a"));
    EXPECT_FALSE(made.facts->logins.contains("b"));
}

TEST(mysql_catalogue, forgets_what_a_login_saw_when_that_is_too_old) {
    fake_world w{.grants = {{"a", own_schema}, {"b", own_schema}}};
    ASSERT_TRUE(w.read().facts);
    w.grants["b"].clear();
    w.now += 5min;
    auto made = w.read();
    EXPECT_TRUE(made.facts->logins.contains("b"));
    EXPECT_EQ(made.read, w.now - 5min);
    w.now += 6min;
    made = w.read();
    ASSERT_TRUE(made.facts);
    EXPECT_FALSE(made.facts->logins.contains("b"));
    w.grants["a"].clear();
    w.now += 11min;
    EXPECT_FALSE(w.read().facts);
}

TEST(mysql_catalogue, forgets_a_login_that_is_no_longer_configured) {
    fake_world w{.grants = {{"a", own_schema}, {"b", own_schema}}};
    ASSERT_TRUE(w.read().facts);
    w.grants.erase("b");
    EXPECT_FALSE(w.read().facts->logins.contains("b"));
}

} // namespace
} // namespace ringfence::net
