// The cursor over the tokens, and the dispatch of statements.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::problem;

struct parser::dispatch {
    struct entry {
        std::string_view kind;
        handler run;
    };
    static const entry table[];
    [[nodiscard]] static handler find(std::string_view kind);
};

const parser::dispatch::entry parser::dispatch::table[] = {
    {"(", &parser::select_statement},
    {"ALTER", &parser::alter_statement},
    {"ALTER DATABASE", &parser::alter_database},
    {"ALTER EVENT", &parser::alter_event},
    {"ALTER FUNCTION", &parser::alter_routine},
    {"ALTER PROCEDURE", &parser::alter_routine},
    {"ALTER SCHEMA", &parser::alter_database},
    {"ALTER SEQUENCE", &parser::create_sequence},
    {"ALTER TABLE", &parser::alter_table},
    {"ALTER VIEW", &parser::create_view},
    {"ANALYZE", &parser::analyze_statement},
    {"BEGIN", &parser::begin_statement},
    {"CALL", &parser::call_statement},
    {"CHECK", &parser::table_maintenance},
    {"CHECKSUM", &parser::table_maintenance},
    {"COMMIT", &parser::transaction},
    {"CREATE", &parser::create_statement},
    {"CREATE DATABASE", &parser::create_database},
    {"CREATE EVENT", &parser::create_event},
    {"CREATE FUNCTION", &parser::create_function},
    {"CREATE INDEX", &parser::create_index},
    {"CREATE PROCEDURE", &parser::create_procedure},
    {"CREATE SCHEMA", &parser::create_database},
    {"CREATE SEQUENCE", &parser::create_sequence},
    {"CREATE TABLE", &parser::create_table},
    {"CREATE TRIGGER", &parser::create_trigger},
    {"CREATE VIEW", &parser::create_view},
    {"DEALLOCATE", &parser::deallocate_statement},
    {"DELETE", &parser::delete_statement},
    {"DESC", &parser::describe_statement},
    {"DESCRIBE", &parser::describe_statement},
    {"DO", &parser::do_statement},
    {"DROP", &parser::drop_statement},
    {"EXECUTE", &parser::execute_statement},
    {"EXPLAIN", &parser::describe_statement},
    {"GET", &parser::diagnostics},
    {"HANDLER", &parser::handler_statement},
    {"HELP", &parser::help_statement},
    {"INSERT", &parser::insert_statement},
    {"KILL", &parser::kill_statement},
    {"LOAD", &parser::load_statement},
    {"LOCK", &parser::lock_tables},
    {"OPTIMIZE", &parser::table_maintenance},
    {"PREPARE", &parser::prepare_statement},
    {"RELEASE", &parser::savepoint},
    {"RENAME", &parser::rename_statement},
    {"REPAIR", &parser::table_maintenance},
    {"REPLACE", &parser::replace_statement},
    {"RESIGNAL", &parser::signal_statement},
    {"ROLLBACK", &parser::transaction},
    {"SAVEPOINT", &parser::savepoint},
    {"SELECT", &parser::select_statement},
    {"SET", &parser::set_statement},
    {"SHOW", &parser::show_statement},
    {"SIGNAL", &parser::signal_statement},
    {"START", &parser::start_transaction},
    {"TABLE", &parser::select_statement},
    {"TRUNCATE", &parser::truncate_statement},
    {"UNLOCK", &parser::unlock_tables},
    {"UPDATE", &parser::update_statement},
    {"USE", &parser::use_statement},
    {"VALUES", &parser::select_statement},
    {"WITH", &parser::select_statement},
};

parser::handler parser::dispatch::find(std::string_view kind) {
    const auto* found =
        std::lower_bound(std::begin(table), std::end(table), kind,
                         [](const entry& e, std::string_view k) { return e.kind < k; });
    return found != std::end(table) && found->kind == kind ? found->run : nullptr;
}

bool parser::has_handler(std::string_view kind) {
    return dispatch::find(kind) != nullptr;
}

parser::parser(std::string_view text, const lexed& tokens, const mysql_scope& s, const limits& caps,
               unsigned version, unsigned depth)
    : scope_(s), limits_(caps), text_(text), lexed_(tokens), version_(version),
      depth_of_texts_(depth), tokens_(tokens.tokens.data()), last_(tokens.tokens.size() - 1),
      current_(s.schema) {}

policy::footprint parser::run() {
    while (!failed()) {
        while (at(';')) {
            if (peek().in_comment)
                fail(problem::syntax, "a statement that ends inside an executable comment");
            advance();
        }
        if (at_end())
            break;
        ++result_.statements;
        statement();
        finish_statement();
        if (!failed() && !at(';') && !at_end())
            unexpected();
    }
    result_.literals_immaterial = !failed() && only_data_ && !literal_mattered_;
    return std::move(result_);
}

void parser::finish_statement() {
    if (!names_.finish(result_.touches))
        fail(problem::limit, "too much work to resolve its names");
    if (!metadata_.empty()) // nobody asked which of its rows
        facility("information_schema of others");
    metadata_.clear();
    conditions_.clear();
    ctes_.clear();
    cte_ = -1;
    level_ = no_level;
}

void parser::statement() {
    if (mode_unknown_)
        return fail(problem::unsafe_setting,
                    "a statement behind one that sets sql_mode or the character set");
    const auto& t = peek();
    if (t.kind == token_kind::word && t.what != 0)
        return dispatch_on("");
    if (at('('))
        return select_statement();
    unexpected();
}

void parser::dispatch_on(std::string_view prefix) {
    const auto& t = peek();
    if (t.kind != token_kind::word || t.what == 0)
        return unexpected();
    std::string kind(prefix);
    if (!kind.empty())
        kind += ' ';
    kind += text_of(t.what);
    const auto* rule = find_statement(kind);
    if (rule == nullptr)
        return fail(problem::statement_kind, "a kind of statement that is not known");
    if (rule->what != statement_class::data)
        only_data_ = false;
    switch (rule->what) {
    case statement_class::denied:
        return fail(problem::statement_kind, rule->text);
    case statement_class::facility:
        facility(rule->text);
        while (!at(';') && !at_end())
            advance();
        return;
    case statement_class::data:
    case statement_class::analysed:
        break;
    }
    const auto run = dispatch::find(kind);
    if (run == nullptr)
        return fail(problem::internal_error, "a kind of statement without a handler");
    (this->*run)();
}

bool parser::at_name(std::size_t more) const {
    const auto& t = peek(more);
    return t.kind == token_kind::name || t.kind == token_kind::quoted_name ||
           (t.kind == token_kind::word && !is_reserved(t.what, scope_.flavour, version_));
}

void parser::expect(word w) {
    if (!accept(w))
        unexpected();
}
void parser::expect(char c) {
    if (!accept(c))
        unexpected();
}

void parser::expect_assignment() {
    if (peek().kind == token_kind::symbol && peek().what == symbol::assign)
        advance();
    else
        expect('=');
}

bool parser::accept_string() {
    bool found = false;
    while (peek().kind == token_kind::string) { // adjacent ones are one
        advance();
        found = true;
    }
    return found;
}

bool parser::accept_number() {
    const bool sign = (at('-') || at('+')) && peek(1).kind == token_kind::number;
    if (!sign && peek().kind != token_kind::number)
        return false;
    at_ += sign ? 2 : 1;
    return true;
}

// Every token that is looked at from now on is the end, so that all loops do.
void parser::fail(problem what, std::string_view why) {
    if (failed())
        return;
    if (what == problem::syntax)
        result_.trouble_at = peek().begin + 1;
    result_.trouble = what;
    result_.trouble_text = why;
    tokens_ += last_;
    last_ = 0;
}

void parser::unexpected() {
    fail(problem::syntax,
         at_end() ? "it ends too early" : "it has a word or sign at a place where none is known");
}

std::string_view parser::name() {
    if (!at_name()) {
        unexpected();
        return {};
    }
    const auto text = name_in(peek());
    advance();
    return text;
}

std::string_view parser::name_in(const token& t) {
    const auto whole = raw(t);
    if (t.kind != token_kind::quoted_name)
        return whole;
    const auto inside = whole.substr(1, whole.size() - 2);
    if (inside.find(whole.front()) == std::string_view::npos)
        return inside;
    return unquoted_.emplace_front(name_of(text_, t));
}

written_name parser::qualified_name() {
    written_name n;
    if (accept('.')) { // as ODBC writes it: the current schema's
        n.name = name();
        return n;
    }
    n.name = name();
    if (accept('.')) {
        n.schema = n.name;
        n.name = name();
    }
    return n;
}

void parser::skip_name_list() {
    expect('(');
    if (accept(')'))
        return;
    comma_list([&] { (void)name(); });
    expect(')');
}

void parser::skip_parenthesised_literals() {
    if (!accept('('))
        return;
    comma_list([&] {
        if (!accept_number() && !accept_string() && !at_name())
            unexpected();
        else if (at_name())
            (void)name();
    });
    expect(')');
}

// user, 'user', user@host, CURRENT_USER, CURRENT_USER()
void parser::account() {
    if (accept_any({"CURRENT_USER", "CURRENT_ROLE"})) {
        if (accept('('))
            expect(')');
        return;
    }
    if (!accept_string())
        (void)name();
    if (peek().kind == token_kind::user_variable)
        advance();
}

} // namespace ringfence::sql::mysql
