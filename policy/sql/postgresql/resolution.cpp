#include "policy/sql/postgresql/resolution.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

namespace {

const std::string every_column{policy::all_columns};

} // namespace

std::size_t name_resolution::add_use(table_use use) {
    uses_.push_back(std::move(use));
    return uses_.size() - 1;
}

std::size_t name_resolution::add_reading(std::size_t use) {
    auto what = uses_[use].what;
    what.act = policy::action::read;
    return add_use({.what = std::move(what), .columns = {}, .only_with_columns = true});
}

void name_resolution::require(std::size_t use, std::string_view column) {
    charge(1);
    auto& columns = uses_[use].columns;
    if (exhausted() || columns.contains(every_column))
        return;
    if (column == every_column || columns.size() > most_columns)
        columns = {every_column};
    else
        columns.emplace(column);
}

void name_resolution::require_if_guarded(std::size_t use) {
    if (!uses_[use].guarded.empty())
        require(use, every_column);
}

int name_resolution::add_level(int parent) {
    levels_.push_back({.parent = parent, .sources = {}, .outputs = {}});
    return static_cast<int>(levels_.size()) - 1;
}

void name_resolution::require_column(int l, std::string_view column) {
    if (l == no_level)
        return;
    for (const auto& from : at(l).sources)
        require_all(from, column);
}

void name_resolution::charge(std::size_t steps) {
    budget_ -= std::min(budget_, steps);
}

void name_resolution::require_all(const source& from, std::string_view column) {
    for (const auto use : from.uses)
        require(use, column);
}

// Without the server's catalogue any table in sight may have a column of this name, and a name that
// is no column may be a whole row.
void name_resolution::unqualified(int start, std::string_view name) {
    for (int l = start; l != no_level && !exhausted(); l = at(l).parent) {
        charge(1 + at(l).sources.size());
        for (const auto& from : at(l).sources) {
            require_all(from, name);
            if (from.name == name)
                require_all(from, policy::all_columns);
        }
    }
}

template <class Matches>
void name_resolution::qualified(int start, std::string_view column, Matches matches) {
    for (int l = start; l != no_level && !exhausted(); l = at(l).parent) {
        charge(1 + at(l).sources.size());
        bool found = false;
        for (const auto& from : at(l).sources) {
            if (!matches(from))
                continue;
            require_all(from, column);
            found = found || !from.hidden;
        }
        if (found)
            return; // an inner name hides an outer one
    }
}

void name_resolution::resolve(const reference& ref) {
    const node_list fields{ref.what->fields, ref.what->n_fields};
    if (fields.empty())
        return;
    const bool star = as<PgQuery__AStar>(fields.back()) != nullptr;
    const auto names = strings_of(fields);
    const auto column = star            ? policy::all_columns
                        : names.empty() ? policy::all_columns
                                        : names.back();
    const auto qualifiers = names.size() - (star ? 0 : 1);
    switch (qualifiers) {
    case 0:
        if (!star) {
            if (seen_.emplace(ref.at, column).second)
                unqualified(ref.at, column);
            return;
        }
        if (ref.at != no_level)
            for (const auto& from : at(ref.at).sources)
                require_all(from, column);
        return;
    case 1:
        return qualified(ref.at, column, [&](const source& s) { return s.name == names[0]; });
    default: { // schema.table.column, database.schema.table.column
        const auto table = names[qualifiers - 1];
        const auto schema = names[qualifiers - 2];
        return qualified(ref.at, column, [&](const source& s) {
            return !s.has_alias && s.name == table && (s.schema.empty() || s.schema == schema);
        });
    }
    }
}

// Locking goes through subqueries in FROM (not through WITH), as the server's does.
void name_resolution::lock(const locking& first, std::set<std::size_t>& locked) {
    std::vector<locking> open{first};
    while (!open.empty() && !exhausted()) {
        charge((1 + at(open.back().at).sources.size()) * (1 + open.back().names.size()));
        const auto next = std::move(open.back());
        open.pop_back();
        for (const auto& from : at(next.at).sources) {
            if (!next.names.empty() &&
                std::find(next.names.begin(), next.names.end(), from.name) == next.names.end())
                continue;
            locked.insert(from.uses.begin(), from.uses.end());
            if (from.subquery != no_level)
                open.push_back({from.subquery, {}});
        }
    }
}

bool name_resolution::finish(std::vector<policy::touch>& touches) {
    for (const auto& ref : references_)
        resolve(ref);
    std::set<std::size_t> locked;
    for (const auto& l : locks_)
        lock(l, locked);
    const bool complete = !exhausted();
    for (std::size_t i = 0; i < uses_.size(); ++i) {
        auto& use = uses_[i];
        if (use.only_with_columns && use.columns.empty())
            continue;
        if (use.only_if_locked) {
            if (locked.contains(i))
                touches.push_back(use.what);
            continue;
        }
        if (!use.guarded.empty()) {
            bool read = use.columns.contains(every_column);
            for (std::string_view rest = use.guarded; !rest.empty() && !read;) {
                const auto end = std::min(rest.find(','), rest.size());
                read = use.columns.contains(std::string(rest.substr(0, end)));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
            if (read)
                touches.push_back(use.what);
            continue;
        }
        use.what.columns.assign(use.columns.begin(), use.columns.end());
        if (locked.contains(i)) {
            touches.push_back(use.what);
            touches.back().act = policy::action::write;
        }
        touches.push_back(std::move(use.what));
    }
    uses_.clear();
    levels_.clear();
    references_.clear();
    locks_.clear();
    seen_.clear();
    return complete;
}

} // namespace ringfence::sql::postgresql
