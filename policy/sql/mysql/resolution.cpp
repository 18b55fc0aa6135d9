#include "policy/sql/mysql/resolution.h"

#include "policy/sql/mysql/bytes.h"

#include <algorithm>

namespace ringfence::sql::mysql {

namespace {

constexpr std::size_t most_columns = 4096; // of a table, in MySQL
constexpr std::size_t references_at_first = 16;

} // namespace

int resolution::add_level(int parent) {
    levels_.push_back({.parent = parent});
    return static_cast<int>(levels_.size()) - 1;
}

std::size_t resolution::add_use(table_use use) {
    uses_.push_back(std::move(use));
    return uses_.size() - 1;
}

std::size_t resolution::add_reading(std::size_t use) {
    if (use == no_use)
        return no_use;
    return add_use(
        {.database = uses_[use].database, .table = uses_[use].table, .only_with_columns = true});
}

void resolution::require(std::size_t use, std::string_view column) {
    charge(1);
    if (use == no_use || uses_[use].every_column)
        return;
    auto& u = uses_[use];
    if (column == policy::all_columns || u.columns.size() > most_columns)
        u.every_column = true;
    else
        u.columns.push_back(column);
}

void resolution::require_everything(std::size_t since) {
    for (auto use = since; use < uses_.size() && budget_ != 0; ++use)
        require(use, policy::all_columns);
}

void resolution::charge(std::size_t steps) {
    budget_ -= std::min(budget_, steps);
}

void resolution::add_reference(int at, const column_name& what) {
    if (at == no_level)
        return;
    if (references_.empty())
        references_.reserve(references_at_first);
    references_.push_back({at, what});
}

void resolution::add_assignment(int at, const column_name& what) {
    if (at != no_level)
        assignments_.push_back({at, what});
}

// Aliases differ by case or not, as the server's file system has it; both are taken.
bool resolution::means(const source& s, const column_name& c) {
    return c.table.empty() || equal_ignoring_case(s.name, c.table);
}

void resolution::resolve(const reference& ref) {
    for (int l = ref.at; l != no_level && budget_ != 0; l = at(l).parent) {
        charge(1 + at(l).sources.size());
        bool found = false;
        for (const auto& s : at(l).sources) {
            if (!means(s, ref.what))
                continue;
            found = found || (s.name == ref.what.table && ref.what.schema.empty());
            require(s.use, ref.what.column);
        }
        // An inner name hides an outer one if it is surely the same; a star without a name is of
        // its own level only.
        if (found || (ref.what.table.empty() && ref.what.column == policy::all_columns))
            return;
    }
}

void resolution::write(std::size_t read_use, std::string_view column) {
    const auto& read = uses_[read_use];
    const auto same = [&](const table_use& u) {
        return u.act == policy::action::write && u.table == read.table &&
               u.database == read.database;
    };
    charge(uses_.size());
    const auto found = std::find_if(uses_.begin(), uses_.end(), same);
    const auto use =
        found != uses_.end()
            ? static_cast<std::size_t>(found - uses_.begin())
            : add_use(
                  {.act = policy::action::write, .database = read.database, .table = read.table});
    if (column.empty())
        uses_[use].every_column = true;
    else
        require(use, column);
}

void resolution::assign(const reference& ref) {
    charge(1 + at(ref.at).sources.size());
    for (const auto& s : at(ref.at).sources)
        if (s.use != no_use && means(s, ref.what)) {
            uses_[s.use].only_with_columns = true; // a target
            write(s.use, ref.what.column);
        }
}

bool resolution::write_all(int l, std::string_view name) {
    bool found = false;
    charge(1 + at(l).sources.size());
    for (const auto& s : at(l).sources) {
        if (budget_ == 0 || !equal_ignoring_case(s.name, name))
            continue;
        found = true;
        if (s.use != no_use)
            write(s.use, {});
    }
    return found;
}

// In lower case, sorted, each once.
std::vector<std::string> resolution::columns_of(table_use& use) {
    if (use.every_column)
        return {std::string(policy::all_columns)};
    auto& written = use.columns;
    std::sort(written.begin(), written.end());
    written.erase(std::unique(written.begin(), written.end()), written.end());
    std::vector<std::string> columns;
    columns.reserve(written.size());
    for (const auto c : written)
        columns.push_back(to_lower(c));
    if (!std::is_sorted(columns.begin(), columns.end()))
        std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    return columns;
}

bool resolution::finish(std::vector<policy::touch>& touches) {
    for (const auto& ref : references_)
        resolve(ref);
    for (const auto& ref : assignments_)
        assign(ref);
    touches.reserve(touches.size() + uses_.size());
    for (auto& use : uses_) {
        if (use.only_with_columns && use.columns.empty() && !use.every_column)
            continue;
        touches.push_back({.act = use.act,
                           .what = {.kind = policy::object_kind::table,
                                    .database = std::move(use.database),
                                    .schema = {},
                                    .name = std::move(use.table)},
                           .columns = columns_of(use)});
    }
    const bool complete = budget_ != 0;
    uses_.clear();
    levels_.clear();
    references_.clear();
    assignments_.clear();
    return complete;
}

} // namespace ringfence::sql::mysql
