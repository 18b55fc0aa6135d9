// The recursive descent: reads every token of a text, and collects touches, effects, and what makes
// a statement not analysable. Where the grammars of the servers and their versions differ it takes
// all of them: what a server does not take, it refuses itself. A statement of which one token is
// left is denied. One object reads one text.
#pragma once

#include "policy/access.h"
#include "policy/sql/mysql/catalogue.h"
#include "policy/sql/mysql/lexer.h"
#include "policy/sql/mysql/resolution.h"
#include "policy/sql/mysql/statements.h"
#include "policy/sql/mysql_analyzer.h"

#include <algorithm>
#include <cstdint>
#include <forward_list>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::mysql {

// A name as written; views of the text, or of what the parser keeps.
struct written_name {
    std::string_view schema; // empty if not given
    std::string_view name;
};

class parser {
public:
    // `depth`: of texts inside texts (PREPARE).
    parser(std::string_view text, const lexed&, const mysql_scope&, const limits&, unsigned version,
           unsigned depth = 0);

    // Analyses the whole text. Call once.
    [[nodiscard]] policy::footprint run();

    // For tests: whether this kind of statement has a handler.
    [[nodiscard]] static bool has_handler(std::string_view kind);

private:
    using handler = void (parser::*)();
    struct dispatch;
    // Restores on leaving what a nested construct changes.
    class nested;
    class query_scope;

    struct cte {
        std::string_view name;
        int outer = -1;
    };
    // A source of information_schema, of which only some rows may be seen.
    struct metadata_use {
        int level;
        std::size_t source;
        const catalogue_rule* rule;
    };
    // An ON or WHERE: the tokens, and which sources of the level it restricts.
    struct condition {
        int level;
        std::size_t begin, end;
        std::size_t first_source, last_source;
    };

    // --- tokens (parser.cpp). Behind the last one, and after a failure, every token is the end.
    [[nodiscard]] const token& peek(std::size_t more = 0) const {
        return tokens_[std::min(at_ + more, last_)];
    }
    [[nodiscard]] bool ahead(std::size_t more, word w) const {
        const auto& t = peek(more);
        return t.kind == token_kind::word && t.what == w.id();
    }
    [[nodiscard]] bool ahead(std::size_t more, char c) const {
        const auto& t = peek(more);
        return t.kind == token_kind::symbol && t.what == static_cast<unsigned char>(c);
    }
    [[nodiscard]] bool at(word w) const { return ahead(0, w); }
    [[nodiscard]] bool at(char c) const { return ahead(0, c); }
    [[nodiscard]] bool at_any(std::initializer_list<word> words) const {
        const auto& t = peek();
        return t.kind == token_kind::word &&
               std::any_of(words.begin(), words.end(), [&](word w) { return w.id() == t.what; });
    }
    [[nodiscard]] bool at_end() const { return peek().kind == token_kind::end; }
    [[nodiscard]] bool at_name(std::size_t more = 0) const;
    bool skip_if(bool here, std::size_t count = 1) {
        at_ += here ? count : 0;
        return here;
    }
    bool accept(word w) { return skip_if(at(w)); }
    bool accept(char c) { return skip_if(at(c)); }
    bool accept(word a, word b) { return skip_if(at(a) && ahead(1, b), 2); }
    bool accept(word a, word b, word c) { return skip_if(at(a) && ahead(1, b) && ahead(2, c), 3); }
    bool accept_any(std::initializer_list<word> words) { return skip_if(at_any(words)); }
    void expect(word);
    void expect(char);
    void advance() { ++at_; }
    void expect_assignment(); // = or :=
    bool accept_string();
    bool accept_number();
    void fail(policy::problem, std::string_view why);
    void unexpected();
    [[nodiscard]] bool failed() const { return !result_.analysed(); }
    [[nodiscard]] std::string_view raw(const token& t) const {
        return text_.substr(t.begin, t.end - t.begin);
    }
    std::string_view name();
    // Pre: the token is a word, a name, or a quoted name.
    [[nodiscard]] std::string_view name_in(const token&);
    written_name qualified_name();
    void skip_name_list(); // (a, b, c)
    void skip_parenthesised_literals();
    void account();
    template <class F>
    void comma_list(F item) {
        do
            item();
        while (accept(','));
    }

    // --- statements (parser.cpp)
    void statement();
    void dispatch_on(std::string_view prefix);
    void finish_statement();

    // --- names and touches (parser_names.cpp)
    void touch(policy::action, policy::object_kind, std::string database, std::string name,
               std::vector<std::string> columns = {});
    void facility(std::string_view name);
    void literal_mattered() { literal_mattered_ = true; }
    void defines();
    void effect(policy::session_effect);
    [[nodiscard]] std::string folded(std::string_view name) const;
    // The schema that the name is in; fails when none is selected.
    [[nodiscard]] std::string schema_of(const written_name&);
    void schema(policy::action, std::string_view name);
    void table(policy::action, const written_name&, std::vector<std::string> columns = {});
    void routine(policy::action, const written_name&);
    [[nodiscard]] std::size_t use_table(policy::action, const written_name&);
    [[nodiscard]] bool is_cte(const written_name&);
    [[nodiscard]] bool is_local(std::string_view name) const;
    void system_table(policy::action, std::string_view schema, std::string_view name,
                      std::size_t source);

    // --- queries (parser_query.cpp, parser_from.cpp)
    void select_statement();
    int query_expression(); // the level of its first query
    int query_body(bool& combined);
    int query_primary();
    int select_core();
    void select_item(int level);
    void with_clause();
    void query_tail(int level);
    void order_by(bool of_query = false);
    void limit_clause();
    void into_clause();
    void procedure_analyse();
    void locking_clause(int level);
    void window_specification();
    void row_list();
    [[nodiscard]] std::size_t closing(std::size_t open) const;
    [[nodiscard]] bool query_ahead(bool in_from = false) const;
    void subquery(); // ( query )
    void table_references();
    void table_reference();
    void table_factor();
    void plain_table();
    void derived_table(bool lateral);
    void json_table();
    void json_columns();
    void add_source(std::string_view name, std::size_t use = no_use);
    std::string_view table_alias();
    void index_hints();
    void partition_list();
    bool system_time();
    [[nodiscard]] source& newest_source();

    // --- information_schema (parser_metadata.cpp)
    void restrict_metadata(int level);
    class conjuncts;

    // --- expressions (parser_expression.cpp, parser_function.cpp)
    void expression();
    void sum();
    void operand();
    bool operator_ahead();
    void parenthesised();
    void expression_list();
    void column_reference();
    void case_expression();
    void interval();
    void system_variable();
    void match_against();
    bool keyword_operand();
    void function_call(std::string_view schema, std::string_view name);
    void arguments(std::string_view name);
    void argument_alias();
    void over_clause();
    void sequence_function();
    void data_type();
    void character_set();
    bool accept_unit();

    // --- changes of rows (parser_change.cpp)
    void insert_statement();
    void replace_statement();
    void insert_or_replace(bool replaces);
    void update_statement();
    void delete_statement();
    void load_statement();
    void do_statement();
    void call_statement();
    void handler_statement();
    void truncate_statement();
    // Names in the expressions mean columns at `values_level`.
    void assignments(int values_level = no_level);
    void target_columns(std::size_t use);
    void returning();
    std::size_t target(const written_name&, std::string_view alias);

    // --- the session (parser_session.cpp, parser_set.cpp)
    void set_statement();
    void set_item();
    void set_system_variable(std::string_view scope, std::string_view name);
    void setting();
    void set_names();
    void set_character_set();
    void set_transaction();
    void set_mode();
    void session_character_set(std::string_view name);
    void use_statement();
    void transaction();
    void start_transaction();
    void begin_statement();
    void savepoint();
    void lock_tables();
    void unlock_tables();
    void prepare_statement();
    void execute_statement();
    void deallocate_statement();
    void help_statement();
    void kill_statement();
    void embedded_text(const token&);
    void dynamic();

    // --- showing (parser_show.cpp)
    void show_statement();
    void describe_statement();
    void analyze_statement();
    void table_maintenance();
    void show_of_table();
    void show_of_schema();
    void show_of_all(std::string_view schema_column, std::string_view facility_name);
    void show_filter();
    void show_routine();
    void rest_is_facility(std::string_view name);
    [[nodiscard]] std::optional<std::string> filtered_schema(std::string_view schema_column);
    void explained();

    // --- definitions (parser_table.cpp, parser_definition.cpp)
    void create_statement();
    void create_table();
    void create_like(const written_name&);
    void table_body(const written_name&);
    void table_element();
    void column_definition();
    void column_attributes();
    void constraint();
    void references();
    void key_parts();
    void index_options();
    bool table_option();
    void table_options();
    void partitioning();
    void partition_definitions();
    void alter_statement();
    void alter_table();
    void alter_table_action(const written_name&);
    void create_index();
    void create_view();
    void create_sequence();
    void sequence_options();
    void create_database();
    void database_options();
    void alter_database();
    void drop_statement();
    void drop_names(policy::object_kind);
    void rename_statement();
    void if_exists();

    // --- stored programs (parser_program.cpp, parser_routine.cpp)
    void create_trigger();
    void create_procedure();
    void create_function();
    void create_event();
    void alter_event();
    void alter_routine();
    void schedule();
    void parameters(bool with_modes);
    void characteristics();
    void definer();
    void program_body(const std::string& schema);
    void program_statement();
    bool control_statement();
    void statements_until(std::initializer_list<word>);
    void block();
    void declarations();
    void declare();
    void handler_condition();
    void if_statement();
    void case_statement();
    void loop_statement();
    void while_statement();
    void repeat_statement();
    void for_statement();
    void signal_statement();
    void diagnostics();
    void local(std::string_view name);

    const mysql_scope& scope_;
    const limits& limits_;
    std::string_view text_;
    const lexed& lexed_;
    unsigned version_;
    unsigned depth_of_texts_;
    const token* tokens_; // all of them; after a failure the last one
    std::size_t last_;
    std::size_t at_ = 0;
    unsigned nesting_ = 0;
    policy::footprint result_;
    resolution names_;
    int level_ = no_level;
    int cte_ = -1;
    std::vector<cte> ctes_;
    std::vector<std::string_view> locals_;
    std::vector<metadata_use> metadata_;
    std::vector<condition> conditions_;
    mutable std::vector<std::size_t> closings_;
    std::forward_list<std::string> unquoted_; // names with quotation marks in them
    std::string current_;                     // schema
    bool in_program_ = false;                 // inside a body
    bool mode_unknown_ = false;               // a SET before, in this text
    bool literal_mattered_ = false;
    bool only_data_ = true;
};

} // namespace ringfence::sql::mysql
