#include "proxy/certificates.h"
#include "proxy/config_reader.h"
#include "proxy/files.h"

#include "policy/text.h"

#include <fmt/format.h>

namespace ringfence::config {

namespace {

yaml::position place_of(const yaml::object_reader& root, std::string_view key) {
    return root.at(key);
}

std::string shown(const std::filesystem::path& path) {
    return policy::printable(path.string(), 512);
}

} // namespace

void check_whole(const settings& s, const yaml::object_reader& root, yaml::report& out) {
    std::vector<std::string_view> names;
    for (const auto& [name, server] : s.net.servers)
        names.push_back(name);
    for (const auto& l : s.net.listen) {
        using enum session::tls_mode;
        const auto at = place_of(root, "listen");
        if (l.tls >= require && s.net.tls.certificate.empty())
            out.error(
                "missing-key", at,
                fmt::format("the listener on port {} requires TLS (its default), but there is "
                            "no 'tls: {{certificate: …, key: …}}'; or say 'tls: disable'",
                            l.port));
        if ((l.tls == verify_ca || l.tls == verify_full) && s.net.tls.client_ca.empty())
            out.error("missing-key", at,
                      fmt::format("the listener on port {} verifies client certificates, which "
                                  "needs 'tls: {{client_ca: …}}'",
                                  l.port));
        if (!l.server.empty() && !s.net.servers.contains(l.server))
            out.error("unknown-server", at,
                      fmt::format("unknown server '{}' in a listener{}",
                                  policy::printable(l.server, 64),
                                  policy::did_you_mean(l.server, names)));
    }
}

void check_files(const settings& s, const yaml::object_reader& root, yaml::report& out) {
    const auto tls = place_of(root, "tls");
    const auto unreadable = [&out](yaml::position at, const std::filesystem::path& file,
                                   const std::string& problem) {
        out.error("unreadable-file", at, fmt::format("{}: {}", shown(file), problem));
    };
    if (!s.net.tls.certificate.empty() && !s.net.tls.key.empty()) {
        if (const auto problem = secret_problem(s.net.tls.key); !problem.empty())
            unreadable(tls, s.net.tls.key, problem);
        else if (const auto wrong = key_pair_problem(s.net.tls.certificate, s.net.tls.key);
                 !wrong.empty())
            out.error("bad-certificate", tls, wrong);
    }
    if (!s.net.tls.client_ca.empty())
        if (const auto wrong = certificate_problem(s.net.tls.client_ca); !wrong.empty())
            out.error("bad-certificate", tls, wrong);
    for (const auto& [name, server] : s.net.servers)
        if (!server.ca.empty())
            if (const auto wrong = certificate_problem(server.ca); !wrong.empty()) {
                const auto& place = s.server_places.at(name);
                out.error("bad-certificate", {place.line, place.column}, wrong);
            }
}

} // namespace ringfence::config
