#include "policy/explain.h"

#include "policy/resource.h"
#include "policy/text.h"
#include "policy/yaml/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ringfence::policy {

namespace {

// A name as part of a dotted one: quoted only where it would be misread without.
std::string part(std::string_view name) {
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '$' || c == '-';
    });
    return plain ? std::string(name) : '"' + printable(name) + '"';
}

std::string in_quotes(std::string_view name) {
    return '"' + printable(name) + '"';
}

bool is_mysql(const snapshot& policies, std::string_view server) {
    const auto* s = policies.find_server(server);
    return s != nullptr && s->engine == engine::mysql;
}

// MySQL knows a schema by the name of its database.
const std::string& schema_name(const object& o, bool mysql) {
    return mysql ? o.database : o.schema;
}

std::string schema_place(std::string_view server, const object& o, bool mysql) {
    return mysql ? printable(server)
                 : fmt::format("{}/{}", printable(server), printable(o.database));
}

// "users.accounts", "schema users"
std::string subject(const object& o, bool mysql) {
    std::string dotted = fmt::format("{}.{}", part(schema_name(o, mysql)), part(o.name));
    switch (o.kind) {
    case object_kind::server:
        return printable(o.name);
    case object_kind::database:
        return "database " + part(o.database);
    case object_kind::schema:
        return "schema " + part(schema_name(o, mysql));
    case object_kind::type:
        return "type " + dotted;
    case object_kind::table:
    case object_kind::function:
        return dotted;
    }
    return dotted;
}

// `schema "users" on shop-pg/shop`
std::string schema_of(const object& o, std::string_view server, bool mysql) {
    return fmt::format("schema {} on {}", in_quotes(schema_name(o, mysql)),
                       schema_place(server, o, mysql));
}

std::string named_in_schema(const object& o, std::string_view server, bool mysql) {
    return fmt::format("{} {} in {}", to_string(o.kind), in_quotes(o.name),
                       schema_of(o, server, mysql));
}

// The thing that has an owner: the level at which the owner's policy names it.
std::string owned_thing(const resource& by, const object& o, std::string_view server, bool mysql) {
    switch (level_of(by, mysql ? engine::mysql : engine::postgresql)) {
    case ownership_level::server:
        return "server " + in_quotes(server);
    case ownership_level::database:
        return fmt::format("database {} on {}", in_quotes(by.database), printable(server));
    case ownership_level::schema:
        return schema_of(o, server, mysql);
    case ownership_level::tables:
        return named_in_schema(o, server, mysql);
    }
    return {};
}

// "user-service (team identity, #team-identity)"
std::string owner_text(const service& owner) {
    std::string about = owner.team.empty() ? "" : "team " + owner.team;
    if (!owner.contact.empty())
        about += (about.empty() ? "" : ", ") + owner.contact;
    return about.empty() ? owner.name : fmt::format("{} ({})", owner.name, about);
}

std::string place_text(const source_place& place) {
    return fmt::format("{}:{}", place.file, place.line);
}

std::string owned_detail(const service& owner, std::string_view server, const object& o,
                         bool mysql) {
    const auto find = [&](auto within) {
        return std::find_if(owner.owns.begin(), owner.owns.end(),
                            [&](const resource& r) { return within(r, server, o); });
    };
    auto by = find(covers);
    if (by == owner.owns.end())
        by = find(reaches);
    if (by == owner.owns.end())
        return {};
    if (o.kind == object_kind::schema && !by->tables.empty())
        return fmt::format("{} is shared; {} owns tables in it", schema_of(o, server, mysql),
                           owner_text(owner));
    return fmt::format("{} is owned by {}", owned_thing(*by, o, server, mysql), owner_text(owner));
}

// "use schema "users_api_v1" (accounts-v1), which it publishes, or its API …, or "
std::string other_ways(const service& owner, const service& who, std::string_view server,
                       action act) {
    std::string out;
    for (const auto& p : owner.publishes)
        if (act == action::read && p.what.server == server &&
            std::find(p.to.begin(), p.to.end(), who.name) != p.to.end()) {
            const auto& schema = p.what.schema.empty() ? p.what.database : p.what.schema;
            out = fmt::format("use the schema {} that it publishes ({}), or ", in_quotes(schema),
                              p.name);
            break;
        }
    if (!owner.api.empty())
        out += fmt::format("use its API {}, or ", owner.api);
    return out;
}

std::string unowned_detail(const snapshot& policies, const service& who, std::string_view server,
                           const touch& t, bool mysql) {
    if (policies.find_server(server) == nullptr)
        return fmt::format("no policy knows a server {}", in_quotes(server));
    const auto database =
        fmt::format("database {} on {}", in_quotes(t.what.database), printable(server));
    if (t.what.kind == object_kind::database)
        return t.act == action::reference
                   ? fmt::format("{} owns nothing in {}, and was lent nothing there", who.name,
                                 database)
                   : fmt::format("no policy gives {} as a whole an owner", database);
    // Where several services own tables of one schema, the one table is what lacks an owner.
    object schema = t.what;
    schema.kind = object_kind::schema;
    const bool divided =
        std::any_of(policies.services.begin(), policies.services.end(), [&](const service& s) {
            return std::any_of(s.owns.begin(), s.owns.end(),
                               [&](const resource& r) { return reaches(r, server, schema); });
        });
    if (divided && t.what.kind == object_kind::schema)
        return fmt::format("no policy gives {} as a whole an owner",
                           schema_of(t.what, server, mysql));
    return fmt::format("no policy gives {} an owner", divided
                                                          ? named_in_schema(t.what, server, mysql)
                                                          : schema_of(t.what, server, mysql));
}

std::string lent_columns(const share& s, const object& o, bool mysql) {
    const auto listed = s.tables.find(o.name);
    if (listed == s.tables.end() || listed->second.empty())
        return subject(o, mysql);
    return fmt::format("{} {} of {}", listed->second.size() == 1 ? "column" : "columns",
                       fmt::join(listed->second, ", "), subject(o, mysql));
}

std::string rewrite_hint(const object& carrier, bool mysql) {
    return fmt::format("the definition of {} reaches beyond its owner: change it; or ",
                       subject(carrier, mysql));
}

// What to do instead of using a facility of the whole server. The first word that its name contains
// counts.
std::string facility_hint(std::string_view facility) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> hints{{
        {"catalogue", "information_schema and the usual catalogues show what is your own"},
        {"by value", "name the object in the statement itself, so that it can be checked"},
        {"function",
         "report it to the platform team: ringfence denies functions that it does not know"},
        {"file", "send the data through the connection: COPY ... FROM STDIN or TO STDOUT"},
        {"program", "send the data through the connection: COPY ... FROM STDIN or TO STDOUT"},
        {"session",
         "a service may look at and cancel its own statements only, with the driver's cancel"},
        {"role", "who may do what is said in the policy files"},
        {"large object", "keep such data in a bytea column of a table of your own"},
        {"setting", "ask the platform team to change the server's configuration"},
        {"extension",
         "ask the platform team to install it, and to make its schema common in org.yaml"},
        {"foreign server", "use the other service's API, or ask its owner for a share"},
    }};
    for (const auto& [word, hint] : hints)
        if (facility.find(word) != std::string_view::npos)
            return std::string(hint);
    return "ask the platform team; only the owner of a whole server may do this";
}

// " through orders.daily": the statement names that, and only its definition names the object.
std::string through(const touch& t, bool mysql) {
    return t.through ? " through " + subject(*t.through, mysql) : std::string();
}

explanation facility(const snapshot& policies, const service& who, std::string_view server,
                     const touch& t, const ruling& r) {
    explanation e;
    const auto name = printable(t.what.name);
    e.message = fmt::format("{} may not use {} on {}{}", who.name, name, printable(server),
                            through(t, is_mysql(policies, server)));
    e.detail =
        r.owner != nullptr
            ? fmt::format("server {} is owned by {}", in_quotes(server), owner_text(*r.owner))
            : fmt::format("it reaches beyond the boundary of one service, and server {} is shared",
                          in_quotes(server));
    e.hint = facility_hint(t.what.name);
    if (t.through)
        e.hint = rewrite_hint(*t.through, is_mysql(policies, server)) + e.hint;
    return e;
}

std::string hint_for(const service& who, std::string_view server, const touch& t, const ruling& r,
                     bool mysql) {
    if (r.owner == nullptr)
        return r.why == reason::common_read_only
                   ? "what is common to all services can be read and executed only; org.yaml says "
                     "what is"
                   : fmt::format("add it under owns in {}, or in the file of the service that it "
                                 "belongs to",
                                 who.file);
    const auto ways = other_ways(*r.owner, who, server, t.act);
    switch (r.why) {
    case reason::share_expired:
        return fmt::format("{}ask the owner to extend the share in {}", ways, r.owner->file);
    case reason::share_read_only:
        if (t.act == action::define)
            return "only its owner may define it; a share lends rows";
        return fmt::format("{}ask the owner for write access in {}", ways, r.owner->file);
    case reason::column_not_shared:
        return fmt::format(
            "name only columns that are lent, or {}ask the owner to lend more of {} in {}", ways,
            subject(t.what, mysql), r.owner->file);
    case reason::publication_read_only:
        return r.owner->api.empty() ? fmt::format("ask the owner, in {}", r.owner->file)
                                    : fmt::format("use its API {} for changes", r.owner->api);
    default:
        return fmt::format("{}ask the owner for a share in {}", ways, r.owner->file);
    }
}

std::string qualify_hint(const service& who, std::string_view server, const touch& t) {
    for (const auto& r : who.owns)
        if (r.server == server && r.database == t.what.database && !r.schema.empty() &&
            r.tables.empty())
            return fmt::format("qualify the name if you mean {}.{}; otherwise ", part(r.schema),
                               part(t.what.name));
    return "qualify the name with the schema that you mean; otherwise ";
}

} // namespace

explanation explain(const snapshot& policies, const service& who, std::string_view server,
                    const touch& t, const ruling& r) {
    if (r.why == reason::server_facility)
        return facility(policies, who, server, t, r);
    const bool mysql = is_mysql(policies, server);
    explanation e;
    e.message = fmt::format("{} may not {} {}{}", who.name, to_string(t.act),
                            subject(t.what, mysql), through(t, mysql));
    e.detail = r.owner == nullptr ? unowned_detail(policies, who, server, t, mysql)
                                  : owned_detail(*r.owner, server, t.what, mysql);
    if (r.why == reason::common_read_only)
        e.detail = fmt::format("{} is common to all services", schema_of(t.what, server, mysql));
    if (r.lent != nullptr) {
        const auto place = place_text(r.lent->place);
        if (r.why == reason::share_expired)
            e.detail += fmt::format("; its share ended on {} ({})",
                                    yaml::format_date(r.lent->until), place);
        else if (r.why == reason::column_not_shared)
            e.detail +=
                fmt::format("; it lends {} only ({})", lent_columns(*r.lent, t.what, mysql), place);
        else
            e.detail += fmt::format(
                "; it lends {} for {} only ({})", lent_columns(*r.lent, t.what, mysql),
                r.lent->access == action::write ? "reading and writing" : "reading", place);
    }
    if (r.published != nullptr)
        e.detail += fmt::format("; it publishes {} for reading", r.published->name);
    e.hint = hint_for(who, server, t, r, mysql);
    if (t.through)
        e.hint = rewrite_hint(*t.through, mysql) + e.hint;
    else if (t.via_path)
        e.hint = qualify_hint(who, server, t) + e.hint;
    return e;
}

explanation explain_not_analysed(const service& who, const footprint& f) {
    explanation e;
    e.message = who.name + " sent a statement that ringfence cannot analyse";
    e.detail = printable(f.trouble_text, 1024);
    switch (f.trouble) {
    case problem::syntax:
        e.hint = "check the statement; if the server accepts it, ringfence knows an older grammar "
                 "than the server";
        break;
    case problem::limit:
        e.hint = "split the statement into smaller ones, or use parameters, arrays or COPY for "
                 "bulk data";
        break;
    case problem::statement_kind:
        e.hint = "this kind of statement is not available through ringfence; ask the platform team "
                 "to run it";
        break;
    case problem::no_schema:
        e.hint = "select a schema with USE, or write it before the name";
        break;
    case problem::unsafe_setting:
        e.hint = "leave the setting at its default: it would change how later statements are read";
        break;
    case problem::catalogue:
        e.hint = "try again in a moment; if it stays, the platform team finds the cause in "
                 "ringfence's log";
        break;
    case problem::unknown_node:
    case problem::internal_error:
        e.hint = "rephrase the statement, and report it to the platform team: ringfence denies "
                 "what it does not know";
        break;
    case problem::none:
        break;
    }
    return e;
}

std::string rule_text(const service& who, const ruling& r) {
    switch (r.why) {
    case reason::owned:
    case reason::foreign:
        return r.by == nullptr || r.owner == nullptr
                   ? std::string()
                   : fmt::format("{} owns {}", r.owner->name, to_string(*r.by));
    case reason::common:
    case reason::common_read_only:
        return r.by == nullptr ? std::string()
                               : fmt::format("org.yaml makes {} common", to_string(*r.by));
    case reason::published:
    case reason::publication_read_only:
        return fmt::format("{} publishes {} to {}", place_text(r.published->place),
                           r.published->name, who.name);
    case reason::shared:
    case reason::share_expired:
    case reason::share_read_only:
    case reason::column_not_shared:
        return fmt::format("{} shares {} with {} until {}", place_text(r.lent->place),
                           to_string(r.lent->what), r.lent->with, yaml::format_date(r.lent->until));
    case reason::server_facility:
        return "only the owner of a whole server may use its facilities";
    case reason::unowned:
        return "nobody owns it";
    case reason::not_analysed:
        return "what was not analysed is denied";
    case reason::system:
    case reason::no_touch:
        return "nothing outside the session is touched";
    }
    return {};
}

} // namespace ringfence::policy
