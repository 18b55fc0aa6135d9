// Small files that must be there, and secrets that must not be for everybody.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace ringfence::config {

// The whole of a regular file of at most `max_bytes`; nullopt, with `problem` saying why ("no such
// file", "larger than …"). Never blocks on a pipe.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path&,
                                                   std::size_t max_bytes, std::string& problem);

// As PostgreSQL treats key files: nobody else's, not for others, and for the group only when root
// owns it. Empty when the file is fine; else a sentence with the remedy.
[[nodiscard]] std::string secret_problem(const std::filesystem::path&);

} // namespace ringfence::config
