// FROM: tables, joins, derived tables, table functions.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/parser_scope.h"

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

namespace {

constexpr auto last = static_cast<std::size_t>(-1);

} // namespace

void parser::table_references() {
    comma_list([&] { table_reference(); });
}

// Joins chain to the left; `a JOIN b JOIN c ON … ON …` leaves the outer ON for later.
void parser::table_reference() {
    const nested deeper(*this);
    const auto begin = names_.at(level_).sources.size();
    table_factor();
    std::size_t without_condition = 0;
    while (!failed()) {
        const bool natural = accept("NATURAL");
        bool left = false;
        bool right = false;
        if (accept("STRAIGHT_JOIN")) {
        } else if (accept("INNER") || accept("CROSS")) {
            expect("JOIN");
        } else if (at_any({"LEFT", "RIGHT", "FULL"}) && (ahead(1, "JOIN") || ahead(1, "OUTER"))) {
            left = at("LEFT");
            right = at("RIGHT");
            advance();
            accept("OUTER");
            expect("JOIN");
        } else if (!accept("JOIN")) {
            if (natural)
                unexpected();
            if (without_condition == 0 || !at_any({"ON", "USING"}))
                return;
        }
        const auto middle = names_.at(level_).sources.size();
        if (!at_any({"ON", "USING"})) {
            table_factor();
            ++without_condition;
        }
        if (natural) // compares whatever columns have the same name
            for (auto i = begin; i < names_.at(level_).sources.size(); ++i)
                names_.require(names_.at(level_).sources[i].use, policy::all_columns);
        if (at("ON") && ahead(1, "DUPLICATE") && ahead(2, "KEY"))
            return; // of an INSERT
        if (accept("ON")) {
            const auto from = at_;
            expression();
            --without_condition;
            const bool at_once = middle < names_.at(level_).sources.size();
            // Of an outer join, it restricts the side that may be missing only.
            if (at_once)
                conditions_.push_back(
                    {level_, from, at_, left ? middle : begin, right ? middle : last});
        } else if (accept("USING")) {
            --without_condition;
            expect('(');
            comma_list([&] {
                const auto column = name();
                for (auto i = begin; i < names_.at(level_).sources.size(); ++i)
                    names_.require(names_.at(level_).sources[i].use, column);
            });
            expect(')');
        }
    }
}

void parser::table_factor() {
    if (at('(')) {
        if (query_ahead(true))
            return derived_table(false);
        advance();
        const nested deeper(*this);
        table_references();
        return expect(')');
    }
    if (at("LATERAL") && ahead(1, '(')) {
        advance();
        return derived_table(true);
    }
    if (at("JSON_TABLE") && ahead(1, '(')) {
        advance();
        return json_table();
    }
    if (accept('{')) { // ODBC: { OJ … }
        (void)name();
        table_reference();
        return expect('}');
    }
    plain_table();
}

void parser::add_source(std::string_view name, std::size_t use) {
    names_.at(level_).sources.push_back({.name = name, .use = use});
}

source& parser::newest_source() {
    return names_.at(level_).sources.back();
}

// Empty: none.
std::string_view parser::table_alias() {
    if (accept("AS") || accept('=')) {
        if (peek().kind == token_kind::string && accept_string())
            return {};
        return name();
    }
    if (at_name() && !at("WINDOW") && !(at("FOR") || at("LIMIT")))
        return name();
    return {};
}

void parser::plain_table() {
    const auto n = qualified_name();
    if (failed())
        return;
    const auto first_use = is_cte(n) ? 0 : names_.uses(); // of a WITH: all that it may have read
    add_source(n.name, is_cte(n) ? no_use : use_table(action::read, n));
    partition_list();
    bool other_time = system_time();
    index_hints();
    if (const auto alias = table_alias(); !alias.empty())
        newest_source().name = alias;
    if (at('(') && newest_source().use == no_use)
        skip_name_list(); // of a WITH name
    other_time = system_time() || other_time;
    if (other_time)
        names_.require_everything(first_use);
    index_hints();
    if (accept("TABLESAMPLE")) {
        (void)name();
        expect('(');
        expression();
        expect(')');
    }
}

void parser::partition_list() {
    if (at("PARTITION") && ahead(1, '(')) {
        advance();
        skip_name_list();
    }
}

// What rows were reads hidden columns, which say when, and what nobody sees any more.
bool parser::system_time() {
    if (!accept("FOR", "SYSTEM_TIME"))
        return false;
    const auto point = [&] {
        if (!accept("TRANSACTION"))
            accept("TIMESTAMP");
        sum();
    };
    if (accept("ALL"))
        return true;
    if (accept("AS")) {
        expect("OF");
        return point(), true;
    }
    if (accept("BETWEEN")) {
        point();
        expect("AND");
    } else {
        expect("FROM");
        point();
        expect("TO");
    }
    point();
    return true;
}

void parser::index_hints() {
    while (at_any({"USE", "FORCE", "IGNORE"}) && (ahead(1, "INDEX") || ahead(1, "KEY"))) {
        at_ += 2;
        if (accept("FOR") && !accept("JOIN")) {
            if (!accept("ORDER"))
                expect("GROUP");
            expect("BY");
        }
        expect('(');
        while (!at(')') && !failed()) {
            if (!accept("PRIMARY"))
                (void)name();
            accept(',');
        }
        expect(')');
    }
}

// Only a lateral one sees the tables before it.
void parser::derived_table(bool lateral) {
    const auto first_use = names_.uses();
    {
        const query_scope keep(*this);
        if (!lateral)
            level_ = names_.at(level_).parent;
        subquery();
    }
    if (system_time())
        names_.require_everything(first_use);
    add_source(table_alias());
    if (at('('))
        skip_name_list();
}

// JSON_TABLE( document, path COLUMNS (…) ) alias
void parser::json_table() {
    expect('(');
    expression();
    expect(',');
    expression();
    json_columns();
    expect(')');
    add_source(table_alias());
}

void parser::json_columns() {
    const nested deeper(*this);
    expect("COLUMNS");
    expect('(');
    comma_list([&] {
        if (accept("NESTED")) {
            accept("PATH");
            operand();
            return json_columns();
        }
        (void)name();
        if (accept("FOR")) {
            expect("ORDINALITY");
            return;
        }
        data_type();
        accept("EXISTS");
        expect("PATH");
        operand();
        while (at_any({"NULL", "ERROR", "DEFAULT"})) {
            if (accept("DEFAULT")) {
                operand();
            } else {
                advance();
            }
            expect("ON");
            if (!accept("EMPTY"))
                expect("ERROR");
        }
    });
    expect(')');
}

} // namespace ringfence::sql::mysql
