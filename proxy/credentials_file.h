// The credentials file: verifiers of services, and ringfence's own logins at servers. Read
// strictly; no message holds a value of it.
#pragma once

#include "policy/loader.h"
#include "proxy/session/credentials.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::config {

struct credentials_result {
    session::credentials_ptr credentials; // null if there is any error
    std::vector<policy::diagnostic> findings;
    // Password files, certificates and keys that it names, also when it was refused.
    std::vector<std::filesystem::path> files;
};

using environment_lookup = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] std::optional<std::string> from_process_environment(const std::string& name);

// Never throws for bad input. Passwords may be `${NAME}`, taken from the environment. Relative
// paths are relative to the file's folder.
[[nodiscard]] credentials_result
load_credentials(const std::filesystem::path& file,
                 const environment_lookup& = from_process_environment);

// The same from memory, without looking at other files (but password_file): for tests and fuzzers.
[[nodiscard]] credentials_result parse_credentials(std::string_view text, const std::string& name,
                                                   const std::filesystem::path& folder,
                                                   const environment_lookup&);

} // namespace ringfence::config
