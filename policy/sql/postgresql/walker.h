// The walk over a parse tree: collects touches, effects, and everything that makes a statement not
// analysable. Visits every node with an explicit stack (trees are as deep as clients like). One
// object analyses one text.
#pragma once

#include "policy/access.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/postgresql/parse.h"
#include "policy/sql/postgresql/resolution.h"
#include "policy/sql/postgresql/tree.h"

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ringfence::sql::postgresql {

struct function_rule;

// Where in the statement a node stands. Cheap to copy: the parts are indexes.
struct place {
    int level = no_level;  // the query level that column references start at
    int ctes = -1;         // the innermost WITH name in sight
    int path = 0;          // which list of schemas unqualified names mean
    unsigned depth = 0;    // of texts inside texts: bodies, query_to_xml('…')
    bool embedded = false; // not run by itself, now: a body, a view, what a PREPARE holds
};

// A name as written, of a table, function, type …
struct written_name {
    std::string database; // empty if not given
    std::string schema;
    std::string name;
};

class walker {
public:
    walker(const scope&, const limits&);

    // Analyses the whole text. Call once.
    [[nodiscard]] policy::footprint run(std::string_view text);

    // For tests: whether this kind has a handler.
    [[nodiscard]] static bool has_handler(const ProtobufCMessageDescriptor&);

private:
    using handler = void (walker::*)(const message&, const place&);
    struct dispatch;
    struct task {
        enum class kind : std::uint8_t { visit, from, end_join };
        kind what = kind::visit;
        const message* at = nullptr;
        place where;
        std::size_t first_source = 0; // end_join: the join's sources start here
    };
    struct cte {
        std::string name;
        int outer = -1;
    };

    // --- the machine (walker.cpp)
    void run_tasks();
    void visit(const message&, const place&);
    void push(const message*, const place&);
    void push(const node* n, const place& p) { push(unwrap(n), p); }
    void push_all(node_list, const place&);
    // Everything below `m` but the children named.
    void push_rest(const message& m, const place&, std::initializer_list<const void*> handled = {});
    void push_rest(const message& m, const place&, node_list handled,
                   std::initializer_list<const void*> more = {});
    void fail(policy::problem, std::string_view why);
    void analyse_text(std::string_view text, const place&);
    void run_statement(const PgQuery__RawStmt&, const place&);
    [[nodiscard]] int add_path(std::vector<std::string> schemas);
    [[nodiscard]] place body_place(const place&,
                                   const std::optional<std::vector<std::string>>& own_path = {});

    // --- names and touches (walker_names.cpp)
    void touch(policy::action, policy::object_kind, std::string_view database,
               std::string_view schema, std::string_view name, bool via_path = false,
               std::vector<std::string> columns = {});
    void facility(std::string_view name);
    void role(const PgQuery__RoleSpec*); // that gets something: only the login itself may
    void by_value_only();
    void dynamic();
    std::optional<std::size_t> catalogue(std::string_view schema, std::string_view relation);
    [[nodiscard]] std::size_t lock_of_catalogue(); // a use that matters to FOR UPDATE only
    void define_schema(std::string_view schema, policy::action = policy::action::define);
    void define_database(std::string_view database);
    [[nodiscard]] std::optional<written_name> name_from(const std::vector<std::string_view>& parts);
    [[nodiscard]] static written_name name_from(const PgQuery__RangeVar&);
    [[nodiscard]] static bool is_temporary(const PgQuery__RangeVar*);
    // Every touch that a name may stand for; with `relation`, only where it may be that there is
    // one. False for the engine's own and for temporary objects.
    template <class F>
    void each_meaning(const written_name&, const place&, F&& f, bool relation = false);
    void object(policy::action, policy::object_kind, const written_name&, const place&,
                std::vector<std::string> columns = {});
    void object(policy::action, policy::object_kind, const std::vector<std::string_view>& parts,
                const place&);
    void relation(policy::action, const PgQuery__RangeVar*, const place&,
                  std::vector<std::string> columns = {});
    [[nodiscard]] std::vector<std::size_t> use_table(policy::action, const written_name&,
                                                     const place&, bool only_with_columns);

    // --- queries (walker_query.cpp)
    void select(const message&, const place&);
    void insert(const message&, const place&);
    void update(const message&, const place&);
    void remove(const message&, const place&);
    void merge(const message&, const place&);
    void explain(const message&, const place&);
    void declare_cursor(const message&, const place&);
    void copy(const message&, const place&);
    void create_table_as(const message&, const place&);
    void into_clause(const message&, const place&);
    void call(const message&, const place&);
    [[nodiscard]] int with_clause(const PgQuery__WithClause*, const place&);
    void from_item(const message&, const place&);
    void from_table(const PgQuery__RangeVar&, const place&);
    [[nodiscard]] bool names_public_settings(const PgQuery__SelectStmt&);
    void end_join(const PgQuery__JoinExpr&, const place&, std::size_t first_source);
    void from_list(node_list, const place&);
    [[nodiscard]] bool is_cte(const PgQuery__RangeVar&, const place&);
    [[nodiscard]] std::size_t target(const PgQuery__RangeVar&, policy::action, const place&,
                                     int level, std::vector<std::size_t>& written);
    void assignments(node_list targets, const std::vector<std::size_t>& written, const place&);

    // --- expressions (walker_expression.cpp)
    void column_reference(const message&, const place&);
    void indirection(const message&, const place&);
    void function_call(const message&, const place&);
    void type_cast(const message&, const place&);
    void type_name(const message&, const place&);
    void operator_expression(const message&, const place&);
    void sub_link(const message&, const place&);
    void sort_by(const message&, const place&);
    void collation(const message&, const place&);
    void range_var(const message&, const place&);
    void constant(const message&, const place&) {}
    void index_element(const message&, const place&);
    void operator_name(node_list, const place&);
    void call_function(const std::vector<std::string_view>& name, node_list args,
                       bool args_by_position, const place&);
    void apply(const function_rule&, node_list args, bool by_position, const place&);
    void named_argument(const function_rule&, const node* argument, const place&);
    void attribute_as_function(std::string_view name);
    void set_config(node_list args, const place&);
    void shown_setting(const char* name); // null: not known
    void cast_to_registry(std::string_view type, const node* argument, const place&);
    void registry_literal(std::string_view type, std::string_view text, const place&);
    void named_relation(policy::action, std::string_view text, const place&);
    [[nodiscard]] const char* literal(const node*);

    // --- the session (walker_session.cpp)
    void variable_set(const message&, const place&);
    void discard(const message&, const place&);
    void transaction(const message&, const place&);
    void prepare(const message&, const place&);
    void execute(const message&, const place&);
    void deallocate(const message&, const place&);
    void plain(const message&, const place&);
    void show(const message&, const place&);
    void database_wide(const message&, const place&);
    void alter_database_set(const message&, const place&);
    // A SELECT of nothing but set_config calls with constants, as pg_dump sends it. True if it was
    // one.
    [[nodiscard]] bool configures(const message*);
    [[nodiscard]] const char* value_if_known(const PgQuery__SelectStmt&, std::string_view setting);
    // `stored`: kept with a function, a role or a database, and not set now.
    void setting(const PgQuery__VariableSetStmt&, bool stored, const place&);
    void setting_value(std::string_view name, const std::vector<std::string>& values, bool known);
    [[nodiscard]] std::optional<std::vector<std::string>>
    setting_values(const PgQuery__VariableSetStmt&);
    void search_path(const std::vector<std::string>& names, bool lasting, bool stored);
    void reset_search_path(bool lasting);
    [[nodiscard]] std::vector<std::string> path_schemas(const std::vector<std::string>& names);
    void effect(policy::session_effect);

    // --- definitions (walker_definition.cpp, walker_objects.cpp)
    void create_table(const message&, const place&);
    void alter_table(const message&, const place&);
    void table_like(const message&, const place&);
    void constraint(const message&, const place&);
    void column_definition(const message&, const place&);
    void create_schema(const message&, const place&);
    void view(const message&, const place&);
    void index(const message&, const place&);
    void sequence(const message&, const place&);
    void definition_option(const message&, const place&);
    void trigger(const message&, const place&);
    void rule(const message&, const place&);
    void row_policy(const message&, const place&);
    void statistics(const message&, const place&);
    void named_definition(const message&, const place&);
    void define(const message&, const place&);
    void drop(const message&, const place&);
    void rename(const message&, const place&);
    void move(const message&, const place&);
    void owner(const message&, const place&);
    void comment(const message&, const place&);
    void grant(const message&, const place&);
    void default_privileges(const message&, const place&);
    void truncate(const message&, const place&);
    void lock(const message&, const place&);
    void maintenance(const message&, const place&);
    void named_object(PgQuery__ObjectType, const node*, const place&);
    void object_type(PgQuery__ObjectType, const std::vector<std::string_view>& parts, const place&);
    void definition_options(node_list, const place&);
    [[nodiscard]] place table_place(const PgQuery__RangeVar*, const place&);
    void defines();
    void cascade(PgQuery__DropBehavior);

    // --- bodies (walker_body.cpp)
    void create_function(const message&, const place&);
    void alter_function(const message&, const place&);
    void do_block(const message&, const place&);
    void body(std::string_view language, std::string_view text, const place&);
    void procedural_body(std::string_view text, const place&);
    void dynamic_statement(const std::string& expression, const place&);
    void facility_statement(const message&, const place&);

    const scope& scope_;
    const limits& limits_;
    policy::footprint result_;
    std::vector<task> tasks_;
    std::vector<cte> ctes_;
    std::vector<std::vector<std::string>> paths_;
    name_resolution names_;
    std::vector<std::unique_ptr<parsed_text>> texts_; // trees that references point into
    const parsed_text* text_ = nullptr;               // the one being analysed
    const PgQuery__RawStmt* statement_ = nullptr;
    std::size_t nodes_ = 0;
    unsigned nested_texts_ = 0;
    bool literal_mattered_ = false;
    std::unordered_set<const message*> public_settings_; // FROM pg_settings, for named ones only
    bool only_data_ = true;
};

} // namespace ringfence::sql::postgresql
