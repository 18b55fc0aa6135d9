#include "proxy/wire/mysql/capabilities.h"

#include <array>

namespace ringfence::wire::mysql {
namespace {

constexpr std::array names = {
    capability_name{capability::mysql, "CLIENT_LONG_PASSWORD"},
    capability_name{capability::found_rows, "CLIENT_FOUND_ROWS"},
    capability_name{capability::long_flag, "CLIENT_LONG_FLAG"},
    capability_name{capability::connect_with_db, "CLIENT_CONNECT_WITH_DB"},
    capability_name{capability::no_schema, "CLIENT_NO_SCHEMA"},
    capability_name{capability::compress, "CLIENT_COMPRESS"},
    capability_name{capability::odbc, "CLIENT_ODBC"},
    capability_name{capability::local_files, "CLIENT_LOCAL_FILES"},
    capability_name{capability::ignore_space, "CLIENT_IGNORE_SPACE"},
    capability_name{capability::protocol_41, "CLIENT_PROTOCOL_41"},
    capability_name{capability::interactive, "CLIENT_INTERACTIVE"},
    capability_name{capability::ssl, "CLIENT_SSL"},
    capability_name{capability::ignore_sigpipe, "CLIENT_IGNORE_SIGPIPE"},
    capability_name{capability::transactions, "CLIENT_TRANSACTIONS"},
    capability_name{capability::reserved, "CLIENT_RESERVED"},
    capability_name{capability::secure_connection, "CLIENT_SECURE_CONNECTION"},
    capability_name{capability::multi_statements, "CLIENT_MULTI_STATEMENTS"},
    capability_name{capability::multi_results, "CLIENT_MULTI_RESULTS"},
    capability_name{capability::ps_multi_results, "CLIENT_PS_MULTI_RESULTS"},
    capability_name{capability::plugin_auth, "CLIENT_PLUGIN_AUTH"},
    capability_name{capability::connect_attrs, "CLIENT_CONNECT_ATTRS"},
    capability_name{capability::plugin_auth_lenenc, "CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA"},
    capability_name{capability::expired_passwords, "CLIENT_CAN_HANDLE_EXPIRED_PASSWORDS"},
    capability_name{capability::session_track, "CLIENT_SESSION_TRACK"},
    capability_name{capability::deprecate_eof, "CLIENT_DEPRECATE_EOF"},
    capability_name{capability::optional_metadata, "CLIENT_OPTIONAL_RESULTSET_METADATA"},
    capability_name{capability::zstd_compression, "CLIENT_ZSTD_COMPRESSION_ALGORITHM"},
    capability_name{capability::query_attributes, "CLIENT_QUERY_ATTRIBUTES"},
    capability_name{capability::multi_factor_auth, "CLIENT_MULTI_FACTOR_AUTHENTICATION"},
    capability_name{capability::capability_extension, "CLIENT_CAPABILITY_EXTENSION"},
    capability_name{capability::ssl_verify_server_cert, "CLIENT_SSL_VERIFY_SERVER_CERT"},
    capability_name{capability::remember_options, "CLIENT_REMEMBER_OPTIONS"},
    capability_name{capability::mariadb_progress, "MARIADB_CLIENT_PROGRESS"},
    capability_name{capability::mariadb_com_multi, "MARIADB_CLIENT_RESERVED_1"},
    capability_name{capability::mariadb_bulk_operations, "MARIADB_CLIENT_STMT_BULK_OPERATIONS"},
    capability_name{capability::mariadb_extended_metadata, "MARIADB_CLIENT_EXTENDED_METADATA"},
    capability_name{capability::mariadb_cache_metadata, "MARIADB_CLIENT_CACHE_METADATA"},
    capability_name{capability::mariadb_bulk_unit_results, "MARIADB_CLIENT_BULK_UNIT_RESULTS"},
};

} // namespace

std::span<const capability_name> capability_names() {
    return names;
}

} // namespace ringfence::wire::mysql
