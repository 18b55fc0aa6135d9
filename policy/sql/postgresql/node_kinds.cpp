#include "policy/sql/postgresql/node_kinds.h"

#include <algorithm>
#include <array>

namespace ringfence::sql::postgresql {

namespace {

// Sorted by hand; a test checks it. Those marked 16 and 17 come with newer grammars.
constexpr std::string_view raw[] = {
    "A_ArrayExpr", "A_Const", "A_Expr", "A_Indices", "A_Indirection", "A_Star", "AccessPriv", "Alias",
    "AlterTableCmd", "BitString", "BoolExpr", "Boolean", "BooleanTest", "CTECycleClause", "CTESearchClause",
    "CaseExpr", "CaseWhen", "CoalesceExpr", "CollateClause", "ColumnDef", "ColumnRef", "CommonTableExpr",
    "Constraint", "CreateOpClassItem", "CurrentOfExpr", "DefElem", "Float", "FuncCall", "FunctionParameter",
    "GroupingFunc", "GroupingSet", "IndexElem", "InferClause", "Integer", "IntoClause", "JoinExpr",
    "JsonAggConstructor", "JsonArgument", "JsonArrayAgg", "JsonArrayConstructor", "JsonArrayQueryConstructor", // 16
    "JsonBehavior", "JsonFormat", "JsonFuncExpr", "JsonIsPredicate", "JsonKeyValue", "JsonObjectAgg",         // 16, 17
    "JsonObjectConstructor", "JsonOutput", "JsonParseExpr", "JsonReturning", "JsonScalarExpr",                // 16, 17
    "JsonSerializeExpr", "JsonTable", "JsonTableColumn", "JsonTablePathSpec", "JsonValueExpr",                // 17
    "List", "LockingClause", "MergeSupportFunc", "MergeWhenClause", "MinMaxExpr", "MultiAssignRef",
    "NamedArgExpr", "NullTest", "ObjectWithArgs", "OnConflictClause", "ParamRef", "PartitionBoundSpec",
    "PartitionCmd", "PartitionElem", "PartitionRangeDatum", "PartitionSpec", "PublicationObjSpec",
    "PublicationTable", "RangeFunction", "RangeSubselect", "RangeTableFunc", "RangeTableFuncCol",
    "RangeTableSample", "RangeVar", "RawStmt", "ResTarget", "RoleSpec", "RowExpr", "SQLValueFunction",
    "SetToDefault", "SortBy", "StatsElem", "String", "SubLink", "TableLikeClause", "TriggerTransition", "TypeCast",
    "TypeName", "VacuumRelation", "WindowDef", "WithClause", "XmlExpr", "XmlSerialize",
};

constexpr std::string_view later[] = {
    "Aggref", "AlternativeSubPlan", "ArrayCoerceExpr", "ArrayExpr", "CallContext", "CaseTestExpr",
    "CoerceToDomain", "CoerceToDomainValue", "CoerceViaIO", "CollateExpr", "ConvertRowtypeExpr", "DistinctExpr",
    "FieldSelect", "FieldStore", "FromExpr", "FuncExpr", "InferenceElem", "InlineCodeBlock", "IntList",
    "JsonConstructorExpr", "JsonExpr", "JsonTablePath", "JsonTablePathScan", "JsonTableSiblingJoin", "MergeAction",
    "NextValueExpr", "NullIfExpr", "OidList", "OnConflictExpr", "OpExpr", "Param", "Query",
    "RTEPermissionInfo", "RangeTblEntry", "RangeTblFunction", "RangeTblRef", "RelabelType", "RowCompareExpr", "RowMarkClause",
    "ScalarArrayOpExpr", "SinglePartitionSpec", "SortGroupClause", "SubPlan", "SubscriptingRef", "TableFunc",
    "TableSampleClause", "TargetEntry", "Var", "WindowClause", "WindowFunc", "WindowFuncRunCondition",
    "WithCheckOption",
};

} // namespace

std::span<const std::string_view> raw_node_kinds() { return raw; }
std::span<const std::string_view> later_node_kinds() { return later; }

bool is_raw_node(const ProtobufCMessageDescriptor& kind) {
    return std::binary_search(std::begin(raw), std::end(raw), kind_of(kind));
}

} // namespace ringfence::sql::postgresql
