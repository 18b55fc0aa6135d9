// Looks at certificate files before they are used, so that an error names the file and what is
// wrong with it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace ringfence::config {

// Empty when fine; else a sentence that begins with the file's name.
[[nodiscard]] std::string certificate_problem(const std::filesystem::path& certificate);
[[nodiscard]] std::string key_pair_problem(const std::filesystem::path& certificate,
                                           const std::filesystem::path& key);

// The end of the first certificate's validity.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point>
certificate_expiry(const std::filesystem::path& certificate);

} // namespace ringfence::config
