// What ringfence asks a MySQL or MariaDB server about all of its schemas, and what it makes of the
// answers. No I/O: proxy/net carries the questions.
//
// Unlike PostgreSQL's, these catalogues show an account only what it has rights on. So each login
// asks for itself, and what they see is put together.
#pragma once

#include "policy/sql/facts.h"
#include "policy/sql/mysql_analyzer.h"
#include "policy/sql/reach.h"
#include "proxy/catalog/mysql_grants.h"
#include "proxy/catalog/rows.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::catalog::mysql {

// What is the same for every session of the server.
struct server_facts {
    sql::mysql_flavour flavour = sql::mysql_flavour::mysql;
    unsigned version = 0; // as mysql_scope has it
    unsigned lower_case_table_names = 0;
    std::string sql_mode;     // where sessions start
    std::string charset;      // character_set_client, where the client's is ignored
    std::string init_connect; // SQL that sessions without CONNECTION_ADMIN, SUPER begin with
    // Functions that run outside of any schema; nothing: nobody may read which there are.
    std::optional<std::vector<std::string>> loadable_functions{};
    // Those of them of which nobody knows what they do. Every account may call them.
    std::vector<std::string> library_functions{};
    bool operator==(const server_facts&) const = default;
};
// A scope with the server's part of it.
[[nodiscard]] sql::mysql_scope scope_on(const server_facts&);

// The facility that an object needs whose definition the login that read may not see.
inline constexpr std::string_view hidden_definitions = "definitions that ringfence may not read";

// Definitions as SHOW CREATE has them, by the question for each. There are many, and few change.
struct definition {
    std::string listed; // the row that it has in a list
    std::string text;
    std::string mode;
    bool operator==(const definition&) const = default;
};
using definitions = std::map<std::string, definition, std::less<>>;

// What one login sees.
struct answer {
    server_facts server;
    std::vector<sql::catalogue_link> links;
    // The schemas in which nothing that runs is hidden from the login; nothing: all of them.
    std::optional<std::set<std::string, std::less<>>> seen{};
    sql::login_rights rights;
    definitions read; // for the next reading
    bool operator==(const answer&) const = default;
};

enum class purpose : std::uint8_t {
    everything,
    rights, // of the login only: another one sees all that it sees
};

// One login's questions, one at a time, on a connection of its own without a selected schema. The
// statements change the session (roles, sql_mode): it is closed afterwards. No row may be logged:
// MariaDB shows the login's own password hash among its grants.
class reading {
public:
    // `known`: what the same login's last reading came by; it is not asked for again.
    explicit reading(purpose = purpose::everything, definitions known = {});
    reading(const reading&) = delete; // its steps refer to it
    reading& operator=(const reading&) = delete;

    // The statement to send; empty: that was all.
    [[nodiscard]] const std::string& next() const;
    // Its rows; none for a statement without a result.
    void take(const rows&);
    // The server answered with an error.
    void refused();

    // Call when `next` is empty. Nothing: these are not the answers to these questions.
    [[nodiscard]] std::optional<answer> done();

private:
    struct step {
        std::string text;
        std::function<bool(const rows&)> take;
        std::function<bool()> refused; // unset: that must not happen
    };
    struct key {
        std::string schema, table, name;
        auto operator<=>(const key&) const = default;
    };
    using rows_taker = bool (reading::*)(const rows&);

    void ask(std::string_view text, rows_taker, bool may_fail = false);
    void ask_for_definition(std::string text, std::size_t column, sql::catalogue_link,
                            std::string listed = {});
    void add_definition(sql::catalogue_link, std::string text, std::string mode);
    void ask_for_links();
    [[nodiscard]] std::string folded(std::string_view name) const;
    [[nodiscard]] policy::object table(std::string_view schema, std::string_view name) const;
    [[nodiscard]] policy::object function(std::string_view schema, std::string_view name) const;
    void hidden(sql::catalogue_link);

    bool nothing(const rows&);
    bool server(const rows&);
    bool grants(const rows&);
    bool schemas(const rows&);
    bool columns(const rows&);
    bool functions(const rows&);
    bool views(const rows&);
    bool engines(const rows&);
    bool defaults(const rows&);
    bool keys(const rows&);
    bool cascades(const rows&);
    bool triggers(const rows&);
    bool routines(const rows&);
    bool events(const rows&);
    void package(const sql::catalogue_link&, std::string_view name, std::string_view definition);
    void see();
    void check_rights();

    purpose purpose_;
    definitions known_;
    std::vector<step> steps_;
    std::size_t at_ = 0;
    bool good_ = true;
    answer answer_;
    std::vector<grant> grants_;
    std::vector<std::string> schemas_;
    std::vector<policy::touch> effective_; // what columns are shown with
    std::map<key, policy::touch> keys_;    // foreign keys, with what they refer to
};

// What all logins see together.
struct snapshot {
    server_facts server;
    std::vector<sql::catalogue_link> links;
    std::optional<std::set<std::string, std::less<>>> seen{};
    std::map<std::string, sql::login_rights, std::less<>> logins;
    bool operator==(const snapshot&) const = default;
};
// By login; at least one.
[[nodiscard]] snapshot together(const std::map<std::string, answer, std::less<>>&);

// Pre: runs with `required_stack`. `divided`: see sql::reach::of.
[[nodiscard]] std::shared_ptr<const sql::reach>
objects_of(const snapshot&, const std::function<bool(std::string_view schema)>& divided);

} // namespace ringfence::catalog::mysql
