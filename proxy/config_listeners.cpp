#include "proxy/config_keys.h"
#include "proxy/config_reader.h"

#include <charconv>
#include <fmt/format.h>

namespace ringfence::config {

namespace {

constexpr std::size_t max_listeners = 256;

std::uint16_t read_port(const yaml::object_reader& r, std::uint16_t fallback) {
    return static_cast<std::uint16_t>(r.number("port", fallback, 0, 65535));
}

std::uint16_t default_port(policy::engine engine) {
    return engine == policy::engine::mysql ? 6033 : 6432;
}

void read_listener(policy::engine engine, const yaml::node& n, settings& s, yaml::report& out) {
    const yaml::object_reader r(n, "a listener", keys::listener, out);
    if (!r.ok())
        return;
    net::listen_settings l;
    l.engine = engine;
    l.address = r.text("address", "0.0.0.0");
    l.port = read_port(r, default_port(engine));
    // The safe choice is the default: a password-less client certificate and a clear-text query are
    // both secrets.
    l.tls = read_tls_mode(r, session::tls_mode::require);
    l.server = r.text("server");
    for (const auto& other : s.net.listen)
        if (other.address == l.address && other.port == l.port && l.port != 0)
            out.error("two-listeners", r.at("port"),
                      fmt::format("two listeners on {} port {}", l.address, l.port));
    s.net.listen.push_back(std::move(l));
}

unsigned read_mode(const yaml::node& n, yaml::report& out) {
    unsigned mode = 0;
    const auto text = yaml::read_text(n, "unix_socket_mode", out);
    if (!text)
        return 0777;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, mode, 8);
    if (error != std::errc{} || stop != end || mode > 0777) {
        out.error("wrong-value", n.at, "'unix_socket_mode' must be an octal mode such as \"0770\"");
        return 0777;
    }
    return mode;
}

void read_admin(const yaml::node& n, settings& s, yaml::report& out) {
    const yaml::object_reader r(n, "listen.admin", keys::admin, out);
    s.admin.enabled = true;
    s.admin.address = r.text("address", "127.0.0.1");
    s.admin.port = read_port(r, 9127);
}

} // namespace

void read_listeners(const yaml::node& n, const std::filesystem::path& folder, settings& s,
                    yaml::report& out) {
    const yaml::object_reader r(n, "listen", keys::listen, out);
    if (!r.ok())
        return;
    for (const auto engine : {policy::engine::postgresql, policy::engine::mysql}) {
        const auto* of_engine = r.find(policy::to_string(engine));
        if (of_engine == nullptr)
            continue;
        if (!of_engine->is(yaml::node::kind::sequence))
            read_listener(engine, *of_engine, s, out);
        else if (of_engine->items.empty() || of_engine->items.size() > max_listeners)
            out.error("wrong-value", of_engine->at,
                      fmt::format("'{}' must list 1 to {} listeners", policy::to_string(engine),
                                  max_listeners));
        else
            for (const auto& item : of_engine->items)
                read_listener(engine, item, s, out);
    }
    if (const auto* admin = r.find("admin"))
        read_admin(*admin, s, out);

    auto& socket = s.net.unix_listen;
    socket.directory = resolve(folder, r.text("unix_socket_dir"));
    socket.port = static_cast<std::uint16_t>(r.number(
        "unix_socket_port",
        s.net.listen.empty() || s.net.listen.front().port == 0 ? 6432 : s.net.listen.front().port,
        1, 65535));
    if (const auto* mode = r.find("unix_socket_mode"))
        socket.mode = read_mode(*mode, out);
    if (s.net.listen.empty() && socket.directory.empty() && !out.failed())
        out.error("missing-key", n.at,
                  "nothing to listen on: 'listen' needs 'postgresql', 'mysql' or "
                  "'unix_socket_dir'");
}

} // namespace ringfence::config
