#include "proxy/config.h"

#include "proxy/config_keys.h"
#include "proxy/config_reader.h"
#include "proxy/files.h"

#include "policy/text.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace ringfence::config {

namespace {

void read_tls(const yaml::node& n, const std::filesystem::path& folder, settings& s,
              yaml::report& out) {
    const yaml::object_reader r(n, "tls", keys::tls, out);
    s.net.tls.certificate = resolve(folder, r.need_text("certificate"));
    s.net.tls.key = resolve(folder, r.need_text("key"));
    s.net.tls.client_ca = resolve(folder, r.text("client_ca"));
}

void read_audit(const yaml::node& n, const std::filesystem::path& folder, settings& s,
                yaml::report& out) {
    const yaml::object_reader r(n, "audit", keys::audit, out);
    const std::string file = r.need_text("file");
    s.audit.file = file == "-" ? std::filesystem::path(file) : resolve(folder, file);
    s.audit.statements = r.boolean("statements", false);
}

void read_log(const yaml::node& n, settings& s, yaml::report& out) {
    const yaml::object_reader r(n, "log", keys::log, out);
    s.log_level = static_cast<observe::log_level>(r.choice("level", keys::log_levels, 1));
    s.log_format = static_cast<observe::log_format>(r.choice("format", keys::log_formats, 0));
}

void read_limits(const yaml::node& n, settings& s, yaml::report& out) {
    const yaml::object_reader r(n, "limits", keys::limits, out);
    const auto size = [&](std::string_view key, std::size_t& into, std::uint64_t lowest,
                          std::uint64_t highest) {
        if (const auto* value = r.find(key))
            into = read_size(*value, key, lowest, highest, out).value_or(into);
    };
    constexpr std::uint64_t kilo = 1024, mega = kilo * kilo;
    auto& session = s.net.session;
    size("max_statement_bytes", session.max_statement_bytes, kilo, kilo * mega);
    size("max_analysis_bytes", session.sql.max_bytes, kilo, 64 * mega);
    size("decision_cache_bytes", session.cache_bytes, 64 * kilo, 16 * kilo * mega);
    session.max_prepared = r.number("max_prepared_statements", session.max_prepared, 1, 1'000'000);
}

void read_timeouts(const yaml::object_reader& r, settings& s, yaml::report& out) {
    auto& t = s.net.timeouts;
    // With no time at all nobody could log in.
    const auto some = [&](std::string_view key, std::chrono::milliseconds fallback) {
        const auto value = r.duration(key, fallback);
        if (value.count() == 0)
            out.error("wrong-value", r.at(key), fmt::format("'{}' must be longer than 0s", key));
        return value;
    };
    t.client_login = some("client_login_timeout", t.client_login);
    t.client_idle = r.duration("client_idle_timeout", t.client_idle);
    t.server_connect = some("server_connect_timeout", t.server_connect);
    t.query_wait = some("query_wait_timeout", t.query_wait);
    t.server_idle = r.duration("server_idle_timeout", t.server_idle);
    t.server_lifetime = r.duration("server_lifetime", t.server_lifetime);
    s.drain_timeout = r.duration("drain_timeout", s.drain_timeout);
    s.policy_check_interval = r.duration("policy_check_interval", s.policy_check_interval);
    s.net.catalogue_refresh = some("catalogue_refresh_interval", s.net.catalogue_refresh);
    s.net.catalogue_max_age = some("catalogue_max_age", s.net.catalogue_max_age);
    if (s.net.catalogue_max_age < s.net.catalogue_refresh)
        out.error("wrong-value", r.at("catalogue_max_age"),
                  "'catalogue_max_age' must not be shorter than 'catalogue_refresh_interval'");
}

load_result read(std::string_view text, const std::string& name,
                 const std::filesystem::path& folder, bool look_at_files) {
    yaml::report out(name);
    load_result result;
    if (const auto tree = yaml::parse(text, out)) {
        const yaml::object_reader root(*tree, "ringfence.yaml", keys::root, out);
        settings s;
        if (root.ok()) {
            if (const auto* n = root.need("listen"))
                read_listeners(*n, folder, s, out);
            if (const auto* n = root.find("tls"))
                read_tls(*n, folder, s, out);
            s.policies = resolve(folder, root.need_text("policies"));
            s.credentials = resolve(folder, root.need_text("credentials"));
            if (const auto* n = root.need("servers"))
                read_servers(*n, folder, s, out);
            if (const auto* n = root.find("audit"))
                read_audit(*n, folder, s, out);
            if (const auto* n = root.find("log"))
                read_log(*n, s, out);
            if (const auto* n = root.find("limits"))
                read_limits(*n, s, out);
            s.net.workers = static_cast<unsigned>(root.number("workers", 0, 0, 1024));
            s.net.max_client_connections = static_cast<unsigned>(
                root.number("max_client_conn", s.net.max_client_connections, 1, 1'000'000));
            read_timeouts(root, s, out);
            check_whole(s, root, out);
            if (look_at_files)
                check_files(s, root, out);
        }
        if (!out.failed())
            result.config = std::move(s);
    }
    result.findings = out.findings();
    std::stable_sort(result.findings.begin(), result.findings.end(),
                     [](const auto& a, const auto& b) { return a.place.line < b.place.line; });
    return result;
}

} // namespace

std::filesystem::path resolve(const std::filesystem::path& folder, const std::string& path) {
    return path.empty() ? std::filesystem::path() : (folder / path).lexically_normal();
}

session::tls_mode read_tls_mode(const yaml::object_reader& r, session::tls_mode fallback) {
    return static_cast<session::tls_mode>(
        r.choice("tls", keys::tls_modes, static_cast<std::size_t>(fallback)));
}

std::optional<std::uint64_t> read_size(const yaml::node& n, std::string_view what,
                                       std::uint64_t lowest, std::uint64_t highest,
                                       yaml::report& out) {
    std::uint64_t value = 0;
    const char* end = n.text.data() + n.text.size();
    const auto [stop, error] = std::from_chars(n.text.data(), end, value);
    const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
    unsigned shift = 0;
    bool good = n.is(yaml::node::kind::scalar) && error == std::errc{};
    if (unit == "kB")
        shift = 10;
    else if (unit == "MB")
        shift = 20;
    else if (unit == "GB")
        shift = 30;
    else
        good = good && unit.empty();
    if (!good || value > (highest >> shift) || (value << shift) < lowest) {
        out.error(
            "wrong-value", n.at,
            fmt::format("'{}' must be a size such as 65536, 64kB or 16MB, from {} to {} bytes",
                        what, lowest, highest));
        return std::nullopt;
    }
    return value << shift;
}

load_result load(const std::filesystem::path& file) {
    std::string problem;
    const auto text = read_file(file, yaml::max_bytes, problem);
    const std::string name = policy::printable(file.string(), 512);
    if (!text)
        return {std::nullopt,
                {{policy::severity::error, "unreadable-file", {name, 0, 0}, problem}}};
    return read(*text, name, file.parent_path(), true);
}

load_result parse(std::string_view text, const std::string& name,
                  const std::filesystem::path& folder) {
    return read(text, name, folder, false);
}

} // namespace ringfence::config
