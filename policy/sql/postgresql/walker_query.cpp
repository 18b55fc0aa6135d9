// Queries and changes of rows: levels, WITH names, FROM items, targets.
#include "policy/sql/postgresql/settings.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>
#include <unordered_set>

namespace ringfence::sql::postgresql {

using policy::action;

namespace {

constexpr unsigned first_major_with_old_and_new = 18;

const std::string every_column{policy::all_columns};

std::string alias_of(const PgQuery__Alias* alias, const char* otherwise) {
    return alias != nullptr ? alias->aliasname : otherwise;
}

} // namespace

// WITH names form a list from inside to outside. A name of a plain WITH sees those before it; of
// WITH RECURSIVE, all.
int walker::with_clause(const PgQuery__WithClause* with, const place& p) {
    int innermost = p.ctes;
    if (with == nullptr)
        return innermost;
    const node_list names{with->ctes, with->n_ctes};
    const auto declare = [&](const PgQuery__CommonTableExpr& c) {
        ctes_.push_back({.name = c.ctename, .outer = innermost});
        innermost = static_cast<int>(ctes_.size()) - 1;
    };
    if (with->recursive)
        for (const auto* n : names)
            if (const auto* c = as<PgQuery__CommonTableExpr>(n))
                declare(*c);
    for (const auto* n : names) {
        const auto* c = as<PgQuery__CommonTableExpr>(n);
        if (c == nullptr) {
            fail(policy::problem::unknown_node, "a WITH item that is none");
            return innermost;
        }
        auto inside = p;
        inside.ctes = innermost;
        push_rest(c->base, inside);
        if (!with->recursive)
            declare(*c);
    }
    return innermost;
}

bool walker::is_cte(const PgQuery__RangeVar& r, const place& p) {
    if (*r.schemaname != '\0')
        return false;
    for (int c = p.ctes; c >= 0 && !names_.exhausted();
         c = ctes_[static_cast<std::size_t>(c)].outer) {
        if (ctes_[static_cast<std::size_t>(c)].name == r.relname)
            return true;
        names_.charge(1);
    }
    return false;
}

void walker::select(const message& m, const place& p) {
    const auto& s = cast<PgQuery__SelectStmt>(m);
    place inside = p;
    inside.ctes = with_clause(s.with_clause, p);
    inside.level = names_.add_level(p.level);
    if (s.into_clause != nullptr)
        only_data_ = false;

    if (s.larg != nullptr || s.rarg != nullptr) {
        auto side = inside;
        side.level = p.level;
        const auto first_level = inside.level;
        names_.at(first_level).set_operation = true;
        push(s.larg != nullptr ? &s.larg->base : nullptr, side);
        push(s.rarg != nullptr ? &s.rarg->base : nullptr, side);
    }
    std::unordered_set<const void*> handled; // by what follows, or already
    if (s.with_clause != nullptr)
        handled.insert(&s.with_clause->base);
    if (s.larg != nullptr)
        handled.insert(&s.larg->base);
    if (s.rarg != nullptr)
        handled.insert(&s.rarg->base);
    for (const auto* n : node_list{s.from_clause, s.n_from_clause})
        handled.insert(unwrap(n));
    if (names_public_settings(s))
        public_settings_.insert(unwrap(s.from_clause[0]));
    auto& here = names_.at(inside.level);
    for (const auto* n : node_list{s.target_list, s.n_target_list}) {
        const auto* target = as<PgQuery__ResTarget>(n);
        if (target == nullptr)
            continue;
        if (*target->name != '\0') {
            here.outputs.emplace(target->name);
        } else if (const auto* column = as<PgQuery__ColumnRef>(target->val); column != nullptr) {
            const auto parts = strings_of({column->fields, column->n_fields});
            if (!parts.empty())
                here.outputs.emplace(parts.back());
        }
    }
    for (const auto* n : node_list{s.locking_clause, s.n_locking_clause}) {
        const auto* lock = as<PgQuery__LockingClause>(n);
        if (lock == nullptr)
            continue;
        handled.insert(&lock->base);
        std::vector<std::string> of;
        for (const auto* r : node_list{lock->locked_rels, lock->n_locked_rels})
            if (const auto* named = as<PgQuery__RangeVar>(r))
                of.emplace_back(named->relname);
        names_.add_locking(inside.level, std::move(of));
    }
    // ORDER BY and DISTINCT ON take a bare name for a column of the result first.
    const auto by_output = [&](node_list items) {
        for (const auto* n : items) {
            const auto* sort = as<PgQuery__SortBy>(n);
            const auto* ref = as<PgQuery__ColumnRef>(sort != nullptr ? sort->node : n);
            if (ref == nullptr || ref->n_fields != 1)
                continue;
            const auto* name = as<PgQuery__String>(ref->fields[0]);
            if (name == nullptr)
                continue;
            if (!here.set_operation && !here.outputs.contains(name->sval))
                continue;
            handled.insert(unwrap(n));
            if (sort != nullptr)
                operator_name({sort->use_op, sort->n_use_op}, inside);
        }
    };
    by_output({s.sort_clause, s.n_sort_clause});
    by_output({s.distinct_clause, s.n_distinct_clause});
    // All but FROM and what was handled above; FROM comes last onto the stack, so first off it.
    for_each_child(m, [&](const message& child) {
        if (!handled.contains(&child))
            push(&child, inside);
    });
    from_list({s.from_clause, s.n_from_clause}, inside);
}

void walker::from_list(node_list items, const place& p) {
    for (auto i = items.size(); i-- > 0;)
        if (const auto* item = unwrap(items[i]))
            tasks_.push_back({.what = task::kind::from, .at = item, .where = p});
}

// FROM pg_settings WHERE name = 'one that everyone may see', as the JDBC driver asks. `=` is the
// engine's: nobody may define another one for texts.
bool walker::names_public_settings(const PgQuery__SelectStmt& s) {
    const auto* from = s.n_from_clause == 1 ? as<PgQuery__RangeVar>(s.from_clause[0]) : nullptr;
    if (from == nullptr || from->relname != std::string_view("pg_settings") ||
        (*from->schemaname != '\0' && from->schemaname != std::string_view("pg_catalog")) ||
        (from->alias != nullptr && from->alias->n_colnames > 0))
        return false;
    const auto fits = [&](const node* condition) {
        const auto* e = as<PgQuery__AExpr>(condition);
        if (e == nullptr)
            return false;
        const auto* column = as<PgQuery__ColumnRef>(e->lexpr);
        const auto operator_parts = strings_of({e->name, e->n_name});
        if (column == nullptr || operator_parts.empty() || operator_parts.back() != "=" ||
            (operator_parts.size() > 1 && operator_parts[0] != "pg_catalog"))
            return false;
        const auto parts = strings_of({column->fields, column->n_fields});
        if (parts.empty() || parts.back() != "name")
            return false;
        const auto is_public = [&](const node* n) {
            const auto* name = literal(n);
            return name != nullptr && setting_is_public(name);
        };
        if (e->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP)
            return is_public(e->rexpr);
        const auto* list = as<PgQuery__List>(e->rexpr);
        return e->kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN && list != nullptr &&
               std::all_of(list->items, list->items + list->n_items, is_public);
    };
    const auto* all = as<PgQuery__BoolExpr>(s.where_clause);
    if (all != nullptr && all->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR)
        return std::any_of(all->args, all->args + all->n_args, fits);
    return fits(s.where_clause);
}

void walker::from_table(const PgQuery__RangeVar& r, const place& p) {
    source s{.name = alias_of(r.alias, r.relname),
             .schema = r.alias != nullptr ? "" : r.schemaname,
             .has_alias = r.alias != nullptr,
             .uses = {}};
    if (public_settings_.contains(&r.base))
        s.uses = {lock_of_catalogue()};
    else if (!is_cte(r, p))
        s.uses = use_table(action::read, name_from(r), p, false);
    // With column aliases, no name in the statement says which column is meant.
    if (r.alias != nullptr && r.alias->n_colnames > 0)
        for (const auto use : s.uses)
            names_.require(use, every_column);
    names_.at(p.level).sources.push_back(std::move(s));
}

void walker::from_item(const message& m, const place& p) {
    if (++nodes_ > limits_.max_nodes)
        return fail(policy::problem::limit, "too many nodes in the parse tree");
    const auto add = [&](const PgQuery__Alias* alias, const char* otherwise = "",
                         int subquery = no_level) {
        names_.at(p.level).sources.push_back({.name = alias_of(alias, otherwise),
                                              .schema = {},
                                              .has_alias = true,
                                              .uses = {},
                                              .subquery = subquery});
    };
    if (const auto* table = as<PgQuery__RangeVar>(&m))
        return from_table(*table, p);
    if (const auto* join = as<PgQuery__JoinExpr>(&m)) {
        const auto first = names_.at(p.level).sources.size();
        tasks_.push_back(
            {.what = task::kind::end_join, .at = &m, .where = p, .first_source = first});
        push(join->quals, p);
        for (const auto* side : {join->rarg, join->larg})
            if (const auto* item = unwrap(side))
                tasks_.push_back({.what = task::kind::from, .at = item, .where = p});
        return;
    }
    if (const auto* sub = as<PgQuery__RangeSubselect>(&m)) {
        auto inside = p;
        if (!sub->lateral)
            inside.level = names_.at(p.level).parent;
        // The subquery is the next level to be made, because its task is the next to run.
        const bool select = as<PgQuery__SelectStmt>(sub->subquery) != nullptr;
        add(sub->alias, "", select ? names_.next_level() : no_level);
        return push(sub->subquery, inside);
    }
    if (const auto* sample = as<PgQuery__RangeTableSample>(&m)) {
        push_rest(m, p, {unwrap(sample->relation)});
        const auto method = strings_of({sample->method, sample->n_method});
        if (method.size() > 1)
            object(action::execute, policy::object_kind::function, method, p);
        if (const auto* item = unwrap(sample->relation))
            tasks_.push_back({.what = task::kind::from, .at = item, .where = p});
        return;
    }
    if (const auto* function = as<PgQuery__RangeFunction>(&m)) {
        add(function->alias);
        return push_rest(m, p);
    }
    if (const auto* xml = as<PgQuery__RangeTableFunc>(&m)) {
        add(xml->alias);
        return push_rest(m, p);
    }
    push(&m, p); // JSON_TABLE of newer grammars; anything else is found unknown there
}

void walker::end_join(const PgQuery__JoinExpr& join, const place& p, std::size_t first_source) {
    auto& sources = names_.at(p.level).sources;
    const auto shared = strings_of({join.using_clause, join.n_using_clause});
    // A natural join compares whatever columns have the same name; with column aliases, any may be
    // meant.
    const bool whole = join.is_natural || (join.alias != nullptr && join.alias->n_colnames > 0);
    const bool named = join.alias != nullptr || join.join_using_alias != nullptr;
    source joined{.name = alias_of(join.alias, ""), .schema = {}, .has_alias = true, .uses = {}};
    for (auto i = first_source; i < sources.size() && !names_.exhausted(); ++i) {
        auto& inner = sources[i];
        names_.charge(1);
        if (inner.hidden)
            continue; // the join that hides it stands for it
        for (const auto use : inner.uses) {
            if (whole)
                names_.require(use, every_column);
            for (const auto column : shared)
                names_.require(use, column);
        }
        if (named) {
            names_.charge(inner.uses.size());
            joined.uses.insert(joined.uses.end(), inner.uses.begin(), inner.uses.end());
        }
        if (join.alias != nullptr)
            inner.hidden = true;
    }
    if (join.alias != nullptr)
        sources.push_back(joined);
    if (join.join_using_alias != nullptr) {
        joined.name = join.join_using_alias->aliasname;
        sources.push_back(std::move(joined));
    }
}

// The target of a change: never a WITH name. Its columns are read only where something refers to
// them.
std::size_t walker::target(const PgQuery__RangeVar& r, action act, const place& p, int in_level,
                           std::vector<std::size_t>& written) {
    written = use_table(act, name_from(r), p, false);
    source s{.name = alias_of(r.alias, r.relname),
             .schema = r.alias != nullptr ? "" : r.schemaname,
             .has_alias = r.alias != nullptr,
             .uses = {}};
    for (const auto use : written)
        s.uses.push_back(names_.add_reading(use));
    if (r.alias != nullptr && r.alias->n_colnames > 0)
        for (const auto use : s.uses)
            names_.require(use, every_column);
    auto& sources = names_.at(in_level).sources;
    // PostgreSQL 18: in RETURNING, the target's row before and after. Nobody has to declare them.
    if (scope_.server_major >= first_major_with_old_and_new)
        for (const auto* name : {"old", "new"})
            sources.push_back(
                {.name = name, .schema = {}, .has_alias = true, .hidden = true, .uses = s.uses});
    sources.push_back(std::move(s));
    return sources.size() - 1;
}

void walker::assignments(node_list targets, const std::vector<std::size_t>& written,
                         const place& p) {
    for (const auto* n : targets) {
        const auto* target = as<PgQuery__ResTarget>(n);
        if (target == nullptr) {
            push(n, p);
            continue;
        }
        for (const auto use : written)
            names_.require(use, target->name);
        push_rest(target->base, p);
    }
}

void walker::insert(const message& m, const place& p) {
    const auto& s = cast<PgQuery__InsertStmt>(m);
    auto inside = p;
    inside.ctes = with_clause(s.with_clause, p);
    inside.level = names_.add_level(p.level);
    std::vector<std::size_t> written;
    const auto target_source = target(*s.relation, action::write, p, inside.level, written);
    if (s.n_cols == 0)
        for (const auto use : written)
            names_.require(use, every_column);
    assignments({s.cols, s.n_cols}, written, inside);

    auto source_place = inside; // the query does not see the target
    source_place.level = p.level;
    push(s.select_stmt, source_place);
    push_all({s.returning_list, s.n_returning_list}, inside);
    const auto* conflict = s.on_conflict_clause;
    if (conflict == nullptr)
        return;
    assignments({conflict->target_list, conflict->n_target_list}, written, inside);
    push(conflict->where_clause, inside);
    if (conflict->infer != nullptr) {
        push_rest(conflict->infer->base, inside);
        if (*conflict->infer->conname != '\0') // which columns it holds is not in the text
            for (const auto use : names_.at(inside.level).sources[target_source].uses)
                names_.require(use, every_column);
    }
    names_.at(inside.level)
        .sources.push_back({.name = "excluded", .schema = {}, .has_alias = true, .uses = {}});
}

void walker::update(const message& m, const place& p) {
    const auto& s = cast<PgQuery__UpdateStmt>(m);
    auto inside = p;
    inside.ctes = with_clause(s.with_clause, p);
    inside.level = names_.add_level(p.level);
    std::vector<std::size_t> written;
    (void)target(*s.relation, action::write, p, inside.level, written);
    assignments({s.target_list, s.n_target_list}, written, inside);
    push(s.where_clause, inside);
    push_all({s.returning_list, s.n_returning_list}, inside);
    from_list({s.from_clause, s.n_from_clause}, inside);
}

void walker::remove(const message& m, const place& p) {
    const auto& s = cast<PgQuery__DeleteStmt>(m);
    auto inside = p;
    inside.ctes = with_clause(s.with_clause, p);
    inside.level = names_.add_level(p.level);
    std::vector<std::size_t> written;
    (void)target(*s.relation, action::write, p, inside.level, written);
    push(s.where_clause, inside);
    push_all({s.returning_list, s.n_returning_list}, inside);
    from_list({s.using_clause, s.n_using_clause}, inside);
}

void walker::merge(const message& m, const place& p) {
    const auto& s = cast<PgQuery__MergeStmt>(m);
    auto inside = p;
    inside.ctes = with_clause(s.with_clause, p);
    inside.level = names_.add_level(p.level);
    std::vector<std::size_t> written;
    (void)target(*s.relation, action::write, p, inside.level, written);
    for (const auto* n : node_list{s.merge_when_clauses, s.n_merge_when_clauses}) {
        const auto* when = as<PgQuery__MergeWhenClause>(n);
        if (when == nullptr) {
            push(n, inside);
            continue;
        }
        const node_list columns{when->target_list, when->n_target_list};
        assignments(columns, written, inside);
        push_rest(when->base, inside, columns);
        const bool whole_row =
            when->command_type == PG_QUERY__CMD_TYPE__CMD_DELETE ||
            (when->command_type == PG_QUERY__CMD_TYPE__CMD_INSERT && columns.empty());
        if (whole_row)
            for (const auto use : written)
                names_.require(use, every_column);
    }
    const void* with = s.with_clause != nullptr ? &s.with_clause->base : nullptr;
    push_rest(m, inside, {s.merge_when_clauses, s.n_merge_when_clauses},
              {&s.relation->base, unwrap(s.source_relation), with});
    if (const auto* from = unwrap(s.source_relation))
        tasks_.push_back({.what = task::kind::from, .at = from, .where = inside});
}

void walker::explain(const message& m, const place& p) {
    push_rest(m, p);
}
void walker::declare_cursor(const message& m, const place& p) {
    push_rest(m, p);
}

void walker::call(const message& m, const place& p) {
    push_rest(m, p);
}

void walker::copy(const message& m, const place& p) {
    const auto& s = cast<PgQuery__CopyStmt>(m);
    if (s.is_program)
        facility("programs");
    else if (*s.filename != '\0')
        facility("files");
    auto inside = p;
    if (s.relation != nullptr) {
        std::vector<std::string> columns;
        for (const auto column : strings_of({s.attlist, s.n_attlist}))
            columns.emplace_back(column);
        if (columns.empty())
            columns.push_back(every_column);
        relation(s.is_from ? action::write : action::read, s.relation, p, std::move(columns));
        inside = table_place(s.relation, p);
    }
    push_rest(m, inside, {s.relation != nullptr ? &s.relation->base : nullptr});
}

void walker::into_clause(const message& m, const place& p) {
    const auto& into = cast<PgQuery__IntoClause>(m);
    relation(action::define, into.rel, p);
    if (*into.table_space_name != '\0')
        facility("tablespaces");
    if (!is_temporary(into.rel))
        defines();
    push_rest(m, p, {into.rel != nullptr ? &into.rel->base : nullptr});
}

void walker::create_table_as(const message& m, const place& p) {
    push_rest(m, p);
}

} // namespace ringfence::sql::postgresql
