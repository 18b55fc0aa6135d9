// What changes the session: USE, transactions, locks, prepared statements.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;
using kind = policy::session_effect::kind;

namespace {

constexpr unsigned deepest_text = 4;
constexpr std::size_t longest_number = 20; // digits of the largest one of 64 bits

} // namespace

void parser::use_statement() {
    expect("USE");
    const auto to = name();
    // There is nothing in them that a session of a service should select by default; what of them
    // every account may read can be named.
    if (const auto s = folded(to); is_system_schema(to) && (s == "mysql" || s == "sys"))
        touch(action::reference, policy::object_kind::schema, s, {});
    else
        schema(action::reference, to);
    current_ = to;
    effect({.what = kind::schema, .values = {std::string(to)}, .text = {}});
}

// COMMIT, ROLLBACK
void parser::transaction() {
    const bool rollback = accept("ROLLBACK");
    if (!rollback)
        expect("COMMIT");
    accept("WORK");
    if (rollback && accept("TO")) {
        accept("SAVEPOINT");
        (void)name();
        return;
    }
    if (accept("AND")) {
        accept("NO");
        expect("CHAIN");
    }
    if (accept("NO", "RELEASE") || accept("RELEASE")) {
    }
}

void parser::start_transaction() {
    expect("START");
    if (!accept("TRANSACTION")) {
        facility("replication"); // START SLAVE, REPLICA, GROUP_REPLICATION, ALL SLAVES
        while (!at(';') && !at_end())
            advance();
        return;
    }
    while (!at(';') && !at_end()) {
        if (!accept("WITH", "CONSISTENT", "SNAPSHOT") && !accept("READ", "ONLY") &&
            !accept("READ", "WRITE") && !accept(','))
            return unexpected();
    }
}

// A transaction, or (MariaDB) a block outside of any routine.
void parser::begin_statement() {
    if (ahead(1, "NOT")) {
        at_ += 2;
        expect("ATOMIC");
        --at_;
        const bool outer = in_program_;
        in_program_ = true;
        const auto locals = locals_.size();
        advance();
        declarations();
        statements_until({"END"});
        expect("END");
        locals_.resize(std::min(locals, locals_.size()));
        in_program_ = outer;
        return;
    }
    expect("BEGIN");
    accept("WORK");
}

void parser::savepoint() {
    accept("RELEASE");
    expect("SAVEPOINT");
    (void)name();
}

void parser::lock_tables() {
    expect("LOCK");
    if (at("INSTANCE")) {
        facility("backups");
        while (!at(';') && !at_end())
            advance();
        return;
    }
    if (!accept("TABLES"))
        expect("TABLE");
    comma_list([&] {
        const auto n = qualified_name();
        if (accept("AS") || (at_name() && !at_any({"READ", "WRITE", "LOW_PRIORITY"})))
            (void)name();
        if (accept("READ")) {
            accept("LOCAL");
            table(action::read, n);
        } else {
            accept("LOW_PRIORITY");
            expect("WRITE");
            accept("CONCURRENT");
            table(action::write, n);
        }
    });
    if (!accept("WAIT"))
        accept("NOWAIT");
    else
        (void)accept_number();
}

void parser::unlock_tables() {
    expect("UNLOCK");
    if (at("INSTANCE")) {
        advance();
        return facility("backups");
    }
    if (!accept("TABLES"))
        expect("TABLE");
}

void parser::dynamic() {
    if (!scope_.confined)
        fail(problem::statement_kind, "a statement that is put together when it runs");
}

// The text of PREPARE and EXECUTE IMMEDIATE. It runs in the schema that is current now.
void parser::embedded_text(const token& t) {
    literal_mattered();
    if (depth_of_texts_ >= deepest_text)
        return fail(problem::limit, "texts in texts in texts");
    const auto inner = string_of(text_, t, scope_.mode);
    if (!inner)
        return fail(problem::statement_kind, "a statement in a literal of an unusual kind");
    auto there = scope_;
    there.schema = current_;
    const auto tokens = lex(*inner, there, version_);
    if (!tokens.trouble.empty())
        return fail(tokens.problem(), tokens.trouble);
    auto found = parser(*inner, tokens, there, limits_, version_, depth_of_texts_ + 1).run();
    if (!found.analysed())
        return fail(found.trouble, found.trouble_text);
    if (found.statements > 1)
        return fail(problem::syntax, "several statements in one that is prepared");
    for (auto& touched : found.touches)
        result_.touches.push_back(std::move(touched));
    for (auto& e : found.effects) {
        if (e.what != kind::defines) // they come when it runs; which of them, nobody follows
            return fail(problem::statement_kind,
                        "a prepared statement that changes what later ones mean");
        result_.effects.push_back(std::move(e));
    }
    result_.depends_on_path = result_.depends_on_path || found.depends_on_path;
}

void parser::prepare_statement() {
    expect("PREPARE");
    const auto prepared = name();
    expect("FROM");
    std::string body;
    if (peek().kind == token_kind::string) {
        const auto t = peek();
        if (peek(1).kind == token_kind::string)
            return fail(problem::statement_kind, "a statement in a literal of an unusual kind");
        advance();
        embedded_text(t);
        body = string_of(text_, t, scope_.mode).value_or("");
    } else {
        expression();
        dynamic();
    }
    effect({.what = kind::prepare, .values = {to_lower(prepared)}, .text = body});
}

// EXECUTE name USING …, and MariaDB's EXECUTE IMMEDIATE text USING …
void parser::execute_statement() {
    const query_scope keep(*this);
    expect("EXECUTE");
    level_ = names_.add_level(level_);
    if (accept("IMMEDIATE")) {
        if (peek().kind == token_kind::string && peek(1).kind != token_kind::string &&
            (ahead(1, "USING") || ahead(1, ';') || peek(1).kind == token_kind::end)) {
            const auto t = peek();
            advance();
            embedded_text(t);
        } else {
            expression();
            dynamic();
        }
    } else {
        effect({.what = kind::execute, .values = {to_lower(name())}, .text = {}});
    }
    if (accept("USING"))
        comma_list([&] {
            if (!accept("IGNORE")) // as DEFAULT, in place of a value
                expression();
        });
}

void parser::deallocate_statement() {
    if (!accept("DEALLOCATE"))
        expect("DROP");
    expect("PREPARE");
    effect({.what = kind::deallocate, .values = {to_lower(name())}, .text = {}});
}

// KILL [HARD | SOFT] [CONNECTION | QUERY] number. Whose session it is, only ours knows, which sends
// another number in its place: so it must be the whole text. All else is for those who may kill
// any session.
void parser::kill_statement() {
    const bool first = at_ == 0 && depth_of_texts_ == 0;
    expect("KILL");
    if (scope_.flavour == mysql_flavour::mariadb)
        accept_any({"HARD", "SOFT"});
    const bool query = accept("QUERY");
    if (!query)
        accept("CONNECTION");
    const auto number = raw(peek());
    const bool plain = peek().kind == token_kind::number && number.size() <= longest_number &&
                       std::all_of(number.begin(), number.end(), is_digit);
    std::size_t behind = 1;
    while (ahead(behind, ';'))
        ++behind;
    if (!first || !plain || peek(behind).kind != token_kind::end)
        return rest_is_facility("other sessions");
    advance();
    effect({.what = kind::kill,
            .values = {query ? "query" : "connection", std::string(number)},
            .text = {}});
}

void parser::help_statement() {
    expect("HELP");
    if (!accept_string())
        (void)name();
}

} // namespace ringfence::sql::mysql
