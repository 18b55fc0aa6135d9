// (text, session scope) -> footprint, for MySQL and MariaDB. Knows nothing of policies, sockets or
// services. In a touch the database is the schema, and `schema` stays empty.
#pragma once

#include "policy/access.h"
#include "policy/sql/analyzer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql {

enum class mysql_flavour : std::uint8_t { mysql, mariadb };

// What of sql_mode changes how a text is read. Everything else changes only what it computes.
struct mysql_mode {
    bool ansi_quotes = false;
    bool no_backslash_escapes = false;
    bool foreign_grammar = false; // ORACLE, MSSQL: another grammar, which nothing here reads
    bool operator==(const mysql_mode&) const = default;
};

// The mode that `SET sql_mode = 'value'` sets: a list of names, or a number as text. Nothing: a
// name that is not known.
[[nodiscard]] std::optional<mysql_mode> mysql_mode_of(std::string_view value, mysql_flavour);

// Whether texts in this character set can be read byte by byte: no byte below 0x80 is ever part of
// a longer character. A set that is not known cannot.
[[nodiscard]] bool mysql_charset_is_safe(std::string_view name);

// What the session knows and the text does not say.
struct mysql_scope {
    mysql_flavour flavour = mysql_flavour::mysql;
    // 80400, 101114: decides which executable comments run. 0: not known; then every reading that
    // the text allows is analysed.
    unsigned version = 0;
    std::string schema; // the current one; empty: none is selected
    mysql_mode mode;
    std::string charset = "utf8mb4";     // character_set_client
    unsigned lower_case_table_names = 0; // as the server has it; 1 and 2 fold names to lower case
    bool confined = false;               // the backend login is confined (DESIGN 10)
    std::string backend_login; // its user name: the only DEFINER that is not somebody else
    std::string account;       // CURRENT_USER(): the account whose rights it has, "user@host"
    // Names in mysql.func, folded to lower case: functions of shared libraries, which run outside
    // of any schema.
    std::vector<std::string> loadable_functions;
    // What the server's objects do when they are used; null: not known.
    std::shared_ptr<const reach> objects{};
    // A text that uses objects is not analysed completely without `objects`. False for callers that
    // have no server at hand (the command line, tests).
    bool needs_objects = false;
};

// The footprint of the whole text, however many statements it holds. Pre: a stack of a few MiB
// suffices for the nesting that `limits` allows.
[[nodiscard]] policy::footprint analyze_mysql(std::string_view text, const mysql_scope&,
                                              const limits& = {});

// As literal_skeleton_postgresql: the text with each plain string constant replaced by an empty one
// and each plain number by 0 or 0.0, when its lexing is certain under this mode, for both flavours,
// every version, and every character set that is safe. A text without constants (SHOW WARNINGS) is
// its own skeleton. Texts with the same skeleton have the same footprint in the same scope, if that
// footprint says literals_immaterial. Keeps the capacity of `out`, which is empty when not certain.
[[nodiscard]] bool literal_skeleton_mysql(std::string_view text, const mysql_mode&,
                                          std::string& out);

// The text reads the same under every sql_mode that is no foreign grammar, and in every character
// set that is safe: it has no quotation marks, no backslashes, no comments, and none but the most
// ordinary characters. Then there is no need to know them before it is analysed.
[[nodiscard]] bool reads_alike_mysql(std::string_view text);

// As redact_postgresql. The modes are not known where the log is written: what any of them takes
// for a literal is left out, with the rest of the text where they part.
[[nodiscard]] std::string redact_mysql(std::string_view text, std::size_t max_bytes = 2048);

} // namespace ringfence::sql
