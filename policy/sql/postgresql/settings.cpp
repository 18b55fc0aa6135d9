// What may be set, with the tool that sets it. See settings.h.
#include "policy/sql/postgresql/settings.h"

#include <algorithm>
#include <array>
#include <string>

namespace ringfence::sql {
namespace {

using kind = setting_rule::kind;

constexpr auto settings = std::to_array<known_setting>({
    {"allow_in_place_tablespaces",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"allow_system_table_mods",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"application_name", {kind::allowed}, "every driver"},
    {"array_nulls", {kind::unsafe}, "would change what an expression means"},
    {"backend_flush_after", {kind::allowed}, "applications that tune a query"},
    {"backslash_quote", {kind::checked}, "old scripts; never less strict than the analyser"},
    {"backtrace_functions",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"bytea_output", {kind::allowed}, "JDBC, Rails, Django"},
    {"check_function_bodies", {kind::allowed}, "pg_dump"},
    {"client_connection_check_interval", {kind::allowed}, "applications that tune a query"},
    {"client_encoding",
     {kind::checked},
     "every driver; only encodings in which no ASCII byte is part of a character"},
    {"client_min_messages", {kind::allowed}, "every driver"},
    {"commit_delay", {kind::facility, "server administration"}, "for the server's administrator"},
    {"commit_siblings",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"composite_type_mismatch",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"compute_query_id", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"constraint_exclusion", {kind::allowed}, "applications that tune a query"},
    {"cpu_index_tuple_cost", {kind::allowed}, "applications that tune a query"},
    {"cpu_operator_cost", {kind::allowed}, "applications that tune a query"},
    {"cpu_tuple_cost", {kind::allowed}, "applications that tune a query"},
    {"createrole_self_grant",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"cursor_tuple_fraction", {kind::allowed}, "applications that tune a query"},
    {"datestyle", {kind::allowed}, "every driver"},
    {"deadlock_timeout",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"debug_discard_caches",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"debug_logical_replication_streaming",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"debug_parallel_query",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"debug_pretty_print", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"debug_print_parse", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"debug_print_plan", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"debug_print_rewritten",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"default_statistics_target", {kind::allowed}, "applications that tune a query"},
    {"default_table_access_method", {kind::allowed}, "pg_dump"},
    {"default_tablespace", {kind::checked}, "pg_dump; only the database's own"},
    {"default_text_search_config", {kind::checked}, "full text search; only the engine's own"},
    {"default_toast_compression", {kind::allowed}, "applications that tune a query"},
    {"default_transaction_deferrable", {kind::allowed}, "JDBC, Rails, Django"},
    {"default_transaction_isolation", {kind::allowed}, "JDBC, Rails, Django"},
    {"default_transaction_read_only", {kind::allowed}, "JDBC, Rails, Django"},
    {"dynamic_library_path", {kind::facility, "libraries"}, "loads code into the server"},
    {"effective_cache_size", {kind::allowed}, "applications that tune a query"},
    {"effective_io_concurrency", {kind::allowed}, "applications that tune a query"},
    {"enable_async_append", {kind::allowed}, "applications that tune a query"},
    {"enable_bitmapscan", {kind::allowed}, "applications that tune a query"},
    {"enable_distinct_reordering", {kind::allowed}, "applications that tune a query"},
    {"enable_gathermerge", {kind::allowed}, "applications that tune a query"},
    {"enable_group_by_reordering", {kind::allowed}, "applications that tune a query"},
    {"enable_hashagg", {kind::allowed}, "applications that tune a query"},
    {"enable_hashjoin", {kind::allowed}, "applications that tune a query"},
    {"enable_incremental_sort", {kind::allowed}, "applications that tune a query"},
    {"enable_indexonlyscan", {kind::allowed}, "applications that tune a query"},
    {"enable_indexscan", {kind::allowed}, "applications that tune a query"},
    {"enable_material", {kind::allowed}, "applications that tune a query"},
    {"enable_memoize", {kind::allowed}, "applications that tune a query"},
    {"enable_mergejoin", {kind::allowed}, "applications that tune a query"},
    {"enable_nestloop", {kind::allowed}, "applications that tune a query"},
    {"enable_parallel_append", {kind::allowed}, "applications that tune a query"},
    {"enable_parallel_hash", {kind::allowed}, "applications that tune a query"},
    {"enable_partition_pruning", {kind::allowed}, "applications that tune a query"},
    {"enable_partitionwise_aggregate", {kind::allowed}, "applications that tune a query"},
    {"enable_partitionwise_join", {kind::allowed}, "applications that tune a query"},
    {"enable_presorted_aggregate", {kind::allowed}, "applications that tune a query"},
    {"enable_self_join_elimination", {kind::allowed}, "applications that tune a query"},
    {"enable_seqscan", {kind::allowed}, "applications that tune a query"},
    {"enable_sort", {kind::allowed}, "applications that tune a query"},
    {"enable_tidscan", {kind::allowed}, "applications that tune a query"},
    {"escape_string_warning", {kind::allowed}, "applications that format values"},
    {"event_triggers", {kind::facility, "server administration"}, "for the server's administrator"},
    {"exit_on_error", {kind::unsafe}, "would end the session at the first error"},
    {"extension_control_path", {kind::facility, "libraries"}, "loads code into the server"},
    {"extension_destdir", {kind::facility, "libraries"}, "loads code into the server"},
    {"extra_float_digits", {kind::allowed}, "every driver"},
    {"file_copy_method",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"force_parallel_mode",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"from_collapse_limit", {kind::allowed}, "applications that tune a query"},
    {"geqo", {kind::allowed}, "applications that tune a query"},
    {"geqo_effort", {kind::allowed}, "applications that tune a query"},
    {"geqo_generations", {kind::allowed}, "applications that tune a query"},
    {"geqo_pool_size", {kind::allowed}, "applications that tune a query"},
    {"geqo_seed", {kind::allowed}, "applications that tune a query"},
    {"geqo_selection_bias", {kind::allowed}, "applications that tune a query"},
    {"geqo_threshold", {kind::allowed}, "applications that tune a query"},
    {"gin_fuzzy_search_limit", {kind::allowed}, "applications that tune a query"},
    {"gin_pending_list_limit", {kind::allowed}, "applications that tune a query"},
    {"hash_mem_multiplier", {kind::allowed}, "applications that tune a query"},
    {"icu_validation_level", {kind::allowed}, "applications that format values"},
    {"idle_in_transaction_session_timeout", {kind::allowed}, "JDBC, Rails, Django"},
    {"idle_session_timeout", {kind::allowed}, "pg_dump"},
    {"ignore_checksum_failure",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"ignore_system_indexes",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"intervalstyle", {kind::allowed}, "every driver"},
    {"io_combine_limit", {kind::allowed}, "applications that tune a query"},
    {"jit", {kind::allowed}, "applications that tune a query"},
    {"jit_above_cost", {kind::allowed}, "applications that tune a query"},
    {"jit_dump_bitcode",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"jit_expressions", {kind::allowed}, "applications that tune a query"},
    {"jit_inline_above_cost", {kind::allowed}, "applications that tune a query"},
    {"jit_optimize_above_cost", {kind::allowed}, "applications that tune a query"},
    {"jit_provider", {kind::facility, "libraries"}, "loads code into the server"},
    {"jit_tuple_deforming", {kind::allowed}, "applications that tune a query"},
    {"join_collapse_limit", {kind::allowed}, "applications that tune a query"},
    {"lc_messages", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"lc_monetary", {kind::allowed}, "applications that format values"},
    {"lc_numeric", {kind::allowed}, "applications that format values"},
    {"lc_time", {kind::allowed}, "applications that format values"},
    {"lo_compat_privileges",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"local_preload_libraries", {kind::facility, "libraries"}, "loads code into the server"},
    {"lock_timeout", {kind::allowed}, "JDBC, Rails, Django"},
    {"log_duration", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_error_verbosity",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_executor_stats", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_lock_failures", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_lock_waits", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_min_duration_sample",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_min_duration_statement",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_min_error_statement",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_min_messages", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_parameter_max_length",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_parameter_max_length_on_error",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_parser_stats", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_planner_stats", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_replication_commands",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_statement", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_statement_sample_rate",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_statement_stats",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"log_temp_files", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"log_transaction_sample_rate",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"logical_decoding_work_mem", {kind::allowed}, "applications that tune a query"},
    {"maintenance_io_concurrency", {kind::allowed}, "applications that tune a query"},
    {"maintenance_work_mem", {kind::allowed}, "applications that tune a query"},
    {"max_parallel_maintenance_workers", {kind::allowed}, "applications that tune a query"},
    {"max_parallel_workers", {kind::allowed}, "applications that tune a query"},
    {"max_parallel_workers_per_gather", {kind::allowed}, "applications that tune a query"},
    {"max_stack_depth",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"md5_password_warnings",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"min_parallel_index_scan_size", {kind::allowed}, "applications that tune a query"},
    {"min_parallel_table_scan_size", {kind::allowed}, "applications that tune a query"},
    {"output_plugin_libraries", {kind::facility, "libraries"}, "loads code into the server"},
    {"parallel_leader_participation", {kind::allowed}, "applications that tune a query"},
    {"parallel_setup_cost", {kind::allowed}, "applications that tune a query"},
    {"parallel_tuple_cost", {kind::allowed}, "applications that tune a query"},
    {"password_encryption",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"plan_cache_mode", {kind::allowed}, "applications that tune a query"},
    {"quote_all_identifiers", {kind::allowed}, "pg_dump"},
    {"random_page_cost", {kind::allowed}, "applications that tune a query"},
    {"recursive_worktable_factor", {kind::allowed}, "applications that tune a query"},
    {"restrict_nonsystem_relation_kind", {kind::allowed}, "pg_dump"},
    {"role", {kind::facility, "roles"}, "another role has other rights"},
    {"row_security", {kind::checked}, "pg_dump; off raises an error where rows would be hidden"},
    {"scram_iterations",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"search_path", {kind::search_path}, "the analyser rules on the list"},
    {"seed", {kind::allowed}, "applications that tune a query"},
    {"seq_page_cost", {kind::allowed}, "applications that tune a query"},
    {"session_authorization", {kind::facility, "roles"}, "another role has other rights"},
    {"session_preload_libraries", {kind::facility, "libraries"}, "loads code into the server"},
    {"session_replication_role",
     {kind::facility, "replication"},
     "switches triggers and rules off"},
    {"shared_preload_libraries", {kind::facility, "libraries"}, "loads code into the server"},
    {"standard_conforming_strings", {kind::checked}, "psql scripts, pg_dump; only on"},
    {"statement_timeout", {kind::allowed}, "every driver"},
    {"stats_fetch_consistency", {kind::allowed}, "applications that tune a query"},
    {"synchronize_seqscans", {kind::allowed}, "pg_dump"},
    {"synchronous_commit", {kind::allowed}, "applications that tune a query"},
    {"tcp_keepalives_count",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"tcp_keepalives_idle",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"tcp_keepalives_interval",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"tcp_user_timeout",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"temp_buffers", {kind::allowed}, "applications that tune a query"},
    {"temp_file_limit",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"temp_tablespaces", {kind::checked}, "old scripts; only the database's own"},
    {"timezone", {kind::allowed}, "every driver"},
    {"timezone_abbreviations", {kind::unsafe}, "would change what an expression means"},
    {"trace_notify", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"trace_sort", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"track_activities", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"track_cost_delay_timing",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"track_counts", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"track_functions", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"track_io_timing", {kind::facility, "logging"}, "decides what the server logs of everyone"},
    {"track_wal_io_timing",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"transaction_deferrable", {kind::allowed}, "JDBC, Rails, Django"},
    {"transaction_isolation", {kind::allowed}, "JDBC, Rails, Django"},
    {"transaction_read_only", {kind::allowed}, "JDBC, Rails, Django"},
    {"transaction_timeout", {kind::allowed}, "pg_dump"},
    {"transform_null_equals", {kind::unsafe}, "would change what an expression means"},
    {"update_process_title",
     {kind::facility, "logging"},
     "decides what the server logs of everyone"},
    {"vacuum_buffer_usage_limit", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_cost_delay", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_cost_limit", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_cost_page_dirty", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_cost_page_hit", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_cost_page_miss", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_failsafe_age", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_freeze_min_age", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_freeze_table_age", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_max_eager_freeze_failure_rate", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_multixact_failsafe_age", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_multixact_freeze_min_age", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_multixact_freeze_table_age", {kind::allowed}, "maintenance by the owner"},
    {"vacuum_truncate", {kind::allowed}, "maintenance by the owner"},
    {"wal_compression",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"wal_consistency_checking",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"wal_init_zero", {kind::facility, "server administration"}, "for the server's administrator"},
    {"wal_recycle", {kind::facility, "server administration"}, "for the server's administrator"},
    {"wal_sender_timeout",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"wal_skip_threshold",
     {kind::facility, "server administration"},
     "for the server's administrator"},
    {"work_mem", {kind::allowed}, "applications that tune a query"},
    {"xmlbinary", {kind::allowed}, "applications that format values"},
    {"xmloption", {kind::allowed}, "pg_dump"},
    {"zero_damaged_pages",
     {kind::facility, "server administration"},
     "for the server's administrator"},
});

// Extensions whose settings run code, load libraries or watch other sessions. All other names with
// a dot are the applications' own.
constexpr auto extension_classes = std::to_array<std::string_view>({
    "age",
    "anon",
    "auth_delay",
    "auto_explain",
    "basebackup_to_shell",
    "basic_archive",
    "citus",
    "credcheck",
    "cron",
    "dblink",
    "duckdb",
    "file_fdw",
    "isn",
    "orafce",
    "passwordcheck",
    "pg_background",
    "pg_cron",
    "pg_hint_plan",
    "pg_partman_bgw",
    "pg_prewarm",
    "pg_profile",
    "pg_qualstats",
    "pg_squeeze",
    "pg_stat_kcache",
    "pg_stat_statements",
    "pg_strom",
    "pg_tle",
    "pg_wait_sampling",
    "pgaudit",
    "pglogical",
    "pgml",
    "pgsodium",
    "pgtle",
    "pljava",
    "pllua",
    "plperl",
    "plpgsql",
    "plpython",
    "plpython3",
    "plr",
    "plrust",
    "pltcl",
    "pltclu",
    "plv8",
    "postgis",
    "postgres_fdw",
    "sepgsql",
    "session_variable",
    "set_user",
    "spock",
    "supautils",
    "timescaledb",
    "tsearch2",
    "vault",
    "xml2",
});

// As PostgreSQL compares the names of encodings: letters and digits only.
constexpr auto safe_encodings = std::to_array<std::string_view>({
    "abc",         "alt",         "euccn",       "eucjis2004",  "eucjp",       "euckr",
    "euctw",       "iso88591",    "iso885910",   "iso885913",   "iso885914",   "iso885915",
    "iso885916",   "iso88592",    "iso88593",    "iso88594",    "iso88595",    "iso88596",
    "iso88597",    "iso88598",    "iso88599",    "koi8",        "koi8r",       "koi8u",
    "latin1",      "latin10",     "latin2",      "latin3",      "latin4",      "latin5",
    "latin6",      "latin7",      "latin8",      "latin9",      "sqlascii",    "tcvn",
    "tcvn5712",    "unicode",     "utf8",        "vscii",       "win",         "win1250",
    "win1251",     "win1252",     "win1253",     "win1254",     "win1255",     "win1256",
    "win1257",     "win1258",     "win866",      "win874",      "windows1250", "windows1251",
    "windows1252", "windows1253", "windows1254", "windows1255", "windows1256", "windows1257",
    "windows1258", "windows866",  "windows874",
});

constexpr std::size_t longest_name = 63;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
    std::string folded(text);
    std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) { return lower(c); });
    return folded;
}

const known_setting* find(std::string_view name) {
    const auto found = std::lower_bound(settings.begin(), settings.end(), name,
                                        [](const known_setting& setting, std::string_view wanted) {
                                            return setting.name < wanted;
                                        });
    return found != settings.end() && found->name == name ? &*found : nullptr;
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
           });
}

// myapp.user_id
bool is_custom(std::string_view name) {
    const auto dot = name.find('.');
    return is_plain_name(name) && dot != std::string_view::npos && dot > 0 &&
           dot + 1 < name.size() &&
           !std::binary_search(extension_classes.begin(), extension_classes.end(),
                               name.substr(0, dot));
}

bool is_safe_encoding(std::string_view value) {
    std::string clean;
    for (const char c : value) {
        if (const char l = lower(c); (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9'))
            clean += l;
    }
    return std::binary_search(safe_encodings.begin(), safe_encodings.end(),
                              std::string_view(clean));
}

bool is_true(std::string_view value) {
    return value == "on" || value == "true" || value == "yes" || value == "1" || value == "t" ||
           value == "y";
}
bool is_false(std::string_view value) {
    return value == "off" || value == "false" || value == "no" || value == "0" || value == "f" ||
           value == "n";
}

bool check(std::string_view name, std::string_view value) {
    if (name == "client_encoding")
        return is_safe_encoding(value);
    const std::string folded = lower(value);
    if (name == "standard_conforming_strings")
        return is_true(folded);
    if (name == "backslash_quote")
        return folded == "safe_encoding" || is_false(folded);
    if (name == "row_security")
        return is_true(folded) || is_false(folded);
    if (name == "default_tablespace" || name == "temp_tablespaces")
        return folded == "pg_default";
    if (name == "default_text_search_config")
        return folded.starts_with("pg_catalog.") || folded.find('.') == std::string::npos;
    return false;
}

} // namespace

setting_rule find_setting(std::string_view name) {
    if (const auto* known = find(name))
        return known->rule;
    return {is_custom(name) ? kind::allowed : kind::unsafe, {}};
}

bool setting_value_allowed(std::string_view name, std::string_view value) {
    const auto rule = find_setting(name);
    const bool to_start = value.empty() || value == "DEFAULT";
    return rule.what == kind::allowed ||
           (rule.what == kind::checked && (to_start || check(name, value)));
}

std::span<const known_setting> known_settings() {
    return settings;
}

} // namespace ringfence::sql
