// What the readers of the two files share.
#pragma once

#include "policy/yaml/reader.h"
#include "proxy/config.h"
#include "proxy/session/credentials.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::config {

namespace yaml = policy::yaml;

// A path as the file gives it, made relative to `folder`; empty stays empty.
[[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& folder,
                                            const std::string& path);

[[nodiscard]] session::tls_mode read_tls_mode(const yaml::object_reader&,
                                              session::tls_mode fallback);

// 4096, 64kB, 16MB: factors of 1024, as in postgresql.conf.
[[nodiscard]] std::optional<std::uint64_t> read_size(const yaml::node&, std::string_view what,
                                                     std::uint64_t lowest, std::uint64_t highest,
                                                     yaml::report&);

void read_listeners(const yaml::node&, const std::filesystem::path& folder, settings&,
                    yaml::report&);
void read_servers(const yaml::node&, const std::filesystem::path& folder, settings&, yaml::report&);

// What only shows between keys: TLS wanted without a certificate, a listener for a server that is
// none.
void check_whole(const settings&, const yaml::object_reader& root, yaml::report&);
// Files that the configuration names.
void check_files(const settings&, const yaml::object_reader& root, yaml::report&);

} // namespace ringfence::config
