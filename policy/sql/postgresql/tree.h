// PostgreSQL's parse tree as libpg_query delivers it: typed access where meaning is needed, and
// reflection over the protobuf descriptors where it must be complete. Every pointer lives as long
// as its parsed_text.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace ringfence::sql::postgresql {

using message = ProtobufCMessage;
using node = PgQuery__Node;
using node_list = std::span<node* const>;

// The message inside a Node; null for an absent or an empty one.
[[nodiscard]] inline const message* unwrap(const node* n) {
    if (n == nullptr || n->node_case == PG_QUERY__NODE__NODE__NOT_SET)
        return nullptr;
    return reinterpret_cast<const message*>(
        n->alias); // INVARIANT: all members of the union are message pointers
}

// Null unless `m` is of this type.
template <class T>
[[nodiscard]] const T* as(const message* m) = delete;
template <class T>
[[nodiscard]] const T* as(const node* n) {
    return as<T>(unwrap(n));
}

#define RINGFENCE_NODE_TYPE(type, descriptor_name)                                                 \
    template <>                                                                                    \
    [[nodiscard]] inline const PgQuery__##type* as<PgQuery__##type>(const message* m) {            \
        if (m == nullptr || m->descriptor != &pg_query__##descriptor_name##__descriptor)           \
            return nullptr;                                                                        \
        return reinterpret_cast<const PgQuery__##type*>(m);                                        \
    }
RINGFENCE_NODE_TYPE(AConst, a__const)
RINGFENCE_NODE_TYPE(AArrayExpr, a__array_expr)
RINGFENCE_NODE_TYPE(AExpr, a__expr)
RINGFENCE_NODE_TYPE(AStar, a__star)
RINGFENCE_NODE_TYPE(AIndirection, a__indirection)
RINGFENCE_NODE_TYPE(AccessPriv, access_priv)
RINGFENCE_NODE_TYPE(AlterTableCmd, alter_table_cmd)
RINGFENCE_NODE_TYPE(ColumnRef, column_ref)
RINGFENCE_NODE_TYPE(CommonTableExpr, common_table_expr)
RINGFENCE_NODE_TYPE(Constraint, constraint)
RINGFENCE_NODE_TYPE(DefElem, def_elem)
RINGFENCE_NODE_TYPE(ExecuteStmt, execute_stmt)
RINGFENCE_NODE_TYPE(Float, float)
RINGFENCE_NODE_TYPE(FuncCall, func_call)
RINGFENCE_NODE_TYPE(Integer, integer)
RINGFENCE_NODE_TYPE(JoinExpr, join_expr)
RINGFENCE_NODE_TYPE(List, list)
RINGFENCE_NODE_TYPE(LockingClause, locking_clause)
RINGFENCE_NODE_TYPE(MergeWhenClause, merge_when_clause)
RINGFENCE_NODE_TYPE(NamedArgExpr, named_arg_expr)
RINGFENCE_NODE_TYPE(ObjectWithArgs, object_with_args)
RINGFENCE_NODE_TYPE(ParamRef, param_ref)
RINGFENCE_NODE_TYPE(PartitionCmd, partition_cmd)
RINGFENCE_NODE_TYPE(PublicationObjSpec, publication_obj_spec)
RINGFENCE_NODE_TYPE(RangeFunction, range_function)
RINGFENCE_NODE_TYPE(RangeSubselect, range_subselect)
RINGFENCE_NODE_TYPE(RangeTableFunc, range_table_func)
RINGFENCE_NODE_TYPE(RangeTableSample, range_table_sample)
RINGFENCE_NODE_TYPE(RangeVar, range_var)
RINGFENCE_NODE_TYPE(ResTarget, res_target)
RINGFENCE_NODE_TYPE(BoolExpr, bool_expr)
RINGFENCE_NODE_TYPE(RoleSpec, role_spec)
RINGFENCE_NODE_TYPE(SelectStmt, select_stmt)
RINGFENCE_NODE_TYPE(SortBy, sort_by)
RINGFENCE_NODE_TYPE(String, string)
RINGFENCE_NODE_TYPE(TypeCast, type_cast)
RINGFENCE_NODE_TYPE(TypeName, type_name)
RINGFENCE_NODE_TYPE(VacuumRelation, vacuum_relation)
RINGFENCE_NODE_TYPE(VariableSetStmt, variable_set_stmt)
#undef RINGFENCE_NODE_TYPE

// Pre: `m` is of this type: its handler was found by its descriptor.
template <class T>
[[nodiscard]] const T& cast(const message& m) {
    return *reinterpret_cast<const T*>(&m);
}

// Calls `f(const message&)` for each message directly below `m`, Nodes unwrapped, in the order of
// the fields.
template <class F>
void for_each_child(const message& m, F&& f) {
    const auto* base = reinterpret_cast<const char*>(&m);
    const auto read = [base](unsigned offset, auto& into) {
        std::memcpy(&into, base + offset, sizeof into);
    };
    const auto give = [&f](const message* child) {
        if (child != nullptr && child->descriptor == &pg_query__node__descriptor)
            child = unwrap(reinterpret_cast<const node*>(child));
        if (child != nullptr)
            f(*child);
    };
    for (const auto& field : std::span(m.descriptor->fields, m.descriptor->n_fields)) {
        if (field.type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if (field.label == PROTOBUF_C_LABEL_REPEATED) {
            std::size_t count = 0;
            message* const* items = nullptr;
            read(field.quantifier_offset, count);
            read(field.offset, items);
            for (const auto* item : std::span(items, count))
                give(item);
            continue;
        }
        if ((field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
            std::uint32_t active = 0;
            read(field.quantifier_offset, active);
            if (active != field.id)
                continue;
        }
        const message* item = nullptr;
        read(field.offset, item);
        give(item);
    }
}

// The texts of a list of String nodes; other nodes are left out.
[[nodiscard]] std::vector<std::string_view> strings_of(node_list);

// "A_Const" of "pg_query.A_Const". (The descriptors' short_name is mangled for C.)
[[nodiscard]] std::string_view kind_of(const ProtobufCMessageDescriptor&);
[[nodiscard]] inline std::string_view kind_of(const message& m) {
    return kind_of(*m.descriptor);
}

} // namespace ringfence::sql::postgresql
