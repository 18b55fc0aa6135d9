// Which tables a column's name may mean. Filled while parsing, answered at the end of a statement,
// because a name may stand before the table that it refers to. Without the server's catalogue every
// table in sight may have a column of an unqualified name. Names are views of what outlives this.
#pragma once

#include "policy/access.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::mysql {

inline constexpr int no_level = -1;
inline constexpr auto no_use = static_cast<std::size_t>(-1);

// One table at one place of the statement, with the columns used there.
struct table_use {
    policy::action act = policy::action::read;
    std::string database{};
    std::string table{};
    std::vector<std::string_view> columns{}; // as written, with repetitions
    bool every_column = false;
    bool only_with_columns = false; // a target: read only where a column of it is read
};

// Something with columns: a table, or what has none of a table's (a derived table, a WITH name).
struct source {
    std::string_view name; // the alias, or the table's own name
    std::size_t use = no_use;
};

struct level {
    int parent = no_level;
    std::vector<source> sources{};
    std::vector<std::string_view> outputs{}; // names of the result's columns
};

struct column_name {
    std::string_view schema;
    std::string_view table;
    std::string_view column; // "*": all
};

class resolution {
public:
    static constexpr std::size_t budget_at_start = 1'000'000;

    [[nodiscard]] int add_level(int parent);
    [[nodiscard]] level& at(int l) { return levels_[static_cast<std::size_t>(l)]; }
    std::size_t add_use(table_use);
    // A read of the same table as `use`, which counts only if a column is read.
    std::size_t add_reading(std::size_t use);
    // Nothing, for `no_use`.
    void require(std::size_t use, std::string_view column);
    [[nodiscard]] std::size_t uses() const { return uses_.size(); }
    // Every column of all that was added since there were so many uses.
    void require_everything(std::size_t since);
    void add_reference(int at, const column_name&);
    // An assignment: whichever tables it may mean are written. `reads` of a source are exchanged
    // for writes of the same table.
    void add_assignment(int at, const column_name&);
    // The tables that a name stands for at this level are written as a whole.
    bool write_all(int at, std::string_view name);

    // Appends the touches and forgets everything. False: the work was too much.
    [[nodiscard]] bool finish(std::vector<policy::touch>& touches);

private:
    struct reference {
        int at;
        column_name what;
    };
    void charge(std::size_t steps);
    void resolve(const reference&);
    void assign(const reference&);
    void write(std::size_t read_use, std::string_view column);
    [[nodiscard]] static std::vector<std::string> columns_of(table_use&);
    [[nodiscard]] static bool means(const source&, const column_name&);

    std::vector<table_use> uses_;
    std::vector<level> levels_;
    std::vector<reference> references_;
    std::vector<reference> assignments_;
    std::size_t budget_ = budget_at_start;
};

} // namespace ringfence::sql::mysql
