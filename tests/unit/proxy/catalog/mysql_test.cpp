#include "proxy/catalog/mysql.h"

#include "policy/describe.h"
#include "policy/sql/large_stack.h"
#include "proxy/catalog/mysql_queries.h"
#include "tests/unit/policy/shop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::catalog::mysql {
namespace {

using kind = sql::catalogue_link::kind;
using testing::ElementsAre;
using testing::HasSubstr;

// A server that answers each question with the same rows; with none, if it was not told any.
struct fake_server {
    std::map<std::string, rows, std::less<>> answers;
    std::set<std::string, std::less<>> refuses;
    std::vector<std::string> asked;

    explicit fake_server(const std::string& version = "9.7.4",
                         const std::string& account = "app@%") {
        answers[std::string(server_query)] = {
            {version, "0", "STRICT_TRANS_TABLES", "utf8mb4", "", "1", account}};
        grants({"GRANT ALL PRIVILEGES ON *.* TO `app`@`%`"});
        answers[std::string(schemas_query)] = {{"information_schema"}, {"orders"}, {"users"}};
    }
    rows& to(std::string_view question) { return answers[std::string(question)]; }
    void grants(const std::vector<std::string>& lines) {
        auto& all = to(grants_query);
        all.clear();
        for (const auto& line : lines)
            all.push_back({line});
    }
    std::optional<answer> read(purpose p = purpose::everything, definitions known = {}) {
        reading r(p, std::move(known));
        while (!r.next().empty()) {
            const auto question = r.next();
            asked.push_back(question);
            if (refuses.contains(question))
                r.refused();
            else
                r.take(answers[question]);
        }
        return r.done();
    }
    [[nodiscard]] bool was_asked(std::string_view question) const {
        return std::find(asked.begin(), asked.end(), question) != asked.end();
    }
};

std::string all_of(const sql::login_rights& r) {
    std::string all = r.beyond;
    for (const auto& t : r.may)
        all += (all.empty() ? "" : "; ") + policy::describe(t);
    return all;
}

TEST(mysql_catalogue_reading, tells_flavour_and_version) {
    const auto my = fake_server("9.7.4-2").read();
    ASSERT_TRUE(my);
    EXPECT_EQ(my->server.flavour, sql::mysql_flavour::mysql);
    EXPECT_EQ(my->server.version, 90704U);
    EXPECT_EQ(my->rights.account, "app@%");
    const auto maria = fake_server("10.11.19-MariaDB-0+deb12u1-log").read();
    ASSERT_TRUE(maria);
    EXPECT_EQ(maria->server.flavour, sql::mysql_flavour::mariadb);
    EXPECT_EQ(maria->server.version, 101119U);
    for (const auto* text : {"", "9", "9.7", "nine.7.4", "9.700.4", "9.7.x"})
        EXPECT_FALSE(fake_server(text).read()) << text;
}

TEST(mysql_catalogue_reading,
     has_a_definers_view_run_as_its_definer_and_an_invokers_as_the_caller) {
    fake_server server;
    server.to(views_query) = {{"orders", "v", "select 1 from `users`.`t`", "DEFINER", "dba@%"},
                              {"orders", "w", "select 1", "INVOKER", "dba@%"}};
    const auto a = server.read();
    ASSERT_TRUE(a && a->links.size() == 2);
    EXPECT_EQ(a->links[0].what, kind::view);
    EXPECT_EQ(a->links[0].on, sql::use::read | sql::use::write);
    EXPECT_EQ(a->links[0].carrier, (policy::object{policy::object_kind::table, "orders", "", "v"}));
    EXPECT_EQ(a->links[0].runs_as, "dba@%");
    EXPECT_EQ(a->links[1].runs_as, "");
    EXPECT_FALSE(a->seen);
}

TEST(mysql_catalogue_reading, asks_for_definitions_as_they_were_written) {
    fake_server server;
    server.to(triggers_query) = {
        {"orders", "t`r", "orders", "Lines", "dba@%", "lossy", "2026-01-01", "1"}};
    server.to("SHOW CREATE TRIGGER `orders`.`t``r`") = {
        {"t`r", "ANSI_QUOTES", "CREATE TRIGGER …", "utf8mb4", "", "", ""}};
    server.to(routines_query) = {
        {"orders", "Pay", "PROCEDURE", "SQL", "INVOKER", "dba@%", "lossy", "2026-01-01", "1"},
        {"orders", "f", "FUNCTION", "SQL", "DEFINER", "dba@%", "lossy", "2026-01-01", "1"}};
    server.to("SHOW CREATE PROCEDURE `orders`.`Pay`") = {
        {"Pay", "", "CREATE PROCEDURE …", "", "", ""}};
    server.to("SHOW CREATE FUNCTION `orders`.`f`") = {
        {"f", "ORACLE", "CREATE FUNCTION …", "", "", ""}};
    server.to(events_query) = {{"orders", "e", "dba@%"}};
    server.to("SHOW CREATE EVENT `orders`.`e`") = {
        {"e", "", "SYSTEM", "CREATE EVENT …", "", "", ""}};
    const auto a = server.read();
    ASSERT_TRUE(a);
    std::vector<std::string> found;
    for (const auto& l : a->links)
        found.push_back(l.carrier.name + " " + std::to_string(l.on) + " " + l.definition + " " +
                        l.mode + " " + l.runs_as);
    EXPECT_THAT(found, ElementsAre("Lines 2 CREATE TRIGGER … ANSI_QUOTES dba@%",
                                   "pay 4 CREATE PROCEDURE …  ",
                                   "f 4 CREATE FUNCTION … ORACLE dba@%", "e 8 CREATE EVENT …  "));
}

TEST(mysql_catalogue_reading, asks_for_a_definition_again_only_if_it_may_have_changed) {
    fake_server server;
    const std::string question = "SHOW CREATE PROCEDURE `orders`.`p`";
    server.to(routines_query) = {
        {"orders", "p", "PROCEDURE", "SQL", "DEFINER", "dba@%", "x", "2026-01-01", "1"}};
    server.to(question) = {{"p", "ANSI_QUOTES", "CREATE PROCEDURE …", "", "", ""}};
    const auto first = server.read();
    const auto again = [&] {
        server.asked.clear();
        const auto a = server.read(purpose::everything, first->read);
        EXPECT_EQ(a->links, first->links);
        return server.was_asked(question);
    };
    EXPECT_FALSE(again());
    server.to(routines_query)[0][7] = "2026-01-02"; // altered
    EXPECT_TRUE(again());
    server.to(routines_query)[0][7] = "2026-01-01";
    server.to(routines_query)[0][8] = "0"; // so young that a change would not show
    EXPECT_TRUE(again());
    EXPECT_TRUE(server.read()->read.empty());
}

TEST(mysql_catalogue_reading, takes_what_it_may_not_look_at_for_opaque) {
    fake_server server;
    server.to(views_query) = {{"orders", "v", "", "DEFINER", "dba@%"}};
    server.to(routines_query) = {
        {"orders", "p", "PROCEDURE", "SQL", "INVOKER", "dba@%", "", "2026-01-01", "1"},
        {"orders", "q", "PROCEDURE", "SQL", "DEFINER", "dba@%", "x", "2026-01-01", "1"},
        {"orders", "r", "PROCEDURE", "SQL", "DEFINER", "dba@%", "x", "2026-01-01", "1"},
        {"orders", "js", "FUNCTION", "EXTERNAL", "DEFINER", "dba@%", "x", "2026-01-01", "1"}};
    server.refuses.insert("SHOW CREATE PROCEDURE `orders`.`q`");
    server.to("SHOW CREATE PROCEDURE `orders`.`r`") = {{"r", "", "", "", "", ""}};
    const auto a = server.read();
    ASSERT_TRUE(a);
    std::vector<std::string> found;
    for (const auto& l : a->links) {
        EXPECT_EQ(l.what, kind::opaque);
        found.push_back(l.carrier.name + ": " + l.note);
    }
    EXPECT_THAT(found,
                ElementsAre("v: definitions that ringfence may not read",
                            "p: definitions that ringfence may not read", "js: other languages",
                            "q: definitions that ringfence may not read",
                            "r: definitions that ringfence may not read"));
}

TEST(mysql_catalogue_reading, has_a_merge_tables_tables_and_knows_no_rows_of_other_engines) {
    fake_server server;
    server.to(engines_query) = {
        {"orders", "m", "MRG_MYISAM"}, {"orders", "f", "FEDERATED"}, {"orders", "gone", ""}};
    server.to("SHOW CREATE TABLE `orders`.`m`") = {
        {"m", "CREATE TABLE `m` (\n  `id` int\n) ENGINE=MRG_MyISAM UNION=(`a`,`users`.`b`)"}};
    const auto a = server.read();
    ASSERT_TRUE(a);
    std::vector<std::string> found;
    for (const auto& l : a->links)
        found.push_back(l.carrier.name + " " + std::to_string(l.on) + " " + l.note);
    EXPECT_THAT(found, ElementsAre("f 3 engines that reach beyond a schema",
                                   "gone 3 engines that reach beyond a schema", "m 1 ", "m 2 "));
    auto all = together({{"app", *a}});
    const auto objects = sql::with_large_stack(
        [&] { return objects_of(all, [](std::string_view) { return false; }); });
    auto scope = scope_on(all.server);
    scope.schema = "orders";
    scope.objects = objects;
    std::string touches;
    for (const auto& t : sql::analyze_mysql("SELECT 1 FROM m", scope).touches)
        touches += policy::describe(t) + "; ";
    EXPECT_EQ(touches, "read orders.m; read orders.a(*) through orders.m; read users.b(*) through "
                       "orders.m; ");
}

TEST(mysql_catalogue_reading, has_foreign_keys_both_ways) {
    fake_server server;
    server.to(keys_query) = {{"orders", "lines", "k", "users", "accounts", "Region"},
                             {"orders", "lines", "k", "users", "accounts", "id"},
                             {"users", "notes", "k", "orders", "lines", "id"}};
    server.to(cascades_query) = {{"users", "notes", "k"}, {"users", "made_meanwhile", "k"}};
    const auto a = server.read();
    ASSERT_TRUE(a && a->links.size() == 3);
    EXPECT_EQ(policy::describe(a->links[0].touches.at(0)), "reference users.accounts(id,region)");
    EXPECT_EQ(a->links[2].what, kind::cascade);
    EXPECT_EQ(a->links[2].carrier.name, "lines");
    EXPECT_EQ(policy::describe(a->links[2].touches.at(0)), "write users.notes through users.notes");
}

TEST(mysql_catalogue_reading, takes_a_packages_routines_for_what_a_call_of_them_reads_like) {
    fake_server server("10.11.19-MariaDB");
    server.to(routines_query) = {{"orders", "Pkg", "PACKAGE", "SQL", "DEFINER", "dba@%",
                                  "AS PROCEDURE DoIt; FUNCTION `f`(x INT) RETURN INT; END",
                                  "2026-01-01", "1"}};
    const auto a = server.read();
    ASSERT_TRUE(a && a->links.size() == 3);
    EXPECT_EQ(a->links[0].carrier.database + "." + a->links[0].carrier.name, "Pkg.doit");
    EXPECT_EQ(a->links[1].carrier.database + "." + a->links[1].carrier.name, "Pkg.f");
    EXPECT_EQ(a->links[2].carrier.database + "." + a->links[2].carrier.name, "orders.pkg");
}

TEST(mysql_catalogue_reading, folds_names_as_the_server_does) {
    fake_server server;
    server.to(server_query)[0][1] = "1";
    server.to(views_query) = {{"Orders", "V", "select 1", "DEFINER", "dba@%"}};
    server.grants({"GRANT SELECT ON `Orders`.`V` TO `app`@`%`"});
    const auto a = server.read();
    ASSERT_TRUE(a && a->links.size() == 1 && !a->rights.may.empty());
    EXPECT_EQ(a->links[0].carrier.database + "." + a->links[0].carrier.name, "orders.v");
    EXPECT_EQ(policy::describe(a->rights.may[0]), "read orders.v");
}

TEST(mysql_catalogue_reading, of_sequences_is_for_mariadb_only) {
    fake_server server("10.11.19-MariaDB");
    server.to(mariadb_defaults_query) = {{"orders", "t", "nextval(`users`.`s`)"}};
    const auto a = server.read();
    ASSERT_TRUE(a && a->links.size() == 1);
    EXPECT_EQ(a->links[0].definition, "SELECT nextval(`users`.`s`)");
    fake_server other;
    ASSERT_TRUE(other.read());
    EXPECT_FALSE(other.was_asked(mariadb_defaults_query));
}

TEST(mysql_catalogue_reading, sees_what_runs_where_it_may_see_triggers) {
    const auto seen = [](const std::vector<std::string>& grants) {
        fake_server server;
        server.grants(grants);
        const auto a = server.read();
        if (!a->seen)
            return std::string("all");
        std::string list;
        for (const auto& s : *a->seen)
            list += s + " ";
        return list;
    };
    EXPECT_EQ(seen({"GRANT SELECT, TRIGGER ON *.* TO `app`@`%`"}), "all");
    EXPECT_EQ(
        seen({"GRANT TRIGGER ON *.* TO `app`@`%`", "REVOKE INSERT ON `users`.* FROM `app`@`%`"}),
        "all");
    EXPECT_EQ(
        seen({"GRANT TRIGGER ON *.* TO `app`@`%`", "REVOKE TRIGGER ON `users`.* FROM `app`@`%`"}),
        "information_schema orders ");
    EXPECT_EQ(seen({"GRANT ALL PRIVILEGES ON `orders`.* TO `app`@`%`",
                    "GRANT SELECT ON `users`.* TO `app`@`%`"}),
              "orders ");
    EXPECT_EQ(seen({"GRANT TRIGGER ON `users`.`t` TO `app`@`%`"}), "");
}

TEST(mysql_catalogue_reading, asks_for_each_role_of_mariadb) {
    fake_server server("10.11.19-MariaDB");
    server.grants({"GRANT `r``1` TO `app`@`%`", "GRANT USAGE ON *.* TO `app`@`%`"});
    ASSERT_TRUE(server.read());
    EXPECT_TRUE(server.was_asked("SET ROLE `r``1`"));
    EXPECT_EQ(std::count(server.asked.begin(), server.asked.end(), grants_query), 2);
    fake_server other;
    ASSERT_TRUE(other.read());
    EXPECT_TRUE(other.was_asked("SET ROLE ALL"));
}

TEST(mysql_catalogue_reading, finds_rights_that_no_grant_tells_of) {
    fake_server server;
    server.grants({"GRANT SELECT (`id`) ON `orders`.`t` TO `app`@`%`"});
    server.to(columns_query) = {{"orders", "t", "ID", "select"},
                                {"orders", "t", "secret", "insert,references"}};
    const auto a = server.read();
    ASSERT_TRUE(a);
    EXPECT_EQ(all_of(a->rights),
              "read orders.t(id); write orders.t(secret); reference orders.t(secret); read schema "
              "users; write schema users; execute schema users; define schema users");
}

TEST(mysql_catalogue_reading, may_be_of_rights_only) {
    fake_server server;
    server.to(views_query) = {{"orders", "v", "select 1", "DEFINER", "dba@%"}};
    const auto a = server.read(purpose::rights);
    ASSERT_TRUE(a);
    EXPECT_TRUE(a->links.empty());
    EXPECT_FALSE(server.was_asked(views_query));
    EXPECT_FALSE(a->rights.beyond.empty());
}

TEST(mysql_catalogue_reading, that_fails_or_has_another_shape_is_not_understood) {
    for (const auto question :
         {settings, server_query, grants_query, schemas_query, views_query, engines_query,
          keys_query, cascades_query, triggers_query, routines_query, events_query}) {
        fake_server refusing;
        refusing.refuses.insert(std::string(question));
        EXPECT_FALSE(refusing.read()) << question;
        if (question == settings)
            continue;
        fake_server strange;
        strange.to(question) = {{"one", "two"}};
        EXPECT_FALSE(strange.read()) << question;
    }
    fake_server silent;
    silent.to(grants_query).clear();
    EXPECT_FALSE(silent.read());
    reading unfinished;
    EXPECT_FALSE(unfinished.done());
}

TEST(mysql_functions_of_libraries, are_known_and_confine_nobody) {
    fake_server server;
    server.grants({"GRANT ALL PRIVILEGES ON `orders`.* TO `app`@`%`"});
    server.to(schemas_query) = {{"orders"}};
    server.to(mysql_functions_query) = {{"Innodb_Redo_Log_Archive_Start", ""}};
    auto all = together({{"app", *server.read()}});
    EXPECT_EQ(all.logins["app"].beyond, "");
    EXPECT_THAT(scope_on(all.server).loadable_functions,
                ElementsAre("innodb_redo_log_archive_start"));

    for (const auto& stranger : {row{"sys_exec", "x.so"}, row{"of_a_component", ""}}) {
        server.to(mysql_functions_query) = {stranger};
        EXPECT_THAT(together({{"app", *server.read()}}).logins["app"].beyond,
                    HasSubstr(stranger[0]));
    }
    server.refuses.insert(std::string(mysql_functions_query));
    EXPECT_THAT(together({{"app", *server.read()}}).logins["app"].beyond,
                HasSubstr("may not read"));
}

answer seeing(std::set<std::string, std::less<>> schemas, std::vector<sql::catalogue_link> links) {
    answer a;
    a.seen = std::move(schemas);
    a.links = std::move(links);
    return a;
}

sql::catalogue_link routine(std::string schema, std::string definition,
                            std::string maker = "dba@%") {
    sql::catalogue_link l;
    l.carrier = {policy::object_kind::function, std::move(schema), {}, "p"};
    l.on = sql::use::execute;
    l.definition = std::move(definition);
    l.maker = maker;
    l.runs_as = std::move(maker);
    if (l.definition.empty()) {
        l.what = kind::opaque;
        l.note = hidden_definitions;
    }
    return l;
}

TEST(mysql_snapshot, takes_each_schema_from_who_sees_all_of_it) {
    auto s = together({{"o", seeing({"orders"}, {routine("orders", "A"), routine("users", "")})},
                       {"u", seeing({"users"}, {routine("users", "B"), routine("orders", "")})}});
    EXPECT_EQ(s.seen, (std::set<std::string, std::less<>>{"orders", "users"}));
    ASSERT_EQ(s.links.size(), 2U);
    EXPECT_EQ(s.links[0].definition + s.links[1].definition, "AB");
}

TEST(mysql_snapshot, has_one_logins_routine_from_who_made_it) {
    const auto s = together(
        {{"app", seeing({"orders"}, {routine("orders", "", "migrator@%"), routine("orders", "")})},
         {"migrator",
          seeing({"orders"}, {routine("orders", "A", "migrator@%"), routine("orders", "")})}});
    ASSERT_EQ(s.links.size(), 2U);
    EXPECT_EQ(s.links[0].note, hidden_definitions); // the DBA's
    EXPECT_EQ(s.links[1].definition, "A");
}

TEST(mysql_snapshot, sees_everything_when_one_login_does) {
    auto root = seeing({}, {routine("orders", "A")});
    root.seen.reset();
    const auto s =
        together({{"app", seeing({"orders"}, {})}, {"root", root}, {"z", seeing({}, {})}});
    EXPECT_FALSE(s.seen);
    EXPECT_EQ(s.links.size(), 1U);
}

TEST(mysql_snapshot, of_nobody_who_sees_a_schema_keeps_what_is_known_of_it) {
    const auto s = together({{"app", seeing({"orders"}, {routine("users", "")})}});
    ASSERT_EQ(s.links.size(), 1U);
    EXPECT_EQ(s.links[0].note, hidden_definitions);
}

std::string why(const std::vector<std::string>& grants,
                std::vector<sql::catalogue_link> links = {}) {
    fake_server server;
    server.grants(grants);
    server.to(schemas_query) = {{"information_schema"}, {"orders"}};
    auto a = server.read();
    a->links = std::move(links);
    auto s = together({{"app", std::move(*a)}});
    sql::database_facts facts;
    facts.objects = sql::with_large_stack(
        [&] { return objects_of(s, [](std::string_view) { return false; }); });
    facts.logins = s.logins;
    const auto policies = policy::test::shop();
    return sql::why_not_confined(facts, "app", *policies, *policies->find_service("order-service"),
                                 "shop-my", "", policy::test::today);
}

TEST(mysql_confinement, of_a_login_that_may_what_its_service_may) {
    EXPECT_EQ(
        why({"GRANT USAGE ON *.* TO `app`@`%`", "GRANT ALL PRIVILEGES ON `orders`.* TO `app`@`%`"}),
        "");
}

TEST(mysql_confinement, is_not_of_a_login_that_may_more) {
    EXPECT_THAT(why({"GRANT ALL PRIVILEGES ON `orders`.* TO `app`@`%`",
                     "GRANT SELECT ON `users`.`accounts` TO `app`@`%`"}),
                HasSubstr("order-service may not read users.accounts"));
    EXPECT_THAT(why({"GRANT FILE ON *.* TO `app`@`%`"}), HasSubstr("files (FILE)"));
    EXPECT_NE(why({"GRANT ALL PRIVILEGES ON `orders`.* TO `app`@`%`",
                   "GRANT EXECUTE ON `users`.* TO `app`@`%`"}),
              "");
}

TEST(mysql_confinement, ends_at_a_routine_that_does_more_with_its_makers_rights) {
    const std::vector<std::string> grants{"GRANT ALL PRIVILEGES ON `orders`.* TO `app`@`%`"};
    const auto p = [](std::string maker) {
        return routine("orders", "CREATE PROCEDURE `p`() DELETE FROM users.accounts",
                       std::move(maker));
    };
    EXPECT_THAT(why(grants, {p("dba@%")}), HasSubstr("users.accounts through orders.p"));
    EXPECT_THAT(why(grants, {p("app@localhost")}), HasSubstr("users.accounts"));
    EXPECT_EQ(why(grants, {p("app@%")}), "");
    auto invoker = p("dba@%");
    invoker.runs_as.clear();
    EXPECT_EQ(why(grants, {invoker}), "");
    EXPECT_THAT(why(grants, {routine("orders", "")}), HasSubstr(std::string(hidden_definitions)));
}

TEST(mysql_confinement, is_not_known_where_triggers_are_hidden) {
    EXPECT_THAT(why({"GRANT SELECT, INSERT ON `orders`.* TO `app`@`%`"}),
                HasSubstr("definitions ringfence may not read"));
}

} // namespace
} // namespace ringfence::catalog::mysql
