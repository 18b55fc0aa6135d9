// What a name may stand for, and the touches that follow.
#include "policy/sql/postgresql/catalogue.h"
#include "policy/sql/postgresql/names.h"
#include "policy/sql/postgresql/walker.h"
#include "policy/sql/reach.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

using policy::action;
using policy::object_kind;

namespace {

// Other sessions' temporary schemas, and the storage behind tables.
bool is_hidden_schema(std::string_view schema) {
    return schema.starts_with("pg_temp_") || schema.starts_with("pg_toast");
}

} // namespace

void walker::touch(action act, object_kind kind, std::string_view database, std::string_view schema,
                   std::string_view name, bool via_path, std::vector<std::string> columns) {
    result_.touches.push_back(
        {.act = act,
         .what = {kind, std::string(database), std::string(schema), std::string(name)},
         .columns = std::move(columns),
         .via_path = via_path});
}

void walker::facility(std::string_view name) {
    touch(action::execute, object_kind::server, {}, {}, name);
}

void walker::define_schema(std::string_view schema, action act) {
    if (is_hidden_schema(schema))
        return facility("system catalogue");
    if (is_system_schema(schema)) {
        if (act == action::define && schema != "pg_temp")
            facility("system catalogue");
        return;
    }
    touch(act, object_kind::schema, scope_.database, schema, {});
}

void walker::define_database(std::string_view database) {
    touch(action::define, object_kind::database, database, {}, {});
}

std::size_t walker::lock_of_catalogue() {
    return names_.add_use({.what = {.act = action::execute,
                                    .what = {object_kind::server, {}, {}, "system catalogue"},
                                    .columns = {}},
                           .columns = {},
                           .only_if_locked = true});
}

// The engine's own relations never become touches: they are allowed here, or need the catalogue as
// a facility. Returns the use of one that depends on the columns.
std::optional<std::size_t> walker::catalogue(std::string_view schema, std::string_view relation) {
    const auto known = find_catalogue(schema, relation);
    if (known && (*known == catalogue_class::allowed ||
                  (relation == "pg_settings" && !scope_.reads_all_settings)))
        return lock_of_catalogue();
    const auto facility_name = "catalogue " + std::string(relation);
    if (known && *known == catalogue_class::guarded)
        return names_.add_use({.what = {.act = action::read,
                                        .what = {object_kind::server, {}, {}, facility_name},
                                        .columns = {}},
                               .columns = {},
                               .guarded = guarded_columns(schema, relation)});
    touch(action::read, object_kind::server, {}, {}, facility_name);
    return std::nullopt;
}

written_name walker::name_from(const PgQuery__RangeVar& r) {
    return {r.catalogname, r.schemaname, r.relname};
}

std::optional<written_name> walker::name_from(const std::vector<std::string_view>& parts) {
    switch (parts.size()) {
    case 1:
        return written_name{{}, {}, std::string(parts[0])};
    case 2:
        return written_name{{}, std::string(parts[0]), std::string(parts[1])};
    case 3:
        return written_name{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
    default:
        fail(policy::problem::unknown_node, "a name of more parts than a name has");
        return std::nullopt;
    }
}

// Calls f(database, schema, via_path) for each schema that the name may be found in, the engine's
// own included.
template <class F>
void walker::each_meaning(const written_name& name, const place& p, F&& f, bool relation) {
    if (!name.schema.empty())
        return f(name.database.empty() ? scope_.database : name.database, name.schema, false);
    result_.depends_on_path = true;
    const auto schemas = paths_[static_cast<std::size_t>(p.path)]; // f may add paths
    for (const auto& schema : schemas)
        if (!relation || scope_.objects == nullptr || !scope_.objects->lacks(schema, name.name))
            f(scope_.database, schema, true);
}

std::vector<std::size_t> walker::use_table(action act, const written_name& name, const place& p,
                                           bool only_with_columns) {
    std::vector<std::size_t> uses;
    const auto use_catalogue = [&](std::string_view schema) {
        if (act != action::read)
            facility("system catalogue");
        if (const auto use = catalogue(schema, name.name))
            uses.push_back(*use);
    };
    if (is_telling_extension_view(name.name)) {
        touch(action::read, object_kind::server, {}, {}, "catalogue " + name.name);
        return uses;
    }
    if (name.schema.empty() && name.name.starts_with("pg_") &&
        (find_catalogue("pg_catalog", name.name) || scope_.server_major > newest_reviewed_major)) {
        use_catalogue("pg_catalog"); // it comes first on every path that does not name it
        return uses;
    }
    each_meaning(
        name, p,
        [&](const std::string& database, const std::string& schema, bool via_path) {
            if (is_hidden_schema(schema))
                return facility("other sessions");
            if (schema == "pg_temp")
                return;
            if (is_system_schema(schema)) {
                if (via_path && !find_catalogue(schema, name.name))
                    return; // not there
                return use_catalogue(schema);
            }
            policy::touch what{.act = act,
                               .what = {object_kind::table, database, schema, name.name},
                               .columns = {},
                               .via_path = via_path};
            uses.push_back(names_.add_use(
                {.what = std::move(what), .columns = {}, .only_with_columns = only_with_columns}));
        },
        true);
    return uses;
}

void walker::object(action act, object_kind kind, const written_name& name, const place& p,
                    std::vector<std::string> columns) {
    if (kind == object_kind::table && (act == action::read || act == action::write)) {
        for (const auto use : use_table(act, name, p, false)) {
            for (const auto& column : columns)
                names_.require(use, column);
            if (columns.empty())
                names_.require_if_guarded(use);
        }
        return;
    }
    each_meaning(
        name, p, [&](const std::string& database, const std::string& schema, bool via_path) {
            if (is_hidden_schema(schema))
                return facility("other sessions");
            if (is_system_schema(schema)) {
                const bool harmless = schema == "pg_temp" || act == action::reference || via_path;
                if (!harmless && act == action::define)
                    facility("system catalogue");
                return;
            }
            touch(act, kind, database, schema, name.name, via_path, columns);
        });
}

void walker::object(action act, object_kind kind, const std::vector<std::string_view>& parts,
                    const place& p) {
    if (const auto name = name_from(parts))
        object(act, kind, *name, p);
}

bool walker::is_temporary(const PgQuery__RangeVar* r) {
    if (r == nullptr)
        return false;
    const std::string_view schema = r->schemaname;
    return schema == "pg_temp" || (schema.empty() && std::string_view(r->relpersistence) == "t");
}

void walker::relation(action act, const PgQuery__RangeVar* r, const place& p,
                      std::vector<std::string> columns) {
    if (r == nullptr)
        return;
    if (act == action::define && is_temporary(r))
        return; // the session's own, whatever its name
    if (act == action::define && *r->schemaname == '\0' &&
        std::string_view(r->relname).starts_with("pg_") && find_catalogue("pg_catalog", r->relname))
        facility("system catalogue");
    object(act, object_kind::table, name_from(*r), p, std::move(columns));
}

} // namespace ringfence::sql::postgresql
