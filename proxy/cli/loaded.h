// Configuration, policies and credentials read together, and what only shows between them.
#pragma once

#include "policy/loader.h"
#include "proxy/cli/findings.h"
#include "proxy/config.h"
#include "proxy/session/credentials.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace ringfence::cli {

struct loaded {
    std::optional<config::settings> config;
    policy::snapshot_ptr policies;
    session::credentials_ptr credentials;
    std::vector<std::filesystem::path> secrets; // files that the credentials name
    diagnostics findings;                       // of all files
    [[nodiscard]] bool ok() const {
        return config && policies && credentials && !has_error(findings);
    }
};

// How a running proxy reads policies: a share that ended is a warning (it denies anyway), and
// routing may be settled with a listener per server.
[[nodiscard]] policy::load_options options_for(const config::settings&);

[[nodiscard]] loaded load_all(const std::filesystem::path& config_file, policy::date today);

// Policies alone, as a running proxy reads them again. Findings name files below the policy folder.
struct loaded_policies {
    policy::snapshot_ptr policies; // null if there is any error, also one against the configuration
    diagnostics findings;
};
[[nodiscard]] loaded_policies load_policies(const config::settings&, policy::date today);

// The policies say what engine a server has; with it go the ports that were not given.
void set_engines(config::settings&, const policy::snapshot&);

// Servers that only one of the files knows, logins without
// credentials.
void cross_check(const config::settings&, const policy::snapshot&, diagnostics&);
void cross_check(const config::settings&, const policy::snapshot&, const session::credentials&,
                 diagnostics&);

} // namespace ringfence::cli
