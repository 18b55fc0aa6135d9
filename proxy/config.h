// The runtime configuration, ringfence.yaml: read strictly, all errors at once, each with its
// place.
#pragma once

#include "policy/loader.h"
#include "proxy/net/settings.h"
#include "proxy/observe/log.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::config {

struct admin_settings {
    bool enabled = false;
    std::string address;
    std::uint16_t port = 9127;
};

struct audit_settings {
    std::filesystem::path file; // "-": standard output; empty: none
    bool statements = false;
};

struct settings {
    net::settings net;
    std::filesystem::path policies;
    std::filesystem::path credentials;
    admin_settings admin;
    audit_settings audit;
    observe::log_level log_level = observe::log_level::info;
    observe::log_format log_format = observe::log_format::text;
    std::chrono::milliseconds drain_timeout{60'000};
    std::chrono::milliseconds policy_check_interval{1'000}; // 0: reload on SIGHUP only
    std::map<std::string, policy::source_place, std::less<>> server_places;
};

struct load_result {
    std::optional<settings> config;           // empty if there is any error
    std::vector<policy::diagnostic> findings; // ordered by line
};

// Never throws for bad input. Relative paths in the file are relative to its folder. Also looks at
// the files that it names: certificates that do not fit their keys, secrets that everybody can
// read.
[[nodiscard]] load_result load(const std::filesystem::path& file);

// The same from memory, without looking at other files: for tests and fuzzers.
[[nodiscard]] load_result parse(std::string_view text, const std::string& name,
                                const std::filesystem::path& folder);

} // namespace ringfence::config
