#include "policy/draft.h"
#include "policy/keys.h"
#include "policy/pattern.h"
#include "policy/text.h"
#include "policy/yaml/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringfence::policy {

namespace {

// One service file; each member function reads one key.
class service_file {
public:
    service_file(yaml::report& out, const reading& context, service_draft& into)
        : out_(out), context_(context), into_(into), resources_(*context.org, out) {}

    void read(const yaml::node& root);

private:
    using kind = yaml::node::kind;

    [[nodiscard]] bool list(const yaml::node& n, std::string_view what) const;
    void known_service(const std::string& name, yaml::position at) const;
    void identities(const yaml::node& n);
    void owns(const yaml::node& n);
    void publishes(const yaml::node& n);
    void shares(const yaml::node& n);
    [[nodiscard]] policy::share share(const yaml::node& n, const yaml::object_reader& keys);
    void share_tables(const yaml::node& n, policy::share& s);
    void share_end(const yaml::node& n, policy::share& s);
    void limits(const yaml::node& n);

    yaml::report& out_;
    const reading& context_;
    service_draft& into_;
    resource_reader resources_;
};

bool service_file::list(const yaml::node& n, std::string_view what) const {
    if (!yaml::expect(n, kind::sequence, what, out_))
        return false;
    if (n.items.size() > max_resources)
        out_.error("too-large", n.at, fmt::format("too many entries in '{}'", what));
    return n.items.size() <= max_resources;
}

void service_file::known_service(const std::string& name, yaml::position at) const {
    const auto& all = context_.services;
    if (std::find(all.begin(), all.end(), name) == all.end())
        out_.error(
            "unknown-service", at,
            fmt::format("unknown service '{}'{}", printable(name, 64), did_you_mean(name, all)));
    else if (name == into_.model.name)
        out_.error("self-reference", at, "a service has its own things anyway");
}

void service_file::identities(const yaml::node& n) {
    if (!list(n, "identities"))
        return;
    for (const auto& item : n.items) {
        const yaml::object_reader keys(item, "an identity", keys::identity, out_);
        if (!keys.ok())
            continue;
        const auto* login = keys.find("login");
        const auto* certificate = keys.find("certificate");
        if ((login == nullptr) == (certificate == nullptr)) {
            out_.error("bad-identity", item.at, "an identity is one login or one certificate");
            continue;
        }
        identity i;
        i.what = login != nullptr ? identity::kind::login : identity::kind::certificate;
        i.name = login != nullptr ? resources_.name(*login, "login")
                                  : yaml::read_text(*certificate, "certificate", out_).value_or("");
        if (i.name.empty())
            continue;
        into_.model.identities.push_back(std::move(i));
        into_.identities_at.push_back(item.at);
    }
}

void service_file::owns(const yaml::node& n) {
    if (!list(n, "owns"))
        return;
    for (const auto& item : n.items) {
        const yaml::object_reader keys(item, "an entry of 'owns'", keys::resource, out_);
        if (!keys.ok())
            continue;
        auto r = resources_.read(item, true);
        if (!r.server.empty())
            into_.model.owns.push_back(std::move(r));
    }
}

void service_file::publishes(const yaml::node& n) {
    if (!list(n, "publishes"))
        return;
    for (const auto& item : n.items) {
        const yaml::object_reader keys(item, "a publication", keys::publication, out_);
        if (!keys.ok())
            continue;
        publication p;
        p.place = out_.place(item.at);
        if (const auto* name = keys.need("name"))
            p.name = read_simple_name(*name, "name", out_);
        p.what = resources_.read(item, false);
        if (!is_schema_level(p.what, *context_.org))
            out_.error("bad-resource", item.at, "a whole schema is published: name it");
        if (const auto* to = keys.need("to")) {
            p.to = yaml::read_texts(*to, "to", out_);
            for (const auto& name : to->items)
                if (name.is(kind::scalar) && !name.text.empty())
                    known_service(name.text, name.at);
        }
        const auto& others = into_.model.publishes;
        if (!p.name.empty() && std::any_of(others.begin(), others.end(),
                                           [&](const auto& o) { return o.name == p.name; }))
            out_.error("duplicate-publication", keys.at("name"),
                       fmt::format("a second publication '{}'", p.name));
        into_.model.publishes.push_back(std::move(p));
    }
}

void service_file::share_tables(const yaml::node& n, policy::share& s) {
    const auto table = [&](const std::string& name, yaml::position at) {
        if (is_pattern(name))
            out_.error("pattern-not-allowed", at,
                       "a share names each table; patterns would lend what comes later, too");
        else if (name.size() > max_name_bytes || name.empty() || printable(name) != name)
            out_.error("bad-name", at, "no table can have this name");
    };
    if (n.is(kind::sequence)) {
        for (const auto& name : yaml::read_texts(n, "tables", out_))
            s.tables[name];
        for (const auto& item : n.items)
            if (item.is(kind::scalar) && !item.text.empty())
                table(item.text, item.at);
    } else if (n.is(kind::mapping)) {
        if (n.entries.empty())
            out_.error("wrong-type", n.at, "'tables' must not be empty");
        for (const auto& entry : n.entries) {
            table(entry.key, entry.at);
            auto columns = yaml::read_texts(entry.value, "columns", out_);
            if (std::any_of(columns.begin(), columns.end(), is_pattern))
                out_.error("pattern-not-allowed", entry.value.at,
                           "columns are named one by one; for all of them list the table only");
            s.tables[entry.key] = std::move(columns);
        }
    } else {
        out_.error("wrong-type", n.at, "'tables' must be a list of tables, or tables with columns");
    }
    if (s.tables.size() > max_tables)
        out_.error("too-large", n.at, "too many tables in one share");
}

void service_file::share_end(const yaml::node& n, policy::share& s) {
    const auto until = yaml::read_date(n, "until", out_);
    if (!until)
        return;
    s.until = *until;
    const auto longest = context_.today + std::chrono::days(context_.org->max_share_days);
    if (s.until < context_.today)
        out_.add(context_.options.expired_share, "expired-share", n.at,
                 fmt::format("the share with {} ended on {}; remove it, or have it renewed",
                             printable(s.with, 64), yaml::format_date(s.until)));
    else if (s.until > longest)
        out_.error("long-share", n.at,
                   fmt::format("a share may last {} days, that is until {}",
                               context_.org->max_share_days, yaml::format_date(longest)));
}

policy::share service_file::share(const yaml::node& n, const yaml::object_reader& keys) {
    policy::share s;
    s.place = out_.place(n.at);
    s.with = keys.need_text("with");
    if (!s.with.empty())
        known_service(s.with, keys.at("with"));
    s.what = resources_.read(n, false);
    if (!is_schema_level(s.what, *context_.org))
        out_.error("bad-resource", n.at, "a share names the schema whose tables it lends");
    if (const auto* access = keys.need("access"))
        s.access = yaml::read_choice(*access, "access", keys::access, out_).value_or(0) == 0
                       ? action::read
                       : action::write;
    if (s.access == action::write)
        out_.warning("write-share", keys.at("access"),
                     "another service may write here; an API call or an event keeps the rules of "
                     "the owner");
    s.reason = keys.need_text("reason");
    s.ticket = keys.text("ticket");
    if (const auto* tables = keys.find("tables"))
        share_tables(*tables, s);
    else
        out_.add(severity::information, "whole-schema-share", n.at,
                 "every table of the schema is lent, also those to come");
    if (const auto* until = keys.find("until"))
        share_end(*until, s);
    else
        out_.error("endless-share", n.at, "a share needs a last day: 'until: YYYY-MM-DD'");
    return s;
}

void service_file::shares(const yaml::node& n) {
    if (!list(n, "shares"))
        return;
    for (const auto& item : n.items) {
        const yaml::object_reader keys(item, "a share", keys::share, out_);
        if (keys.ok())
            into_.model.shares.push_back(share(item, keys));
    }
}

void service_file::limits(const yaml::node& n) {
    const yaml::object_reader keys(n, "'limits'", keys::limits, out_);
    auto& l = into_.model.limits;
    l.max_connections = static_cast<unsigned>(keys.number("max_connections", 0, 1, 1'000'000));
    l.max_statements_in_flight =
        static_cast<unsigned>(keys.number("max_statements_in_flight", 0, 1, 1'000'000));
    l.statement_timeout = keys.duration("statement_timeout", l.statement_timeout);
}

void service_file::read(const yaml::node& root) {
    const yaml::object_reader keys(root, "a service file", keys::service, out_);
    if (!keys.ok())
        return;
    auto& s = into_.model;
    into_.name_at = keys.at("service");
    if (const auto* name = keys.need("service"))
        s.name = read_simple_name(*name, "service", out_);
    s.team = keys.need_text("team");
    s.contact = keys.text("contact");
    s.domain = keys.text("domain");
    s.api = keys.text("api");
    const std::string stem = s.file.substr(9, s.file.size() - 14); // services/….yaml
    if (!s.name.empty() && stem != s.name)
        out_.warning(
            "file-name", into_.name_at,
            fmt::format("the file of service '{}' should be called {}.yaml", s.name, s.name));

    if (const auto* n = keys.find("identities"))
        identities(*n);
    if (s.identities.empty())
        out_.warning("no-identity", keys.at("identities"),
                     "the service has no identity, so nothing can connect as it");
    if (const auto* n = keys.find("owns"))
        owns(*n);
    if (s.owns.empty())
        out_.warning("owns-nothing", keys.at("owns"), "the service owns nothing");
    if (const auto* n = keys.find("publishes"))
        publishes(*n);
    if (const auto* n = keys.find("shares"))
        shares(*n);
    if (const auto* n = keys.find("limits"))
        limits(*n);
    s.mode = keys.choice("mode", keys::modes, context_.org->mode == mode::enforce ? 0 : 1) == 0
                 ? mode::enforce
                 : mode::observe;
    s.dynamic = keys.choice("dynamic_sql", keys::dynamic_sql, 1) == 0 ? dynamic_sql::deny
                                                                      : dynamic_sql::if_confined;
}

} // namespace

void read_service(const yaml::node& root, yaml::report& out, const reading& context,
                  service_draft& into) {
    into.out = &out;
    service_file(out, context, into).read(root);
}

} // namespace ringfence::policy
