// Statements about the session: settings, prepared statements, transactions; and about databases as
// a whole.
#include "policy/sql/postgresql/names.h"
#include "policy/sql/postgresql/settings.h"
#include "policy/sql/postgresql/tokens.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

using policy::action;
using policy::object_kind;
using effect_kind = policy::session_effect::kind;

void walker::effect(policy::session_effect e) {
    result_.effects.push_back(std::move(e));
}

void walker::plain(const message& m, const place& p) {
    push_rest(m, p);
}

// --- search_path

// The schemas that a list of names stands for, without the engine's own, which are always there.
std::vector<std::string> walker::path_schemas(const std::vector<std::string>& names) {
    constexpr std::size_t most_schemas = 1000;
    std::vector<std::string> schemas;
    if (names.size() > most_schemas) {
        fail(policy::problem::limit, "a search_path of too many schemas");
        return schemas;
    }
    for (const auto& name : names) {
        const auto& schema = name == "$user" ? scope_.backend_login : name;
        if (schema.empty() || schema == "pg_catalog" || schema == "pg_temp")
            continue;
        if (schema.size() > longest_name) {
            facility("settings named by value"); // the server would cut it
            continue;
        }
        if (schema.starts_with("pg_toast") || schema.starts_with("pg_temp_"))
            facility("other sessions");
        if (std::find(schemas.begin(), schemas.end(), schema) == schemas.end())
            schemas.push_back(schema);
    }
    return schemas;
}

void walker::search_path(const std::vector<std::string>& names, bool lasting, bool stored) {
    auto schemas = path_schemas(names);
    if (!scope_.any_path)
        for (const auto& schema : schemas)
            define_schema(schema, action::reference);
    if (stored)
        return;
    for (const auto& schema : schemas)
        if (std::find(paths_[0].begin(), paths_[0].end(), schema) == paths_[0].end())
            paths_[0].push_back(schema);
    effect({.what = effect_kind::search_path,
            .values = std::move(schemas),
            .text = {},
            .lasting = lasting});
}

void walker::reset_search_path(bool lasting) {
    for (const auto& schema : scope_.settable)
        if (std::find(paths_[0].begin(), paths_[0].end(), schema) == paths_[0].end())
            paths_[0].push_back(schema);
    effect({.what = effect_kind::reset_search_path, .values = {}, .text = {}, .lasting = lasting});
}

// What pg_dump sends for a setting that an older server may not have:
//   SELECT set_config(name, 'value', false) FROM pg_settings WHERE name = 'setting'
// Returns the value. With nothing on the path but the engine's own, `=` is the engine's.
const char* walker::value_if_known(const PgQuery__SelectStmt& s, std::string_view setting) {
    std::size_t children = 0;
    for_each_child(s.base, [&](const message&) { ++children; });
    if (children != 3 || s.n_target_list != 1 || s.n_from_clause != 1)
        return nullptr;
    const auto is_name = [](const node* n) {
        const auto* ref = as<PgQuery__ColumnRef>(n);
        return ref != nullptr &&
               strings_of({ref->fields, ref->n_fields}) == std::vector<std::string_view>{"name"};
    };
    const auto* from = as<PgQuery__RangeVar>(s.from_clause[0]);
    const auto* where = as<PgQuery__AExpr>(s.where_clause);
    const auto* target = as<PgQuery__ResTarget>(s.target_list[0]);
    const auto* call = as<PgQuery__FuncCall>(target != nullptr ? target->val : nullptr);
    if (from == nullptr || from->alias != nullptr ||
        from->relname != std::string_view("pg_settings") || where == nullptr ||
        where->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP ||
        strings_of({where->name, where->n_name}) != std::vector<std::string_view>{"="} ||
        !is_name(where->lexpr) || call == nullptr || call->n_args != 3 || !is_name(call->args[0]) ||
        strings_of({call->funcname, call->n_funcname}) !=
            std::vector<std::string_view>{"set_config"})
        return nullptr;
    const auto* wanted = literal(where->rexpr);
    return wanted != nullptr && wanted == setting && as<PgQuery__AConst>(call->args[2]) != nullptr
               ? literal(call->args[1])
               : nullptr;
}

bool walker::configures(const message* m) {
    const auto* s = as<PgQuery__SelectStmt>(m);
    if (s == nullptr || s->n_target_list == 0)
        return false;
    if (paths_[0].empty()) {
        constexpr std::string_view kinds = "restrict_nonsystem_relation_kind";
        if (const auto* value = value_if_known(*s, kinds)) {
            only_data_ = false;
            setting_value(kinds, {value}, true);
            return true;
        }
    }
    std::size_t children = 0;
    for_each_child(*m, [&](const message&) { ++children; });
    if (children != s->n_target_list)
        return false; // FROM, WHERE, LIMIT …: it may never be called
    struct call {
        std::string name;
        const char* value;
        bool local;
    };
    std::vector<call> calls;
    for (const auto* n : node_list{s->target_list, s->n_target_list}) {
        const auto* target = as<PgQuery__ResTarget>(n);
        const auto* f = as<PgQuery__FuncCall>(target != nullptr ? target->val : nullptr);
        if (f == nullptr || f->n_args != 3 || f->over != nullptr || f->agg_filter != nullptr ||
            f->func_variadic)
            return false;
        const auto name = strings_of({f->funcname, f->n_funcname});
        const bool builtin = name.size() == 1 || (name.size() == 2 && name[0] == "pg_catalog");
        const auto* local = as<PgQuery__AConst>(f->args[2]);
        if (!builtin || name.back() != "set_config" || local == nullptr ||
            local->val_case != PG_QUERY__A__CONST__VAL_BOOLVAL)
            return false;
        const auto* setting = literal(f->args[0]);
        const auto* value = literal(f->args[1]);
        if (setting == nullptr || value == nullptr)
            return false;
        calls.push_back({fold(setting), value, local->boolval->boolval != 0});
    }
    only_data_ = false;
    for (const auto& c : calls) {
        if (c.name != "search_path") {
            setting_value(c.name, {c.value}, true);
            continue;
        }
        if (const auto names = split_identifiers(c.value, ','))
            search_path(*names, !c.local, false);
        else
            facility("settings named by value"); // the server raises an error, or cuts a name
    }
    return true;
}

// --- other settings

// Its value is for whoever may see it natively. A login that sees more must not hand it on.
void walker::shown_setting(const char* name) {
    if (!scope_.reads_all_settings)
        return;
    if (name == nullptr)
        facility("settings named by value");
    else if (!setting_is_public(fold(name)))
        facility("server settings");
}

void walker::show(const message& m, const place&) {
    shown_setting(cast<PgQuery__VariableShowStmt>(m).name);
}

void walker::setting_value(std::string_view name, const std::vector<std::string>& values,
                           bool known) {
    const auto rule = find_setting(name);
    std::string joined;
    for (const auto& value : values)
        joined += (joined.empty() ? "" : ", ") + value;
    switch (rule.what) {
    case setting_rule::kind::allowed:
        return;
    case setting_rule::kind::checked:
        if (known && setting_value_allowed(name, joined))
            return;
        break;
    case setting_rule::kind::facility:
        return facility(rule.facility);
    case setting_rule::kind::search_path:
        return facility("settings named by value");
    case setting_rule::kind::unsafe:
        break;
    }
    fail(policy::problem::unsafe_setting, "setting " + std::string(name.substr(0, longest_name)));
}

// The values as the server stores them; nothing if they are more than constants.
std::optional<std::vector<std::string>> walker::setting_values(const PgQuery__VariableSetStmt& s) {
    std::vector<std::string> values;
    for (const auto* n : node_list{s.args, s.n_args}) {
        const auto* c = as<PgQuery__AConst>(n);
        if (c == nullptr || c->isnull)
            return std::nullopt;
        switch (c->val_case) {
        case PG_QUERY__A__CONST__VAL_SVAL:
            values.emplace_back(c->sval->sval);
            break;
        case PG_QUERY__A__CONST__VAL_IVAL:
            values.push_back(std::to_string(c->ival->ival));
            break;
        case PG_QUERY__A__CONST__VAL_FVAL:
            values.emplace_back(c->fval->fval);
            break;
        case PG_QUERY__A__CONST__VAL_BOOLVAL:
            values.emplace_back(c->boolval->boolval != 0 ? "true" : "false");
            break;
        default:
            return std::nullopt;
        }
    }
    return values;
}

void walker::setting(const PgQuery__VariableSetStmt& s, bool stored, const place& p) {
    const auto name = fold(s.name);
    const bool lasting = !s.is_local;
    const bool back = s.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                      s.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT;
    const bool path = name == "search_path" || s.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL;
    if (path && !stored && (p.depth > 0 || p.embedded))
        return facility("search_path set by a body");
    switch (s.kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
        if (!stored)
            reset_search_path(lasting);
        return;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI: // TRANSACTION …, SESSION CHARACTERISTICS …
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT:
        return;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
        break;
    default:
        return fail(policy::problem::unknown_node, "a new way to set something");
    }
    const auto values = setting_values(s);
    if (name == "search_path") {
        if (back) {
            if (!stored)
                reset_search_path(lasting);
        } else if (values) {
            search_path(*values, lasting, stored);
        } else {
            facility("settings named by value");
        }
        return;
    }
    if (name == "role" || name == "session_authorization") {
        // Back to the login, which is who the session is.
        const bool to_login =
            back || (values && values->size() == 1 && name == "role" && values->front() == "none");
        if (!to_login)
            facility("roles");
        return;
    }
    if (back)
        return setting_value(name, {}, true);
    setting_value(name, values.value_or(std::vector<std::string>{}), values.has_value());
}

void walker::variable_set(const message& m, const place& p) {
    setting(*as<PgQuery__VariableSetStmt>(&m), false, p);
}

void walker::discard(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__DiscardStmt*>(&m);
    if (s.target != PG_QUERY__DISCARD_MODE__DISCARD_ALL)
        return;
    if (p.depth > 0 || p.embedded)
        return facility("search_path set by a body");
    reset_search_path(true);
    effect({.what = effect_kind::deallocate, .values = {}, .text = {}, .lasting = true});
}

// --- transactions and prepared statements

void walker::transaction(const message& m, const place&) {
    const auto& s = *reinterpret_cast<const PgQuery__TransactionStmt*>(&m);
    switch (s.kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
        return facility("two-phase commit"); // a name that every session of the database can finish
    default:
        return;
    }
}

void walker::prepare(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__PrepareStmt*>(&m);
    if (p.depth > 0 || p.embedded)
        return fail(policy::problem::statement_kind,
                    "PrepareStmt: only by itself, not inside a body");
    const auto from = static_cast<std::size_t>(std::max(statement_->stmt_location, 0));
    const auto length = statement_->stmt_len > 0 ? static_cast<std::size_t>(statement_->stmt_len)
                                                 : std::string_view::npos;
    if (from > text_->text().size())
        return fail(policy::problem::internal_error, "a statement beyond its text");
    const auto text = text_->text().substr(from, length);
    const auto tokens = cut(text);
    if (!tokens)
        return fail(policy::problem::internal_error, "PREPARE cannot be cut");
    int depth = 0;
    for (const auto& t : *tokens) { // PREPARE name (types) AS statement
        depth += t.is("(") ? 1 : t.is(")") ? -1 : 0;
        if (depth != 0 || !t.is_word("as"))
            continue;
        effect({.what = effect_kind::prepare,
                .values = {s.name},
                .text = std::string(text.substr(t.end)),
                .lasting = true});
        auto inside = p;
        inside.embedded = true;
        return push_rest(m, inside);
    }
    fail(policy::problem::internal_error, "PREPARE without AS");
}

void walker::execute(const message& m, const place& p) {
    const auto& s = *as<PgQuery__ExecuteStmt>(&m);
    if (p.depth > 0)
        return fail(policy::problem::statement_kind,
                    "ExecuteStmt: only by itself, not inside a body");
    effect({.what = effect_kind::execute, .values = {s.name}, .text = {}, .lasting = false});
    push_rest(m, p);
}

void walker::deallocate(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__DeallocateStmt*>(&m);
    if (p.depth > 0)
        return fail(policy::problem::statement_kind,
                    "DeallocateStmt: only by itself, not inside a body");
    std::vector<std::string> names;
    if (*s.name != '\0')
        names.emplace_back(s.name);
    effect(
        {.what = effect_kind::deallocate, .values = std::move(names), .text = {}, .lasting = true});
}

// --- databases

void walker::database_wide(const message& m, const place& p) {
    node_list options;
    if (m.descriptor == &pg_query__createdb_stmt__descriptor) {
        const auto& s = *reinterpret_cast<const PgQuery__CreatedbStmt*>(&m);
        define_database(s.dbname);
        options = {s.options, s.n_options};
    } else if (m.descriptor == &pg_query__dropdb_stmt__descriptor) {
        define_database(reinterpret_cast<const PgQuery__DropdbStmt*>(&m)->dbname);
    } else if (m.descriptor == &pg_query__alter_database_stmt__descriptor) {
        const auto& s = *reinterpret_cast<const PgQuery__AlterDatabaseStmt*>(&m);
        define_database(s.dbname);
        options = {s.options, s.n_options};
    } else {
        define_database(reinterpret_cast<const PgQuery__AlterDatabaseRefreshCollStmt*>(&m)->dbname);
    }
    for (const auto* n : options) {
        const auto* option = as<PgQuery__DefElem>(n);
        if (option == nullptr)
            continue;
        const std::string_view name = option->defname;
        if (name == "tablespace")
            facility("tablespaces");
        if (name == "owner")
            facility("roles");
        const auto* value = as<PgQuery__String>(option->arg);
        if (name == "template" && value != nullptr &&
            std::string_view(value->sval) != "template0" &&
            std::string_view(value->sval) != "template1")
            touch(action::read, object_kind::database, value->sval, {},
                  {}); // a copy of all that is in it
    }
    defines();
    push_rest(m, p);
}

void walker::alter_database_set(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__AlterDatabaseSetStmt*>(&m);
    define_database(s.dbname);
    if (s.setstmt != nullptr)
        setting(*s.setstmt, true, p);
    defines();
}

} // namespace ringfence::sql::postgresql
