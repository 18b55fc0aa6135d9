// Which tables a column reference may mean. Filled during the walk; answered when all of the
// statement has been seen, because a reference may stand before the FROM item that it refers to.
#pragma once

#include "policy/access.h"
#include "policy/sql/postgresql/tree.h"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::sql::postgresql {

// One table at one place of the statement, with the columns used there.
struct table_use {
    policy::touch what;             // `columns` stays empty until the end
    std::set<std::string> columns;  // "*" stands for all
    bool only_with_columns = false; // the target of an UPDATE: read only if a column of it is
    std::string_view guarded = {};  // a catalogue: a touch only if one of these columns is read
    bool only_if_locked = false;    // a catalogue that everyone may read: locking it is not reading
};

// An item that columns can be taken from: a table, a join with an alias, a subquery, a function.
struct source {
    std::string name;   // the alias, or the table's own name
    std::string schema; // as written; empty if it was not, or if there is an alias
    bool has_alias = false;
    bool hidden = false;           // inside a join that has an alias: visible within it only
    std::vector<std::size_t> uses; // indexes of table_use; empty for anything but tables
    int subquery = -1;             // the level of the query in it
};

inline constexpr int no_level = -1;

struct level {
    int parent = no_level;
    std::vector<source> sources;
    std::set<std::string_view> outputs; // names of the result's columns, as far as they are known
    bool set_operation = false;
};

class name_resolution {
public:
    static constexpr std::size_t budget_at_start = 2'000'000;
    static constexpr std::size_t most_columns = 1600; // of a table, in PostgreSQL

    std::size_t add_use(table_use);
    void require(std::size_t use, std::string_view column);
    void require_if_guarded(std::size_t use); // any column may be read
    // A reading use of the same table as `use`, which counts only if a column is read.
    std::size_t add_reading(std::size_t use);
    int add_level(int parent);
    [[nodiscard]] int next_level() const { return static_cast<int>(levels_.size()); }
    [[nodiscard]] level& at(int l) { return levels_[static_cast<std::size_t>(l)]; }
    // A column that is named without a ColumnRef node, at one level only.
    void require_column(int at, std::string_view column);
    void add_reference(int at, const PgQuery__ColumnRef& ref) { references_.push_back({at, &ref}); }
    // FOR UPDATE and its kin: of these names, or of everything at the level.
    void add_locking(int at, std::vector<std::string> names) {
        locks_.push_back({at, std::move(names)});
    }

    // Work that is a product of two of the client's numbers (references times tables) is counted,
    // and stops here.
    void charge(std::size_t steps);
    [[nodiscard]] bool exhausted() const { return budget_ == 0; }

    // Resolves all references, and appends the touches. False when the work was too much.
    [[nodiscard]] bool finish(std::vector<policy::touch>& touches);

private:
    struct reference {
        int at;
        const PgQuery__ColumnRef* what;
    };
    struct locking {
        int at;
        std::vector<std::string> names;
    };

    void resolve(const reference&);
    void unqualified(int at, std::string_view name);
    template <class Matches>
    void qualified(int at, std::string_view column, Matches matches);
    void lock(const locking&, std::set<std::size_t>& locked);
    void require_all(const source&, std::string_view column);

    std::vector<table_use> uses_;
    std::vector<level> levels_;
    std::vector<reference> references_;
    std::vector<locking> locks_;
    std::set<std::pair<int, std::string_view>>
        seen_; // unqualified references that were resolved before
    std::size_t budget_ = budget_at_start;
};

} // namespace ringfence::sql::postgresql
