#include "policy/sql/postgresql/statements.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

namespace {

using enum statement_class;

constexpr statement_rule rules[] = {
    // Queries and changes of rows.
    {"SelectStmt", data, ""},
    {"InsertStmt", data, ""},
    {"UpdateStmt", data, ""},
    {"DeleteStmt", data, ""},
    {"MergeStmt", data, ""},
    {"ExplainStmt", data, "what it explains"},
    {"DeclareCursorStmt", data, "its query"},
    {"FetchStmt", data, "the cursor's query was analysed"},
    {"ClosePortalStmt", data, ""},
    {"CallStmt", analysed, "the procedure, and its arguments"},
    {"CopyStmt", analysed, "its table or query; files and programs are facilities"},
    {"TruncateStmt", analysed, "CASCADE can reach more: the catalogue's business"},
    {"LockStmt", analysed, ""},
    {"ReturnStmt", analysed, "only in SQL function bodies"},

    // The session.
    {"TransactionStmt", analysed, "two-phase commit outlives the session: a facility"},
    {"ConstraintsSetStmt", analysed, ""},
    {"VariableSetStmt", analysed, "by the settings' allow list"},
    {"VariableShowStmt", analysed, "shows what the session may know"},
    {"DiscardStmt", analysed, "ALL resets the search_path and drops prepared statements"},
    {"PrepareStmt", analysed, "the statement inside"},
    {"ExecuteStmt", analysed, "the gate decides anew what was prepared"},
    {"DeallocateStmt", analysed, ""},
    {"ListenStmt", analysed,
     "channels carry what their senders chose to tell; they belong to no schema"},
    {"UnlistenStmt", analysed, ""},
    {"NotifyStmt", analysed, "as ListenStmt"},
    {"DoStmt", analysed, "its body"},

    // Definitions.
    {"CreateStmt", analysed, ""},
    {"CreateTableAsStmt", analysed, ""},
    {"CreateForeignTableStmt", facility, "foreign servers"},
    {"AlterTableStmt", analysed, ""},
    {"CreateSchemaStmt", analysed, "with its elements"},
    {"ViewStmt", analysed, ""},
    {"RefreshMatViewStmt", analysed, ""},
    {"IndexStmt", analysed, ""},
    {"CreateSeqStmt", analysed, ""},
    {"AlterSeqStmt", analysed, ""},
    {"CreateFunctionStmt", analysed, "with its body"},
    {"AlterFunctionStmt", analysed, ""},
    {"CreateTrigStmt", analysed, ""},
    {"RuleStmt", analysed, ""},
    {"CreatePolicyStmt", analysed, ""},
    {"AlterPolicyStmt", analysed, ""},
    {"CreateStatsStmt", analysed, ""},
    {"AlterStatsStmt", analysed, ""},
    {"CreateDomainStmt", analysed, ""},
    {"AlterDomainStmt", analysed, ""},
    {"CompositeTypeStmt", analysed, ""},
    {"CreateEnumStmt", analysed, ""},
    {"AlterEnumStmt", analysed, ""},
    {"CreateRangeStmt", analysed, ""},
    {"AlterTypeStmt", analysed, ""},
    {"DefineStmt", analysed, "aggregates, operators, types, collations, text search"},
    {"AlterOperatorStmt", analysed, ""},
    {"AlterCollationStmt", analysed, ""},
    {"AlterTSDictionaryStmt", analysed, ""},
    {"AlterTSConfigurationStmt", analysed, ""},
    {"CreateConversionStmt", facility, "casts and conversions"},
    {"CreateCastStmt", facility, "casts and conversions"},
    {"CreateOpClassStmt", facility, "operator classes"},
    {"CreateOpFamilyStmt", facility, "operator classes"},
    {"AlterOpFamilyStmt", facility, "operator classes"},
    {"CreateTransformStmt", facility, "languages"},
    {"DropStmt", analysed, ""},
    {"RenameStmt", analysed, ""},
    {"AlterObjectSchemaStmt", analysed, ""},
    {"AlterObjectDependsStmt", facility, "extensions"},
    {"AlterOwnerStmt", analysed, "the object, and the roles of the server"},
    {"CommentStmt", analysed, ""},
    {"SecLabelStmt", facility, "security labels"},
    {"GrantStmt", analysed, ""},
    {"AlterDefaultPrivilegesStmt", analysed,
     "with IN SCHEMA; without it, all schemas of the database"},
    {"VacuumStmt", analysed, ""},
    {"ClusterStmt", analysed, ""},
    {"ReindexStmt", analysed, ""},
    {"CreatedbStmt", analysed, ""},
    {"DropdbStmt", analysed, ""},
    {"AlterDatabaseStmt", analysed, ""},
    {"AlterDatabaseSetStmt", analysed, ""},
    {"AlterDatabaseRefreshCollStmt", analysed, ""},

    // What reaches beyond a database, or beyond what can be analysed.
    {"GrantRoleStmt", facility, "roles"},
    {"CreateRoleStmt", facility, "roles"},
    {"AlterRoleStmt", facility, "roles"},
    {"AlterRoleSetStmt", facility, "roles"},
    {"DropRoleStmt", facility, "roles"},
    {"DropOwnedStmt", facility, "roles"},
    {"ReassignOwnedStmt", facility, "roles"},
    {"LoadStmt", facility, "files"},
    {"CheckPointStmt", facility, "checkpoints"},
    {"AlterSystemStmt", facility, "server settings"},
    {"CreateTableSpaceStmt", facility, "tablespaces"},
    {"DropTableSpaceStmt", facility, "tablespaces"},
    {"AlterTableSpaceOptionsStmt", facility, "tablespaces"},
    {"AlterTableMoveAllStmt", facility, "tablespaces"},
    {"CreateFdwStmt", facility, "foreign servers"},
    {"AlterFdwStmt", facility, "foreign servers"},
    {"CreateForeignServerStmt", facility, "foreign servers"},
    {"AlterForeignServerStmt", facility, "foreign servers"},
    {"CreateUserMappingStmt", facility, "foreign servers"},
    {"AlterUserMappingStmt", facility, "foreign servers"},
    {"DropUserMappingStmt", facility, "foreign servers"},
    {"ImportForeignSchemaStmt", facility, "foreign servers"},
    {"CreateExtensionStmt", facility, "extensions"},
    {"AlterExtensionStmt", facility, "extensions"},
    {"AlterExtensionContentsStmt", facility, "extensions"},
    {"CreatePLangStmt", facility, "languages"},
    {"CreateAmStmt", facility, "access methods"},
    {"CreateEventTrigStmt", facility, "event triggers"},
    {"AlterEventTrigStmt", facility, "event triggers"},
    {"CreatePublicationStmt", facility, "replication"},
    {"AlterPublicationStmt", facility, "replication"},
    {"CreateSubscriptionStmt", facility, "replication"},
    {"AlterSubscriptionStmt", facility, "replication"},
    {"DropSubscriptionStmt", facility, "replication"},

    // Kinds that stand inside others, or that the server's later stages make.
    {"ReplicaIdentityStmt", analysed, "part of ALTER TABLE"},
    {"PLAssignStmt", denied, "never in a statement of a client"},
    {"SetOperationStmt", denied, "never in a raw parse tree"},
};

} // namespace

std::span<const statement_rule> statement_rules() {
    return rules;
}

const statement_rule* find_statement(std::string_view kind) {
    const auto* found = std::find_if(std::begin(rules), std::end(rules),
                                     [kind](const auto& r) { return r.kind == kind; });
    return found == std::end(rules) ? nullptr : found;
}

} // namespace ringfence::sql::postgresql
