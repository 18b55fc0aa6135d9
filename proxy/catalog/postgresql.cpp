#include "proxy/catalog/postgresql.h"

#include "proxy/catalog/postgresql_queries.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ringfence::catalog::postgresql {

using policy::action;
using policy::object_kind;
using policy::touch;
using link_kind = sql::catalogue_link::kind;

namespace {

constexpr std::size_t link_columns = 11;
constexpr std::size_t right_columns = 5;

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
}

std::string with(std::string_view query, std::string_view place, const std::string& value) {
    std::string text(query);
    for (auto at = text.find(place); at != std::string::npos;
         at = text.find(place, at + value.size()))
        text.replace(at, place.size(), value);
    return text;
}

template <class T, std::size_t N>
std::optional<T> named(const std::array<std::pair<std::string_view, T>, N>& names,
                       std::string_view name) {
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == name; });
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

constexpr std::array<std::pair<std::string_view, link_kind>, 7> link_kinds{
    {{"view", link_kind::view},
     {"code", link_kind::code},
     {"opaque", link_kind::opaque},
     {"reference", link_kind::reference},
     {"cascade", link_kind::cascade},
     {"inheritance", link_kind::inheritance},
     {"dependent", link_kind::dependent}}};

constexpr std::array<std::pair<std::string_view, action>, 5> actions{
    {{"read", action::read},
     {"write", action::write},
     {"define", action::define},
     {"execute", action::execute},
     {"reference", action::reference}}};

constexpr std::array<std::pair<std::string_view, object_kind>, 5> object_kinds{
    {{"table", object_kind::table},
     {"function", object_kind::function},
     {"type", object_kind::type},
     {"schema", object_kind::schema},
     {"database", object_kind::database}}};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const auto end = std::min(list.find('\1'), list.size());
        parts.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return parts;
}

std::uint8_t uses(std::string_view letters) {
    std::uint8_t bits = 0;
    for (const char c : letters)
        bits |= c == 'r'   ? sql::use::read
                : c == 'w' ? sql::use::write
                : c == 'x' ? sql::use::execute
                : c == 'd' ? sql::use::define
                           : std::uint8_t{0};
    return bits;
}

// Using the carrier does to the other object what was done to the carrier.
std::vector<touch> touches(link_kind what, std::uint8_t on, const touch& base) {
    touch t = base;
    switch (what) {
    case link_kind::inheritance: {
        t.act = (on & sql::use::write) != 0 ? action::write : action::read;
        return {t};
    }
    case link_kind::cascade:
        // It is declared on the table whose rows follow, so that is its owner's word.
        t.act = action::write;
        t.through = t.what;
        return {t};
    case link_kind::reference:
    case link_kind::dependent:
        t.act = action::reference;
        return {t};
    default:
        t.act = action::execute;
        return {t};
    }
}

std::optional<sql::catalogue_link> link_of(const row& r, std::string_view database) {
    if (r.size() != link_columns)
        return std::nullopt;
    const auto what = named(link_kinds, r[0]);
    if (!what)
        return std::nullopt;
    sql::catalogue_link link;
    link.what = *what;
    link.on = uses(r[3]);
    const auto kind = r[1].empty()                         ? object_kind::database
                      : (link.on & sql::use::execute) != 0 ? object_kind::function
                                                           : object_kind::table;
    link.carrier = {kind, std::string(database), r[1], r[2]};
    link.definition = r[4];
    link.runs_as = r[9];
    link.note = r[10];
    if (!r[5].empty()) {
        const auto other = named(object_kinds, r[5]);
        if (!other)
            return std::nullopt;
        const touch base{.act = action::read,
                         .what = {*other, std::string(database), r[6], r[7]},
                         .columns = split(r[8])};
        link.touches = touches(*what, link.on, base);
    } else if (link.definition.empty() && link.what != link_kind::opaque) {
        // It went while the server looked for it; until that is known for sure, nobody knows it.
        link.what = link_kind::opaque;
        link.note = "code that cannot be analysed";
    }
    return link;
}

bool add_right(const row& r, std::string_view database, sql::login_rights& rights) {
    if (r.size() != right_columns)
        return false;
    if (r[0] == "beyond") {
        if (rights.beyond.empty())
            rights.beyond = r[3];
        return true;
    }
    if (r[0] == "settings") {
        rights.reads_all_settings = true;
        return true;
    }
    const auto act = named(actions, r[0]);
    const auto kind = named(object_kinds, r[3]);
    if (!act || !kind)
        return false;
    rights.may.push_back(
        {.act = *act, .what = {*kind, std::string(database), r[1], r[2]}, .columns = split(r[4])});
    return true;
}

} // namespace

std::string question(const subject& asked) {
    std::string schemas = "ARRAY[";
    for (const auto& schema : asked.lent)
        schemas += (&schema == &asked.lent.front() ? "" : ", ") + quoted(schema);
    std::string text = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;";
    text += links_query;
    text += ';' + with(relations_query, ":schemas", schemas + "]::name[]");
    for (const auto& login : asked.logins)
        text += ';' + with(rights_query, ":login", quoted(login));
    return text + "; COMMIT";
}

std::optional<answer> understand(const std::vector<rows>& results, const subject& asked,
                                 std::string_view database) {
    if (results.size() != 2 + asked.logins.size())
        return std::nullopt;
    answer a;
    for (const auto& r : results.front()) {
        auto link = link_of(r, database);
        if (!link)
            return std::nullopt;
        if (link->what != link_kind::inheritance) {
            a.links.push_back(std::move(*link));
            continue;
        }
        for (const auto bit : {sql::use::read, sql::use::write}) {
            auto one = *link;
            one.on = bit;
            one.touches = touches(one.what, bit, link->touches.front());
            a.links.push_back(std::move(one));
        }
    }
    for (const auto& schema : asked.lent)
        a.lent[schema];
    for (const auto& r : results[1]) {
        if (r.size() != 2)
            return std::nullopt;
        a.lent[r[0]].insert(r[1]);
    }
    for (std::size_t i = 0; i < asked.logins.size(); ++i) {
        auto& rights = a.logins[asked.logins[i]];
        // A role that is not there has no rights, and no login.
        for (const auto& r : results[i + 2])
            if (!add_right(r, database, rights))
                return std::nullopt;
    }
    return a;
}

} // namespace ringfence::catalog::postgresql
