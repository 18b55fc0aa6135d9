#include "policy/draft.h"
#include "policy/keys.h"
#include "policy/text.h"
#include "policy/yaml/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringfence::policy {

namespace {

constexpr std::array<engine, 2> engine_values{engine::postgresql, engine::mysql};
static_assert(engine_values.size() == keys::engines.size());

void read_engines(const yaml::node& n, yaml::report& out, org_draft& org) {
    if (!yaml::expect(n, yaml::node::kind::sequence, "engines", out))
        return;
    for (const auto& item : n.items)
        if (const auto i = yaml::read_choice(item, "engines", keys::engines, out))
            org.approved_engines.push_back(engine_values[*i]);
}

void read_server(const yaml::node::entry& entry, yaml::report& out, org_draft& org) {
    server s;
    s.name = entry.key;
    if (!is_simple_name(entry.key))
        out.error("bad-name", entry.at,
                  fmt::format("'{}' is no server name: at most 63 of a-z, 0-9, '-', '_', '.'",
                              printable(entry.key, 64)));
    const yaml::object_reader keys(entry.value, "a server", keys::server, out);
    const auto* kind = keys.need("engine");
    if (kind == nullptr)
        return;
    const auto i = yaml::read_choice(*kind, "engine", keys::engines, out);
    if (!i)
        return;
    s.engine = engine_values[*i];
    const auto& approved = org.approved_engines;
    if (std::find(approved.begin(), approved.end(), s.engine) == approved.end())
        out.error("unapproved-engine", kind->at,
                  fmt::format("engine {} of server '{}' is not on the list of approved engines",
                              to_string(s.engine), s.name));
    org.servers.push_back(std::move(s));
}

void read_common(const yaml::node& n, yaml::report& out, org_draft& org) {
    if (!yaml::expect(n, yaml::node::kind::sequence, "common", out))
        return;
    if (n.items.size() > max_resources) {
        out.error("too-large", n.at, "too many entries in 'common'");
        return;
    }
    const resource_reader resources(org, out);
    for (const auto& item : n.items) {
        const yaml::object_reader keys(item, "an entry of 'common'", keys::resource, out);
        if (!keys.ok())
            continue;
        auto r = resources.read(item, true);
        if (!is_schema_level(r, org))
            out.error("bad-resource", item.at,
                      "only a schema, or tables of it, can be common to all services");
        org.common.push_back(std::move(r));
    }
}

} // namespace

void read_org(const yaml::node& root, yaml::report& out, org_draft& org) {
    const yaml::object_reader keys(root, "org.yaml", keys::org, out);
    if (!keys.ok())
        return;
    if (const auto* version = keys.need("version"))
        if (!yaml::read_number(*version, "version", 1, 1, out))
            org.known = false;
    if (const auto* engines = keys.need("engines"))
        read_engines(*engines, out, org);
    if (const auto* defaults = keys.find("defaults")) {
        const yaml::object_reader d(*defaults, "'defaults'", keys::defaults, out);
        org.mode = d.choice("mode", keys::modes, 0) == 0 ? mode::enforce : mode::observe;
        org.max_share_days = static_cast<unsigned>(d.number("max_share_days", 180, 1, 3650));
    }
    const auto* servers = keys.need("servers");
    if (servers != nullptr && yaml::expect(*servers, yaml::node::kind::mapping, "servers", out)) {
        if (servers->entries.size() > max_resources)
            out.error("too-large", servers->at, "too many servers");
        else
            for (const auto& entry : servers->entries)
                read_server(entry, out, org);
        org.known = true;
    }
    if (const auto* common = keys.find("common"))
        read_common(*common, out, org);
}

} // namespace ringfence::policy
