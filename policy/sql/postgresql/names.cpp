#include "policy/sql/postgresql/names.h"

#include <algorithm>

namespace ringfence::sql::postgresql {

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

void skip_spaces(std::string_view& rest) {
    while (!rest.empty() && is_space(rest.front()))
        rest.remove_prefix(1);
}

// Takes one quoted part; false when its end is missing.
bool take_quoted(std::string_view& rest, std::string& part) {
    rest.remove_prefix(1);
    for (;;) {
        const auto end = rest.find('"');
        if (end == std::string_view::npos)
            return false;
        part.append(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (rest.empty() || rest.front() != '"')
            return true;
        part += '"';
        rest.remove_prefix(1);
    }
}

} // namespace

std::string fold(std::string_view text) {
    std::string folded(text);
    for (char& c : folded)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return folded;
}

std::optional<std::vector<std::string>> split_identifiers(std::string_view rest, char separator) {
    std::vector<std::string> parts;
    skip_spaces(rest);
    if (rest.empty())
        return parts;
    for (;;) {
        std::string part;
        if (rest.starts_with('"')) {
            if (!take_quoted(rest, part))
                return std::nullopt;
        } else {
            const auto end = std::find_if(rest.begin(), rest.end(), [separator](char c) {
                return c == separator || is_space(c);
            });
            const auto length = static_cast<std::size_t>(end - rest.begin());
            if (length == 0)
                return std::nullopt;
            part = fold(rest.substr(0, length));
            rest.remove_prefix(length);
        }
        if (part.size() > longest_name)
            return std::nullopt;
        parts.push_back(std::move(part));
        skip_spaces(rest);
        if (rest.empty())
            return parts;
        if (rest.front() != separator)
            return std::nullopt;
        rest.remove_prefix(1);
        skip_spaces(rest);
        if (rest.empty())
            return std::nullopt;
    }
}

std::optional<std::vector<std::string>> qualified_name(std::string_view text) {
    auto parts = split_identifiers(text, '.');
    if (!parts || parts->empty() || parts->size() > 3)
        return std::nullopt;
    if (std::any_of(parts->begin(), parts->end(), [](const auto& p) { return p.empty(); }))
        return std::nullopt;
    return parts;
}

bool is_oid(std::string_view text) {
    skip_spaces(text);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_system_schema(std::string_view schema) {
    return schema == "pg_catalog" || schema == "information_schema" || schema == "pg_temp";
}

} // namespace ringfence::sql::postgresql
