#include "policy/sql/postgresql/walker.h"

#include "policy/sql/postgresql/node_kinds.h"
#include "policy/sql/postgresql/statements.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace ringfence::sql::postgresql {

namespace {

// Texts inside texts: how deep, and how many in all.
constexpr unsigned deepest_text = 8;
constexpr unsigned most_texts = 10'000;
constexpr std::string_view too_much = "too many names for so many tables";

} // namespace

// What is to be done with a kind of node, looked up by its descriptor.
struct walker::dispatch {
    struct entry {
        handler rule = nullptr;
        const statement_rule* statement = nullptr;
    };
    std::unordered_map<const ProtobufCMessageDescriptor*, entry> entries;

    void allow_reachable(const ProtobufCMessageDescriptor& root) {
        std::vector<const ProtobufCMessageDescriptor*> open{&root};
        std::vector<const ProtobufCMessageDescriptor*> seen{&root};
        while (!open.empty()) {
            const auto& kind = *open.back();
            open.pop_back();
            const auto* statement = find_statement(kind_of(kind));
            if (statement != nullptr || is_raw_node(kind))
                entries[&kind].statement = statement;
            for (const auto& field : std::span(kind.fields, kind.n_fields)) {
                if (field.type != PROTOBUF_C_TYPE_MESSAGE)
                    continue;
                const auto* child =
                    static_cast<const ProtobufCMessageDescriptor*>(field.descriptor);
                if (std::find(seen.begin(), seen.end(), child) != seen.end())
                    continue;
                seen.push_back(child);
                open.push_back(child);
            }
        }
    }

    dispatch() {
        allow_reachable(pg_query__parse_result__descriptor);
        const auto on = [this](const ProtobufCMessageDescriptor& kind, handler rule) {
            entries[&kind].rule = rule;
        };
        on(pg_query__select_stmt__descriptor, &walker::select);
        on(pg_query__insert_stmt__descriptor, &walker::insert);
        on(pg_query__update_stmt__descriptor, &walker::update);
        on(pg_query__delete_stmt__descriptor, &walker::remove);
        on(pg_query__merge_stmt__descriptor, &walker::merge);
        on(pg_query__explain_stmt__descriptor, &walker::explain);
        on(pg_query__declare_cursor_stmt__descriptor, &walker::declare_cursor);
        on(pg_query__fetch_stmt__descriptor, &walker::plain);
        on(pg_query__close_portal_stmt__descriptor, &walker::plain);
        on(pg_query__call_stmt__descriptor, &walker::call);
        on(pg_query__copy_stmt__descriptor, &walker::copy);
        on(pg_query__truncate_stmt__descriptor, &walker::truncate);
        on(pg_query__lock_stmt__descriptor, &walker::lock);
        on(pg_query__return_stmt__descriptor, &walker::plain);

        on(pg_query__transaction_stmt__descriptor, &walker::transaction);
        on(pg_query__constraints_set_stmt__descriptor, &walker::plain);
        on(pg_query__variable_set_stmt__descriptor, &walker::variable_set);
        on(pg_query__variable_show_stmt__descriptor, &walker::show);
        on(pg_query__discard_stmt__descriptor, &walker::discard);
        on(pg_query__prepare_stmt__descriptor, &walker::prepare);
        on(pg_query__execute_stmt__descriptor, &walker::execute);
        on(pg_query__deallocate_stmt__descriptor, &walker::deallocate);
        on(pg_query__listen_stmt__descriptor, &walker::plain);
        on(pg_query__unlisten_stmt__descriptor, &walker::plain);
        on(pg_query__notify_stmt__descriptor, &walker::plain);
        on(pg_query__do_stmt__descriptor, &walker::do_block);

        on(pg_query__create_stmt__descriptor, &walker::create_table);
        on(pg_query__create_table_as_stmt__descriptor, &walker::create_table_as);
        on(pg_query__alter_table_stmt__descriptor, &walker::alter_table);
        on(pg_query__replica_identity_stmt__descriptor, &walker::plain);
        on(pg_query__create_schema_stmt__descriptor, &walker::create_schema);
        on(pg_query__view_stmt__descriptor, &walker::view);
        on(pg_query__refresh_mat_view_stmt__descriptor, &walker::maintenance);
        on(pg_query__index_stmt__descriptor, &walker::index);
        on(pg_query__create_seq_stmt__descriptor, &walker::sequence);
        on(pg_query__alter_seq_stmt__descriptor, &walker::sequence);
        on(pg_query__create_function_stmt__descriptor, &walker::create_function);
        on(pg_query__alter_function_stmt__descriptor, &walker::alter_function);
        on(pg_query__create_trig_stmt__descriptor, &walker::trigger);
        on(pg_query__def_elem__descriptor, &walker::definition_option);
        on(pg_query__rule_stmt__descriptor, &walker::rule);
        on(pg_query__create_policy_stmt__descriptor, &walker::row_policy);
        on(pg_query__alter_policy_stmt__descriptor, &walker::row_policy);
        on(pg_query__create_stats_stmt__descriptor, &walker::statistics);
        for (const auto* kind :
             {&pg_query__alter_stats_stmt__descriptor, &pg_query__create_domain_stmt__descriptor,
              &pg_query__alter_domain_stmt__descriptor, &pg_query__composite_type_stmt__descriptor,
              &pg_query__create_enum_stmt__descriptor, &pg_query__alter_enum_stmt__descriptor,
              &pg_query__create_range_stmt__descriptor, &pg_query__alter_type_stmt__descriptor,
              &pg_query__alter_operator_stmt__descriptor,
              &pg_query__alter_collation_stmt__descriptor,
              &pg_query__alter_tsdictionary_stmt__descriptor,
              &pg_query__alter_tsconfiguration_stmt__descriptor})
            on(*kind, &walker::named_definition);
        on(pg_query__define_stmt__descriptor, &walker::define);
        on(pg_query__drop_stmt__descriptor, &walker::drop);
        on(pg_query__rename_stmt__descriptor, &walker::rename);
        on(pg_query__alter_object_schema_stmt__descriptor, &walker::move);
        on(pg_query__alter_owner_stmt__descriptor, &walker::owner);
        on(pg_query__comment_stmt__descriptor, &walker::comment);
        on(pg_query__grant_stmt__descriptor, &walker::grant);
        on(pg_query__alter_default_privileges_stmt__descriptor, &walker::default_privileges);
        on(pg_query__vacuum_stmt__descriptor, &walker::maintenance);
        on(pg_query__cluster_stmt__descriptor, &walker::maintenance);
        on(pg_query__reindex_stmt__descriptor, &walker::maintenance);
        on(pg_query__createdb_stmt__descriptor, &walker::database_wide);
        on(pg_query__dropdb_stmt__descriptor, &walker::database_wide);
        on(pg_query__alter_database_stmt__descriptor, &walker::database_wide);
        on(pg_query__alter_database_refresh_coll_stmt__descriptor, &walker::database_wide);
        on(pg_query__alter_database_set_stmt__descriptor, &walker::alter_database_set);

        on(pg_query__column_ref__descriptor, &walker::column_reference);
        on(pg_query__a__indirection__descriptor, &walker::indirection);
        on(pg_query__func_call__descriptor, &walker::function_call);
        on(pg_query__type_cast__descriptor, &walker::type_cast);
        on(pg_query__type_name__descriptor, &walker::type_name);
        on(pg_query__a__expr__descriptor, &walker::operator_expression);
        on(pg_query__sub_link__descriptor, &walker::sub_link);
        on(pg_query__sort_by__descriptor, &walker::sort_by);
        on(pg_query__collate_clause__descriptor, &walker::collation);
        on(pg_query__range_var__descriptor, &walker::range_var);
        on(pg_query__a__const__descriptor, &walker::constant);
        on(pg_query__index_elem__descriptor, &walker::index_element);
        on(pg_query__partition_elem__descriptor, &walker::index_element);
        on(pg_query__into_clause__descriptor, &walker::into_clause);
        on(pg_query__constraint__descriptor, &walker::constraint);
        on(pg_query__column_def__descriptor, &walker::column_definition);
        on(pg_query__table_like_clause__descriptor, &walker::table_like);
        for (auto& [kind, known] : entries)
            if (known.statement != nullptr && known.statement->what == statement_class::facility)
                known.rule = &walker::facility_statement;
    }

    static const dispatch& get() {
        static const dispatch table;
        return table;
    }
};

bool walker::has_handler(const ProtobufCMessageDescriptor& kind) {
    const auto& entries = dispatch::get().entries;
    const auto found = entries.find(&kind);
    return found != entries.end() && found->second.rule != nullptr;
}

walker::walker(const scope& s, const limits& l) : scope_(s), limits_(l) {
    paths_.push_back(s.path);
}

void walker::fail(policy::problem what, std::string_view why) {
    if (!result_.analysed())
        return; // the first trouble is the one that explains
    result_.trouble = what;
    result_.trouble_text = why;
}

void walker::push(const message* m, const place& p) {
    if (m != nullptr)
        tasks_.push_back({.what = task::kind::visit, .at = m, .where = p});
}

void walker::push_all(node_list list, const place& p) {
    for (const auto* item : list)
        push(item, p);
}

void walker::push_rest(const message& m, const place& p,
                       std::initializer_list<const void*> handled) {
    push_rest(m, p, {}, handled);
}

void walker::push_rest(const message& m, const place& p, node_list handled,
                       std::initializer_list<const void*> more) {
    std::unordered_set<const void*> skipped(more.begin(), more.end());
    for (const auto* n : handled)
        skipped.insert(unwrap(n));
    for_each_child(m, [&](const message& child) {
        if (!skipped.contains(&child))
            push(&child, p);
    });
}

void walker::visit(const message& m, const place& p) {
    if (++nodes_ > limits_.max_nodes)
        return fail(policy::problem::limit, "too many nodes in the parse tree");
    const auto& entries = dispatch::get().entries;
    const auto found = entries.find(m.descriptor);
    if (found == entries.end() || m.n_unknown_fields != 0)
        return fail(policy::problem::unknown_node, "no rule for " + std::string(kind_of(m)));
    const auto& [rule, statement] = found->second;
    if (statement != nullptr) {
        if (statement->what == statement_class::denied || rule == nullptr)
            return fail(policy::problem::statement_kind,
                        std::string(statement->kind) + ": " + std::string(statement->text));
        if (statement->what != statement_class::data)
            only_data_ = false;
    }
    if (rule != nullptr)
        (this->*rule)(m, p);
    else
        push_rest(m, p);
}

void walker::run_tasks() {
    while (!tasks_.empty() && result_.analysed()) {
        if (names_.exhausted())
            return fail(policy::problem::limit, too_much);
        const auto next = tasks_.back();
        tasks_.pop_back();
        switch (next.what) {
        case task::kind::visit:
            visit(*next.at, next.where);
            break;
        case task::kind::from:
            from_item(*next.at, next.where);
            break;
        case task::kind::end_join:
            end_join(*as<PgQuery__JoinExpr>(next.at), next.where, next.first_source);
            break;
        }
    }
}

int walker::add_path(std::vector<std::string> schemas) {
    paths_.push_back(std::move(schemas));
    return static_cast<int>(paths_.size()) - 1;
}

// Bodies run later, with the path of that moment, unless they bring their own.
place walker::body_place(const place& outer,
                         const std::optional<std::vector<std::string>>& own_path) {
    place inner;
    inner.depth = outer.depth + 1;
    inner.embedded = true;
    if (own_path) {
        inner.path = add_path(*own_path);
    } else {
        auto all = scope_.settable;
        for (const auto& schema : paths_[static_cast<std::size_t>(outer.path)])
            if (std::find(all.begin(), all.end(), schema) == all.end())
                all.push_back(schema);
        inner.path = add_path(std::move(all));
    }
    return inner;
}

// A text inside the text. Its statements join the tasks.
void walker::analyse_text(std::string_view text, const place& p) {
    if (p.depth > deepest_text || ++nested_texts_ > most_texts)
        return fail(policy::problem::limit, "too many statements inside statements");
    texts_.push_back(parsed_text::parse(text, limits_));
    const auto& parsed = *texts_.back();
    if (!parsed.ok())
        return fail(parsed.trouble(), "in an inner statement: " + parsed.trouble_text());
    for (const auto* statement : parsed.statements())
        push(statement->stmt, p);
}

void walker::run_statement(const PgQuery__RawStmt& statement, const place& p) {
    statement_ = &statement;
    if (configures(unwrap(statement.stmt)))
        return;
    push(statement.stmt, p);
    run_tasks();
    if (result_.analysed() && !names_.finish(result_.touches))
        fail(policy::problem::limit, too_much);
    texts_.resize(1); // the outer text stays
    ctes_.clear();
}

policy::footprint walker::run(std::string_view text) {
    texts_.push_back(parsed_text::parse(text, limits_));
    text_ = texts_.front().get();
    if (!text_->ok()) {
        fail(text_->trouble(), text_->trouble_text());
        result_.trouble_at = text_->trouble_at();
        if (scope_.server_major <= grammar_major)
            result_.trouble_words = text_->trouble_words();
        return std::move(result_);
    }
    for (const auto* statement : text_->statements()) {
        // paths_[0] grows when a statement of this text changes the search_path.
        run_statement(*statement, place{});
        if (!result_.analysed())
            break;
        ++result_.statements;
    }
    if (!result_.analysed()) {
        result_.touches.clear();
        result_.effects.clear();
        result_.depends_on_path = false;
        return std::move(result_);
    }
    result_.literals_immaterial = only_data_ && !literal_mattered_;
    return std::move(result_);
}

void walker::facility_statement(const message& m, const place& p) {
    facility(find_statement(kind_of(m))->text);
    defines();
    for_each_child(m, [&](const message& child) {
        if (const auto* set = as<PgQuery__VariableSetStmt>(&child))
            setting(*set, true, p); // ALTER ROLE … SET: for later sessions
        else
            push(&child, p);
    });
}

} // namespace ringfence::sql::postgresql
