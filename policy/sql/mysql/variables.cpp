// What may be set, by who sets it. See variables.h.
#include "policy/sql/mysql/variables.h"

#include "policy/sql/mysql/bytes.h"

#include <algorithm>
#include <array>

namespace ringfence::sql::mysql {

namespace {

using kind = variable_rule::kind;

constexpr std::string_view replication = "replication";
constexpr std::string_view administration = "server administration";
constexpr std::string_view others = "accounts";

constexpr auto variables = std::to_array<variable_rule>({
    // How the bytes of a text are read.
    {"sql_mode", kind::mode},
    {"character_set_client", kind::charset},

    // Drivers, ORMs and dumps.
    {"autocommit", kind::allowed},
    {"auto_increment_increment", kind::allowed},
    {"auto_increment_offset", kind::allowed},
    {"character_set_collations", kind::allowed},
    {"character_set_connection", kind::allowed},
    {"character_set_results", kind::allowed},
    {"check_constraint_checks", kind::allowed},
    {"collation_connection", kind::allowed},
    {"column_compression_threshold", kind::allowed},
    {"column_compression_zlib_level", kind::allowed},
    {"completion_type", kind::allowed},
    {"cte_max_recursion_depth", kind::allowed},
    {"default_collation_for_utf8mb4", kind::allowed},
    {"default_storage_engine", kind::facility, "engines"},
    {"default_tmp_storage_engine", kind::facility, "engines"},
    {"default_week_format", kind::allowed},
    {"div_precision_increment", kind::allowed},
    {"eq_range_index_dive_limit", kind::allowed},
    {"error_count", kind::allowed},
    {"explain_format", kind::allowed},
    {"explicit_defaults_for_timestamp", kind::allowed},
    {"foreign_key_checks", kind::allowed},
    {"generated_random_password_length", kind::allowed},
    {"group_concat_max_len", kind::allowed},
    {"histogram_size", kind::allowed},
    {"histogram_type", kind::allowed},
    {"idle_readonly_transaction_timeout", kind::allowed},
    {"idle_transaction_timeout", kind::allowed},
    {"idle_write_transaction_timeout", kind::allowed},
    {"in_predicate_conversion_threshold", kind::allowed},
    {"information_schema_stats_expiry", kind::allowed},
    {"innodb_lock_wait_timeout", kind::allowed},
    {"innodb_snapshot_isolation", kind::allowed},
    {"innodb_strict_mode", kind::allowed},
    {"insert_id", kind::allowed},
    {"interactive_timeout", kind::allowed},
    {"join_buffer_size", kind::allowed},
    {"join_cache_level", kind::allowed},
    {"last_insert_id", kind::allowed},
    {"lc_messages", kind::allowed},
    {"lc_time_names", kind::allowed},
    {"lock_wait_timeout", kind::allowed},
    {"long_query_time", kind::allowed},
    {"low_priority_updates", kind::allowed},
    {"max_allowed_packet", kind::allowed},
    {"max_execution_time", kind::allowed},
    {"max_heap_table_size", kind::allowed},
    {"max_length_for_sort_data", kind::allowed},
    {"max_recursive_iterations", kind::allowed},
    {"max_rowid_filter_size", kind::allowed},
    {"max_sort_length", kind::allowed},
    {"max_sp_recursion_depth", kind::allowed},
    {"max_statement_time", kind::allowed},
    {"min_examined_row_limit", kind::allowed},
    {"mrr_buffer_size", kind::allowed},
    {"net_buffer_length", kind::allowed},
    {"net_read_timeout", kind::allowed},
    {"net_retry_count", kind::allowed},
    {"net_write_timeout", kind::allowed},
    {"new_mode", kind::allowed},
    {"note_verbosity", kind::allowed},
    {"old_alter_table", kind::allowed},
    {"old_mode", kind::facility, administration},
    {"optimizer_max_subgraph_pairs", kind::allowed},
    {"optimizer_prune_level", kind::allowed},
    {"optimizer_search_depth", kind::allowed},
    {"optimizer_selectivity_sampling_limit", kind::allowed},
    {"optimizer_switch", kind::allowed},
    {"optimizer_trace", kind::allowed},
    {"optimizer_use_condition_selectivity", kind::allowed},
    {"preload_buffer_size", kind::allowed},
    {"print_identified_with_as_hex", kind::allowed},
    {"profiling", kind::allowed},
    {"profiling_history_size", kind::allowed},
    {"progress_report_time", kind::allowed},
    {"query_cache_type", kind::allowed},
    {"query_cache_wlock_invalidate", kind::allowed},
    {"query_prealloc_size", kind::allowed},
    {"rand_seed1", kind::allowed},
    {"rand_seed2", kind::allowed},
    {"range_alloc_block_size", kind::allowed},
    {"range_optimizer_max_mem_size", kind::allowed},
    {"read_buffer_size", kind::allowed},
    {"read_rnd_buffer_size", kind::allowed},
    {"rowid_merge_buff_size", kind::allowed},
    {"select_into_buffer_size", kind::allowed},
    {"show_create_table_skip_secondary_engine", kind::allowed},
    {"show_create_table_verbosity", kind::allowed},
    {"show_gipk_in_create_table_and_information_schema", kind::allowed},
    {"sort_buffer_size", kind::allowed},
    {"session_track_gtids", kind::allowed},
    {"session_track_schema", kind::allowed},
    {"session_track_state_change", kind::allowed},
    {"session_track_system_variables", kind::allowed},
    {"session_track_transaction_info", kind::allowed},
    {"sql_auto_is_null", kind::allowed},
    {"sql_big_selects", kind::allowed},
    {"sql_buffer_result", kind::allowed},
    {"sql_generate_invisible_primary_key", kind::allowed},
    {"sql_if_exists", kind::allowed},
    {"sql_notes", kind::allowed},
    {"sql_quote_show_create", kind::allowed},
    {"sql_require_primary_key", kind::allowed},
    {"sql_safe_updates", kind::allowed},
    {"sql_select_limit", kind::allowed},
    {"sql_warnings", kind::allowed},
    {"storage_engine", kind::facility, "engines"},
    {"system_versioning_alter_history", kind::allowed},
    {"system_versioning_asof", kind::allowed},
    {"system_versioning_insert_history", kind::allowed},
    {"tcp_nodelay", kind::allowed},
    {"time_zone", kind::allowed},
    {"timestamp", kind::allowed},
    {"tmp_table_size", kind::allowed},
    {"transaction_alloc_block_size", kind::allowed},
    {"transaction_isolation", kind::allowed},
    {"transaction_prealloc_size", kind::allowed},
    {"transaction_read_only", kind::allowed},
    {"tx_isolation", kind::allowed},
    {"tx_read_only", kind::allowed},
    {"unique_checks", kind::allowed},
    {"updatable_views_with_limit", kind::allowed},
    {"use_stat_tables", kind::allowed},
    {"wait_timeout", kind::allowed},
    {"warning_count", kind::allowed},
    {"windowing_use_high_precision", kind::allowed},

    // Not this session's business alone.
    {"sql_log_bin", kind::facility, replication},
    {"sql_log_off", kind::facility, administration},
    {"binlog_format", kind::facility, replication},
    {"binlog_row_image", kind::facility, replication},
    {"gtid_next", kind::facility, replication},
    {"gtid_domain_id", kind::facility, replication},
    {"gtid_seq_no", kind::facility, replication},
    {"server_id", kind::facility, replication},
    {"pseudo_slave_mode", kind::facility, replication},
    {"pseudo_replica_mode", kind::facility, replication},
    {"pseudo_thread_id", kind::facility, replication},
    {"skip_replication", kind::facility, replication},
    {"read_only", kind::facility, administration},
    {"super_read_only", kind::facility, administration},
    {"general_log", kind::facility, administration},
    {"slow_query_log", kind::facility, administration},
    {"log_output", kind::facility, administration},
    {"general_log_file", kind::facility, "files"},
    {"slow_query_log_file", kind::facility, "files"},
    {"secure_file_priv", kind::facility, "files"},
    {"local_infile", kind::facility, administration},
    {"init_connect", kind::facility, administration},
    {"event_scheduler", kind::facility, administration},
    {"resultset_metadata", kind::facility, administration},
    {"debug", kind::facility, administration},
    {"debug_sync", kind::facility, administration},
    {"proxy_user", kind::facility, others},
    {"external_user", kind::facility, others},
});

} // namespace

const variable_rule* find_variable(std::string_view name) {
    const auto* found = std::find_if(variables.begin(), variables.end(), [&](const auto& v) {
        return equal_ignoring_case(v.name, name);
    });
    return found == variables.end() ? nullptr : found;
}

std::span<const variable_rule> variable_rules() {
    return variables;
}

} // namespace ringfence::sql::mysql
