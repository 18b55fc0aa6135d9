// One line of the audit log: every field, and no literal in any of them.
#include "../../policy/shop.h"

#include "proxy/observe/audit.h"
#include "proxy/observe/digest.h"
#include "proxy/observe/time_text.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace ringfence::observe {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;
using policy::action;
using policy::object_kind;
using policy::test::shop;
using policy::test::table;
using policy::test::thing;
using policy::test::today;
using testing::HasSubstr;
using testing::Not;

const auto noon = std::chrono::system_clock::time_point(today) + 12h + 34min + 56s + 789ms;

struct decided {
    policy::snapshot_ptr policies = shop();
    const policy::service& who = *policies->find_service("order-service");
    policy::decision decision;
    policy::mode mode = policy::mode::enforce;
    std::string statement;
    bool caught_by_server = false;
    policy::problem trouble = policy::problem::none;

    explicit decided(policy::touch t) {
        decision = policy::test::ask(policies, who.name, std::move(t));
    }
    [[nodiscard]] session::decided_statement value() const {
        return {who,      "login orders", "10.0.0.7:51234", "shop-pg",        "shop",
                decision, mode,           statement,        caught_by_server, trouble};
    }
    [[nodiscard]] json line() const {
        auto e = make_event(value(), noon);
        e.statement = statement;
        return json::parse(audit_line(e));
    }
};

json with_statement(std::string_view statement) {
    audit_event e;
    e.when = noon;
    e.service = "order-service";
    e.statement = statement;
    const std::string line = audit_line(e);
    EXPECT_TRUE(json::accept(line)) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    return json::parse(line);
}

TEST(audit_line, a_violation_with_every_field) {
    decided d(table(action::read, "users", "accounts"));
    d.statement = "SELECT email FROM users.accounts WHERE id = 42 AND name = 'Alice'";
    const std::string redacted = "SELECT email FROM users.accounts WHERE id = ? AND name = ?";
    EXPECT_EQ(d.line(), (json{{"time", "2026-11-21T12:34:56.789Z"},
                              {"event", "violation"},
                              {"service", "order-service"},
                              {"identity", "login orders"},
                              {"peer", "10.0.0.7:51234"},
                              {"server", "shop-pg"},
                              {"database", "shop"},
                              {"schema", "users"},
                              {"objects", {"users.accounts"}},
                              {"action", "read"},
                              {"reason", "foreign"},
                              {"owner", "user-service"},
                              {"rule", d.decision.rule},
                              {"message", "order-service may not read users.accounts"},
                              {"mode", "enforce"},
                              {"caught_by", "analysis"},
                              {"statement", redacted},
                              {"fingerprint", short_digest(redacted)}}));
    EXPECT_FALSE(d.decision.rule.empty());
}

TEST(audit_line, an_allowed_statement_is_an_event_of_its_own) {
    decided d(table(action::read, "orders", "orders"));
    ASSERT_TRUE(d.decision.allowed());
    d.statement = "SELECT 1 FROM orders.orders";
    const auto line = d.line();
    EXPECT_EQ(line["event"], "statement");
    EXPECT_EQ(line["reason"], "owned");
    EXPECT_EQ(line["objects"], json::array());
    EXPECT_EQ(line["message"], "");
    EXPECT_EQ(line["owner"], "order-service");
    EXPECT_FALSE(line.contains("problem"));
    EXPECT_EQ(line["statement"], "SELECT ? FROM orders.orders");
}

TEST(audit_line, observe_mode_and_the_server_as_catcher) {
    decided d(table(action::write, "users", "accounts"));
    d.mode = policy::mode::observe;
    EXPECT_EQ(d.line()["mode"], "observe");
    EXPECT_EQ(d.line()["event"], "violation");
    EXPECT_EQ(d.line()["caught_by"], "analysis");
    d.caught_by_server = true;
    const auto line = d.line();
    EXPECT_EQ(line["caught_by"], "server");
    EXPECT_FALSE(line.contains("statement")); // it had none
    EXPECT_FALSE(line.contains("fingerprint"));
}

TEST(audit_line, a_statement_that_was_not_analysed_says_why) {
    decided d(table(action::read, "users", "accounts"));
    d.decision = {};
    d.decision.why = policy::reason::not_analysed;
    d.trouble = policy::problem::syntax;
    const auto line = d.line();
    EXPECT_EQ(line["reason"], "not_analysed");
    EXPECT_EQ(line["problem"], "syntax");
    EXPECT_EQ(line["action"], "");
    EXPECT_EQ(line["schema"], "");
    EXPECT_EQ(line["objects"], json::array());
}

TEST(audit_line, objects_of_every_kind) {
    const auto object = [](policy::touch t) {
        policy::touch copy = t;
        decided d(table(action::read, "users", "accounts"));
        d.decision.offending = std::move(copy);
        return d.line()["objects"].at(0).get<std::string>();
    };
    EXPECT_EQ(object(thing(action::read, object_kind::server, "", "", "files")), "files");
    EXPECT_EQ(object(thing(action::define, object_kind::database, "shop", "")), "shop");
    EXPECT_EQ(object(thing(action::define, object_kind::schema, "shop", "users")), "users");
    EXPECT_EQ(object(thing(action::execute, object_kind::function, "shop", "users", "f")),
              "users.f");
    EXPECT_EQ(object(thing(action::reference, object_kind::type, "shop", "users", "t")), "users.t");
    EXPECT_EQ(object(table(action::read, "", "accounts", {"*"}, "users")), "users.accounts");
}

TEST(audit_line, no_literal_of_any_kind) {
    for (const auto* statement :
         {"SELECT 'sekret'", "SELECT E'se\\'sekret'", "SELECT $$sekret$$", "SELECT $q$ sekret $q$",
          "SELECT U&'sekret'", "SELECT B'1' , 'sekret''sekret'", "SELECT 'sekret",
          "SELECT $$sekret", "SELECT E'sekret\\", "SELECT $1::text, 'sekret' -- ' \n 'sekret'",
          "/* ' */ SELECT 'sekret'", "-- sekret\nSELECT 1", "SELECT 1 /* sekret */",
          "SELECT 1 /* sekret", "COPY t FROM 'sekret'", "ALTER ROLE a PASSWORD 'sekret'",
          "SELECT 'a'\n'sekret'"})
        EXPECT_THAT(with_statement(statement).dump(), Not(HasSubstr("sekret"))) << statement;
    EXPECT_THAT(with_statement("SELECT 4711, 47.11e3, .4711, 0x4711").dump(), Not(HasSubstr("47")));
}

TEST(audit_line, bytes_that_are_no_utf8) {
    for (const auto* statement :
         {"SELECT '\xff\xfe' FROM t", "SELECT \"\xc3\x28\" FROM t", "SELECT \xed\xa0\x80 FROM t",
          "\x80\x81\x82", "SELECT \"a\xe2\x82", "\xc3"})
        EXPECT_TRUE(with_statement(statement).contains("statement"));
    audit_event e;
    e.when = noon;
    e.service = e.identity = e.peer = e.server = e.database = e.schema = e.object = e.owner =
        e.rule = e.message = "a\xff\n\x1b[31m\xe2\x80\xae";
    const auto text = audit_line(e);
    ASSERT_TRUE(json::accept(text)) << text;
    const auto line = json::parse(text);
    for (const auto& [key, value] : line.items())
        if (value.is_string()) {
            EXPECT_THAT(value.get<std::string>(), Not(HasSubstr("\x1b"))) << key;
            EXPECT_THAT(value.get<std::string>(), Not(HasSubstr("\xe2\x80\xae"))) << key;
        }
}

TEST(audit_line, names_and_statements_are_cut) {
    audit_event e;
    e.when = noon;
    e.peer = e.database = std::string(10'000, 'n');
    e.object = std::string(10'000, 'o');
    e.message = e.rule = std::string(10'000, 'm');
    e.statement = "SELECT " + std::string(100'000, 'x');
    const auto text = audit_line(e);
    EXPECT_LT(text.size(), 5000U);
    EXPECT_LE(json::parse(text)["statement"].get<std::string>().size(), 2048U + 8);
}

TEST(audit_line, alike_but_for_literals_have_one_fingerprint) {
    const auto print = [](const char* text) {
        return with_statement(text)["fingerprint"].get<std::string>();
    };
    EXPECT_EQ(print("SELECT a FROM t WHERE b = 1"), print("SELECT a FROM t WHERE b = 'x'"));
    EXPECT_NE(print("SELECT a FROM t WHERE b = 1"), print("SELECT a FROM u WHERE b = 1"));
}

TEST(digest, is_the_beginning_of_sha256) {
    EXPECT_EQ(short_digest(""), "e3b0c44298fc1c14");
    EXPECT_EQ(short_digest("abc"), "ba7816bf8f01cfea");
}

TEST(time_text, is_utc_with_milliseconds) {
    EXPECT_EQ(rfc3339({}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(rfc3339(std::chrono::system_clock::time_point(-1ms)), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(rfc3339(noon), "2026-11-21T12:34:56.789Z");
}

} // namespace
} // namespace ringfence::observe
