// Statements about objects of any type: DROP, ALTER … RENAME / SET SCHEMA / OWNER, COMMENT, GRANT,
// CREATE TYPE and kin.
#include "policy/sql/postgresql/names.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

using policy::action;
using policy::object_kind;

namespace {

// The parts of a name, in whatever node the grammar put it.
std::vector<std::string_view> name_parts(const node* n) {
    if (const auto* list = as<PgQuery__List>(n))
        return strings_of({list->items, list->n_items});
    if (const auto* text = as<PgQuery__String>(n))
        return {text->sval};
    if (const auto* type = as<PgQuery__TypeName>(n))
        return strings_of({type->names, type->n_names});
    if (const auto* args = as<PgQuery__ObjectWithArgs>(n))
        return strings_of({args->objname, args->n_objname});
    if (const auto* r = as<PgQuery__RangeVar>(n)) {
        std::vector<std::string_view> parts;
        for (const char* part : {r->catalogname, r->schemaname, r->relname})
            if (*part != '\0')
                parts.emplace_back(part);
        return parts;
    }
    return {};
}

} // namespace

// One object of a type, by its name. Those that belong to no schema are facilities.
void walker::object_type(PgQuery__ObjectType type, const std::vector<std::string_view>& parts,
                         const place& p) {
    const auto define = [&](object_kind kind, const std::vector<std::string_view>& name) {
        if (name.empty())
            return fail(policy::problem::unknown_node, "an object without a name");
        object(action::define, kind, name, p);
    };
    const auto without_last = [&] {
        auto fewer = parts;
        if (!fewer.empty())
            fewer.pop_back();
        return fewer;
    };
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        return define(object_kind::table, parts);

    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN: // … of a table: its name is the last part
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_RULE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_POLICY:
        return define(object_kind::table, without_last());

    case PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR:
        return define(object_kind::function, parts);

    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_CONVERSION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSCONFIGURATION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSDICTIONARY:
        return define(object_kind::type, parts);
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSPARSER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TSTEMPLATE:
        return facility("languages"); // C functions by signature

    case PG_QUERY__OBJECT_TYPE__OBJECT_OPCLASS:
    case PG_QUERY__OBJECT_TYPE__OBJECT_OPFAMILY:
        return facility("operator classes");
    case PG_QUERY__OBJECT_TYPE__OBJECT_CAST:
        return facility("casts and conversions");
    case PG_QUERY__OBJECT_TYPE__OBJECT_TRANSFORM:
    case PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE:
        return facility("languages");

    case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
        if (parts.empty())
            break;
        return define_schema(parts.back());
    case PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE:
        if (parts.empty())
            break;
        return define_database(parts.back());

    case PG_QUERY__OBJECT_TYPE__OBJECT_ROLE:
        return facility("roles");
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLESPACE:
        return facility("tablespaces");
    case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION:
        return facility("extensions");
    case PG_QUERY__OBJECT_TYPE__OBJECT_FDW:
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_SERVER:
    case PG_QUERY__OBJECT_TYPE__OBJECT_USER_MAPPING:
        return facility("foreign servers");
    case PG_QUERY__OBJECT_TYPE__OBJECT_EVENT_TRIGGER:
        return facility("event triggers");
    case PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD:
        return facility("access methods");
    case PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION_NAMESPACE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION_REL:
    case PG_QUERY__OBJECT_TYPE__OBJECT_SUBSCRIPTION:
        return facility("replication");
    case PG_QUERY__OBJECT_TYPE__OBJECT_LARGEOBJECT:
        return facility("large objects");
    case PG_QUERY__OBJECT_TYPE__OBJECT_PARAMETER_ACL:
        return facility("server settings");
    default:
        break;
    }
    fail(policy::problem::unknown_node, "an object of an unknown type");
}

void walker::named_object(PgQuery__ObjectType type, const node* n, const place& p) {
    auto parts = name_parts(n);
    if (type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT) { // (type, constraint)
        const auto* list = as<PgQuery__List>(n);
        parts = list != nullptr && list->n_items > 0 ? name_parts(list->items[0]) : parts;
    }
    object_type(type, parts, p);
    // Types of arguments are references.
    const auto* m = unwrap(n);
    if (m != nullptr && as<PgQuery__TypeName>(m) == nullptr &&
        as<PgQuery__RangeVar>(m) == nullptr && type != PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT)
        push_rest(*m, p);
}

void walker::drop(const message& m, const place& p) {
    const auto& s = cast<PgQuery__DropStmt>(m);
    for (const auto* n : node_list{s.objects, s.n_objects})
        named_object(s.remove_type, n, p);
    cascade(s.behavior);
    defines();
}

void walker::rename(const message& m, const place& p) {
    const auto& s = cast<PgQuery__RenameStmt>(m);
    const bool of_type = s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE;
    if (s.relation != nullptr && of_type)
        object(action::define, object_kind::type, name_from(*s.relation), p);
    else if (s.relation != nullptr)
        relation(action::define, s.relation, p);
    else if (s.object != nullptr)
        named_object(s.rename_type, s.object, p);
    else
        object_type(s.rename_type, {s.subname}, p); // a schema, a database, a role …
    if (s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA)
        define_schema(s.newname);
    if (s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE)
        define_database(s.newname);
    if (s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE ||
        s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_VIEW ||
        s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW ||
        s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE ||
        s.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX)
        if (s.relation != nullptr) {
            auto renamed =
                name_from(*s.relation); // the new name may be one that is kept for another service
            renamed.name = s.newname;
            object(action::define, object_kind::table, renamed, p);
        }
    defines();
}

void walker::move(const message& m, const place& p) {
    const auto& s = cast<PgQuery__AlterObjectSchemaStmt>(m);
    if (s.relation != nullptr) {
        relation(action::define, s.relation, p);
        object(action::define, object_kind::table,
               written_name{{}, s.newschema, s.relation->relname}, p);
    } else {
        named_object(s.object_type, s.object, p);
        const auto parts = name_parts(s.object);
        if (!parts.empty())
            object_type(s.object_type, {s.newschema, parts.back()}, p);
    }
    defines();
}

void walker::owner(const message& m, const place& p) {
    const auto& s = cast<PgQuery__AlterOwnerStmt>(m);
    if (s.relation != nullptr)
        relation(action::define, s.relation, p);
    else
        named_object(s.object_type, s.object, p);
    role(s.newowner);
    defines();
}

// Staying with oneself is what restored dumps ask for.
void walker::role(const PgQuery__RoleSpec* r) {
    const bool self =
        r != nullptr && (r->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_USER ||
                         r->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_ROLE ||
                         r->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_SESSION_USER ||
                         (r->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CSTRING &&
                          r->rolename == scope_.backend_login));
    if (!self)
        facility("roles");
}

void walker::comment(const message& m, const place& p) {
    const auto& s = cast<PgQuery__CommentStmt>(m);
    // pg_dump sets the comment of the database's own extensions and schemas too: those are for who
    // owns them.
    named_object(s.objtype, s.object, p);
    defines();
}

void walker::grant(const message& m, const place& p) {
    const auto& s = cast<PgQuery__GrantStmt>(m);
    for (const auto* n : node_list{s.objects, s.n_objects}) {
        if (s.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_ALL_IN_SCHEMA)
            object_type(PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA, name_parts(n), p);
        else
            named_object(s.objtype, n, p);
    }
    defines();
}

void walker::default_privileges(const message& m, const place&) {
    const auto& s = cast<PgQuery__AlterDefaultPrivilegesStmt>(m);
    bool limited = false;
    for (const auto* n : node_list{s.options, s.n_options}) {
        const auto* option = as<PgQuery__DefElem>(n);
        const auto* list = option != nullptr ? as<PgQuery__List>(option->arg) : nullptr;
        if (list == nullptr)
            continue;
        if (std::string_view(option->defname) == "roles")
            for (const auto* r : node_list{list->items, list->n_items})
                role(as<PgQuery__RoleSpec>(r));
        if (std::string_view(option->defname) != "schemas")
            continue;
        for (const auto schema : strings_of({list->items, list->n_items}))
            define_schema(schema);
        limited = list->n_items > 0;
    }
    if (!limited)
        define_database(scope_.database);
    defines();
}

// --- CREATE and ALTER of types, operators, collations, text search objects

// Options name functions, types and templates; the grammar gives all of them as type names.
void walker::definition_options(node_list options, const place& p) {
    for (const auto* n : options) {
        const auto* option = as<PgQuery__DefElem>(n);
        const auto* type = option != nullptr ? as<PgQuery__TypeName>(option->arg) : nullptr;
        if (type == nullptr) {
            push(n, p);
            continue;
        }
        const std::string_view name = option->defname;
        const bool is_type =
            name == "basetype" || name == "stype" || name == "mstype" || name == "leftarg" ||
            name == "rightarg" || name == "subtype" || name == "element" || name == "like" ||
            name == "sortop" || name == "commutator" || name == "negator" || name == "collation" ||
            name == "subtype_opclass" || name == "multirange_type_name" || name == "template" ||
            name == "parser" || name == "copy" || name == "from" || name == "storage" ||
            name == "alignment" || name == "category" || name == "provider" || name == "parallel" ||
            name == "finalfunc_modify" || name == "mfinalfunc_modify" || name == "locale" ||
            name == "lc_collate" || name == "lc_ctype" || name == "dictionary" ||
            name == "language" || name == "stopwords" || name == "initcond" || name == "minitcond";
        if (is_type)
            push(n, p);
        else // a function, or an option that is new to us and may name one
            call_function(strings_of({type->names, type->n_names}), {}, false, p);
    }
}

namespace {

bool takes_texts(node_list options) {
    std::size_t texts = 0;
    for (const auto* n : options) {
        const auto* option = as<PgQuery__DefElem>(n);
        const auto* type = option != nullptr ? as<PgQuery__TypeName>(option->arg) : nullptr;
        const std::string_view name = option != nullptr ? option->defname : "";
        if (type == nullptr || (name != "leftarg" && name != "rightarg"))
            continue;
        const auto parts = strings_of({type->names, type->n_names});
        const bool text =
            !parts.empty() && (parts.back() == "text" || parts.back() == "name" ||
                               parts.back() == "varchar" || parts.back() == "unknown");
        texts += text && type->n_array_bounds == 0 ? 1 : 0;
    }
    return texts == 2;
}

} // namespace

void walker::define(const message& m, const place& p) {
    const auto& s = cast<PgQuery__DefineStmt>(m);
    object_type(s.kind, strings_of({s.defnames, s.n_defnames}), p);
    const node_list options{s.definition, s.n_definition};
    // A base type is made of C functions.
    if (s.kind == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE && !options.empty())
        facility("languages");
    // An equality of texts would stand for the engine's own wherever the path puts it first: see
    // names_public_settings.
    const auto name = strings_of({s.defnames, s.n_defnames});
    if (s.kind == PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR && !name.empty() && name.back() == "=" &&
        takes_texts(options))
        facility("operators for the engine's own types");
    definition_options(options, p);
    push_all({s.args, s.n_args}, p);
    defines();
}

void walker::named_definition(const message& m, const place& p) {
    const auto type = [&](node_list name) {
        object(action::define, object_kind::type, strings_of(name), p);
    };
    const auto* kind = m.descriptor;
    auto inside = p;
    inside.embedded = true;
    defines();
    if (kind == &pg_query__composite_type_stmt__descriptor) {
        const auto& s = cast<PgQuery__CompositeTypeStmt>(m);
        object(action::define, object_kind::type, name_from(*s.typevar), p);
        return push_rest(m, inside, {&s.typevar->base});
    }
    if (kind == &pg_query__alter_operator_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterOperatorStmt>(m);
        object_type(PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR,
                    strings_of({s.opername->objname, s.opername->n_objname}), p);
        definition_options({s.options, s.n_options}, p);
        return push(&s.opername->base, p);
    }
    if (kind == &pg_query__create_range_stmt__descriptor) {
        const auto& s = cast<PgQuery__CreateRangeStmt>(m);
        type({s.type_name, s.n_type_name});
        return definition_options({s.params, s.n_params}, p);
    }
    if (kind == &pg_query__alter_type_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterTypeStmt>(m);
        type({s.type_name, s.n_type_name});
        return definition_options({s.options, s.n_options}, p);
    }
    if (kind == &pg_query__create_domain_stmt__descriptor) {
        const auto& s = cast<PgQuery__CreateDomainStmt>(m);
        type({s.domainname, s.n_domainname});
    } else if (kind == &pg_query__alter_domain_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterDomainStmt>(m);
        type({s.type_name, s.n_type_name});
    } else if (kind == &pg_query__create_enum_stmt__descriptor) {
        const auto& s = cast<PgQuery__CreateEnumStmt>(m);
        type({s.type_name, s.n_type_name});
    } else if (kind == &pg_query__alter_enum_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterEnumStmt>(m);
        type({s.type_name, s.n_type_name});
    } else if (kind == &pg_query__alter_collation_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterCollationStmt>(m);
        type({s.collname, s.n_collname});
    } else if (kind == &pg_query__alter_tsdictionary_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterTSDictionaryStmt>(m);
        type({s.dictname, s.n_dictname});
    } else if (kind == &pg_query__alter_tsconfiguration_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterTSConfigurationStmt>(m);
        type({s.cfgname, s.n_cfgname});
        for (const auto* n : node_list{s.dicts, s.n_dicts})
            if (const auto parts = name_parts(n); parts.size() > 1)
                object(action::reference, object_kind::type, parts, p);
    } else if (kind == &pg_query__alter_stats_stmt__descriptor) {
        const auto& s = cast<PgQuery__AlterStatsStmt>(m);
        type({s.defnames, s.n_defnames});
    } else {
        return fail(policy::problem::internal_error, "a definition without a rule");
    }
    push_rest(m, inside);
}

} // namespace ringfence::sql::postgresql
