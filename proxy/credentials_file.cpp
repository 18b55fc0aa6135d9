#include "proxy/credentials_file.h"

#include "policy/text.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/sha2_verifier.h"
#include "proxy/auth/verifier.h"
#include "proxy/certificates.h"
#include "proxy/config_keys.h"
#include "proxy/config_reader.h"
#include "proxy/files.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace ringfence::config {

namespace {

constexpr std::size_t max_verifiers = 8;
constexpr std::size_t max_password_file = 4096;

bool is_verifier(std::string_view text) {
    return auth::parse_verifier(text) || auth::parse_sha2_verifier(text) ||
           auth::parse_native_verifier(text);
}

struct reader {
    const std::filesystem::path& folder;
    const environment_lookup& environment;
    bool look_at_files;
    yaml::report& out;
    session::credentials& into;
    std::vector<std::filesystem::path>& files;
    std::string secrets; // all of them, from which the decoy key is made

    // A value as written, or what `${NAME}` stands for.
    std::optional<std::string> secret(const yaml::node& n, std::string_view what) {
        auto text = yaml::read_text(n, what, out);
        if (text && text->starts_with("${")) {
            const bool whole = text->size() > 3 && text->find('}') == text->size() - 1;
            const std::string name = whole ? text->substr(2, text->size() - 3) : std::string();
            auto value = whole ? environment(name) : std::nullopt;
            if (!whole)
                out.error(
                    "wrong-value", n.at,
                    fmt::format("'{}' must be ${{NAME}} as a whole, or not begin with ${{", what));
            else if (!value || value->empty())
                out.error("missing-variable", n.at,
                          fmt::format("'{}' names the environment variable {}, which is not set",
                                      what, policy::printable(name, 64)));
            text = std::move(value);
        }
        if (text)
            secrets += *text + '\n';
        return text;
    }

    void verifier(const yaml::node& n, session::client_login_entry& entry) {
        const auto text = secret(n, "verifier");
        if (!text)
            return;
        if (!is_verifier(*text))
            out.error("bad-verifier", n.at,
                      "not a verifier: for PostgreSQL "
                      "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey, for MySQL $A$005$… (or "
                      "the same as 0x…) or *… of 40 hexadecimal digits; 'ringfence hash-password' "
                      "makes one");
        else
            entry.verifiers.push_back(*text);
    }

    // One exchange of PostgreSQL's can name one salt only, so a client could never use the other
    // password.
    void check_rotation(const yaml::node& n, const session::client_login_entry& entry) {
        std::optional<auth::verifier> first;
        for (const auto& text : entry.verifiers) {
            const auto v = auth::parse_verifier(text);
            if (first && v && (first->salt != v->salt || first->iterations != v->iterations))
                out.error(
                    "bad-verifier", n.at,
                    "the SCRAM verifiers of one login must have the same salt and iterations: make "
                    "the new one with 'ringfence hash-password --salt-of OLD'");
            first = first ? first : v;
        }
    }

    void client(const yaml::node::entry& login) {
        const yaml::object_reader r(login.value, "a service login", keys::client, out);
        if (!r.ok())
            return;
        session::client_login_entry entry;
        if (const auto* clear = r.find("password"))
            out.error("clear-password", clear->at,
                      "a client's password does not belong here; put its verifier: "
                      "'ringfence hash-password' prints it");
        const auto* one = r.find("verifier");
        const auto* many = r.find("verifiers");
        if ((one != nullptr) == (many != nullptr)) {
            if (one != nullptr || r.find("password") == nullptr)
                out.error("missing-key", r.at(), "a login needs either 'verifier' or 'verifiers'");
        } else if (one != nullptr) {
            verifier(*one, entry);
        } else if (yaml::expect(*many, yaml::node::kind::sequence, "verifiers", out)) {
            if (many->items.empty() || many->items.size() > max_verifiers)
                out.error("wrong-value", many->at,
                          fmt::format("'verifiers' must list 1 to {} verifiers", max_verifiers));
            else
                for (const auto& item : many->items)
                    verifier(item, entry);
            check_rotation(*many, entry);
        }
        into.clients.emplace(login.key, std::move(entry));
    }

    std::string password_file(const yaml::node& n) {
        const auto name = yaml::read_text(n, "password_file", out);
        if (!name)
            return {};
        const auto path = resolve(folder, *name);
        files.emplace_back(path);
        std::string problem = secret_problem(path);
        std::optional<std::string> text;
        if (problem.empty())
            text = read_file(path, max_password_file, problem);
        if (text) {
            text->resize(std::min(text->size(), text->find_first_of("\r\n")));
            if (text->empty() || text->find('\0') != std::string::npos)
                problem = "no password in its first line";
        }
        if (!problem.empty()) {
            out.error("unreadable-file", n.at,
                      fmt::format("{}: {}", policy::printable(path.string(), 512), problem));
            return {};
        }
        secrets += *text + '\n';
        return std::move(*text);
    }

    std::optional<session::backend_login> backend(const yaml::node& n) {
        const yaml::object_reader r(n, "a backend login", keys::backend, out);
        if (!r.ok())
            return std::nullopt;
        session::backend_login login;
        if (const auto* user = r.need("user"))
            login.user = secret(*user, "user").value_or("");
        const auto* password = r.find("password");
        const auto* file = r.find("password_file");
        if (password != nullptr && file != nullptr)
            out.error("wrong-value", file->at, "either 'password' or 'password_file', not both");
        else if (password != nullptr)
            login.password = secret(*password, "password").value_or("");
        else if (file != nullptr)
            login.password = password_file(*file);
        if ((r.find("certificate") != nullptr) != (r.find("key") != nullptr))
            out.error("missing-key", r.at(), "'certificate' and 'key' belong together");
        login.certificate = resolve(folder, r.text("certificate"));
        login.key = resolve(folder, r.text("key"));
        for (const auto& path : {login.certificate, login.key})
            if (!path.empty())
                files.emplace_back(path);
        if (look_at_files && !login.certificate.empty() && !login.key.empty()) {
            auto problem = secret_problem(login.key);
            problem = problem.empty() ? key_pair_problem(login.certificate, login.key)
                                      : policy::printable(login.key, 512) + ": " + problem;
            if (!problem.empty())
                out.error("bad-certificate", r.at("certificate"), problem);
        }
        return login;
    }

    void backends(const yaml::node& n, std::string_view what,
                  std::map<std::string, session::backend_login, std::less<>>& by_server) {
        if (!yaml::expect(n, yaml::node::kind::mapping, what, out))
            return;
        for (const auto& server : n.entries)
            if (auto login = backend(server.value))
                by_server.emplace(server.key, std::move(*login));
    }

    void root(const yaml::node& tree) {
        const yaml::object_reader r(tree, "the credentials file", keys::credentials, out);
        if (const auto* services = r.find("services");
            services != nullptr &&
            yaml::expect(*services, yaml::node::kind::mapping, "services", out))
            for (const auto& login : services->entries)
                client(login);
        if (const auto* servers = r.find("servers"))
            backends(*servers, "servers", into.backend_by_server);
        if (const auto* per_service = r.find("backends");
            per_service != nullptr &&
            yaml::expect(*per_service, yaml::node::kind::mapping, "backends", out))
            for (const auto& service : per_service->entries)
                backends(service.value, "backends", into.backend_by_service[service.key]);
    }
};

// The same for every instance that reads the same file, so that an unknown login looks the same at
// all of them.
std::string decoy_key(std::string_view secrets) {
    constexpr std::string_view purpose = "ringfence: salts of logins that do not exist";
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned length = 0;
    HMAC(EVP_sha256(), secrets.data(), static_cast<int>(secrets.size()),
         reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size(), hash.data(),
         &length);
    return {reinterpret_cast<const char*>(hash.data()), length};
}

credentials_result read(std::string_view text, const std::string& name,
                        const std::filesystem::path& folder, const environment_lookup& environment,
                        bool look_at_files) {
    yaml::report out(name, yaml::report::content::secret);
    credentials_result result;
    auto loaded = std::make_shared<session::credentials>();
    if (const auto tree = yaml::parse(text, out)) {
        reader r{folder, environment, look_at_files, out, *loaded, result.files, std::string(text)};
        r.root(*tree);
        loaded->decoy_key = decoy_key(r.secrets);
    }
    if (!out.failed())
        result.credentials = std::move(loaded);
    result.findings = out.findings();
    std::stable_sort(result.findings.begin(), result.findings.end(),
                     [](const auto& a, const auto& b) { return a.place.line < b.place.line; });
    return result;
}

} // namespace

std::optional<std::string> from_process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): nobody sets any
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

credentials_result load_credentials(const std::filesystem::path& file,
                                    const environment_lookup& environment) {
    const std::string name = policy::printable(file.string(), 512);
    std::string problem = secret_problem(file);
    std::optional<std::string> text;
    if (problem.empty())
        text = read_file(file, yaml::max_bytes, problem);
    if (!text)
        return {nullptr, {{policy::severity::error, "unreadable-file", {name, 0, 0}, problem}}, {}};
    return read(*text, name, file.parent_path(), environment, true);
}

credentials_result parse_credentials(std::string_view text, const std::string& name,
                                     const std::filesystem::path& folder,
                                     const environment_lookup& environment) {
    return read(text, name, folder, environment, false);
}

} // namespace ringfence::config
