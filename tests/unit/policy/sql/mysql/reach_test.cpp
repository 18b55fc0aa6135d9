#include "policy/sql/reach.h"

#include "conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

using kind = catalogue_link::kind;
using policy::object_kind;

policy::object table(std::string schema, std::string name) {
    return {object_kind::table, std::move(schema), {}, std::move(name)};
}
policy::object function(std::string schema, std::string name) {
    return {object_kind::function, std::move(schema), {}, std::move(name)};
}
catalogue_link link(kind what, policy::object carrier, std::uint8_t on, std::string definition,
                    std::string runs_as = "dba@%") {
    catalogue_link l;
    l.what = what;
    l.carrier = std::move(carrier);
    l.on = on;
    l.definition = std::move(definition);
    l.runs_as = std::move(runs_as);
    l.maker = "dba@%";
    return l;
}
catalogue_link view(std::string schema, std::string name, std::string definition,
                    std::string runs_as = "dba@%") {
    return link(kind::view, table(std::move(schema), std::move(name)), use::read | use::write,
                std::move(definition), std::move(runs_as));
}
catalogue_link routine(std::string schema, std::string name, const std::string& body,
                       std::string runs_as = "dba@%") {
    auto text = "CREATE DEFINER=`dba`@`%` PROCEDURE `" + name + "`()\n" + body;
    return link(kind::code, function(std::move(schema), std::move(name)), use::execute,
                std::move(text), std::move(runs_as));
}
catalogue_link trigger(std::string schema, std::string on, const std::string& body) {
    auto text =
        "CREATE DEFINER=`dba`@`%` TRIGGER `tr` BEFORE INSERT ON `" + on + "` FOR EACH ROW " + body;
    return link(kind::code, table(std::move(schema), std::move(on)), use::write, std::move(text));
}
std::vector<catalogue_link> merge_table(const std::string& schema, const std::string& name,
                                        const std::string& tables) {
    std::vector<catalogue_link> both;
    for (const auto on : {use::read, use::write})
        both.push_back(link(kind::inheritance, table(schema, name), on,
                            "CREATE TABLE `" + name +
                                "` (\n  `id` int DEFAULT NULL\n) ENGINE=MRG_MyISAM UNION=(" +
                                tables + ")",
                            "@"));
    return both;
}

mysql_scope knowing(const std::vector<catalogue_link>& links, bool divided = false,
                    std::optional<std::set<std::string, std::less<>>> seen = std::nullopt) {
    auto s = on_mysql();
    s.account = "app@%";
    s.objects = with_large_stack([&] {
        return reach::of(
            links, reach::of_mysql(on_mysql()), [divided](std::string_view) { return divided; }, {},
            std::move(seen));
    });
    return s;
}

TEST(reach_of_mysql, is_what_a_definers_view_shows_of_another_schema) {
    const auto s =
        knowing({view("own", "v",
                      "select `users`.`accounts`.`id` AS `id`,`users`.`accounts`.`email` "
                      "AS `email` from `users`.`accounts`")});
    EXPECT_EQ(touches("SELECT id FROM v", s),
              "read own.v(id); read users.accounts(email,id) through own.v");
    EXPECT_EQ(touches("UPDATE own.v SET email = ''", s),
              "read users.accounts(email,id) through own.v; write own.v(email); write "
              "users.accounts(email,id) through own.v");
    EXPECT_EQ(touches("CREATE VIEW w AS SELECT id FROM v", s),
              "define own.w; read own.v(id); read users.accounts(email,id) through own.v");
    for (const auto* text : {"LOCK TABLES v READ", "DESCRIBE v", "SHOW CREATE VIEW v", "TABLE v",
                             "DO (SELECT 1 FROM v LIMIT 1)"})
        EXPECT_NE(touches(text, s).find("read users.accounts(email,id) through own.v"),
                  std::string::npos)
            << text << ": " << touches(text, s);
}

TEST(reach_of_mysql, is_what_a_trigger_writes_to_another_schema) {
    const auto s =
        knowing({trigger("own", "t", "INSERT INTO users.log VALUES (NEW.id, 'it\\'s')")});
    for (const auto* text : {"INSERT INTO t VALUES (1)", "REPLACE t VALUES (1)",
                             "LOAD DATA LOCAL INFILE 'f' INTO TABLE t"})
        EXPECT_EQ(touches(text, s), "write own.t(*); write users.log(*) through own.t") << text;
    EXPECT_EQ(touches("SELECT id FROM t", s), "read own.t(id)");
    EXPECT_EQ(touches("ALTER TABLE t ADD COLUMN b INT", s), "define own.t");
}

TEST(reach_of_mysql, follows_from_view_to_function_to_table) {
    const auto s = knowing(
        {view("own", "v", "select `own`.`f`() AS `x`"),
         link(
             kind::code, function("own", "f"), use::execute,
             "CREATE DEFINER=`dba`@`%` FUNCTION `f`() RETURNS int\n    READS SQL DATA\nRETURN g()"),
         link(kind::code, function("own", "g"), use::execute,
              "CREATE DEFINER=`dba`@`%` FUNCTION `g`() RETURNS int\nBEGIN DECLARE n INT; "
              "SELECT count(*) INTO n FROM users.accounts; RETURN n; END")});
    EXPECT_EQ(touches("SELECT x FROM v", s),
              "execute function own.f through own.v; execute function own.g through own.f; read "
              "own.v(x); read users.accounts through own.g");
}

TEST(reach_of_mysql, ends_where_objects_use_each_other) {
    const auto s = knowing({routine("own", "a", "CALL b()"),
                            routine("own", "b", "BEGIN CALL a(); DELETE FROM users.t; END")});
    EXPECT_EQ(touches("CALL a()", s),
              "execute function own.a; execute function own.a through own.b; execute function "
              "own.b through own.a; write users.t(*) through own.b");
}

TEST(reach_of_mysql, resolves_the_names_in_a_body_in_the_schema_of_the_routine) {
    auto s = knowing({routine("lib", "p", "DELETE FROM t WHERE id IN (SELECT id FROM users.t)")});
    s.schema = "own";
    EXPECT_EQ(touches("CALL lib.p()", s),
              "execute function lib.p; read lib.t(id) through lib.p; read users.t(id) through "
              "lib.p; write lib.t(*) through lib.p");
}

TEST(reach_of_mysql, reads_a_definition_in_the_sql_mode_that_it_was_made_in) {
    auto quotes = routine("own", "p", "SELECT \"id\" FROM \"users\".\"t\"");
    quotes.mode = "ANSI_QUOTES";
    EXPECT_EQ(touches("CALL p()", knowing({quotes})),
              "execute function own.p; read users.t(id) through own.p");
    auto escapes = routine("own", "p", "SELECT 'x\\' FROM users.t");
    escapes.mode = "STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES";
    EXPECT_EQ(touches("CALL p()", knowing({escapes})),
              "execute function own.p; read users.t through own.p");
    auto oracle = routine("own", "p", "SELECT 1");
    for (const auto* mode : {"ORACLE", "A_MODE_OF_A_NEWER_SERVER"}) {
        oracle.mode = mode;
        EXPECT_EQ(touches("CALL p()", knowing({oracle})),
                  "execute function own.p; execute server \"code that cannot be analysed\" through "
                  "own.p");
    }
}

TEST(reach_of_mysql, does_not_take_the_definer_of_a_definition_for_the_callers_wish) {
    EXPECT_EQ(knowing({routine("own", "p", "SELECT 1 FROM t")}).objects->size(), 0U);
    EXPECT_EQ(knowing({routine("own", "p", "CREATE USER u")}).objects->size(), 1U);
}

TEST(reach_of_mysql, needs_a_facility_for_a_body_that_puts_statements_together) {
    EXPECT_EQ(
        touches("CALL p()", knowing({routine("own", "p",
                                             "BEGIN SET @q = CONCAT('SELECT * FROM ', 'users.t'); "
                                             "PREPARE s FROM @q; EXECUTE s; END")})),
        "execute function own.p; execute server \"code that cannot be analysed\" through "
        "own.p");
}

TEST(reach_of_mysql, is_the_rows_of_the_tables_that_a_merge_table_is_made_of) {
    const auto s = knowing(merge_table("own", "m", "`m1`,`users`.`m2`"));
    EXPECT_EQ(touches("SELECT id FROM m", s),
              "read own.m(id); read own.m1(*) through own.m; read users.m2(*) through own.m");
    EXPECT_EQ(touches("TRUNCATE m", s),
              "write own.m; write own.m1(*) through own.m; write users.m2(*) through own.m");
    EXPECT_NE(touches("CREATE TABLE n LIKE m", s).find("read users.m2(*) through own.m"),
              std::string::npos);
    EXPECT_EQ(knowing(merge_table("own", "m", "`m1`,`own`.`m2`")).objects->size(), 0U);
}

TEST(reach_of_mysql, of_a_foreign_key_names_its_target_and_holds_no_cascade_against_the_parent) {
    auto reference = link(kind::reference, table("own", "child"), use::write, {}, "@");
    reference.touches = {
        {.act = policy::action::reference, .what = table("users", "t"), .columns = {"id"}}};
    auto cascade = link(kind::cascade, table("own", "parent"), use::write, {}, "@");
    cascade.touches = {{.act = policy::action::write,
                        .what = table("billing", "lines"),
                        .columns = {},
                        .via_path = false,
                        .through = table("billing", "lines")}};
    const auto s = knowing({reference, cascade});
    EXPECT_EQ(touches("INSERT INTO child VALUES (1)", s),
              "reference users.t(id) through own.child; write own.child(*)");
    EXPECT_EQ(touches("DELETE FROM parent", s),
              "write billing.lines through billing.lines; write own.parent(*)");
    EXPECT_EQ(touches("SELECT id FROM child, parent", s),
              "read own.child(id); read own.parent(id)");
}

TEST(reach_of_mysql, of_an_event_is_for_whoever_alters_it) {
    const auto s = knowing(
        {link(kind::code, function("own", "e"), use::define,
              "CREATE DEFINER=`dba`@`%` EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 "
              "00:00:00' ON COMPLETION NOT PRESERVE DISABLE DO DELETE FROM users.t",
              {})});
    EXPECT_EQ(touches("ALTER EVENT e ENABLE", s),
              "define function own.e; write users.t(*) through own.e");
    EXPECT_EQ(touches("SHOW TABLES", s).find("users"), std::string::npos);
}

TEST(reach_of_mysql, keeps_a_view_from_being_used_under_a_new_name) {
    const auto s = knowing({view("own", "v", "select 1 from `users`.`t`"),
                            trigger("own", "t", "DELETE FROM users.t")});
    for (const auto* text : {"RENAME TABLE v TO w", "ALTER TABLE v RENAME w",
                             "RENAME TABLE x TO y, t TO x", "ALTER TABLE t RENAME TO u"})
        EXPECT_NE(touches(text, s).find("users.t"), std::string::npos) << text;
    EXPECT_EQ(touches("DROP VIEW v", s), "define own.v");
}

TEST(reach_of_mysql, does_not_keep_a_schemas_list_from_being_read) {
    for (const auto& seen : {std::optional<std::set<std::string, std::less<>>>{},
                             std::optional(std::set<std::string, std::less<>>{})}) {
        const auto s = knowing({view("own", "v", "select 1 from `users`.`t`")}, false, seen);
        for (const auto* text : {"SHOW TABLES", "SHOW TRIGGERS FROM own",
                                 "SELECT table_name FROM information_schema.tables WHERE "
                                 "table_schema = 'own'"})
            EXPECT_EQ(touches(text, s), "read schema own") << text;
    }
}

TEST(reach_of_mysql, leaves_out_what_stays_within_one_schema_unless_several_own_it) {
    const std::vector<catalogue_link> inside{view("own", "v", "select 1 from `own`.`t`")};
    EXPECT_EQ(knowing(inside).objects->size(), 0U);
    EXPECT_EQ(touches("SELECT 1 FROM v", knowing(inside, true)),
              "read own.t through own.v; read own.v");
}

TEST(reach_of_mysql, of_a_confined_login_is_only_what_runs_with_anothers_rights) {
    auto s = knowing({routine("own", "invoker", "DELETE FROM users.t", {}),
                      routine("own", "mine", "DELETE FROM users.t", "app@%"),
                      routine("own", "namesake", "DELETE FROM users.t", "app@localhost"),
                      routine("own", "theirs", "DELETE FROM users.t")});
    s.confined = true;
    for (const auto* name : {"invoker", "mine"})
        EXPECT_EQ(touches(std::string("CALL ") + name + "()", s),
                  std::string("execute function own.") + name);
    for (const auto* name : {"namesake", "theirs"})
        EXPECT_NE(touches(std::string("CALL ") + name + "()", s).find("write users.t"),
                  std::string::npos)
            << name;
}

TEST(reach_of_mysql, of_a_schema_that_nobody_may_look_into_is_unknown) {
    const std::set<std::string, std::less<>> seen{"own"};
    const auto s = knowing({}, false, seen);
    EXPECT_EQ(touches("SELECT id FROM t", s), "read own.t(id)");
    const std::string unknown =
        "execute server \"objects whose definitions ringfence may not read\" through lent.t";
    EXPECT_EQ(touches("SELECT id FROM lent.t", s), unknown + "; read lent.t(id)");
    EXPECT_EQ(touches("INSERT INTO lent.t VALUES (1)", s), unknown + "; write lent.t(*)");
    EXPECT_EQ(touches("SELECT 1, now()", s), "");
    // … and of one that is only reached through another.
    EXPECT_NE(touches("SELECT x FROM v",
                      knowing({view("own", "v", "select 1 from `lent`.`t`")}, false, seen))
                  .find(unknown),
              std::string::npos);
}

TEST(catalogue_of_mysql, that_is_not_known_denies_what_uses_objects_and_nothing_else) {
    auto s = on_mysql();
    s.needs_objects = true;
    for (const auto* text :
         {"TABLE t", "SELECT f()", "CALL p()", "INSERT INTO own.t VALUES (1)", "DROP TABLE own.t"})
        EXPECT_EQ(touches(text, s), "! catalogue") << text;
    for (const auto* text : {"SELECT 1, now()", "BEGIN", "SET autocommit = 0", "USE own",
                             "SELECT @@version", "CREATE DATABASE own"})
        EXPECT_NE(touches(text, s), "! catalogue") << text;
}

} // namespace
} // namespace ringfence::sql::test
