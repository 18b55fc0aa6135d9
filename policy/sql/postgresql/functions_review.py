"""What people decided about PostgreSQL's functions. generate.py applies it to pg_proc.

A function is harmless by its signature when it is immutable and takes and returns plain data only, or when
one of its arguments is of type `internal`, so that no SQL can call it. All others are named here."""

# Types that name objects, or hold more than data.
NOT_PLAIN = r"\b(oid|oidvector|reg\w+|refcursor|pg_node_tree|pg_ddl_command|trigger|event_trigger|\w+_handler)\b"

# --- harmless, though not by signature: by category, with the reason.
HARMLESS = {
    "compare, hash and convert oids and names of types: numbers, as far as they know": """
        btequalimage btoidcmp btoidvectorcmp btvarstrequalimage hashoid hashoidextended hashoidvector
        hashoidvectorextended nameconcatoid oid oideq oidge oidgt oidlarger oidle oidlt oidne oidsmaller oidin oidout
        oidsend oidrecv oidvectoreq oidvectorge oidvectorgt oidvectorle oidvectorlt oidvectorne oidvectorin
        oidvectorout oidvectorsend oidvectorrecv oidvectortypes int8 min max in_range length bit_in bpcharin
        numeric_in varbit_in varcharin bit_recv bpcharrecv numeric_recv varbit_recv varcharrecv satisfies_hash_partition
        format_type pg_basetype""",
    "read the time zone, the locale or the session's own state": """
        age anytextcat textanycat array_to_json array_to_string cash_in cash_out clock_timestamp concat concat_ws
        convert convert_from convert_to current_database current_query current_schema current_schemas
        current_user date date_add date_subtract date_cmp_timestamptz date_eq_timestamptz date_ge_timestamptz
        date_gt_timestamptz date_in date_le_timestamptz date_lt_timestamptz date_ne_timestamptz date_out date_part
        date_trunc extract format gen_random_uuid generate_series get_current_ts_config getdatabaseencoding
        getpgusername inet_client_addr inet_client_port inet_server_addr inet_server_port interval_in interval_out
        interval_pl_timestamptz lastval make_timestamptz money now numeric overlaps quote_literal quote_nullable random
        random_normal session_user setseed statement_timestamp system_user time time_in timeofday timestamp
        timestamp_cmp_timestamptz timestamp_eq_timestamptz timestamp_ge_timestamptz timestamp_gt_timestamptz
        timestamp_in timestamp_le_timestamptz timestamp_lt_timestamptz timestamp_ne_timestamptz timestamp_out
        timestamptz timestamptz_cmp_date timestamptz_cmp_timestamp timestamptz_eq_date timestamptz_eq_timestamp
        timestamptz_ge_date timestamptz_ge_timestamp timestamptz_gt_date timestamptz_gt_timestamp timestamptz_in
        timestamptz_le_date timestamptz_le_timestamp timestamptz_lt_date timestamptz_lt_timestamp
        timestamptz_mi_interval timestamptz_ne_date timestamptz_ne_timestamp timestamptz_out timestamptz_pl_interval
        timetz timetz_in timezone to_char to_date to_number to_timestamp transaction_timestamp uuidv4 uuidv7 version
        array_sample array_shuffle time_recv timetz_recv timestamp_recv timestamptz_recv interval_recv xid""",
    "JSON, XML and arrays of what they are given": """
        json_agg json_agg_strict json_build_array json_build_object json_object_agg json_object_agg_strict
        json_object_agg_unique json_object_agg_unique_strict json_populate_record json_populate_recordset json_to_record
        json_to_recordset jsonb_agg jsonb_agg_strict jsonb_build_array jsonb_build_object jsonb_path_exists_tz
        jsonb_path_match_tz jsonb_path_query_array_tz jsonb_path_query_first_tz jsonb_path_query_tz
        jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_to_record jsonb_to_recordset
        row_to_json to_json to_jsonb xml xml_in xml_is_well_formed xml_recv xml_send jsonb_object_agg
        jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict""",
    "text search with a configuration: a cast to regconfig is ruled on where it stands": """
        json_to_tsvector jsonb_to_tsvector phraseto_tsquery plainto_tsquery to_tsquery to_tsvector ts_debug ts_headline
        ts_lexize ts_match_tq ts_match_tt ts_parse ts_token_type websearch_to_tsquery""",
    "enums": """
        enum_cmp enum_eq enum_first enum_ge enum_gt enum_larger enum_last enum_le enum_lt enum_ne enum_range
        enum_smaller hashenum hashenumextended anyenum_in""",
    "write a value out as text or bytes": """
        aclitemin aclitemout anyarray_out anyarray_send anycompatiblearray_out anycompatiblearray_send
        anycompatiblemultirange_out anycompatiblerange_out anyenum_out anymultirange_out anyrange_out array_out
        array_send bpcharsend brin_bloom_summary_send brin_minmax_multi_summary_send cstring_send enum_out enum_send
        multirange_out multirange_send namesend pg_ddl_command_in pg_ddl_command_out pg_ddl_command_recv
        pg_ddl_command_send pg_dependencies_send pg_mcv_list_send pg_ndistinct_send pg_node_tree_in pg_node_tree_out
        pg_node_tree_recv pg_node_tree_send range_out range_send record_out record_send regclassout regclasssend
        regcollationout regcollationsend regconfigout regconfigsend regdictionaryout regdictionarysend regnamespaceout
        regnamespacesend regoperatorout regoperatorsend regoperout regopersend regprocedureout regproceduresend
        regprocout regprocsend regroleout regrolesend regtypeout regtypesend regclassrecv regcollationrecv
        regconfigrecv regdictionaryrecv regnamespacerecv regoperatorrecv regoperrecv regprocedurerecv regprocrecv
        regrolerecv regtyperecv textsend varcharsend bpcharrecv cstring_recv namerecv textrecv unknownrecv
        unknownsend cstring_in cstring_out void_in trigger_in trigger_out event_trigger_in event_trigger_out
        language_handler_in language_handler_out fdw_handler_in fdw_handler_out index_am_handler_in
        index_am_handler_out table_am_handler_in table_am_handler_out tsm_handler_in tsm_handler_out""",
    "describe what the catalogue shows to everyone anyway (psql, pg_dump, ORMs)": """
        acldefault aclexplode makeaclitem amvalidate col_description obj_description shobj_description
        pg_collation_actual_version pg_collation_for pg_collation_is_visible pg_column_compression pg_column_size
        pg_column_toast_chunk_id pg_conversion_is_visible pg_database_collation_actual_version pg_describe_object
        pg_char_to_encoding pg_encoding_to_char pg_filenode_relation pg_function_is_visible pg_get_acl
        pg_get_catalog_foreign_keys pg_get_constraintdef pg_get_expr pg_get_function_arg_default
        pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result pg_get_function_sqlbody
        pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_object_address pg_get_partition_constraintdef
        pg_get_partkeydef pg_get_publication_tables pg_get_ruledef pg_get_statisticsobjdef
        pg_get_statisticsobjdef_columns pg_get_statisticsobjdef_expressions pg_get_triggerdef pg_get_userbyid
        pg_get_viewdef pg_identify_object pg_identify_object_as_address pg_index_column_has_property
        pg_index_has_property pg_indexam_has_property pg_indexam_progress_phasename pg_is_other_temp_schema
        pg_my_temp_schema pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible pg_options_to_table
        pg_sequence_parameters pg_settings_get_flags pg_statistics_obj_is_visible
        pg_table_is_visible pg_tablespace_databases pg_tablespace_location pg_timezone_abbrevs
        pg_timezone_abbrevs_abbrevs pg_timezone_abbrevs_zone pg_timezone_names pg_ts_config_is_visible
        pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible pg_type_is_visible pg_typeof
        pg_available_extension_versions pg_available_extensions pg_extension_update_paths pg_mcv_list_items
        has_largeobject_privilege has_parameter_privilege has_tablespace_privilege has_language_privilege
        has_foreign_data_wrapper_privilege has_server_privilege pg_has_role has_database_privilege
        has_schema_privilege has_type_privilege has_function_privilege to_regrole to_regnamespace regrolein
        regnamespacein pg_get_wait_events pg_tablespace_size _pg_char_max_length _pg_char_octet_length
        _pg_datetime_precision _pg_expandarray _pg_index_position _pg_interval_type _pg_numeric_precision
        _pg_numeric_precision_radix _pg_numeric_scale _pg_truetypid _pg_truetypmod _pg_keysequal postgresql_fdw_validator""",
    "transactions, snapshots and positions in the log: counters without content": """
        mxid_age pg_backend_pid pg_client_encoding pg_conf_load_time pg_control_checkpoint pg_control_init
        pg_control_recovery pg_control_system pg_current_snapshot pg_current_wal_flush_lsn pg_current_wal_insert_lsn
        pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned pg_export_snapshot
        pg_get_multixact_members pg_get_wal_replay_pause_state pg_get_wal_resource_managers pg_is_in_recovery
        pg_is_wal_replay_paused pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn
        pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_numa_available pg_postmaster_start_time
        pg_split_walfile_name pg_walfile_name pg_walfile_name_offset pg_xact_commit_timestamp
        pg_xact_commit_timestamp_origin pg_xact_status txid_current txid_current_if_assigned txid_current_snapshot
        txid_status""",
    "the session's own cursors, prepared statements, channels and locks; advisory locks and NOTIFY span the database by design": """
        pg_cursor pg_prepared_statement pg_listening_channels pg_notification_queue_usage pg_notify pg_advisory_lock
        pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
        pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
        pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_lock_status pg_blocking_pids
        pg_safe_snapshot_blocking_pids pg_sleep pg_sleep_for pg_sleep_until pg_trigger_depth cursor_to_xml
        cursor_to_xmlschema""",
    "triggers and event triggers": """
        suppress_redundant_updates_trigger tsvector_update_trigger tsvector_update_trigger_column unique_key_recheck
        pg_event_trigger_ddl_commands pg_event_trigger_dropped_objects pg_event_trigger_table_rewrite_oid
        pg_event_trigger_table_rewrite_reason""",
    "statistics: numbers of rows and blocks, no values (monitoring, psql)": """
        pg_stat_clear_snapshot pg_stat_force_next_flush pg_stat_get_snapshot_timestamp
        pg_stat_get_analyze_count pg_stat_get_archiver pg_stat_get_autoanalyze_count pg_stat_get_autovacuum_count
        pg_stat_get_bgwriter_buf_written_checkpoints pg_stat_get_bgwriter_buf_written_clean
        pg_stat_get_bgwriter_maxwritten_clean pg_stat_get_bgwriter_requested_checkpoints
        pg_stat_get_bgwriter_stat_reset_time pg_stat_get_bgwriter_timed_checkpoints pg_stat_get_blocks_fetched
        pg_stat_get_blocks_hit pg_stat_get_buf_alloc pg_stat_get_buf_fsync_backend pg_stat_get_buf_written_backend
        pg_stat_get_checkpoint_sync_time pg_stat_get_checkpoint_write_time pg_stat_get_checkpointer_buffers_written
        pg_stat_get_checkpointer_num_performed pg_stat_get_checkpointer_num_requested
        pg_stat_get_checkpointer_num_timed pg_stat_get_checkpointer_restartpoints_performed
        pg_stat_get_checkpointer_restartpoints_requested pg_stat_get_checkpointer_restartpoints_timed
        pg_stat_get_checkpointer_slru_written pg_stat_get_checkpointer_stat_reset_time
        pg_stat_get_checkpointer_sync_time pg_stat_get_checkpointer_write_time pg_stat_get_db_active_time
        pg_stat_get_db_blk_read_time pg_stat_get_db_blk_write_time pg_stat_get_db_blocks_fetched
        pg_stat_get_db_blocks_hit pg_stat_get_db_checksum_failures pg_stat_get_db_checksum_last_failure
        pg_stat_get_db_conflict_all pg_stat_get_db_conflict_bufferpin pg_stat_get_db_conflict_lock
        pg_stat_get_db_conflict_logicalslot pg_stat_get_db_conflict_snapshot
        pg_stat_get_db_conflict_startup_deadlock pg_stat_get_db_conflict_tablespace pg_stat_get_db_deadlocks
        pg_stat_get_db_idle_in_transaction_time pg_stat_get_db_numbackends pg_stat_get_db_parallel_workers_launched
        pg_stat_get_db_parallel_workers_to_launch pg_stat_get_db_session_time pg_stat_get_db_sessions
        pg_stat_get_db_sessions_abandoned pg_stat_get_db_sessions_fatal pg_stat_get_db_sessions_killed
        pg_stat_get_db_stat_reset_time pg_stat_get_db_temp_bytes pg_stat_get_db_temp_files
        pg_stat_get_db_tuples_deleted pg_stat_get_db_tuples_fetched pg_stat_get_db_tuples_inserted
        pg_stat_get_db_tuples_returned pg_stat_get_db_tuples_updated pg_stat_get_db_xact_commit
        pg_stat_get_db_xact_rollback pg_stat_get_dead_tuples pg_stat_get_function_calls
        pg_stat_get_function_self_time pg_stat_get_function_total_time pg_stat_get_ins_since_vacuum pg_stat_get_io
        pg_stat_get_last_analyze_time pg_stat_get_last_autoanalyze_time pg_stat_get_last_autovacuum_time
        pg_stat_get_last_vacuum_time pg_stat_get_lastscan pg_stat_get_live_tuples pg_stat_get_mod_since_analyze
        pg_stat_get_numscans pg_stat_get_recovery_prefetch pg_stat_get_slru pg_stat_get_total_analyze_time
        pg_stat_get_total_autoanalyze_time pg_stat_get_total_autovacuum_time pg_stat_get_total_vacuum_time
        pg_stat_get_tuples_deleted pg_stat_get_tuples_fetched pg_stat_get_tuples_hot_updated
        pg_stat_get_tuples_inserted pg_stat_get_tuples_newpage_updated pg_stat_get_tuples_returned
        pg_stat_get_tuples_updated pg_stat_get_vacuum_count pg_stat_get_wal pg_stat_get_xact_blocks_fetched
        pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls pg_stat_get_xact_function_self_time
        pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted
        pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted
        pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated""",
}

# --- refused: the facility that they are part of.
REFUSED = {
    "files": """
        pg_read_file pg_read_file_old pg_read_binary_file pg_stat_file pg_ls_dir pg_ls_archive_statusdir pg_ls_logdir
        pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir
        pg_current_logfile""",
    "large objects": """
        lo_close lo_creat lo_create lo_export lo_from_bytea lo_get lo_import lo_lseek lo_lseek64 lo_open lo_put lo_tell
        lo_tell64 lo_truncate lo_truncate64 lo_unlink loread lowrite""",
    "other sessions": """
        pg_cancel_backend pg_terminate_backend pg_log_backend_memory_contexts pg_prepared_xact
        pg_stat_get_activity pg_stat_get_backend_activity pg_stat_get_backend_activity_start
        pg_stat_get_backend_client_addr pg_stat_get_backend_client_port pg_stat_get_backend_dbid
        pg_stat_get_backend_idset pg_stat_get_backend_io pg_stat_get_backend_pid pg_stat_get_backend_start
        pg_stat_get_backend_subxact pg_stat_get_backend_userid pg_stat_get_backend_wait_event
        pg_stat_get_backend_wait_event_type pg_stat_get_backend_wal pg_stat_get_backend_xact_start
        pg_stat_get_progress_info pg_isolation_test_session_is_blocked pg_get_aios""",
    "replication": """
        pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_create_logical_replication_slot
        pg_create_physical_replication_slot pg_drop_replication_slot pg_get_replication_slots pg_log_standby_snapshot
        pg_logical_emit_message pg_logical_slot_get_binary_changes pg_logical_slot_get_changes
        pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes pg_replication_origin_advance
        pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_oid
        pg_replication_origin_progress pg_replication_origin_session_is_setup pg_replication_origin_session_progress
        pg_replication_origin_session_reset pg_replication_origin_session_setup pg_replication_origin_xact_reset
        pg_replication_origin_xact_setup pg_replication_slot_advance pg_show_replication_origin_status
        pg_stat_get_replication_slot pg_stat_get_subscription pg_stat_get_subscription_stats pg_stat_get_wal_receiver
        pg_stat_get_wal_senders pg_sync_replication_slots pg_wal_replay_pause pg_wal_replay_resume pg_promote""",
    "statistics": """
        pg_stat_have_stats pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats
        pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot pg_stat_reset_shared
        pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru
        pg_stat_reset_subscription_stats""",
    "server administration": """
        binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension
        binary_upgrade_logical_slot_has_caught_up binary_upgrade_replorigin_advance binary_upgrade_set_missing_value
        binary_upgrade_set_next_array_pg_type_oid binary_upgrade_set_next_attribute_versions
        binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
        binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
        binary_upgrade_set_next_multirange_array_pg_type_oid binary_upgrade_set_next_multirange_pg_type_oid
        binary_upgrade_set_next_pg_authid_oid binary_upgrade_set_next_pg_enum_oid
        binary_upgrade_set_next_pg_tablespace_oid binary_upgrade_set_next_pg_type_oid
        binary_upgrade_set_next_toast_pg_class_oid binary_upgrade_set_next_toast_relfilenode
        binary_upgrade_set_record_init_privs pg_available_wal_summaries pg_backup_start pg_backup_stop pg_config
        pg_create_restore_point pg_get_backend_memory_contexts pg_get_loaded_modules pg_get_shmem_allocations
        pg_get_shmem_allocations_numa pg_get_wal_summarizer_state pg_hba_file_rules pg_ident_file_mappings
        pg_reload_conf pg_rotate_logfile pg_rotate_logfile_old pg_show_all_file_settings pg_switch_wal
        pg_wal_summary_contents""",
    "system catalogue": """
        pg_extension_config_dump pg_import_system_collations pg_nextoid pg_stop_making_pinned_objects""",
    "procedural languages": """
        fmgr_c_validator fmgr_internal_validator fmgr_sql_validator plpgsql_call_handler plpgsql_validator
        plpgsql_inline_handler""",
    "referential integrity triggers": """
        RI_FKey_cascade_del RI_FKey_cascade_upd RI_FKey_check_ins RI_FKey_check_upd RI_FKey_noaction_del
        RI_FKey_noaction_upd RI_FKey_restrict_del RI_FKey_restrict_upd RI_FKey_setdefault_del RI_FKey_setdefault_upd
        RI_FKey_setnull_del RI_FKey_setnull_upd""",
    "settings": "set_config current_setting pg_show_all_settings",
    "database export": "database_to_xml database_to_xml_and_xmlschema database_to_xmlschema",
    # The input function of any type, a domain's checks included.
    "types named by value": """
        anycompatiblemultirange_in anycompatiblerange_in anymultirange_in anyrange_in array_in array_recv domain_in
        domain_recv enum_in enum_recv multirange_in multirange_recv range_in range_recv record_in record_recv
        anyarray_recv anycompatiblearray_recv""",
}

# --- name objects: (kind, action, positions, any value, functions). With "any value", an argument that is no literal
# is fine, because all that it shows of another's object is in pg_class for everyone.
NAMES = [
    ("table", "read", (0,), False, "currval pg_sequence_last_value currtid2 pg_get_sequence_data"),
    ("table", "write", (0,), False,
     "nextval setval brin_desummarize_range brin_summarize_new_values brin_summarize_range gin_clean_pending_list"),
    ("table", "read", (0,), False, "table_to_xml table_to_xml_and_xmlschema table_to_xmlschema"),
    ("schema", "read", (0,), False, "schema_to_xml schema_to_xml_and_xmlschema schema_to_xmlschema"),
    ("table", "reference", (0,), True,
     """pg_indexes_size pg_relation_size pg_table_size pg_total_relation_size pg_relation_filenode pg_relation_filepath
     pg_relation_is_publishable pg_relation_is_updatable pg_column_is_updatable pg_get_replica_identity_index
     pg_partition_ancestors pg_partition_root pg_partition_tree pg_get_serial_sequence row_security_active to_regclass
     regclassin regclass"""),
    ("database", "reference", (0,), True, "pg_database_size"),
    ("type", "reference", (0,), True,
     """to_regtype to_regtypemod to_regcollation regtypein regcollationin regconfigin regdictionaryin"""),
    ("function", "reference", (0,), True,
     """to_regproc to_regprocedure to_regoper to_regoperator regprocin regprocedurein regoperin regoperatorin"""),
    ("type", "execute", (1,), False, "pg_input_error_info pg_input_is_valid"),
]
# The same, counted from the last argument: the user in front may be left out.
NAMES_FROM_END = [
    ("table", "reference", (1,), True, "has_table_privilege has_sequence_privilege has_any_column_privilege"),
    ("table", "reference", (2,), True, "has_column_privilege"),
]

# --- SQL in an argument: (positions, calls with so many arguments are harmless, functions).
RUNS_SQL = [
    ((0,), 255, "query_to_xml query_to_xml_and_xmlschema query_to_xmlschema ts_stat"),
    ((1,), 3, "ts_rewrite"),
]

# --- Extensions are known by their dangerous functions only: the rest lives in a schema, which has an owner.
EXTENSIONS_REFUSED = {
    "files": """
        pg_file_rename pg_file_sync pg_file_unlink pg_file_write pg_logdir_ls file_fdw_handler file_fdw_validator
        pg_file_read pg_file_length pg_logfile_rotate""",
    "other servers": """
        dblink dblink_build_sql_delete dblink_build_sql_insert dblink_build_sql_update dblink_cancel_query dblink_close
        dblink_connect dblink_connect_u dblink_current_query dblink_disconnect dblink_error_message dblink_exec
        dblink_fdw_validator dblink_fetch dblink_get_connections dblink_get_notify dblink_get_pkey dblink_get_result
        dblink_is_busy dblink_open dblink_send_query postgres_fdw_disconnect postgres_fdw_disconnect_all
        postgres_fdw_get_connections postgres_fdw_handler postgres_fdw_validator""",
    "storage": """
        verify_heapam get_raw_page tuple_data_split heap_page_item_attrs bt_multi_page_stats
        bt_page_items
        pg_buffercache_evict pg_buffercache_evict_all pg_buffercache_evict_relation pg_buffercache_numa_pages
        pg_buffercache_pages pg_buffercache_summary pg_buffercache_usage_counts autoprewarm_dump_now
        autoprewarm_start_worker heap_force_freeze heap_force_kill pg_truncate_visibility_map
        pg_old_snapshot_time_mapping pg_get_wal_block_info pg_get_wal_fpi_info pg_get_wal_record_info
        pg_get_wal_records_info pg_get_wal_records_info_till_end_of_wal pg_get_wal_stats
        pg_get_wal_stats_till_end_of_wal pg_get_logical_snapshot_info pg_get_logical_snapshot_meta""",
    "other sessions": "pg_stat_statements pg_stat_statements_info pg_stat_statements_reset",
    "large objects": "lo_manage",
    "dynamic SQL": "check_foreign_key check_primary_key xpath_table connectby",
}
EXTENSIONS_NAMES = [
    ("table", "read", (0,), False,
     """bt_index_check bt_index_parent_check gin_index_check bt_metap bt_page_stats pg_freespace
     pg_prewarm pg_check_frozen pg_check_visible pg_visibility pg_visibility_map pg_visibility_map_summary pgrowlocks
     pg_relpages pgstatginindex pgstathashindex pgstatindex pgstattuple pgstattuple_approx hash_bitmap_info"""),
]
EXTENSIONS_RUNS_SQL = [
    ((0,), 255, "crosstab2 crosstab3 crosstab4"),
    ((0, 1), 255, "crosstab"),
]
