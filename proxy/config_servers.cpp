#include "proxy/config_keys.h"
#include "proxy/config_reader.h"

#include "policy/text.h"

#include <arpa/inet.h>

#include <charconv>
#include <fmt/format.h>

namespace ringfence::config {

namespace {

constexpr std::size_t max_hosts = 16;

// "db1", "db1:5433", "10.0.0.7", "[::1]:5433", "::1", "/run/postgresql".
std::optional<net::endpoint> parse_host(std::string_view text, std::uint16_t port) {
    net::endpoint e;
    e.port = port;
    if (text.starts_with('/')) {
        e.host = text;
        return e;
    }
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos)
            return std::nullopt;
        e.host = text.substr(1, close - 1);
        rest = text.substr(close + 1);
    } else if (const auto colon = text.find(':');
               colon != std::string_view::npos &&
               text.find(':', colon + 1) == std::string_view::npos) {
        e.host = text.substr(0, colon);
        rest = text.substr(colon);
    } else {
        e.host = text;
    }
    // Without brackets several colons are an IPv6 address, perhaps with a zone.
    in6_addr ignored{};
    if (!text.starts_with('[') && e.host.find(':') != std::string::npos &&
        ::inet_pton(AF_INET6, e.host.substr(0, e.host.find('%')).c_str(), &ignored) != 1)
        return std::nullopt;
    if (e.host.empty() || e.host.find_first_of(" ,[]/") != std::string::npos)
        return std::nullopt;
    if (rest.empty())
        return e;
    const char* end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + 1, end, e.port);
    if (rest.front() != ':' || error != std::errc{} || stop != end || e.port == 0)
        return std::nullopt;
    return e;
}

void read_hosts(const yaml::object_reader& r, net::server_settings& s, yaml::report& out) {
    const auto port =
        static_cast<std::uint16_t>(r.find("port") == nullptr ? 0 : r.number("port", 0, 1, 65535));
    const auto* one = r.find("host");
    const auto* many = r.find("hosts");
    if ((one != nullptr) == (many != nullptr)) {
        out.error("missing-key", one != nullptr ? many->at : r.at(),
                  "a server needs either 'host' or 'hosts'");
        return;
    }
    const auto add = [&](const yaml::node& n) {
        const auto text = yaml::read_text(n, one != nullptr ? "host" : "hosts", out);
        if (!text)
            return;
        if (auto e = parse_host(*text, port))
            s.hosts.push_back(std::move(*e));
        else
            out.error("wrong-value", n.at,
                      fmt::format("'{}' is no host, host:port, [IPv6 address]:port or directory of "
                                  "a Unix socket{}",
                                  policy::printable(*text, 64),
                                  text->find(',') == std::string::npos
                                      ? ""
                                      : "; several hosts are a list under 'hosts'"));
    };
    if (one != nullptr)
        return add(*one);
    if (!yaml::expect(*many, yaml::node::kind::sequence, "hosts", out))
        return;
    if (many->items.empty() || many->items.size() > max_hosts)
        out.error("wrong-value", many->at,
                  fmt::format("'hosts' must list 1 to {} hosts", max_hosts));
    else
        for (const auto& item : many->items)
            add(item);
}

void read_pool(const yaml::node& n, net::server_settings& s, yaml::report& out) {
    const yaml::object_reader r(n, "pool", keys::pool, out);
    static_cast<void>(r.choice("mode", keys::pool_modes, 0));
    s.pool_size = static_cast<unsigned>(r.number("size", s.pool_size, 1, 10'000));
}

} // namespace

void read_servers(const yaml::node& n, const std::filesystem::path& folder, settings& s,
                  yaml::report& out) {
    if (!yaml::expect(n, yaml::node::kind::mapping, "servers", out))
        return;
    if (n.entries.empty())
        out.error("wrong-value", n.at, "'servers' must name at least one server");
    for (const auto& entry : n.entries) {
        const yaml::object_reader r(entry.value, "a server", keys::server, out);
        if (!r.ok())
            continue;
        net::server_settings server;
        server.name = entry.key;
        read_hosts(r, server, out);
        server.target = static_cast<net::session_attrs>(
            r.choice("target_session_attrs", keys::session_attrs, 0));
        server.tls = read_tls_mode(r, session::tls_mode::prefer);
        server.ca = resolve(folder, r.text("ca"));
        if (const auto* pool = r.find("pool"))
            read_pool(*pool, server, out);
        s.server_places.emplace(server.name, out.place(entry.at));
        s.net.servers.emplace(server.name, std::move(server));
    }
}

} // namespace ringfence::config
