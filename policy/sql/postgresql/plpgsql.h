// The SQL inside a PL/pgSQL body. libpg_query's own reader refuses everyday bodies (`NEW.x := 1`,
// fields of records), so this follows the server's: the same lexer, the same statement starts, the
// same terminators of expressions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::postgresql {

struct body_piece {
    enum class kind {
        statement,   // runs as it is
        expression,  // runs as `SELECT text`
        dynamic,     // an expression whose value runs
        row_type,    // name%ROWTYPE
        column_type, // name%TYPE
    };
    kind what = kind::statement;
    std::string text;
};

struct body_pieces {
    std::vector<body_piece> pieces;
    std::string trouble; // empty: the body was read to its end
};

// Pre: the text is within the limits.
[[nodiscard]] body_pieces cut_plpgsql(std::string_view body);

} // namespace ringfence::sql::postgresql
