// What the objects of a database (PostgreSQL) or of a server (MySQL) do when they are used, which
// the text of a statement does not show: views, rules, triggers, functions, defaults, row policies,
// inheritance, foreign keys. Read from the server's catalogue (proxy/catalog), analysed once, added
// to every footprint.
#pragma once

#include "policy/access.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/mysql_analyzer.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql {

// Ways to use an object, as bits.
namespace use {
inline constexpr std::uint8_t read = 1;
inline constexpr std::uint8_t write = 2;
inline constexpr std::uint8_t execute = 4;
// Of a database: any DDL in it (event triggers). Of a function: MySQL's events, which run by
// themselves, and for whoever alters them.
inline constexpr std::uint8_t define = 8;
} // namespace use

// One fact of a catalogue: whoever uses `carrier` runs `definition`, or touches `touches`.
struct catalogue_link {
    enum class kind : std::uint8_t {
        view,        // what is written to it is written to its tables
        code,        // a rule, trigger, function, default, check … with a definition
        opaque,      // a function in a language that nobody can read here, a foreign table: `note`
        reference,   // a foreign key: the carrier's rows refer to rows of `touches`
        cascade,     // … and the other way: rows of `touches` follow changes of the carrier's
        inheritance, // the carrier's rows are those of `touches`, or of the tables that its
                     // definition lists, too
        dependent,   // the carrier goes when what `touches` names is dropped with CASCADE
    };
    kind what = kind::code;
    policy::object carrier; // a table, function or database
    std::uint8_t on = 0;    // bits of `use`
    std::string definition; // SQL, its names qualified but in bodies of functions
    std::vector<policy::touch> touches;
    std::string runs_as; // with whose rights the server runs it; empty: the caller's
    std::string note;    // opaque: the facility that it needs
    // MySQL: the sql_mode that the definition was made in, and who the DEFINER in it is.
    std::string mode{};
    std::string maker{};
    bool operator==(const catalogue_link&) const = default;
};

// Immutable. Holds only what leads out of a schema; all else concerns one owner.
class reach {
public:
    using relations =
        std::map<std::string, std::set<std::string, std::less<>>, std::less<>>; // by schema

    // How a definition is read. An unqualified name that means what is on the caller's path has
    // `callers_schema` in its place.
    using analysis = std::function<policy::footprint(const catalogue_link&)>;
    [[nodiscard]] static analysis of_postgresql(std::string_view database, unsigned server_major);
    // `server`: flavour, version and all else that is the same for every session.
    [[nodiscard]] static analysis of_mysql(mysql_scope server);

    // Of the schemas for which `divided` is true several services own tables, so that nothing in
    // them can be left out. Pre: runs with `required_stack`.
    // `lent` has the relations of schemas that the policies lend as a whole (published, common).
    // `seen`: the schemas of which the catalogue was shown completely; nothing: all. What is in
    // others does nobody knows what.
    [[nodiscard]] static std::shared_ptr<const reach>
    of(const std::vector<catalogue_link>&, const analysis&,
       const std::function<bool(std::string_view schema)>& divided, relations lent = {},
       std::optional<std::set<std::string, std::less<>>> seen = std::nullopt);
    [[nodiscard]] static std::shared_ptr<const reach>
    of(const std::vector<catalogue_link>& links, std::string_view database, unsigned server_major,
       const std::function<bool(std::string_view schema)>& divided, relations lent = {}) {
        return of(links, of_postgresql(database, server_major), divided, std::move(lent));
    }

    // Who uses the objects.
    struct caller {
        std::string database; // that all objects are in; empty: they are the whole server's
        std::string login;    // as catalogue_link::runs_as writes it
        bool confined = false;
        std::vector<std::string> schemas{}; // in which an unqualified name may be found
        // The footprint is no statement's but a list of rights: one on a schema is one on all that
        // is in it. (A statement that reads a schema reads a list.)
        bool of_rights = false;
    };

    // Adds what the objects in the footprint touch, and what these do in turn. With a confined
    // login the server itself rules on what runs with the caller's rights; only the rest is added.
    void extend(policy::footprint&, const caller&) const;
    void extend(policy::footprint&, const scope&) const;
    void extend(policy::footprint&, const mysql_scope&) const;

    // The same as far as any decision is concerned.
    bool operator==(const reach&) const = default;
    // It is known that this schema has no such relation.
    [[nodiscard]] bool lacks(std::string_view schema, std::string_view relation) const;
    [[nodiscard]] std::size_t size() const { return carriers_.size(); }

private:
    struct entry {
        catalogue_link::kind what{};
        std::uint8_t on = 0;
        std::string runs_as;
        std::vector<policy::touch> touches;
        bool operator==(const entry&) const = default;
    };
    struct carrier {
        policy::object what;
        std::vector<entry> entries;
        bool operator==(const carrier&) const = default;
    };
    class extension;

    std::map<std::string, carrier, std::less<>> carriers_; // by kind, schema and name
    relations lent_;
    std::optional<std::set<std::string, std::less<>>> seen_;
};

} // namespace ringfence::sql
