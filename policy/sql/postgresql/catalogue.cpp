#include "policy/sql/postgresql/catalogue.h"

#include <algorithm>
#include <array>

namespace ringfence::sql::postgresql {
namespace {

constexpr auto allowed = catalogue_class::allowed;
constexpr auto guarded = catalogue_class::guarded;
constexpr auto refused = catalogue_class::refused;

// PostgreSQL 15, 17 and 18. What a relation shows of others must not be a value from their rows, a
// secret, or what their sessions do; names and definitions are visible to every role natively.
constexpr auto system_catalogue = std::to_array<catalogue_rule>({
    {"pg_aggregate", allowed, "psql \\da, pg_dump"},
    {"pg_aios", refused, "other sessions"},
    {"pg_am", allowed, "psql \\dA, SQLAlchemy"},
    {"pg_amop", allowed, "psql \\dAo, pg_dump"},
    {"pg_amproc", allowed, "psql \\dAp, pg_dump"},
    {"pg_attrdef", allowed, "psql \\d, every ORM"},
    {"pg_attribute", allowed, "psql \\d, every ORM"},
    {"pg_auth_members", allowed, "psql \\du"},
    {"pg_authid", refused, "password verifiers"},
    {"pg_available_extension_versions", allowed, "psql completion"},
    {"pg_available_extensions", allowed, "psql completion, Rails"},
    {"pg_backend_memory_contexts", refused, "server internals"},
    {"pg_cast", allowed, "psql \\dC, pg_dump, Npgsql"},
    {"pg_class", allowed, "psql \\d, every ORM"},
    {"pg_collation", allowed, "psql \\dO, SQLAlchemy"},
    {"pg_config", refused, "server internals"},
    {"pg_constraint", allowed, "psql \\d, every ORM"},
    {"pg_conversion", allowed, "psql \\dc, pg_dump"},
    {"pg_cursors", allowed, "the session's own cursors"},
    {"pg_database", allowed, "psql \\l, JDBC, Rails"},
    {"pg_db_role_setting", allowed, "pg_dump, psql \\drds; pg_roles shows the same to everyone"},
    {"pg_default_acl", allowed, "psql \\ddp, pg_dump"},
    {"pg_depend", allowed, "psql \\d, pg_dump, Rails"},
    {"pg_description", allowed, "psql \\dd, JDBC, SQLAlchemy"},
    {"pg_enum", allowed, "psql \\dT, asyncpg, Npgsql, SQLAlchemy"},
    {"pg_event_trigger", allowed, "psql \\dy, pg_dump"},
    {"pg_extension", allowed, "psql \\dx, pg_dump, Rails"},
    {"pg_file_settings", refused, "server configuration"},
    {"pg_foreign_data_wrapper", allowed, "psql \\dew, pg_dump"},
    {"pg_foreign_server", allowed, "psql \\des, pg_dump"},
    {"pg_foreign_table", allowed, "psql \\det, pg_dump"},
    {"pg_group", allowed, "names of roles"},
    {"pg_hba_file_rules", refused, "server configuration"},
    {"pg_ident_file_mappings", refused, "server configuration"},
    {"pg_index", allowed, "psql \\di, every ORM"},
    {"pg_indexes", allowed, "Hibernate, Sequelize, TypeORM"},
    {"pg_inherits", allowed, "psql \\d+, Django, TypeORM"},
    {"pg_init_privs", allowed, "pg_dump"},
    {"pg_language", allowed, "psql \\dL, pg_dump"},
    {"pg_largeobject", refused, "contents of large objects"},
    {"pg_largeobject_metadata", allowed, "pg_dump; owners only, no content"},
    {"pg_locks", allowed, "que, good_job: advisory locks; no values"},
    {"pg_matviews", allowed, "Rails (scenic), Sequelize"},
    {"pg_namespace", allowed, "psql \\dn, every ORM"},
    {"pg_opclass", allowed, "psql \\dAc, SQLAlchemy"},
    {"pg_operator", allowed, "psql \\do, pg_dump"},
    {"pg_opfamily", allowed, "psql \\dAf, pg_dump"},
    {"pg_parameter_acl", allowed, "psql \\dconfig+"},
    {"pg_partitioned_table", allowed, "psql \\d, Django, TypeORM"},
    {"pg_policies", allowed, "definitions"},
    {"pg_policy", allowed, "psql \\d, pg_dump"},
    {"pg_prepared_statements", allowed, "the session's own statements"},
    {"pg_prepared_xacts", refused, "transactions of other sessions"},
    {"pg_proc", allowed, "psql \\df, pg_dump, Npgsql"},
    {"pg_publication", allowed, "psql \\dRp, pg_dump"},
    {"pg_publication_namespace", allowed, "psql \\dRp+, pg_dump"},
    {"pg_publication_rel", allowed, "psql \\d, pg_dump"},
    {"pg_publication_tables", allowed, "definitions"},
    {"pg_range", allowed, "asyncpg, Npgsql, SQLAlchemy"},
    {"pg_replication_origin", refused, "replication"},
    {"pg_replication_origin_status", refused, "replication"},
    {"pg_replication_slots", refused, "replication"},
    {"pg_rewrite", allowed, "psql \\d, pg_dump"},
    {"pg_roles", allowed, "psql \\du, pg_dump; shows no passwords"},
    {"pg_rules", allowed, "definitions"},
    {"pg_seclabel", allowed, "pg_dump"},
    {"pg_seclabels", allowed, "pg_dump"},
    {"pg_sequence", allowed, "psql \\ds, pg_dump, Rails"},
    {"pg_sequences", refused, "last values of foreign sequences"},
    {"pg_settings", guarded, "psql completion, pg_dump, JDBC; values can be the server's secrets",
     "setting,boot_val,reset_val,sourcefile,sourceline"},
    {"pg_shadow", refused, "password verifiers"},
    {"pg_shdepend", allowed, "pg_dump, psql \\ddp"},
    {"pg_shdescription", allowed, "psql \\l+, pg_dump"},
    {"pg_shmem_allocations", refused, "server internals"},
    {"pg_shmem_allocations_numa", refused, "server internals"},
    {"pg_shseclabel", allowed, "pg_dump"},
    {"pg_stat_activity", refused, "statements of other sessions"},
    {"pg_stat_all_indexes", allowed, "counters, no values"},
    {"pg_stat_all_tables", allowed, "counters, no values"},
    {"pg_stat_archiver", allowed, "counters, no values"},
    {"pg_stat_bgwriter", allowed, "counters, no values"},
    {"pg_stat_checkpointer", allowed, "counters, no values"},
    {"pg_stat_database", allowed, "counters, no values"},
    {"pg_stat_database_conflicts", allowed, "counters, no values"},
    {"pg_stat_gssapi", refused, "other sessions"},
    {"pg_stat_io", allowed, "counters, no values"},
    {"pg_stat_progress_analyze", refused, "other sessions"},
    {"pg_stat_progress_basebackup", refused, "other sessions"},
    {"pg_stat_progress_cluster", refused, "other sessions"},
    {"pg_stat_progress_copy", refused, "other sessions"},
    {"pg_stat_progress_create_index", refused, "other sessions"},
    {"pg_stat_progress_vacuum", refused, "other sessions"},
    {"pg_stat_recovery_prefetch", allowed, "counters, no values"},
    {"pg_stat_replication", refused, "replication"},
    {"pg_stat_replication_slots", refused, "replication"},
    {"pg_stat_slru", allowed, "counters, no values"},
    {"pg_stat_ssl", refused, "other sessions"},
    {"pg_stat_subscription", refused, "replication"},
    {"pg_stat_subscription_stats", refused, "replication"},
    {"pg_stat_sys_indexes", allowed, "counters, no values"},
    {"pg_stat_sys_tables", allowed, "counters, no values"},
    {"pg_stat_user_functions", allowed, "counters, no values"},
    {"pg_stat_user_indexes", allowed, "counters, no values"},
    {"pg_stat_user_tables", allowed, "counters, no values"},
    {"pg_stat_wal", allowed, "counters, no values"},
    {"pg_stat_wal_receiver", refused, "replication, with its connection string"},
    {"pg_stat_xact_all_tables", allowed, "counters, no values"},
    {"pg_stat_xact_sys_tables", allowed, "counters, no values"},
    {"pg_stat_xact_user_functions", allowed, "counters, no values"},
    {"pg_stat_xact_user_tables", allowed, "counters, no values"},
    {"pg_statio_all_indexes", allowed, "counters, no values"},
    {"pg_statio_all_sequences", allowed, "counters, no values"},
    {"pg_statio_all_tables", allowed, "counters, no values"},
    {"pg_statio_sys_indexes", allowed, "counters, no values"},
    {"pg_statio_sys_sequences", allowed, "counters, no values"},
    {"pg_statio_sys_tables", allowed, "counters, no values"},
    {"pg_statio_user_indexes", allowed, "counters, no values"},
    {"pg_statio_user_sequences", allowed, "counters, no values"},
    {"pg_statio_user_tables", allowed, "counters, no values"},
    {"pg_statistic", refused, "values of foreign columns"},
    {"pg_statistic_ext", allowed, "psql \\d, pg_dump; definitions"},
    {"pg_statistic_ext_data", refused, "values of foreign columns"},
    {"pg_stats", refused, "values of foreign columns"},
    {"pg_stats_ext", refused, "values of foreign columns"},
    {"pg_stats_ext_exprs", refused, "values of foreign columns"},
    {"pg_subscription", guarded, "pg_dump counts; connection strings hold passwords",
     "subconninfo"},
    {"pg_subscription_rel", allowed, "psql \\dRs; oids and states"},
    {"pg_tables", allowed, "Django, Sequelize, Knex"},
    {"pg_tablespace", allowed, "psql \\db, pg_dump, JDBC"},
    {"pg_timezone_abbrevs", allowed, "time zones"},
    {"pg_timezone_names", allowed, "Django, psql completion"},
    {"pg_transform", allowed, "pg_dump"},
    {"pg_trigger", allowed, "psql \\d, pg_dump, Rails"},
    {"pg_ts_config", allowed, "psql \\dF, pg_dump"},
    {"pg_ts_config_map", allowed, "psql \\dF+, pg_dump"},
    {"pg_ts_dict", allowed, "psql \\dFd, pg_dump"},
    {"pg_ts_parser", allowed, "psql \\dFp, pg_dump"},
    {"pg_ts_template", allowed, "psql \\dFt, pg_dump"},
    {"pg_type", allowed, "psql \\dT, every driver"},
    {"pg_user", allowed, "names of roles; passwords are masked"},
    {"pg_user_mapping", refused, "passwords"},
    {"pg_user_mappings", guarded, "psql \\deu and its completion; options hold passwords",
     "umoptions"},
    {"pg_views", allowed, "Sequelize, Rails, Hibernate"},
    {"pg_wait_events", allowed, "texts, no values"},
});

// Names and definitions; natively cut down to what the role may use, which a powerful login undoes.
constexpr auto information_schema = std::to_array<catalogue_rule>({
    {"_pg_foreign_data_wrappers", refused, "not for everyone, natively"},
    {"_pg_foreign_servers", refused, "not for everyone, natively"},
    {"_pg_foreign_table_columns", refused, "not for everyone, natively"},
    {"_pg_foreign_tables", refused, "not for everyone, natively"},
    {"_pg_user_mappings", refused, "passwords"},
    {"administrable_role_authorizations", allowed, "definitions, as in pg_catalog"},
    {"applicable_roles", allowed, "definitions, as in pg_catalog"},
    {"attributes", allowed, "Npgsql"},
    {"character_sets", allowed, "definitions, as in pg_catalog"},
    {"check_constraint_routine_usage", allowed, "definitions, as in pg_catalog"},
    {"check_constraints", allowed, "Django, TypeORM"},
    {"collation_character_set_applicability", allowed, "definitions, as in pg_catalog"},
    {"collations", allowed, "definitions, as in pg_catalog"},
    {"column_column_usage", allowed, "definitions, as in pg_catalog"},
    {"column_domain_usage", allowed, "definitions, as in pg_catalog"},
    {"column_options", allowed, "definitions, as in pg_catalog"},
    {"column_privileges", allowed, "definitions, as in pg_catalog"},
    {"column_udt_usage", allowed, "definitions, as in pg_catalog"},
    {"columns", allowed, "every ORM"},
    {"constraint_column_usage", allowed, "every ORM"},
    {"constraint_table_usage", allowed, "definitions, as in pg_catalog"},
    {"data_type_privileges", allowed, "definitions, as in pg_catalog"},
    {"domain_constraints", allowed, "definitions, as in pg_catalog"},
    {"domain_udt_usage", allowed, "definitions, as in pg_catalog"},
    {"domains", allowed, "SQLAlchemy"},
    {"element_types", allowed, "definitions, as in pg_catalog"},
    {"enabled_roles", allowed, "definitions, as in pg_catalog"},
    {"foreign_data_wrapper_options", allowed, "definitions, as in pg_catalog"},
    {"foreign_data_wrappers", allowed, "definitions, as in pg_catalog"},
    {"foreign_server_options", allowed, "definitions, as in pg_catalog"},
    {"foreign_servers", allowed, "definitions, as in pg_catalog"},
    {"foreign_table_options", allowed, "definitions, as in pg_catalog"},
    {"foreign_tables", allowed, "definitions, as in pg_catalog"},
    {"information_schema_catalog_name", allowed, "definitions, as in pg_catalog"},
    {"key_column_usage", allowed, "every ORM"},
    {"parameters", allowed, "Npgsql, Hibernate"},
    {"referential_constraints", allowed, "every ORM"},
    {"role_column_grants", allowed, "definitions, as in pg_catalog"},
    {"role_routine_grants", allowed, "definitions, as in pg_catalog"},
    {"role_table_grants", allowed, "definitions, as in pg_catalog"},
    {"role_udt_grants", allowed, "definitions, as in pg_catalog"},
    {"role_usage_grants", allowed, "definitions, as in pg_catalog"},
    {"routine_column_usage", allowed, "definitions, as in pg_catalog"},
    {"routine_privileges", allowed, "definitions, as in pg_catalog"},
    {"routine_routine_usage", allowed, "definitions, as in pg_catalog"},
    {"routine_sequence_usage", allowed, "definitions, as in pg_catalog"},
    {"routine_table_usage", allowed, "definitions, as in pg_catalog"},
    {"routines", allowed, "Hibernate, TypeORM"},
    {"schemata", allowed, "every ORM"},
    {"sequences", allowed, "Hibernate"},
    {"sql_features", allowed, "definitions, as in pg_catalog"},
    {"sql_implementation_info", allowed, "definitions, as in pg_catalog"},
    {"sql_parts", refused, "not for everyone, natively"},
    {"sql_sizing", allowed, "definitions, as in pg_catalog"},
    {"table_constraints", allowed, "every ORM"},
    {"table_privileges", allowed, "definitions, as in pg_catalog"},
    {"tables", allowed, "every ORM"},
    {"transforms", refused, "not for everyone, natively"},
    {"triggered_update_columns", allowed, "definitions, as in pg_catalog"},
    {"triggers", allowed, "Sequelize"},
    {"udt_privileges", allowed, "definitions, as in pg_catalog"},
    {"usage_privileges", allowed, "definitions, as in pg_catalog"},
    {"user_defined_types", allowed, "definitions, as in pg_catalog"},
    {"user_mapping_options", refused, "passwords"},
    {"user_mappings", refused, "names of other services' mappings"},
    {"view_column_usage", allowed, "definitions, as in pg_catalog"},
    {"view_routine_usage", allowed, "definitions, as in pg_catalog"},
    {"view_table_usage", allowed, "definitions, as in pg_catalog"},
    {"views", allowed, "every ORM"},
});

const catalogue_rule* find(std::string_view schema, std::string_view relation) {
    std::span<const catalogue_rule> rules;
    if (schema == "pg_catalog")
        rules = system_catalogue;
    else if (schema == "information_schema")
        rules = information_schema;
    const auto found = std::lower_bound(
        rules.begin(), rules.end(), relation,
        [](const catalogue_rule& rule, std::string_view wanted) { return rule.name < wanted; });
    return found == rules.end() || found->name != relation ? nullptr : &*found;
}

} // namespace

std::optional<catalogue_class> find_catalogue(std::string_view schema, std::string_view relation) {
    const auto* rule = find(schema, relation);
    return rule == nullptr ? std::nullopt : std::optional(rule->what);
}

std::string_view guarded_columns(std::string_view schema, std::string_view relation) {
    const auto* rule = find(schema, relation);
    return rule == nullptr ? std::string_view() : rule->guarded_columns;
}

bool is_telling_extension_view(std::string_view relation) {
    constexpr auto views = std::to_array<std::string_view>(
        {"pg_buffercache", "pg_buffercache_numa", "pg_qualstats", "pg_qualstats_all",
         "pg_qualstats_by_query", "pg_qualstats_pretty", "pg_stat_kcache", "pg_stat_kcache_detail",
         "pg_stat_monitor", "pg_stat_statements", "pg_stat_statements_info",
         "pg_wait_sampling_current", "pg_wait_sampling_history", "pg_wait_sampling_profile"});
    return std::find(views.begin(), views.end(), relation) != views.end();
}

std::span<const catalogue_rule> catalogue_rules() {
    return system_catalogue;
}
std::span<const catalogue_rule> information_schema_rules() {
    return information_schema;
}

} // namespace ringfence::sql::postgresql
