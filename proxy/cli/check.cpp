#include "proxy/cli/check.h"

#include "proxy/cli/findings.h"
#include "proxy/cli/loaded.h"
#include "proxy/credentials_file.h"

#include <fmt/format.h>

#include <iterator>
#include <ostream>

namespace ringfence::cli {

namespace {

void append(diagnostics& to, diagnostics from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

} // namespace

int check(const check_options& o, console& io) {
    diagnostics findings;
    std::filesystem::path folder = o.policies;
    std::optional<config::settings> config;
    session::credentials_ptr credentials;
    if (!o.config.empty()) {
        auto file = config::load(o.config);
        config = std::move(file.config);
        append(findings, std::move(file.findings));
        if (config) {
            auto read = config::load_credentials(config->credentials);
            credentials = std::move(read.credentials);
            append(findings, std::move(read.findings));
            if (folder.empty())
                folder = config->policies;
        }
    }
    if (folder.empty() && o.config.empty())
        folder = "policies";

    policy::snapshot_ptr policies;
    if (!folder.empty()) {
        // A review is strict: a share that ended must go, whatever a running proxy makes of it.
        policy::load_options strict;
        if (config)
            strict.ambiguous_server = options_for(*config).ambiguous_server;
        auto result = policy::load(folder, o.today, strict);
        policies = std::move(result.policies);
        below_folder(result.findings, folder);
        append(findings, std::move(result.findings));
    }
    if (config && policies) {
        cross_check(*config, *policies, findings);
        if (credentials)
            cross_check(*config, *policies, *credentials, findings);
    }

    io.out << render(findings, o.how, io.colour);
    const bool bad = has_error(findings);
    if (o.how == format::text && !bad && policies)
        io.out << fmt::format("{}: {} services, {} servers: fine\n", folder.string(),
                              policies->services.size(), policies->servers.size());
    return bad ? finding : fine;
}

} // namespace ringfence::cli
