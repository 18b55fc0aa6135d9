// Statements that define relations and what hangs on them.
#include "policy/sql/postgresql/names.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

using policy::action;
using policy::object_kind;

namespace {

const void* part(const PgQuery__RangeVar* r) {
    return r;
}

// What is kept with the catalogue runs later, by whoever uses it.
place kept(place p) {
    p.embedded = true;
    return p;
}

} // namespace

void walker::cascade(PgQuery__DropBehavior behavior) {
    result_.cascades = result_.cascades || behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

void walker::defines() {
    effect({.what = policy::session_effect::kind::defines,
            .values = {},
            .text = {},
            .lasting = false});
}

// Where expressions about one table stand: its columns are in sight, and need no touch beside the
// definition.
place walker::table_place(const PgQuery__RangeVar* r, const place& p) {
    auto inside = p;
    inside.level = names_.add_level(no_level);
    if (r != nullptr)
        names_.at(inside.level)
            .sources.push_back({.name = r->relname, .schema = {}, .has_alias = true, .uses = {}});
    return inside;
}

void walker::create_table(const message& m, const place& p) {
    const auto& s = cast<PgQuery__CreateStmt>(m);
    relation(action::define, s.relation, p);
    // A child's rows show in the parent, and the parent's owner can change the child.
    const node_list parents{s.inh_relations, s.n_inh_relations};
    for (const auto* parent : parents)
        relation(action::define, as<PgQuery__RangeVar>(parent), p);
    if (*s.tablespacename != '\0')
        facility("tablespaces");
    if (!is_temporary(s.relation))
        defines();
    push_rest(m, kept(table_place(s.relation, p)), parents, {part(s.relation)});
}

void walker::table_like(const message& m, const place& p) {
    const auto& s = cast<PgQuery__TableLikeClause>(m);
    relation(action::read, s.relation, p);
}

void walker::column_definition(const message& m, const place& p) {
    const auto& s = cast<PgQuery__ColumnDef>(m);
    if (s.identity_sequence != nullptr)
        relation(action::define, s.identity_sequence, p);
    push_rest(m, p, {part(s.identity_sequence)});
}

void walker::constraint(const message& m, const place& p) {
    const auto& s = cast<PgQuery__Constraint>(m);
    if (s.pktable != nullptr) {
        // A foreign key tells which values exist, and keeps its target from changing.
        std::vector<std::string> columns;
        for (const auto column : strings_of({s.pk_attrs, s.n_pk_attrs}))
            columns.emplace_back(column);
        relation(action::reference, s.pktable, p, std::move(columns));
    }
    for (const auto* exclusion : node_list{s.exclusions, s.n_exclusions})
        if (const auto* pair = as<PgQuery__List>(exclusion); pair != nullptr && pair->n_items == 2)
            if (const auto* op = as<PgQuery__List>(pair->items[1]))
                operator_name({op->items, op->n_items}, p);
    if (*s.indexspace != '\0')
        facility("tablespaces");
    push_rest(m, p, {part(s.pktable)});
}

void walker::alter_table(const message& m, const place& p) {
    const auto& s = cast<PgQuery__AlterTableStmt>(m);
    if (s.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE)
        object(action::define, object_kind::type, name_from(*s.relation), p);
    else
        relation(action::define, s.relation, p);
    const auto inside = kept(table_place(s.relation, p));
    for (const auto* n : node_list{s.cmds, s.n_cmds}) {
        const auto* cmd = as<PgQuery__AlterTableCmd>(n);
        if (cmd == nullptr) {
            fail(policy::problem::unknown_node, "ALTER TABLE with an unknown part");
            return;
        }
        const node* handled = nullptr;
        cascade(cmd->behavior);
        switch (cmd->subtype) {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropInherit:
            relation(action::define, as<PgQuery__RangeVar>(cmd->def), p);
            handled = cmd->def;
            break;
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize:
            if (const auto* partition = as<PgQuery__PartitionCmd>(cmd->def)) {
                relation(action::define, partition->name, p);
                push_rest(partition->base, inside, {part(partition->name)});
                handled = cmd->def;
            }
            break;
        case PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner:
            role(cmd->newowner);
            break;
        // Those behind foreign keys, other services' too, are a superuser's.
        case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigAll:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigAll:
            facility("referential integrity triggers");
            break;
        case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig:
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig:
            if (std::string_view(cmd->name).starts_with("RI_ConstraintTrigger"))
                facility("referential integrity triggers");
            break;
        case PG_QUERY__ALTER_TABLE_TYPE__AT_SetTableSpace:
            facility("tablespaces");
            break;
        default:
            break;
        }
        push_rest(cmd->base, inside, {unwrap(handled)});
    }
    defines();
}

void walker::create_schema(const message& m, const place& p) {
    const auto& s = cast<PgQuery__CreateSchemaStmt>(m);
    std::string name = s.schemaname;
    if (name.empty() && s.authrole != nullptr)
        name = s.authrole->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CSTRING
                   ? s.authrole->rolename
                   : scope_.backend_login;
    if (name.empty())
        return fail(policy::problem::unknown_node, "CREATE SCHEMA without a name");
    define_schema(name);
    defines();
    // The new schema comes first on the path of its elements.
    auto schemas = paths_[static_cast<std::size_t>(p.path)];
    schemas.insert(schemas.begin(), name);
    auto inside = kept(p);
    inside.path = add_path(std::move(schemas));
    push_rest(m, inside);
}

void walker::view(const message& m, const place& p) {
    const auto& s = cast<PgQuery__ViewStmt>(m);
    relation(action::define, s.view, p);
    defines();
    push_rest(m, kept(p), {part(s.view)});
}

void walker::index(const message& m, const place& p) {
    const auto& s = cast<PgQuery__IndexStmt>(m);
    relation(action::define, s.relation, p);
    if (*s.table_space != '\0')
        facility("tablespaces");
    defines();
    push_rest(m, kept(table_place(s.relation, p)), {part(s.relation)});
}

void walker::sequence(const message& m, const place& p) {
    const bool create = m.descriptor == &pg_query__create_seq_stmt__descriptor;
    const auto* name =
        create ? cast<PgQuery__CreateSeqStmt>(m).sequence : cast<PgQuery__AlterSeqStmt>(m).sequence;
    relation(action::define, name, p);
    defines();
    push_rest(m, p, {part(name)});
}

// Options that name an object, wherever sequences have options: IDENTITY (SEQUENCE NAME s), OWNED
// BY t.c.
void walker::definition_option(const message& m, const place& p) {
    const auto& option = cast<PgQuery__DefElem>(m);
    const std::string_view name = option.defname;
    const auto* list = as<PgQuery__List>(option.arg);
    if (list != nullptr && (name == "sequence_name" || name == "owned_by")) {
        auto parts = strings_of({list->items, list->n_items});
        if (name == "owned_by" && !parts.empty())
            parts.pop_back(); // the column; OWNED BY NONE
        if (!parts.empty())
            object(action::define, object_kind::table, parts, p);
    }
    push_rest(m, p);
}

void walker::trigger(const message& m, const place& p) {
    const auto& s = cast<PgQuery__CreateTrigStmt>(m);
    relation(action::define, s.relation, p);
    if (s.constrrel != nullptr)
        relation(action::reference, s.constrrel, p);
    call_function(strings_of({s.funcname, s.n_funcname}), {}, true, p);
    defines();
    push_rest(m, kept(table_place(s.relation, p)), {part(s.relation), part(s.constrrel)});
}

void walker::rule(const message& m, const place& p) {
    const auto& s = cast<PgQuery__RuleStmt>(m);
    relation(action::define, s.relation, p);
    defines();
    push_rest(m, kept(table_place(s.relation, p)), {part(s.relation)});
}

void walker::row_policy(const message& m, const place& p) {
    const bool create = m.descriptor == &pg_query__create_policy_stmt__descriptor;
    const auto* table =
        create ? cast<PgQuery__CreatePolicyStmt>(m).table : cast<PgQuery__AlterPolicyStmt>(m).table;
    relation(action::define, table, p);
    defines();
    push_rest(m, kept(table_place(table, p)), {part(table)});
}

void walker::statistics(const message& m, const place& p) {
    const auto& s = cast<PgQuery__CreateStatsStmt>(m);
    const node_list tables{s.relations, s.n_relations};
    if (s.n_defnames > 0)
        object(action::define, object_kind::type, strings_of({s.defnames, s.n_defnames}), p);
    const PgQuery__RangeVar* first = nullptr;
    for (const auto* n : tables) {
        const auto* table = as<PgQuery__RangeVar>(n);
        relation(action::define, table, p);
        if (first == nullptr)
            first = table;
    }
    defines();
    push_rest(m, kept(table_place(first, p)), tables);
}

void walker::truncate(const message& m, const place& p) {
    const auto& s = cast<PgQuery__TruncateStmt>(m);
    for (const auto* n : node_list{s.relations, s.n_relations})
        relation(action::write, as<PgQuery__RangeVar>(n), p);
    cascade(s.behavior);
}

void walker::lock(const message& m, const place& p) {
    const auto& s = cast<PgQuery__LockStmt>(m);
    constexpr int access_share = 1;
    for (const auto* n : node_list{s.relations, s.n_relations})
        relation(s.mode == access_share ? action::read : action::write, as<PgQuery__RangeVar>(n),
                 p);
}

// VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH: of a table; without one, of the whole database.
void walker::maintenance(const message& m, const place& p) {
    const PgQuery__RangeVar* table = nullptr;
    if (m.descriptor == &pg_query__vacuum_stmt__descriptor) {
        const auto& s = cast<PgQuery__VacuumStmt>(m);
        // vacuumdb ends with it: looks through the other tables' ages, and touches none.
        const node_list options{s.options, s.n_options};
        const bool statistics_only = std::any_of(options.begin(), options.end(), [](const node* n) {
            const auto* option = as<PgQuery__DefElem>(n);
            return option != nullptr && std::string_view(option->defname) == "only_database_stats";
        });
        if (s.n_rels == 0 && !statistics_only)
            define_database(scope_.database);
        for (const auto* n : node_list{s.rels, s.n_rels})
            if (const auto* r = as<PgQuery__VacuumRelation>(n))
                relation(action::define, r->relation, p);
        return;
    }
    if (m.descriptor == &pg_query__cluster_stmt__descriptor) {
        table = cast<PgQuery__ClusterStmt>(m).relation;
    } else if (m.descriptor == &pg_query__refresh_mat_view_stmt__descriptor) {
        table = cast<PgQuery__RefreshMatViewStmt>(m).relation;
        relation(action::write, table, p); // runs its query
    } else {
        const auto& s = cast<PgQuery__ReindexStmt>(m);
        table = s.relation;
        if (s.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA)
            return define_schema(s.name);
        if (s.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE && *s.name != '\0')
            return define_database(s.name);
        for (const auto* n : node_list{s.params, s.n_params})
            if (const auto* option = as<PgQuery__DefElem>(n);
                option != nullptr && std::string_view(option->defname) == "tablespace")
                facility("tablespaces");
    }
    if (table == nullptr)
        return define_database(scope_.database);
    relation(action::define, table, p);
}

} // namespace ringfence::sql::postgresql
