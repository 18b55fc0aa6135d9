// Findings in every output format.
#pragma once

#include "policy/loader.h"
#include "proxy/cli/console.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ringfence::cli {

using diagnostics = std::vector<policy::diagnostic>;

// Policy findings name files relative to the policy folder; people and tools want them relative to
// where they are.
void below_folder(diagnostics&, const std::filesystem::path& folder);

[[nodiscard]] bool has_error(const diagnostics&);
[[nodiscard]] std::string render(const diagnostics&, format, bool colour);

} // namespace ringfence::cli
