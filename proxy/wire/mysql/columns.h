// What describes a result: the number of its columns, the columns, and of a prepared statement the
// packet that names it. MySQL documentation, "Text Resultset", "Column Definition",
// "COM_STMT_PREPARE Response"; MariaDB documentation, "Result Set Packets". Decoders take a whole
// payload; the views in their results point into it.
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/cursor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

struct column_count {
    std::uint16_t columns = 0; // at least one
    bool described = true;     // the columns follow; else the client knows them
};

struct column {
    std::string_view catalog; // always "def"
    std::string_view schema;
    std::string_view table; // its alias
    std::string_view org_table;
    std::string_view name;
    std::string_view org_name;
    std::string_view extension; // MariaDB: type and format, as pairs of a byte and a string
    std::uint16_t collation = 0;
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint16_t flags = 0;
    std::uint8_t decimals = 0;
    std::optional<std::string_view> default_value; // COM_FIELD_LIST only
};

struct prepared {
    std::uint32_t statement = 0;
    std::uint16_t columns = 0;
    std::uint16_t parameters = 0;
    std::uint16_t warnings = 0;
    bool described = true;
};

outcome decode_column_count(bytes payload, capabilities in_force, column_count&);
outcome decode_column(bytes payload, capabilities in_force, bool field_list, column&);
outcome decode_prepared(bytes payload, capabilities in_force, prepared&);

// Each appends the payload.
void encode_column_count(std::string& out, capabilities in_force, const column_count&);
void encode_column(std::string& out, capabilities in_force, const column&);

} // namespace ringfence::wire::mysql
