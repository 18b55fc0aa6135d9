// SELECT, VALUES, TABLE, WITH, and what combines them.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

// Also WITH … UPDATE and WITH … DELETE.
void parser::select_statement() {
    const query_scope keep(*this);
    if (at("WITH"))
        with_clause();
    if (at("UPDATE"))
        return update_statement();
    if (at("DELETE"))
        return delete_statement();
    query_expression();
}

int parser::query_expression() {
    const nested deeper(*this);
    const query_scope keep(*this);
    if (at("WITH"))
        with_clause();
    bool combined = false;
    const int first = query_body(combined);
    // Behind a UNION, ORDER BY sees the columns of the result only.
    if (!failed())
        query_tail(combined || first == no_level ? names_.add_level(level_) : first);
    return first;
}

void parser::with_clause() {
    expect("WITH");
    const bool recursive = accept("RECURSIVE");
    comma_list([&] {
        cte c{.name = name(), .outer = cte_};
        if (at('('))
            skip_name_list();
        expect("AS");
        const int outside = cte_;
        if (recursive) {
            ctes_.push_back(c);
            cte_ = static_cast<int>(ctes_.size()) - 1;
        }
        const int mine = cte_;
        subquery(); // may refer to columns of the queries around this one
        cte_ = mine;
        if (!recursive) {
            ctes_.push_back({.name = c.name, .outer = outside});
            cte_ = static_cast<int>(ctes_.size()) - 1;
        }
        if (accept("CYCLE")) {
            comma_list([&] { (void)name(); });
            expect("RESTRICT");
        }
    });
}

// The level of the first query; no_level if it has none.
int parser::query_body(bool& combined) {
    const int first = query_primary();
    while (accept_any({"UNION", "EXCEPT", "INTERSECT", "MINUS"})) {
        combined = true;
        if (!accept("ALL"))
            accept("DISTINCT");
        (void)query_primary();
    }
    return first;
}

int parser::query_primary() {
    if (accept('(')) {
        const int inner = query_expression();
        expect(')');
        return inner;
    }
    if (accept("VALUES")) {
        comma_list([&] {
            accept("ROW");
            row_list();
        });
        return no_level;
    }
    if (accept("TABLE")) {
        const query_scope keep(*this);
        const int mine = level_ = names_.add_level(level_);
        plain_table();
        names_.add_reference(mine, {{}, {}, policy::all_columns});
        restrict_metadata(mine);
        return mine;
    }
    if (at("SELECT"))
        return select_core();
    unexpected();
    return no_level;
}

// ( expression | DEFAULT, … )
void parser::row_list() {
    expect('(');
    if (accept(')'))
        return;
    comma_list([&] {
        if (at("DEFAULT") && !ahead(1, '('))
            advance();
        else if (!accept("IGNORE"))
            expression();
    });
    expect(')');
}

int parser::select_core() {
    const query_scope keep(*this);
    expect("SELECT");
    const int mine = level_ = names_.add_level(level_);
    while (accept_any({"ALL", "DISTINCT", "DISTINCTROW", "HIGH_PRIORITY", "STRAIGHT_JOIN",
                       "SQL_SMALL_RESULT", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT",
                       "SQL_CALC_FOUND_ROWS"}) ||
           (!ahead(1, ',') && !ahead(1, "FROM") && accept_any({"SQL_CACHE", "SQL_NO_CACHE"}))) {
    }
    comma_list([&] { select_item(mine); });
    into_clause();
    if (accept("FROM")) {
        if (!accept("DUAL"))
            table_references();
    }
    if (accept("WHERE")) {
        const auto begin = at_;
        expression();
        conditions_.push_back({mine, begin, at_, 0, static_cast<std::size_t>(-1)});
    }
    restrict_metadata(mine);
    if (accept("GROUP", "BY")) {
        comma_list([&] {
            expression();
            if (!accept("ASC"))
                accept("DESC");
        });
        accept("WITH", "ROLLUP");
    }
    if (accept("HAVING"))
        expression();
    if (at("WINDOW") && at_name(1)) {
        advance();
        comma_list([&] {
            (void)name();
            expect("AS");
            window_specification();
        });
    }
    if (at("QUALIFY") && is_reserved(word("QUALIFY").id(), scope_.flavour, version_)) {
        advance();
        expression();
    }
    return mine;
}

void parser::select_item(int level) {
    if (accept('*')) {
        names_.add_reference(level, {{}, {}, policy::all_columns});
        return;
    }
    expression();
    if (accept("AS")) {
        if (peek().kind == token_kind::string)
            (void)accept_string();
        else
            names_.at(level).outputs.push_back(name());
        return;
    }
    if (peek().kind == token_kind::string)
        (void)accept_string();
    else if (at_name())
        names_.at(level).outputs.push_back(name());
}

// ORDER BY, LIMIT, locks and INTO, in the orders that the servers take.
void parser::query_tail(int level) {
    const query_scope keep(*this);
    level_ = level;
    for (auto before = at_; !failed(); before = at_) {
        if (at("ORDER"))
            order_by(true);
        if (at_any({"LIMIT", "OFFSET"}) || (at("FETCH") && (ahead(1, "FIRST") || ahead(1, "NEXT"))))
            limit_clause();
        procedure_analyse();
        locking_clause(level);
        into_clause();
        if (at_ == before)
            return;
    }
}

// PROCEDURE ANALYSE(…), which says what types would do for the columns of the result
void parser::procedure_analyse() {
    if (!accept("PROCEDURE"))
        return;
    if (!equal_ignoring_case(name(), "analyse"))
        return unexpected();
    expect('(');
    if (!at(')'))
        expression_list();
    expect(')');
}

// A bare name in ORDER BY of a query is a column of the result, if the result has one of this name;
// of a window or an aggregate it is a column of a table.
void parser::order_by(bool of_query) {
    expect("ORDER");
    expect("BY");
    comma_list([&] {
        static const std::vector<std::string_view> none;
        const auto& outputs = of_query ? names_.at(level_).outputs : none;
        const auto& behind = peek(1);
        const bool bare = at_name() && (behind.kind == token_kind::end || ahead(1, ',') ||
                                        ahead(1, ')') || ahead(1, ';') || ahead(1, "ASC") ||
                                        ahead(1, "DESC") || ahead(1, "LIMIT"));
        if (bare && !outputs.empty()) {
            const auto wanted = name_in(peek());
            if (std::any_of(outputs.begin(), outputs.end(),
                            [&](std::string_view o) { return equal_ignoring_case(o, wanted); }))
                advance();
            else
                expression();
        } else {
            expression();
        }
        if (!accept("ASC"))
            accept("DESC");
    });
    accept("WITH", "ROLLUP");
}

void parser::limit_clause() {
    const auto row_or_rows = [&] { return accept_any({"ROW", "ROWS"}); };
    if (accept("LIMIT")) {
        if (accept("ROWS", "EXAMINED"))
            return expression();
        expression();
        if (accept(',') || accept("OFFSET"))
            expression();
        if (accept("ROWS", "EXAMINED"))
            expression();
        return;
    }
    if (accept("OFFSET")) {
        expression();
        row_or_rows();
    }
    if (accept("FETCH")) {
        if (!accept("FIRST"))
            expect("NEXT");
        if (!row_or_rows()) {
            expression();
            row_or_rows();
        }
        if (!accept("ONLY")) {
            expect("WITH");
            expect("TIES");
        }
    }
}

void parser::into_clause() {
    if (!at("INTO") || failed())
        return;
    advance();
    only_data_ = false;
    if (accept_any({"OUTFILE", "DUMPFILE"})) {
        facility("files");
        if (!accept_string())
            unexpected();
        if (accept("CHARACTER", "SET") || accept("CHARSET"))
            character_set();
        while (accept_any({"FIELDS", "COLUMNS", "LINES", "TERMINATED", "OPTIONALLY", "ENCLOSED",
                           "ESCAPED", "STARTING", "BY"}) ||
               accept_string()) {
        }
        return;
    }
    comma_list([&] {
        if (peek().kind == token_kind::user_variable) {
            advance();
            return;
        }
        const auto into = name();
        if (!in_program_ || !is_local(into))
            fail(problem::syntax, "INTO a variable that is not declared");
        if (accept('.'))
            (void)name();
    });
}

// FOR UPDATE keeps others from changing rows, as a change does.
void parser::locking_clause(int level) {
    while (!failed()) {
        if (accept("LOCK")) {
            expect("IN");
            expect("SHARE");
            expect("MODE");
        } else if (at("FOR") && (ahead(1, "UPDATE") || ahead(1, "SHARE"))) {
            advance();
            const bool update = accept("UPDATE");
            if (!update)
                advance();
            if (accept("OF")) {
                comma_list([&] {
                    auto of = qualified_name();
                    if (update)
                        names_.write_all(level, of.name);
                });
            } else if (update) {
                const auto count = names_.at(level).sources.size();
                for (std::size_t i = 0; i < count; ++i)
                    names_.write_all(level, names_.at(level).sources[i].name);
            }
        } else {
            return;
        }
        if (accept("SKIP"))
            expect("LOCKED");
        else if (accept("WAIT"))
            (void)accept_number();
        else
            accept("NOWAIT");
    }
}

// (…) or a name
void parser::window_specification() {
    if (!accept('(')) {
        (void)name();
        return;
    }
    if (at_name() && !at_any({"PARTITION", "ORDER", "ROWS", "RANGE", "GROUPS"}))
        (void)name();
    if (accept("PARTITION", "BY"))
        expression_list();
    if (at("ORDER"))
        order_by();
    if (accept_any({"ROWS", "RANGE", "GROUPS"})) {
        const auto bound = [&] {
            if (accept("CURRENT"))
                return expect("ROW");
            if (!accept("UNBOUNDED"))
                expression();
            if (!accept("PRECEDING"))
                expect("FOLLOWING");
        };
        if (accept("BETWEEN")) {
            bound();
            expect("AND");
        }
        bound();
        if (accept("EXCLUDE") && !accept("NO", "OTHERS") && !accept("CURRENT", "ROW") &&
            !accept("GROUP"))
            expect("TIES");
    }
    expect(')');
}

// Where each parenthesis closes; computed when it is first asked for.
std::size_t parser::closing(std::size_t open) const {
    if (closings_.empty()) {
        closings_.assign(lexed_.tokens.size(), lexed_.tokens.size() - 1);
        std::vector<std::size_t> opened;
        for (std::size_t i = 0; i < lexed_.tokens.size(); ++i) {
            const auto& t = lexed_.tokens[i];
            if (t.kind != token_kind::symbol)
                continue;
            if (t.what == '(') {
                opened.push_back(i);
            } else if (t.what == ')' && !opened.empty()) {
                closings_[opened.back()] = i;
                opened.pop_back();
            }
        }
    }
    return closings_[open];
}

// What stands in the parentheses here is a query, and not an expression or a join that begins with
// one: behind each inner pair, only what goes on with a query may stand.
bool parser::query_ahead(bool in_from) const {
    static constexpr word goes_on[] = {"UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER",
                                       "LIMIT", "OFFSET", "FETCH",     "FOR",   "LOCK"};
    const auto query_goes_on = [&](std::size_t behind) {
        return std::any_of(std::begin(goes_on), std::end(goes_on),
                           [&](word w) { return ahead(behind, w); });
    };
    constexpr std::size_t more = 0;
    std::size_t inner = more;
    while (ahead(inner, '('))
        ++inner;
    // VALUES may be the function of this name, too, but not in front of two values.
    const auto row_or_function = [&] {
        const auto behind = closing(at_ + inner + 1) + 1 - at_;
        return in_from || ahead(behind, ',') || query_goes_on(behind);
    };
    const bool rows = ahead(inner, "VALUES") && ahead(inner + 1, '(') && row_or_function();
    if (inner == more ||
        !(ahead(inner, "SELECT") || ahead(inner, "WITH") || ahead(inner, "TABLE") || rows))
        return false;
    for (auto open = inner - 1; open > more; --open) {
        const auto behind = closing(at_ + open) + 1 - at_;
        if (!ahead(behind, ')') && !query_goes_on(behind))
            return false;
    }
    return true;
}

void parser::subquery() {
    const nested deeper(*this);
    expect('(');
    query_expression();
    expect(')');
}

} // namespace ringfence::sql::mysql
