// Which files make a policy: org.yaml and services/*.yaml. The only place of this folder that does
// I/O.
#pragma once

#include "policy/loader.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::policy {

inline constexpr std::string_view org_file_name = "org.yaml";
inline constexpr std::size_t max_files = 10'000;

struct policy_files {
    std::vector<std::pair<std::string, std::string>>
        files;                        // names relative to the folder, with '/'
    std::vector<diagnostic> findings; // about files that were not read
    bool org_unreadable = false;      // it is there, but was not read
};

// Never throws: what cannot be read is a finding.
[[nodiscard]] policy_files read_folder(const std::filesystem::path&);

// Adds the file, or a finding when it has no place in a policy or is there already.
void add_file(policy_files&, std::string name, std::string text);

} // namespace ringfence::policy
