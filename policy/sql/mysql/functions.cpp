#include "policy/sql/mysql/functions.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ringfence::sql::mysql {

namespace {

// What sees its arguments only, or what everyone may know of the server.
constexpr auto harmless = std::to_array<std::string_view>({
#include "policy/sql/mysql/functions_data.inc"
});
static_assert(std::is_sorted(harmless.begin(), harmless.end()));

constexpr std::string_view files = "files";
constexpr std::string_view programs = "programs";
constexpr std::string_view replication = "replication";
constexpr std::string_view plugins = "plugins";
constexpr std::string_view sessions = "other sessions";

constexpr function_rule refused[] = {
    {"load_file", files},
    // Waits for, or steers, replication.
    {"master_gtid_wait", replication},
    {"master_pos_wait", replication},
    {"source_pos_wait", replication},
    {"binlog_gtid_pos", replication},
    {"wait_for_executed_gtid_set", replication},
    {"wait_until_sql_thread_after_gtids", replication},
    {"wsrep_sync_wait_upto_gtid", replication},
    {"asynchronous_connection_failover_add_managed", replication},
    {"asynchronous_connection_failover_add_source", replication},
    {"asynchronous_connection_failover_delete_managed", replication},
    {"asynchronous_connection_failover_delete_source", replication},
    {"asynchronous_connection_failover_reset", replication},
    {"group_replication_set_as_primary", replication},
    {"group_replication_switch_to_multi_primary_mode", replication},
    {"group_replication_switch_to_single_primary_mode", replication},
    {"group_replication_set_write_concurrency", replication},
    {"group_replication_set_communication_protocol", replication},
    {"group_replication_reset_member_actions", replication},
    {"group_replication_enable_member_action", replication},
    {"group_replication_disable_member_action", replication},
    // MySQL 9: of the engine, for backups and standbys.
    {"innodb_redo_log_archive_flush", plugins},
    {"innodb_redo_log_archive_start", files},
    {"innodb_redo_log_archive_stop", plugins},
    {"innodb_redo_log_consumer_advance", plugins},
    {"innodb_redo_log_consumer_register", plugins},
    {"innodb_redo_log_consumer_unregister", plugins},
    {"innodb_redo_log_sharp_checkpoint", plugins},
    {"innodb_set_open_files_limit", plugins},
    // Locks by names that all sessions share are the server's: who holds one is told, too.
    {"is_used_lock", sessions},
    // Of plugins and components: secrets, rules and files of the whole server.
    {"keyring_key_fetch", plugins},
    {"keyring_key_generate", plugins},
    {"keyring_key_length_fetch", plugins},
    {"keyring_key_remove", plugins},
    {"keyring_key_store", plugins},
    {"keyring_key_type_fetch", plugins},
    {"audit_log_filter_set_filter", plugins},
    {"audit_log_filter_remove_filter", plugins},
    {"audit_log_filter_set_user", plugins},
    {"audit_log_filter_remove_user", plugins},
    {"audit_log_filter_flush", plugins},
    {"audit_log_encryption_password_get", plugins},
    {"audit_log_encryption_password_set", plugins},
    {"audit_log_read", plugins},
    {"audit_log_read_bookmark", plugins},
    {"audit_log_rotate", plugins},
    {"audit_api_message_emit_udf", plugins},
    {"firewall_group_delist", plugins},
    {"firewall_group_enlist", plugins},
    {"load_rewrite_rules", plugins},
    {"flush_rewrite_rules", plugins},
    {"mysql_firewall_flush_status", plugins},
    {"read_firewall_users", plugins},
    {"read_firewall_whitelist", plugins},
    {"set_firewall_mode", plugins},
    {"set_firewall_group_mode", plugins},
    {"mask_dictionaries_flush", plugins},
    {"mask_dictionary_remove", plugins},
    {"mask_dictionary_term_add", plugins},
    {"gen_dictionary_load", files},
    {"gen_dictionary_drop", plugins},
    {"version_tokens_set", plugins},
    {"version_tokens_edit", plugins},
    {"version_tokens_delete", plugins},
    {"mysql_query_attribute_string", plugins},
    {"decode_histogram", plugins},
    // Libraries that run programs, read files, or speak to other servers, by their usual names.
    {"sys_exec", programs},
    {"sys_eval", programs},
    {"sys_get", programs},
    {"sys_set", programs},
    {"sys_bineval", programs},
    {"lib_mysqludf_sys_info", programs},
    {"do_system", programs},
    {"cmdshell", programs},
    {"spider_direct_sql", "foreign servers"},
    {"spider_bg_direct_sql", "foreign servers"},
    {"spider_copy_tables", "foreign servers"},
    {"spider_flush_table_mon_cache", "foreign servers"},
    {"mroonga_command", files},
    {"http_get", "foreign servers"},
    {"http_post", "foreign servers"},
};

// Sorted, by name, once.
const std::vector<function_rule>& all() {
    static const auto list = [] {
        std::vector<function_rule> rules(std::begin(refused), std::end(refused));
        for (const auto name : harmless)
            rules.push_back({name, {}});
        std::sort(rules.begin(), rules.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
        return rules;
    }();
    return list;
}

} // namespace

const function_rule* find_function(std::string_view name) {
    const auto& list = all();
    const auto found =
        std::lower_bound(list.begin(), list.end(), name,
                         [](const function_rule& r, std::string_view n) { return r.name < n; });
    return found == list.end() || found->name != name ? nullptr : &*found;
}

std::span<const std::string_view> harmless_functions() {
    return harmless;
}

std::span<const function_rule> refused_functions() {
    return refused;
}

} // namespace ringfence::sql::mysql
