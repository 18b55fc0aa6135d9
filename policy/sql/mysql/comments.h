// Comments between /* and */: which of them are code, and where the others end.
#pragma once

#include "policy/sql/mysql_analyzer.h"

#include <cstddef>
#include <string_view>

namespace ringfence::sql::mysql {

enum class comment_kind : std::uint8_t {
    skipped,
    executable, // what follows is code, up to the next */
};

struct comment {
    comment_kind what = comment_kind::skipped;
    std::size_t end = 0;        // behind the comment, or behind the head of an executable one
    unsigned version_asked = 0; // from this version on it would be read the other way
    std::string_view trouble{};
};

// Pre: "/*" at `at`.
[[nodiscard]] comment read_comment(std::string_view text, std::size_t at, const mysql_scope&,
                                   unsigned version);

} // namespace ringfence::sql::mysql
