// What the parser restores when it leaves a nested construct. Included by its own files only.
#pragma once

#include "policy/sql/mysql/parser.h"

namespace ringfence::sql::mysql {

// One step deeper. Beyond the limit the statement is refused, and everything unwinds.
class parser::nested {
public:
    explicit nested(parser& p) : p_(p) {
        if (++p_.nesting_ > p_.limits_.max_nesting)
            p_.fail(policy::problem::limit, "too deeply nested");
    }
    ~nested() { --p_.nesting_; }
    nested(const nested&) = delete;
    nested& operator=(const nested&) = delete;

private:
    parser& p_;
};

// The level of columns and the WITH names in sight.
class parser::query_scope {
public:
    explicit query_scope(parser& p) : p_(p), level_(p.level_), cte_(p.cte_) {}
    ~query_scope() {
        p_.level_ = level_;
        p_.cte_ = cte_;
    }
    query_scope(const query_scope&) = delete;
    query_scope& operator=(const query_scope&) = delete;

private:
    parser& p_;
    int level_;
    int cte_;
};

} // namespace ringfence::sql::mysql
