// Functions, procedures, DO: statements inside statements.
#include "policy/sql/limits.h"
#include "policy/sql/postgresql/names.h"
#include "policy/sql/postgresql/plpgsql.h"
#include "policy/sql/postgresql/settings.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

using policy::action;
using policy::object_kind;

namespace {

const char* text_of(const node* n) {
    if (const auto* text = as<PgQuery__String>(n))
        return text->sval;
    return nullptr;
}

} // namespace

void walker::body(std::string_view language, std::string_view text, const place& p) {
    if (text.find('\0') != std::string_view::npos)
        return fail(policy::problem::syntax, "a zero byte in a body");
    if (language == "sql")
        return analyse_text(text, p);
    if (language == "plpgsql")
        return procedural_body(text, p);
    if (!scope_.confined)
        facility("other languages");
}

void walker::procedural_body(std::string_view text, const place& p) {
    if (const auto excess = exceeds_limits_plpgsql(text, limits_))
        return fail(policy::problem::limit, *excess);
    const auto cut = cut_plpgsql(text);
    if (!cut.trouble.empty())
        return fail(policy::problem::unknown_node, cut.trouble);
    for (const auto& piece : cut.pieces) {
        if (!result_.analysed())
            return;
        switch (piece.what) {
        case body_piece::kind::statement:
            analyse_text(piece.text, p);
            break;
        case body_piece::kind::expression:
            analyse_text("SELECT " + piece.text, p);
            break;
        case body_piece::kind::dynamic:
            dynamic_statement(piece.text, p);
            break;
        case body_piece::kind::row_type:
        case body_piece::kind::column_type: {
            auto parts = qualified_name(piece.text);
            if (!parts)
                return fail(policy::problem::unknown_node, "PL/pgSQL: a type that cannot be read");
            std::vector<std::string> columns;
            if (piece.what == body_piece::kind::column_type) {
                if (parts->size() == 1)
                    break; // another variable's
                columns.push_back(parts->back());
                parts->pop_back();
            }
            const std::vector<std::string_view> views(parts->begin(), parts->end());
            if (const auto name = name_from(views))
                object(action::reference, object_kind::table, *name, p, std::move(columns));
            break;
        }
        }
    }
}

// EXECUTE: of a constant, its text; of anything else, unknown text.
void walker::dynamic_statement(const std::string& expression, const place& p) {
    analyse_text("SELECT " + expression, p);
    if (!result_.analysed())
        return;
    const auto statements = texts_.back()->statements();
    const auto* s = statements.size() == 1 ? as<PgQuery__SelectStmt>(statements[0]->stmt) : nullptr;
    const auto* target =
        s != nullptr && s->n_target_list == 1 ? as<PgQuery__ResTarget>(s->target_list[0]) : nullptr;
    std::size_t children = 0;
    if (s != nullptr)
        for_each_child(s->base, [&](const message&) { ++children; });
    const auto* text = target != nullptr && children == 1 ? literal(target->val) : nullptr;
    if (text == nullptr) {
        dynamic();
        return;
    }
    auto inside = p;
    ++inside.depth;
    analyse_text(text, inside);
}

void walker::create_function(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__CreateFunctionStmt*>(&m);
    object(action::define, object_kind::function, strings_of({s.funcname, s.n_funcname}), p);
    defines();

    std::string language = s.sql_body != nullptr ? "sql" : "";
    std::vector<std::string_view> as_clause;
    std::optional<std::vector<std::string>> own_path;
    const node_list options{s.options, s.n_options};
    for (const auto* n : options) {
        const auto* option = as<PgQuery__DefElem>(n);
        if (option == nullptr)
            continue;
        const std::string_view name = option->defname;
        if (name == "language") {
            const auto* text = text_of(option->arg);
            language = text != nullptr ? fold(text) : "";
        } else if (name == "as") {
            if (const auto* list = as<PgQuery__List>(option->arg))
                as_clause = strings_of({list->items, list->n_items});
            else if (const auto* text = text_of(option->arg))
                as_clause = {text};
        } else if (name == "set") {
            const auto* set = as<PgQuery__VariableSetStmt>(option->arg);
            if (set == nullptr)
                return fail(policy::problem::unknown_node, "a function's SET without a setting");
            setting(*set, true, p);
            if (fold(set->name) == "search_path" &&
                set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE)
                if (const auto values = setting_values(*set))
                    own_path = path_schemas(*values);
        } else if (name == "support" || name == "transform") {
            facility("languages"); // planner support functions are C
        }
    }
    const auto inside = body_place(p, own_path);
    push_all({s.parameters, s.n_parameters}, inside);
    if (s.return_type != nullptr)
        push(&s.return_type->base, inside);
    if (s.sql_body != nullptr) {
        // Bound when it is created, with the path of now.
        auto now = p;
        now.embedded = true;
        ++now.depth;
        return push(s.sql_body, now);
    }
    // Two parts: a file, and a symbol in it.
    if (as_clause.size() == 1)
        body(language, as_clause.front(), inside);
    else
        body("c", {}, inside);
}

void walker::alter_function(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__AlterFunctionStmt*>(&m);
    if (s.func == nullptr)
        return fail(policy::problem::unknown_node, "a function without a name");
    object(action::define, object_kind::function, strings_of({s.func->objname, s.func->n_objname}),
           p);
    for (const auto* n : node_list{s.actions, s.n_actions}) {
        const auto* option = as<PgQuery__DefElem>(n);
        if (option == nullptr)
            continue;
        if (const auto* set = as<PgQuery__VariableSetStmt>(option->arg)) {
            // Its body was analysed for the path that it had, which a SET clause may have narrowed.
            if (fold(set->name) == "search_path" ||
                set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL)
                facility("search_path of an existing function");
            setting(*set, true, p);
        } else if (std::string_view(option->defname) == "support") {
            facility("languages");
        }
    }
    defines();
    push(&s.func->base, p);
}

void walker::do_block(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__DoStmt*>(&m);
    std::string language = "plpgsql";
    const char* text = nullptr;
    for (const auto* n : node_list{s.args, s.n_args}) {
        const auto* option = as<PgQuery__DefElem>(n);
        if (option == nullptr)
            continue;
        if (std::string_view(option->defname) == "language") {
            const auto* named = text_of(option->arg);
            language = named != nullptr ? fold(named) : "";
        } else if (std::string_view(option->defname) == "as") {
            text = text_of(option->arg);
        }
    }
    if (text == nullptr)
        return fail(policy::problem::unknown_node, "DO without a body");
    // It runs at once, with the path of now: no body may set another.
    place inside;
    inside.path = p.path;
    inside.depth = p.depth + 1;
    inside.embedded = true;
    body(language, text, inside);
}

} // namespace ringfence::sql::postgresql
