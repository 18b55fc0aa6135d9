#include "policy/sql/reach.h"

#include "conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

using kind = catalogue_link::kind;
using policy::object_kind;

policy::object table(std::string schema, std::string name) {
    return {object_kind::table, "shop", std::move(schema), std::move(name)};
}
policy::object function(std::string schema, std::string name) {
    return {object_kind::function, "shop", std::move(schema), std::move(name)};
}
catalogue_link view(std::string schema, std::string name, std::string definition) {
    return {.what = kind::view,
            .carrier = table(std::move(schema), std::move(name)),
            .on = use::read | use::write,
            .definition = std::move(definition),
            .touches = {},
            .runs_as = "dba",
            .note = {}};
}
catalogue_link code(policy::object carrier, std::string definition, std::string runs_as = {}) {
    return {.what = kind::code,
            .carrier = std::move(carrier),
            .on = use::write | use::execute,
            .definition = std::move(definition),
            .touches = {},
            .runs_as = std::move(runs_as),
            .note = {}};
}
std::string sql_function(const std::string& name, const std::string& body) {
    return "CREATE OR REPLACE FUNCTION " + name + "() RETURNS int LANGUAGE sql AS $$" + body + "$$";
}

scope knowing(const std::vector<catalogue_link>& links, bool divided = false) {
    auto s = orders_scope();
    s.objects = with_large_stack([&] {
        return reach::of(links, "shop", 15, [divided](std::string_view) { return divided; });
    });
    return s;
}

TEST(reach, adds_what_a_view_shows_and_says_through_what) {
    const auto s = knowing({view("orders", "v", "SELECT a.email FROM users.accounts a")});
    EXPECT_EQ(touches("SELECT 1 FROM v", s),
              "read orders.v~; read users.accounts(email) through orders.v");
    EXPECT_EQ(touches("UPDATE v SET email = ''", s),
              "read users.accounts(email) through orders.v; write orders.v(email)~; write "
              "users.accounts(email) through orders.v");
}

TEST(reach, does_not_keep_a_definition_from_being_dropped_or_named) {
    const auto s = knowing({view("orders", "v", "TABLE users.accounts")});
    EXPECT_EQ(touches("DROP VIEW orders.v", s), "define orders.v");
    EXPECT_EQ(touches("SELECT 'orders.v'::regclass", s), "reference orders.v");
}

TEST(reach, follows_from_object_to_object_and_ends) {
    const auto s = knowing(
        {view("orders", "a", "TABLE orders.b"), view("orders", "b", "TABLE orders.a"),
         code(function("orders", "f"), sql_function("orders.f", "SELECT g()")),
         code(function("orders", "g"), sql_function("orders.g", "TABLE b; TABLE users.t"))});
    EXPECT_EQ(touches("SELECT orders.f()", s),
              "execute function common.g~ through orders.f; execute function orders.f; "
              "execute function orders.g~ through orders.f; read common.b(*)~ through orders.g; "
              "read orders.b(*)~ through orders.g; read users.t(*) through orders.g");
}

TEST(reach, means_the_callers_schemas_by_unqualified_names_in_bodies) {
    const auto s =
        knowing({code(function("common", "f"), sql_function("common.f", "DELETE FROM t"))});
    EXPECT_EQ(touches("SELECT common.f()", s),
              "execute function common.f; write common.t~ through common.f; write orders.t~ "
              "through common.f");
    const auto pinned =
        knowing({code(function("common", "f"), "CREATE FUNCTION common.f() RETURNS int LANGUAGE "
                                               "sql SET search_path = users AS 'TABLE t'")});
    EXPECT_EQ(touches("SELECT common.f()", pinned),
              "execute function common.f; read users.t(*)~ through common.f");
}

TEST(reach, knows_what_lent_schemas_do_not_have) {
    auto s = orders_scope();
    s.objects = with_large_stack([] {
        return reach::of(
            {code(function("orders", "f"), "CREATE FUNCTION orders.f() RETURNS int LANGUAGE sql AS "
                                           "'DELETE FROM t; DELETE FROM shared'")},
            "shop", 15, [](std::string_view) { return false; }, {{"common", {"shared"}}});
    });
    EXPECT_EQ(touches("SELECT orders.f()", s),
              "execute function orders.f; write common.shared~ through orders.f; write "
              "orders.shared~ through orders.f; write orders.t~ through orders.f");
    const auto body = [&](const char* text) {
        return touches("CREATE FUNCTION orders.g() RETURNS int LANGUAGE sql AS '" +
                           std::string(text) + "'",
                       s);
    };
    EXPECT_EQ(body("DELETE FROM t"), "define function orders.g; write orders.t~");
    EXPECT_EQ(body("DELETE FROM shared"),
              "define function orders.g; write common.shared~; write orders.shared~");
    EXPECT_EQ(touches("DO $$BEGIN DELETE FROM shared; END$$", s), "write orders.shared~"); // now
}

TEST(reach, leaves_out_what_stays_within_one_schema_unless_several_own_it) {
    const std::vector<catalogue_link> inside{view("orders", "v", "TABLE orders.t")};
    EXPECT_EQ(knowing(inside).objects->size(), 0U);
    EXPECT_EQ(knowing(inside, true).objects->size(), 1U);
    EXPECT_EQ(touches("TABLE orders.v", knowing(inside, true)),
              "read orders.t(*) through orders.v; read orders.v(*)");
}

TEST(reach, is_the_same_when_only_what_stays_within_one_schema_changed) {
    const auto cross = view("orders", "v", "TABLE users.t");
    EXPECT_EQ(*knowing({cross}).objects,
              *knowing({view("orders", "w", "SELECT 1"), cross}).objects);
    EXPECT_FALSE(*knowing({cross}).objects == *knowing({}).objects);
}

TEST(reach, needs_a_facility_for_what_cannot_be_read) {
    const auto s = knowing({code(function("orders", "f"), "CREATE FUNCTION of a newer grammar"),
                            {.what = kind::opaque,
                             .carrier = function("orders", "g"),
                             .on = use::execute,
                             .definition = {},
                             .touches = {},
                             .runs_as = {},
                             .note = "other languages"}});
    EXPECT_EQ(touches("SELECT orders.f()", s),
              "execute function orders.f; execute server \"code that cannot be analysed\" through "
              "orders.f");
    EXPECT_EQ(touches("SELECT orders.g()", s),
              "execute function orders.g; execute server \"other languages\" through orders.g");
}

TEST(reach, of_a_confined_login_is_only_what_runs_with_anothers_rights) {
    auto s = knowing(
        {code(function("orders", "mine"), sql_function("orders.mine", "TABLE users.t")),
         code(function("orders", "theirs"), sql_function("orders.theirs", "TABLE users.t"), "dba"),
         code(function("orders", "calls"),
              sql_function("orders.calls", "SELECT orders.theirs()"))});
    s.confined = true;
    EXPECT_EQ(touches("SELECT orders.mine()", s), "execute function orders.mine");
    EXPECT_EQ(touches("SELECT orders.theirs()", s),
              "execute function orders.theirs; read users.t(*) through orders.theirs");
    EXPECT_EQ(touches("SELECT orders.calls()", s),
              "execute function orders.calls; read users.t(*) through orders.theirs");
    s.backend_login = "dba";
    EXPECT_EQ(touches("SELECT orders.theirs()", s), "execute function orders.theirs");
}

TEST(reach, of_a_cascade_is_what_depends_on_the_dropped) {
    const auto s = knowing({view("billing", "v", "SELECT id FROM orders.t")});
    EXPECT_EQ(touches("DROP TABLE orders.t", s), "define orders.t");
    for (const auto* text :
         {"DROP TABLE orders.t CASCADE", "ALTER TABLE orders.t DROP COLUMN id CASCADE"})
        EXPECT_EQ(touches(text, s), "define billing.v through orders.t; define orders.t");
    EXPECT_EQ(touches("DROP SCHEMA orders CASCADE", s),
              "define billing.v through orders.; define schema orders");
    EXPECT_EQ(touches("DROP TABLE orders.u CASCADE", s), "define orders.u");
}

TEST(reach, of_a_crowd_is_bounded) {
    std::vector<catalogue_link> links;
    for (int i = 0; i < 300; ++i) {
        std::string body;
        for (int j = 0; j < 100; ++j)
            body += "SELECT x FROM users.t" + std::to_string(i) + "_" + std::to_string(j) + ";";
        body += "SELECT orders.f" + std::to_string(i + 1) + "()";
        const auto name = "f" + std::to_string(i);
        links.push_back(code(function("orders", name), sql_function("orders." + name, body)));
    }
    EXPECT_EQ(touches("SELECT orders.f0()", knowing(links)), "! limit");
}

TEST(catalogue, that_is_not_known_denies_what_uses_objects_and_nothing_else) {
    auto s = orders_scope();
    s.needs_objects = true;
    for (const auto* text :
         {"TABLE t", "SELECT f()", "INSERT INTO orders.t VALUES (1)", "CREATE TABLE orders.t ()"})
        EXPECT_EQ(touches(text, s), "! catalogue") << text;
    for (const auto* text : {"SELECT 1, now()", "BEGIN", "SHOW search_path", "SET work_mem = '1MB'",
                             "SELECT relname FROM pg_class", "CREATE SCHEMA orders"})
        EXPECT_NE(touches(text, s), "! catalogue") << text;
}

} // namespace
} // namespace ringfence::sql::test
