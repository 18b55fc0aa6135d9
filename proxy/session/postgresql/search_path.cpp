#include "proxy/session/postgresql/search_path.h"

#include <algorithm>

namespace ringfence::session::postgresql {
namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Quoted only where it must be, so that SHOW tells what the server itself would.
std::string as_identifier(std::string_view name) {
    const bool plain = !name.empty() && (name.front() < '0' || name.front() > '9') &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    if (plain)
        return std::string(name);
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"')
            out += '"';
        out += c;
    }
    return out + '"';
}

} // namespace

std::optional<std::vector<std::string>> split_identifiers(std::string_view list) {
    std::vector<std::string> names;
    std::size_t at = 0;
    const auto spaces = [&] {
        while (at < list.size() && is_space(list[at]))
            ++at;
    };
    spaces();
    if (at == list.size())
        return names;
    for (;;) {
        std::string name;
        if (at < list.size() && list[at] == '"') {
            for (++at;; ++at) {
                if (at >= list.size())
                    return std::nullopt;
                if (list[at] == '"') {
                    if (at + 1 >= list.size() || list[at + 1] != '"')
                        break;
                    ++at;
                }
                name += list[at];
            }
            ++at;
        } else {
            while (at < list.size() && list[at] != ',' && !is_space(list[at])) {
                const char c = list[at++];
                name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            }
            if (name.empty())
                return std::nullopt;
        }
        names.push_back(std::move(name));
        spaces();
        if (at == list.size())
            return names;
        if (list[at] != ',')
            return std::nullopt;
        ++at;
        spaces();
    }
}

start_path choose_path(const policy::path_rights& rights, const std::string* asked,
                       std::string_view backend_login) {
    start_path chosen;
    if (asked == nullptr) {
        if (rights.whole_database) {
            chosen.schemas = {"public", std::string(backend_login)};
            return chosen;
        }
        chosen.schemas = rights.home;
        std::string list;
        for (const auto& schema : rights.home)
            list += (list.empty() ? "" : ", ") + as_identifier(schema);
        chosen.parameter = std::move(list);
        return chosen;
    }
    auto names = split_identifiers(*asked);
    if (!names) {
        chosen.refused = "an invalid list";
        return chosen;
    }
    for (auto& name : *names) {
        if (name == "$user")
            name = backend_login;
        if (name == "pg_catalog" || name == "pg_temp")
            continue;
        const bool allowed = rights.whole_database ||
                             std::find(rights.settable.begin(), rights.settable.end(), name) !=
                                 rights.settable.end();
        if (!allowed) {
            chosen.refused = name;
            return chosen;
        }
    }
    chosen.schemas = std::move(*names);
    chosen.parameter = *asked;
    return chosen;
}

} // namespace ringfence::session::postgresql
