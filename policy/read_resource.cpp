#include "policy/draft.h"
#include "policy/keys.h"
#include "policy/pattern.h"
#include "policy/text.h"
#include "policy/yaml/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringfence::policy {

namespace {

const yaml::node* value_of(const yaml::node& mapping, std::string_view key) {
    for (const auto& entry : mapping.entries)
        if (entry.key == key)
            return &entry.value;
    return nullptr;
}

const server* find_server(const org_draft& org, std::string_view name) {
    const auto found = std::find_if(org.servers.begin(), org.servers.end(),
                                    [&](const server& s) { return s.name == name; });
    return found == org.servers.end() ? nullptr : &*found;
}

} // namespace

bool is_simple_name(std::string_view name) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= max_name_bytes && alphanumeric(name.front()) &&
           alphanumeric(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
               return alphanumeric(c) || c == '-' || c == '_' || c == '.';
           });
}

std::string read_simple_name(const yaml::node& n, std::string_view what, yaml::report& out) {
    const auto name = yaml::read_text(n, what, out);
    if (!name)
        return {};
    if (!is_simple_name(*name)) {
        out.error(
            "bad-name", n.at,
            fmt::format("'{}' must be at most {} of a-z, 0-9, '-', '_', '.', and start and end "
                        "with a letter or digit, not '{}'",
                        what, max_name_bytes, printable(*name, 64)));
        return {};
    }
    return *name;
}

std::string resource_reader::name(const yaml::node& n, std::string_view what) const {
    auto text = yaml::read_text(n, what, out_);
    if (!text)
        return {};
    if (text->size() > max_name_bytes) {
        out_.error("bad-name", n.at,
                   fmt::format("'{}' is longer than the {} bytes that a server allows", what,
                               max_name_bytes));
        return {};
    }
    return std::move(*text);
}

std::string resource_reader::optional_name(const yaml::node& mapping, std::string_view key) const {
    const auto* n = value_of(mapping, key);
    if (n == nullptr)
        return {};
    auto text = name(*n, key);
    if (is_pattern(text)) {
        out_.error("pattern-not-allowed", n->at,
                   fmt::format("'{}' must be one name; patterns are for tables", key));
        return {};
    }
    return text;
}

resource resource_reader::read(const yaml::node& mapping, bool patterns) const {
    resource r;
    r.place = out_.place(mapping.at);
    const auto* server_node = value_of(mapping, "server");
    if (server_node == nullptr) {
        out_.error("missing-key", mapping.at, "missing key 'server'");
    } else if (auto server = yaml::read_text(*server_node, "server", out_)) {
        if (org_.known && find_server(org_, *server) == nullptr) {
            std::vector<std::string_view> names;
            for (const auto& s : org_.servers)
                names.emplace_back(s.name);
            out_.error("unknown-server", server_node->at,
                       fmt::format("unknown server '{}'{}; servers are listed in org.yaml",
                                   printable(*server, 64), did_you_mean(*server, names)));
        } else {
            r.server = std::move(*server);
        }
    }
    r.database = optional_name(mapping, "database");
    r.schema = optional_name(mapping, "schema");
    const auto* tables = value_of(mapping, "tables");
    if (patterns && tables != nullptr) {
        r.tables = yaml::read_texts(*tables, "tables", out_);
        if (r.tables.size() > max_tables)
            out_.error("too-large", tables->at, "too many tables in one list");
        if (std::any_of(r.tables.begin(), r.tables.end(),
                        [](const auto& t) { return t.size() > max_pattern_bytes; }))
            out_.error("bad-name", tables->at, "a pattern is longer than 64 bytes");
        if (std::find(r.tables.begin(), r.tables.end(), "*") != r.tables.end())
            out_.warning("whole-schema-pattern", tables->at,
                         "'*' matches every table; leave 'tables' out to own the schema");
    }
    check_levels(r, mapping.at, tables != nullptr);
    return r;
}

void resource_reader::check_levels(resource& r, yaml::position at, bool has_tables) const {
    const auto* place = find_server(org_, r.server);
    if (place == nullptr)
        return;
    if (place->engine == engine::mysql) {
        // The two words mean the same there; the model keeps the name as the database.
        if (!r.database.empty() && !r.schema.empty() && r.database != r.schema)
            out_.error("bad-resource", at, "on MySQL a schema is a database: give one of the two");
        if (r.database.empty())
            r.database = std::move(r.schema);
        r.schema.clear();
        if (has_tables && r.database.empty())
            out_.error("bad-resource", at, "'tables' needs a 'database'");
        return;
    }
    if (!r.schema.empty() && r.database.empty())
        out_.error("bad-resource", at, "'schema' needs a 'database'");
    if (has_tables && r.schema.empty())
        out_.error("bad-resource", at, "'tables' needs a 'schema'");
}

bool is_schema_level(const resource& r, const org_draft& org) {
    const auto* place = find_server(org, r.server);
    return place == nullptr || // complained about already
           (!r.database.empty() && (place->engine == engine::mysql || !r.schema.empty()));
}

} // namespace ringfence::policy
