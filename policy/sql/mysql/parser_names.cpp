// Names of schemas, tables and routines, and the touches that they are.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::action;
using policy::object_kind;
using policy::problem;

void parser::touch(action act, object_kind kind, std::string database, std::string object,
                   std::vector<std::string> columns) {
    if (failed())
        return;
    result_.touches.push_back({.act = act,
                               .what = {.kind = kind,
                                        .database = std::move(database),
                                        .schema = {},
                                        .name = std::move(object)},
                               .columns = std::move(columns)});
}

void parser::facility(std::string_view what) {
    touch(action::execute, object_kind::server, {}, std::string(what));
}

void parser::defines() {
    effect({.what = policy::session_effect::kind::defines, .values = {}, .text = {}});
}

void parser::effect(policy::session_effect e) {
    only_data_ = false;
    if (!failed())
        result_.effects.push_back(std::move(e));
}

std::string parser::folded(std::string_view text) const {
    return scope_.lower_case_table_names == 0 ? std::string(text) : to_lower(text);
}

std::string parser::schema_of(const written_name& n) {
    if (!n.schema.empty())
        return folded(n.schema);
    result_.depends_on_path = true;
    if (current_.empty())
        fail(problem::no_schema, "no schema is selected: name it, or USE one");
    return folded(current_);
}

void parser::schema(action act, std::string_view written) {
    if (is_system_schema(written)) {
        if (act == action::define || act == action::write)
            facility("system schemas");
        return;
    }
    touch(act, object_kind::schema, folded(written), {});
}

void parser::table(action act, const written_name& n, std::vector<std::string> columns) {
    const auto in = schema_of(n);
    if (is_system_schema(in)) {
        const auto* rule = find_catalogue(in, n.name);
        if (act != action::read || rule == nullptr || rule->what != catalogue_class::allowed)
            facility("system schemas");
        return;
    }
    touch(act, object_kind::table, in, folded(n.name), std::move(columns));
}

// The names of routines are compared without regard to case everywhere.
void parser::routine(action act, const written_name& n) {
    const auto in = schema_of(n);
    if (is_system_schema(in))
        return facility("system schemas");
    touch(act, object_kind::function, in, to_lower(n.name));
}

std::size_t parser::use_table(action act, const written_name& n) {
    auto in = schema_of(n);
    if (failed())
        return no_use;
    if (is_system_schema(in)) {
        system_table(act, in, n.name, level_ == no_level ? 0 : names_.at(level_).sources.size());
        return no_use;
    }
    return names_.add_use({.act = act, .database = std::move(in), .table = folded(n.name)});
}

void parser::system_table(action act, std::string_view in, std::string_view table_name,
                          std::size_t source) {
    const auto* rule = find_catalogue(in, table_name);
    if (act != action::read || rule == nullptr)
        return facility(equal_ignoring_case(in, "information_schema")
                            ? "information_schema " + to_lower(table_name)
                            : "system schemas");
    if (rule->what == catalogue_class::restricted)
        metadata_.push_back({level_, source, rule});
}

bool parser::is_cte(const written_name& n) {
    if (!n.schema.empty())
        return false;
    for (int c = cte_; c >= 0; c = ctes_[static_cast<std::size_t>(c)].outer)
        if (ctes_[static_cast<std::size_t>(c)].name == n.name)
            return true;
    return false;
}

bool parser::is_local(std::string_view text) const {
    return std::any_of(locals_.rbegin(), locals_.rend(),
                       [&](std::string_view l) { return equal_ignoring_case(l, text); });
}

} // namespace ringfence::sql::mysql
