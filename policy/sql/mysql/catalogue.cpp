#include "policy/sql/mysql/catalogue.h"

#include "policy/sql/mysql/bytes.h"

#include <algorithm>

namespace ringfence::sql::mysql {

namespace {

using enum catalogue_class;

constexpr std::string_view metadata = "information_schema";
constexpr std::string_view performance = "performance_schema";

constexpr catalogue_rule rules[] = {
    // What the server is and can do: natively shown to everyone.
    {metadata, "CHARACTER_SETS", allowed},
    {metadata, "COLLATIONS", allowed},
    {metadata, "COLLATION_CHARACTER_SET_APPLICABILITY", allowed},
    {metadata, "ENGINES", allowed},
    {metadata, "KEYWORDS", allowed},
    {metadata, "SQL_FUNCTIONS", allowed},
    {metadata, "PLUGINS", allowed},
    {metadata, "SESSION_VARIABLES", allowed},
    {metadata, "GLOBAL_VARIABLES", allowed},
    {metadata, "SYSTEM_VARIABLES", allowed},
    {metadata, "SESSION_STATUS", allowed},
    {metadata, "GLOBAL_STATUS", allowed},
    {metadata, "PROFILING", allowed},
    {metadata, "ST_SPATIAL_REFERENCE_SYSTEMS", allowed},
    {metadata, "ST_UNITS_OF_MEASURE", allowed},
    {metadata, "SPATIAL_REF_SYS", allowed},
    {metadata, "user_variables", allowed}, // of this session
    {performance, "session_variables", allowed},
    {performance, "global_variables", allowed},
    {performance, "session_status", allowed},
    {performance, "global_status", allowed},
    {"mysql", "time_zone", allowed}, // CONVERT_TZ; Django asks
    {"mysql", "time_zone_name", allowed},
    {"mysql", "time_zone_leap_second", allowed},
    {"mysql", "time_zone_transition", allowed},
    {"mysql", "time_zone_transition_type", allowed},
    {"mysql", "help_topic", allowed},
    {"mysql", "help_category", allowed},
    {"mysql", "help_relation", allowed},
    {"mysql", "help_keyword", allowed},
    {"sys", "version", allowed},

    // What schemas hold.
    {metadata, "SCHEMATA", restricted, {"SCHEMA_NAME"}},
    {metadata, "TABLES", restricted, {"TABLE_SCHEMA"}},
    {metadata, "COLUMNS", restricted, {"TABLE_SCHEMA"}},
    {metadata, "VIEWS", restricted, {"TABLE_SCHEMA"}},
    {metadata, "STATISTICS", restricted, {"TABLE_SCHEMA", "INDEX_SCHEMA"}},
    {metadata, "PARTITIONS", restricted, {"TABLE_SCHEMA"}},
    {metadata, "KEY_COLUMN_USAGE", restricted, {"TABLE_SCHEMA", "CONSTRAINT_SCHEMA"}},
    {metadata, "TABLE_CONSTRAINTS", restricted, {"TABLE_SCHEMA", "CONSTRAINT_SCHEMA"}},
    {metadata, "REFERENTIAL_CONSTRAINTS", restricted, {"CONSTRAINT_SCHEMA"}},
    {metadata, "CHECK_CONSTRAINTS", restricted, {"CONSTRAINT_SCHEMA"}},
    {metadata, "ROUTINES", restricted, {"ROUTINE_SCHEMA"}},
    {metadata, "PARAMETERS", restricted, {"SPECIFIC_SCHEMA"}},
    {metadata, "TRIGGERS", restricted, {"TRIGGER_SCHEMA", "EVENT_OBJECT_SCHEMA"}},
    {metadata, "EVENTS", restricted, {"EVENT_SCHEMA"}},
    {metadata, "GEOMETRY_COLUMNS", restricted, {"G_TABLE_SCHEMA", "F_TABLE_SCHEMA"}},
    {metadata, "ST_GEOMETRY_COLUMNS", restricted, {"TABLE_SCHEMA"}},
    {metadata, "TABLES_EXTENSIONS", restricted, {"TABLE_SCHEMA"}},
    {metadata, "COLUMNS_EXTENSIONS", restricted, {"TABLE_SCHEMA"}},
    {metadata, "SCHEMATA_EXTENSIONS", restricted, {"SCHEMA_NAME"}},
    {metadata, "TABLE_CONSTRAINTS_EXTENSIONS", restricted, {"CONSTRAINT_SCHEMA"}},
    {metadata, "COLUMN_STATISTICS", restricted, {"SCHEMA_NAME"}},
    {metadata, "VIEW_TABLE_USAGE", restricted, {"VIEW_SCHEMA"}},
    {metadata, "VIEW_ROUTINE_USAGE", restricted, {"TABLE_SCHEMA"}},
};

} // namespace

bool is_system_schema(std::string_view name) {
    static constexpr std::string_view names[] = {metadata, performance, "mysql", "sys"};
    return std::any_of(std::begin(names), std::end(names),
                       [&](std::string_view s) { return equal_ignoring_case(s, name); });
}

const catalogue_rule* find_catalogue(std::string_view schema, std::string_view name) {
    const auto* found = std::find_if(std::begin(rules), std::end(rules), [&](const auto& r) {
        return equal_ignoring_case(r.name, name) && equal_ignoring_case(r.schema, schema);
    });
    return found == std::end(rules) ? nullptr : found;
}

std::span<const catalogue_rule> catalogue_rules() {
    return rules;
}

} // namespace ringfence::sql::mysql
