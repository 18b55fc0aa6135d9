// No kind of node and no kind of statement is without a rule; and what is refused is refused
// cleanly.
#include "policy/sql/postgresql/node_kinds.h"
#include "policy/sql/postgresql/parse.h"
#include "policy/sql/postgresql/statements.h"
#include "policy/sql/postgresql/walker.h"
#include "tests/unit/policy/sql/conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

using namespace postgresql;

std::vector<const ProtobufCMessageDescriptor*> members_of_node() {
    std::vector<const ProtobufCMessageDescriptor*> kinds;
    const auto& node_kind = pg_query__node__descriptor;
    for (const auto& field : std::span(node_kind.fields, node_kind.n_fields))
        kinds.push_back(static_cast<const ProtobufCMessageDescriptor*>(field.descriptor));
    return kinds;
}

TEST(Completeness, EveryStatementKindOfTheParserHasARow) {
    unsigned statements = 0;
    for (const auto* kind : members_of_node()) {
        const auto name = kind_of(*kind);
        if (!name.ends_with("Stmt") || name == "RawStmt")
            continue;
        ++statements;
        const auto* row = find_statement(name);
        ASSERT_NE(row, nullptr) << name << " has no row in statements.cpp";
        if (row->what == statement_class::denied || row->what == statement_class::facility)
            EXPECT_FALSE(row->text.empty()) << name;
        else
            EXPECT_TRUE(walker::has_handler(*kind)) << name;
    }
    EXPECT_GT(statements, 110U);
}

TEST(Completeness, EveryNodeKindOfTheParserIsOnAList) {
    const auto later = later_node_kinds();
    for (const auto* kind : members_of_node()) {
        const auto name = kind_of(*kind);
        const bool known = is_raw_node(*kind) || find_statement(name) != nullptr ||
                           std::find(later.begin(), later.end(), name) != later.end();
        EXPECT_TRUE(known) << name << " is on no list of node_kinds.cpp";
    }
    EXPECT_TRUE(std::is_sorted(raw_node_kinds().begin(), raw_node_kinds().end()));
}

TEST(Errors, QuoteNothingOfTheStatement) {
    for (const auto* text : {"SELECT 'secret' 'x", "SELECT a FROM secret WHERE x = 'secret' secret",
                             "SELECT 1 'secret'", "SELECT E'\\u00secret'", "SELEC \"secret",
                             "SELECT '1secret'::int secret 2"}) {
        const auto f = analyse(text);
        EXPECT_FALSE(f.analysed()) << text;
        EXPECT_EQ(f.trouble_text.find("secret"), std::string::npos) << f.trouble_text;
        EXPECT_FALSE(f.trouble_text.empty());
        EXPECT_TRUE(f.touches.empty());
    }
    EXPECT_EQ(clean_parser_message("syntax error at or near \"x\""), "syntax error");
    EXPECT_EQ(clean_parser_message(std::string(1000, 'a')).size(), 160U);
}

TEST(Limits, HoldForTreesAndReferences) {
    limits few;
    few.max_nodes = 50;
    std::string wide = "SELECT 1";
    for (int i = 0; i < 100; ++i)
        wide += ", 1";
    EXPECT_EQ(show(analyse(wide, orders_scope(), few)), "! limit");
    EXPECT_EQ(touches("SELECT " + std::string(5000, '(') + "1" + std::string(5000, ')')),
              "! limit");
    std::string chain = "SELECT 1";
    for (int i = 0; i < 5000; ++i)
        chain += "+1";
    EXPECT_EQ(touches(chain), "! limit");
    // References times tables: 2000 tables, 40000 columns.
    std::string product = "SELECT a";
    for (int i = 0; i < 40000; ++i)
        product += ",a" + std::to_string(i);
    product += " FROM t";
    for (int i = 0; i < 2000; ++i)
        product += ",t" + std::to_string(i);
    EXPECT_EQ(touches(product), "! limit");
}

TEST(Limits, DeepButAllowedTextsAreAnalysed) {
    std::string text = "SELECT id FROM users.t WHERE ";
    for (int i = 0; i < 400; ++i)
        text += "(a = 1 OR ";
    text += "b = 2" + std::string(400, ')');
    EXPECT_EQ(touches(text), "read users.t(a,b,id)");
}

} // namespace
} // namespace ringfence::sql::test
