#include "policy/sql/mysql/resolution.h"

#include "policy/sql/mysql/bytes.h"

#include <algorithm>

namespace ringfence::sql::mysql {

namespace {

constexpr std::size_t most_columns = 4096; // of a table, in MySQL

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
    auto what = uses_[use].what;
    what.act = policy::action::read;
    what.columns.clear();
    return add_use({.what = std::move(what), .only_with_columns = true});
}

void resolution::require(std::size_t use, std::string_view column) {
    charge(1);
    auto& u = uses_[use];
    if (u.every_column)
        return;
    if (column == policy::all_columns || u.what.columns.size() > most_columns)
        u.every_column = true;
    else
        u.what.columns.push_back(to_lower(column));
}

void resolution::require_everything(std::size_t since) {
    for (auto use = since; use < uses_.size() && budget_ != 0; ++use)
        require(use, policy::all_columns);
}

void resolution::charge(std::size_t steps) {
    budget_ -= std::min(budget_, steps);
}

void resolution::add_reference(int at, column_name what) {
    if (at != no_level)
        references_.push_back({at, std::move(what)});
}

void resolution::add_assignment(int at, column_name what) {
    if (at != no_level)
        assignments_.push_back({at, std::move(what)});
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
            for (const auto use : s.uses)
                require(use, ref.what.column);
        }
        // An inner name hides an outer one if it is surely the same; a star without a name is of
        // its own level only.
        if (found || (ref.what.table.empty() && ref.what.column == policy::all_columns))
            return;
    }
}

void resolution::write(std::size_t read_use, std::string_view column) {
    auto what = uses_[read_use].what;
    what.act = policy::action::write;
    what.columns.clear();
    const auto same = [&](const table_use& u) {
        return u.what.act == what.act && u.what.what == what.what;
    };
    charge(uses_.size());
    const auto found = std::find_if(uses_.begin(), uses_.end(), same);
    const auto use = found != uses_.end() ? static_cast<std::size_t>(found - uses_.begin())
                                          : add_use({.what = std::move(what)});
    if (column.empty())
        uses_[use].every_column = true;
    else
        require(use, column);
}

void resolution::assign(const reference& ref) {
    charge(1 + at(ref.at).sources.size());
    for (const auto& s : at(ref.at).sources)
        if (means(s, ref.what))
            for (const auto use : s.uses) {
                uses_[use].only_with_columns = true; // a target
                write(use, ref.what.column);
            }
}

bool resolution::write_all(int l, std::string_view name) {
    bool found = false;
    const auto sources = at(l).sources.size();
    charge(1 + sources);
    for (std::size_t i = 0; i < sources && budget_ != 0; ++i) {
        if (!equal_ignoring_case(at(l).sources[i].name, name))
            continue;
        found = true;
        for (const auto use : at(l).sources[i].uses)
            write(use, {});
    }
    return found;
}

bool resolution::finish(std::vector<policy::touch>& touches) {
    for (const auto& ref : references_)
        resolve(ref);
    for (const auto& ref : assignments_)
        assign(ref);
    for (auto& use : uses_) {
        auto& columns = use.what.columns;
        if (use.only_with_columns && columns.empty() && !use.every_column)
            continue;
        if (use.every_column) {
            columns.assign(1, std::string(policy::all_columns));
        } else {
            std::sort(columns.begin(), columns.end());
            columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
        }
        touches.push_back(std::move(use.what));
    }
    const bool complete = budget_ != 0;
    uses_.clear();
    levels_.clear();
    references_.clear();
    assignments_.clear();
    return complete;
}

} // namespace ringfence::sql::mysql
