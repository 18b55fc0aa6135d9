// Expressions: columns, functions, operators, casts, and objects that are named by a string
// constant.
#include "policy/sql/postgresql/catalogue.h"
#include "policy/sql/postgresql/functions.h"
#include "policy/sql/postgresql/names.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>
#include <array>

namespace ringfence::sql::postgresql {

using policy::action;
using policy::object_kind;

namespace {

// Types whose input function looks an object up by its name.
constexpr std::array<std::string_view, 11> registry_types{
    "regclass",    "regcollation", "regconfig",    "regdictionary", "regnamespace", "regoper",
    "regoperator", "regproc",      "regprocedure", "regrole",       "regtype"};

// Types through which a string constant stays the same string.
// (`name` is not one: it cuts.)
constexpr std::array<std::string_view, 3> text_types{"text", "varchar", "unknown"};

template <std::size_t N>
bool in(const std::array<std::string_view, N>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

// The name of a type of pg_catalog; empty for others and for arrays.
std::string_view builtin_type(const PgQuery__TypeName* type) {
    if (type == nullptr)
        return {};
    const auto parts = strings_of({type->names, type->n_names});
    if (parts.size() == 1)
        return parts[0];
    if (parts.size() == 2 && parts[0] == "pg_catalog")
        return parts[1];
    return {};
}

bool is_null(const node* n) {
    const auto* c = as<PgQuery__AConst>(n);
    return c != nullptr && c->isnull;
}

} // namespace

// What will be read or run is known when it happens only: the server must be the one to rule on it.
void walker::by_value_only() {
    if (!scope_.confined)
        facility("objects named by value");
}

void walker::dynamic() {
    if (!scope_.confined)
        facility("dynamic SQL");
}

void walker::column_reference(const message& m, const place& p) {
    const auto& ref = *as<PgQuery__ColumnRef>(&m);
    names_.add_reference(p.level, ref);
    // t.f is also f(t), if no column is called f.
    const auto parts = strings_of({ref.fields, ref.n_fields});
    if (parts.size() > 1)
        attribute_as_function(parts.back());
}

void walker::indirection(const message& m, const place& p) {
    const auto& i = *as<PgQuery__AIndirection>(&m);
    for (const auto name : strings_of({i.indirection, i.n_indirection}))
        attribute_as_function(name);
    push_rest(m, p);
}

void walker::attribute_as_function(std::string_view name) {
    const auto* rule = find_function(name);
    if (rule == nullptr || rule->what == function_class::harmless)
        return;
    if (rule->facility.empty())
        by_value_only();
    else
        facility(rule->facility);
}

void walker::operator_name(node_list name, const place& p) {
    const auto parts = strings_of(name);
    if (parts.size() > 1 && parts[parts.size() - 2] != "pg_catalog")
        object(action::execute, object_kind::function, parts, p);
}

void walker::operator_expression(const message& m, const place& p) {
    const auto& e = *reinterpret_cast<const PgQuery__AExpr*>(&m);
    operator_name({e.name, e.n_name}, p);
    push_rest(m, p);
}

void walker::sub_link(const message& m, const place& p) {
    const auto& s = *reinterpret_cast<const PgQuery__SubLink*>(&m);
    operator_name({s.oper_name, s.n_oper_name}, p);
    push_rest(m, p);
}

void walker::sort_by(const message& m, const place& p) {
    const auto& s = *as<PgQuery__SortBy>(&m);
    operator_name({s.use_op, s.n_use_op}, p);
    push_rest(m, p);
}

void walker::collation(const message& m, const place& p) {
    const auto& c = *reinterpret_cast<const PgQuery__CollateClause*>(&m);
    const auto parts = strings_of({c.collname, c.n_collname});
    if (parts.size() > 1)
        object(action::reference, object_kind::type, parts, p);
    push_rest(m, p);
}

// An element of an index or of a partition key: the fields of both have the same names and
// meanings.
void walker::index_element(const message& m, const place& p) {
    const auto qualified = [&](node_list name) {
        const auto parts = strings_of(name);
        if (parts.size() > 1)
            object(action::reference, object_kind::type, parts, p);
    };
    if (m.descriptor == &pg_query__index_elem__descriptor) {
        const auto& e = *reinterpret_cast<const PgQuery__IndexElem*>(&m);
        qualified({e.collation, e.n_collation});
        qualified({e.opclass, e.n_opclass});
        if (*e.name != '\0')
            names_.require_column(p.level, e.name); // ON CONFLICT (name)
    } else {
        const auto& e = *reinterpret_cast<const PgQuery__PartitionElem*>(&m);
        qualified({e.collation, e.n_collation});
        qualified({e.opclass, e.n_opclass});
    }
    push_rest(m, p);
}

// A table named where no rule expects one: read as a whole.
void walker::range_var(const message& m, const place& p) {
    const auto& r = *as<PgQuery__RangeVar>(&m);
    if (!is_cte(r, p))
        relation(action::read, &r, p);
    push_rest(m, p);
}

void walker::type_name(const message& m, const place& p) {
    const auto& type = *as<PgQuery__TypeName>(&m);
    auto parts = strings_of({type.names, type.n_names});
    if (type.pct_type && parts.size() > 1) { // table.column%TYPE
        const std::string column(parts.back());
        parts.pop_back();
        if (const auto name = name_from(parts))
            object(action::reference, object_kind::table, *name, p, {column});
    } else if (parts.size() > 1) {
        // An unqualified one is the engine's, or from a schema that the session may have on its
        // path.
        object(action::reference, object_kind::type, parts, p);
    }
    push_rest(m, p);
}

const char* walker::literal(const node* n) {
    for (const auto* cast = as<PgQuery__TypeCast>(n); cast != nullptr;
         cast = as<PgQuery__TypeCast>(n)) {
        const auto type = builtin_type(cast->type_name);
        const bool same = in(text_types, type) || type == "regclass";
        if (!same || cast->type_name->n_array_bounds != 0 || cast->type_name->n_typmods != 0)
            return nullptr; // varchar(3) cuts
        n = cast->arg;
    }
    const auto* c = as<PgQuery__AConst>(n);
    if (c == nullptr || c->isnull || c->val_case != PG_QUERY__A__CONST__VAL_SVAL)
        return nullptr;
    literal_mattered_ = true;
    return c->sval->sval;
}

void walker::type_cast(const message& m, const place& p) {
    const auto& cast = *as<PgQuery__TypeCast>(&m);
    const auto type = builtin_type(cast.type_name);
    if (in(registry_types, type)) {
        const auto* array = as<PgQuery__AArrayExpr>(cast.arg);
        if (cast.type_name->n_array_bounds == 0)
            cast_to_registry(type, cast.arg, p);
        else if (array != nullptr)
            for (const auto* element : node_list{array->elements, array->n_elements})
                cast_to_registry(type, element, p);
        else if (literal(cast.arg) != nullptr)
            by_value_only(); // '{a,b}'
    }
    push_rest(m, p);
}

void walker::cast_to_registry(std::string_view type, const node* argument, const place& p) {
    if (type == "regrole" || type == "regnamespace")
        return; // anyone may look these up
    if (is_null(argument))
        return;
    // A computed one finds a name or an oid that pg_class and its kin show to everyone. What takes
    // the object's contents by it is a function, and has a rule of its own.
    if (const auto* text = literal(argument))
        registry_literal(type, text, p);
}

void walker::registry_literal(std::string_view type, std::string_view text, const place& p) {
    literal_mattered_ = true;
    if (is_oid(text) || text == "-")
        return;
    if (type == "regprocedure" || type == "regoperator")
        text = text.substr(0, text.find('('));
    auto parts = qualified_name(text);
    const bool plain = text.find_first_of("[]()%") == std::string_view::npos;
    if (type == "regtype" && !plain)
        parts.reset();
    if (!parts) {
        // regtype reads a whole type: numeric(10,2), "A b"[]
        if (type == "regtype" && text.find_first_of(";-/") == std::string_view::npos) {
            auto inside = p;
            ++inside.depth;
            inside.embedded = true;
            return analyse_text("SELECT NULL::" + std::string(text), inside);
        }
        return by_value_only();
    }
    const bool qualified = parts->size() > 1;
    const std::vector<std::string_view> views(parts->begin(), parts->end());
    if (type == "regclass")
        object(action::reference, object_kind::table, views, p);
    else if (qualified && (type.starts_with("regproc") || type.starts_with("regoper")))
        object(action::reference, object_kind::function, views, p);
    else if (qualified)
        object(action::reference, object_kind::type, views, p);
}

void walker::named_relation(action act, std::string_view text, const place& p) {
    const auto parts = qualified_name(text);
    if (!parts || is_oid(text))
        return by_value_only();
    object(act, object_kind::table, std::vector<std::string_view>(parts->begin(), parts->end()), p);
}

void walker::function_call(const message& m, const place& p) {
    const auto& call = *as<PgQuery__FuncCall>(&m);
    const node_list args{call.args, call.n_args};
    const bool by_position =
        !call.func_variadic && std::none_of(args.begin(), args.end(), [](const node* a) {
            return as<PgQuery__NamedArgExpr>(a) != nullptr;
        });
    call_function(strings_of({call.funcname, call.n_funcname}), args, by_position, p);
    push_rest(m, p, {call.funcname, call.n_funcname});
}

void walker::call_function(const std::vector<std::string_view>& name, node_list args,
                           bool by_position, const place& p) {
    if (name.empty())
        return fail(policy::problem::unknown_node, "a call without a name");
    const auto function = name.back();
    const auto schema = name.size() > 1 ? name[name.size() - 2] : std::string_view{};
    const bool maybe_builtin = schema.empty() || schema == "pg_catalog";
    if (maybe_builtin && args.size() == 1 && in(registry_types, function))
        return cast_to_registry(function, args[0], p); // a type's name, used as a function
    if (maybe_builtin && function == "set_config")
        return set_config(args, p);
    if (maybe_builtin && function == "current_setting")
        return shown_setting(args.empty() || !by_position ? nullptr : literal(args[0]));
    const auto* rule = find_function(function);
    if (rule != nullptr)
        apply(*rule, args, by_position, p);
    if (!schema.empty() && schema != "pg_catalog" && schema != "information_schema")
        return object(action::execute, object_kind::function, name, p);
    if (rule != nullptr)
        return;
    const bool unclassified = !schema.empty() || function.starts_with("pg_") ||
                              scope_.server_major > newest_reviewed_major ||
                              paths_[static_cast<std::size_t>(p.path)].empty();
    if (unclassified)
        return facility("unclassified functions");
    object(action::execute, object_kind::function, name, p);
}

// An argument that holds a name. What the call does to the object decides what to do with one that
// is no constant.
void walker::named_argument(const function_rule& rule, const node* argument, const place& p) {
    if (is_null(argument))
        return;
    if (const auto* text = literal(argument)) {
        if (rule.any_value && is_oid(text))
            return;
        if (rule.kind == object_kind::table)
            return named_relation(rule.act, text, p);
        if (rule.kind == object_kind::schema)
            return define_schema(text, rule.act);
        if (rule.kind == object_kind::database)
            return touch(rule.act, object_kind::database, text, {}, {});
        const auto name = std::string_view(text).substr(0, std::string_view(text).find('('));
        const auto parts = qualified_name(name);
        if (!parts)
            return by_value_only();
        return object(rule.act, rule.kind,
                      std::vector<std::string_view>(parts->begin(), parts->end()), p);
    }
    // currval(pg_get_serial_sequence('t', 'id')): the sequence belongs to the table.
    if (const auto* call = as<PgQuery__FuncCall>(argument)) {
        const auto name = strings_of({call->funcname, call->n_funcname});
        if (!name.empty() && name.back() == "pg_get_serial_sequence" && call->n_args == 2)
            if (const auto* table = literal(call->args[0]))
                return named_relation(rule.act, table, p);
    }
    if (rule.any_value)
        return; // tells about any object no more than everyone may know natively
    by_value_only();
}

void walker::apply(const function_rule& rule, node_list args, bool by_position, const place& p) {
    if (rule.what == function_class::harmless || args.size() >= rule.harmless_from)
        return;
    if (rule.what == function_class::refused)
        return facility(rule.facility.empty() ? "refused functions" : rule.facility);
    if (!by_position && rule.any_value)
        return;
    if (!by_position) // named or VARIADIC arguments, or a function that something else will call
        return rule.what == function_class::runs_sql ? dynamic() : by_value_only();
    for (const auto position : rule.argument_list()) {
        if (position >= args.size())
            continue;
        const auto* argument = args[rule.from_end ? args.size() - 1 - position : position];
        const auto* text = literal(argument);
        if (rule.what == function_class::names_object) {
            named_argument(rule, argument, p);
        } else if (text != nullptr) {
            auto inside = p;
            inside.level = no_level;
            inside.ctes = -1;
            inside.embedded = true;
            ++inside.depth;
            analyse_text(text, inside);
        } else if (!is_null(argument)) {
            dynamic();
        }
    }
}

// set_config inside a query. A list of schemas may be set by a SELECT that does nothing else (see
// configures): here, nobody can say whether the call is ever reached.
void walker::set_config(node_list args, const place&) {
    const auto* name = args.size() == 3 ? literal(args[0]) : nullptr;
    if (name == nullptr)
        return facility("settings named by value");
    const auto folded = fold(name);
    if (folded == "search_path")
        return facility("search_path set inside a query");
    const auto* value = literal(args[1]);
    setting_value(folded, {value != nullptr ? std::string(value) : std::string()},
                  value != nullptr || is_null(args[1]));
}

} // namespace ringfence::sql::postgresql
