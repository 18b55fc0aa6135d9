// Policies while they are being loaded: the model, and what only loading needs.
#pragma once

#include "policy/loader.h"
#include "policy/model.h"
#include "policy/yaml/node.h"
#include "policy/yaml/report.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

struct org_draft {
    bool known = false; // org.yaml was read; without it nothing can be said about servers
    std::vector<engine> approved_engines;
    std::vector<server> servers;
    std::vector<resource> common;
    unsigned max_share_days = 180;
    policy::mode mode = mode::enforce;
};

struct service_draft {
    service model;
    yaml::report* out = nullptr; // of its file
    yaml::position name_at;
    std::vector<yaml::position> identities_at; // one for each of model.identities
};

struct reading {
    const org_draft* org = nullptr;
    std::vector<std::string_view> services; // every name that a service file gives itself
    date today;
    load_options options;
};

inline constexpr std::size_t max_name_bytes = 63; // of a name on a server, and of a service
inline constexpr std::size_t max_pattern_bytes = 64;
inline constexpr std::size_t max_resources = 500; // of one list in one file
inline constexpr std::size_t max_tables = 1000;   // of one resource or share

void read_org(const yaml::node&, yaml::report&, org_draft&);
void read_service(const yaml::node&, yaml::report&, const reading&, service_draft&);

// The four keys of a resource in a mapping that may hold more. Complains about levels that do not
// fit together.
class resource_reader {
public:
    resource_reader(const org_draft& org, yaml::report& out) : org_(org), out_(out) {}
    // `patterns`: `tables` is a list of patterns and belongs to the resource.
    [[nodiscard]] resource read(const yaml::node& mapping, bool patterns) const;
    // A name as the server may have it.
    [[nodiscard]] std::string name(const yaml::node&, std::string_view what) const;

private:
    [[nodiscard]] std::string optional_name(const yaml::node& mapping, std::string_view key) const;
    void check_levels(resource&, yaml::position, bool has_tables) const;

    const org_draft& org_;
    yaml::report& out_;
};

// A whole schema is named: not less, not more.
[[nodiscard]] bool is_schema_level(const resource&, const org_draft&);

// A name of ours (service, server, publication): it becomes a metric label, so it is kept simple.
[[nodiscard]] bool is_simple_name(std::string_view);
[[nodiscard]] std::string read_simple_name(const yaml::node&, std::string_view what, yaml::report&);

} // namespace ringfence::policy
