// The vocabulary that analysis and decision share: what a statement touches, and how. Pure data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

enum class engine : std::uint8_t { postgresql, mysql };

// What a statement does to an object.
enum class action : std::uint8_t {
    read,      // its rows, or its description
    write,     // its rows
    define,    // its definition: create, alter, drop, comment, grant
    execute,   // a function, procedure or operator
    reference, // names it without reading it: a type, a foreign key's target, a schema on the path
};

enum class object_kind : std::uint8_t {
    server, // a facility of the whole server: `name` says which ("files", "other sessions", "roles"
            // …)
    database, // `database`
    schema,   // `database`, `schema`
    table,    // anything with rows: table, view, sequence, foreign table; also an index
    function, // function, procedure, aggregate, operator
    type,     // type, domain, collation, text search object
};

// Names are as the server resolves them: folded, unquoted, never empty where the kind needs them.
struct object {
    object_kind kind = object_kind::table;
    std::string database;
    std::string schema;
    std::string name;
    bool operator==(const object&) const = default;
};

// Every column, or a column list that the analyser could not narrow down.
inline constexpr std::string_view all_columns = "*";

struct touch {
    action act = action::read;
    object what;
    // Columns of a table touch, sorted and unique. {"*"} is any and all of them; empty says that no
    // column was named (TRUNCATE, count(*), DDL), which asks for the table as a whole, exactly as
    // {"*"} does.
    std::vector<std::string> columns;
    // The name was not qualified: this is one of the schemas in which it may be found. All must be
    // allowed.
    bool via_path = false;
    // The statement does not name it: the definition of this object, which it uses, does. What an
    // object does with things of its own owner is the owner's word.
    std::optional<object> through{};
    bool operator==(const touch&) const = default;
};

// Why a statement was not analysed completely. Bounded: it is a metric label and an audit field.
enum class problem : std::uint8_t {
    none,
    syntax,         // the parser refused it (the server would, too, or knows a newer grammar)
    limit,          // too long, too deep, too many nodes
    unknown_node,   // the parse tree holds something that no rule covers
    statement_kind, // a statement kind that is not on the list, or is refused by its row
    no_schema,      // MySQL: a name without a schema, and none is selected
    unsafe_setting, // would change how the server reads later statements
    catalogue,      // what the objects that it names do is not known: the server's catalogue
                    // could not be read
    internal_error,
};

// What a statement, once it succeeds, changes in the session that later analyses depend on.
struct session_effect {
    enum class kind : std::uint8_t {
        search_path,       // `values` is the new list (empty list: nothing but pg_catalog)
        reset_search_path, // back to the session's start: RESET, DEFAULT, DISCARD ALL
        prepare,           // SQL PREPARE: values[0] is the name, `text` the statement inside
        deallocate,        // values[0], or all when empty
        execute,           // SQL EXECUTE of values[0]: the gate decides anew what was prepared
        defines,           // changes the catalogue: snapshots must be refreshed
        schema,            // MySQL: values[0] is the current schema; none when empty
        sql_mode,          // MySQL: values[0] is the new one; when empty, the server knows it only
        character_set,     // MySQL: character_set_client, as sql_mode
        kill,              // MySQL: ends the "query" or "connection", values[0], of the session
                           // with the number values[1]. It is all of the text, and touches
                           // nothing: the gate rules on whose session it is.
    };
    kind what{};
    std::vector<std::string> values;
    std::string text;
    // search_path and reset_search_path: lasts beyond the transaction when that commits (SET,
    // set_config(…, false)). False (SET LOCAL, or unknown): the former list comes back.
    bool lasting = false;
    bool operator==(const session_effect&) const = default;
};

// All that a text does: the whole string, however many statements it holds.
struct footprint {
    problem trouble = problem::none;
    std::string trouble_text; // for people; holds no literal of the statement
    unsigned trouble_at = 0;  // syntax: the character of the text, from 1; 0: unknown
    // syntax: what this very server would say. It quotes the statement, so it is for who sent that,
    // and for no log. Empty: nobody knows.
    std::string trouble_words;
    std::vector<touch> touches;
    std::vector<session_effect> effects;
    // No literal (string or number constant) of the text was looked at, so texts that differ in
    // literals only have the same footprint.
    bool literals_immaterial = false;
    // DROP … CASCADE, TRUNCATE … CASCADE: what depends on the objects named goes with them.
    bool cascades = false;
    // The name of an unqualified object mattered, so the footprint depends on scope::path.
    bool depends_on_path = false;
    unsigned statements = 0;

    [[nodiscard]] bool analysed() const { return trouble == problem::none; }
};

[[nodiscard]] std::string_view to_string(engine);
[[nodiscard]] std::string_view to_string(action);
[[nodiscard]] std::string_view to_string(object_kind);
[[nodiscard]] std::string_view to_string(problem);

} // namespace ringfence::policy
