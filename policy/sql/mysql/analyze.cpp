#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/lexer.h"
#include "policy/sql/mysql/parser.h"
#include "policy/sql/mysql_analyzer.h"
#include "policy/sql/reach.h"

#include <algorithm>
#include <exception>
#include <new>
#include <set>

namespace ringfence::sql {

namespace {

using policy::problem;

// Where the server's version is not known, it is none before these.
constexpr unsigned oldest_mysql = 80000;
constexpr unsigned oldest_mariadb = 100500;
constexpr std::size_t most_readings = 8;

policy::footprint not_analysed(problem what, std::string_view why) {
    policy::footprint none;
    none.trouble = what;
    none.trouble_text = why;
    return none;
}

// Characters, counted from 1, before a byte.
unsigned place_in_characters(std::string_view text, std::size_t byte) {
    unsigned place = 1;
    for (std::size_t i = 0; i < std::min(byte, text.size()); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U)
            ++place;
    return place;
}

// ER_PARSE_ERROR, which quotes what follows the place of the mistake.
std::string words_of_server(std::string_view text, std::size_t at, mysql_flavour flavour) {
    constexpr std::size_t most_quoted = 80;
    at = std::min(at, text.size());
    std::string_view near = text.substr(at);
    if (near.size() > most_quoted) {
        std::size_t end = most_quoted;
        while (end > 0 && (static_cast<unsigned char>(near[end]) & 0xc0U) == 0x80U)
            --end;
        near = near.substr(0, end);
    }
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return std::string("You have an error in your SQL syntax; check the manual that corresponds "
                       "to your ") +
           (flavour == mysql_flavour::mysql ? "MySQL" : "MariaDB") +
           " server version for the right syntax to use near '" + std::string(near) + "' at line " +
           std::to_string(line);
}

policy::footprint one_reading(std::string_view text, const mysql::lexed& tokens,
                              const mysql_scope& s, const limits& caps, unsigned version) {
    if (!tokens.trouble.empty()) {
        auto none = not_analysed(tokens.problem(), tokens.trouble);
        none.trouble_at = place_in_characters(text, tokens.trouble_at);
        return none;
    }
    if (tokens.tokens.size() > caps.max_nodes)
        return not_analysed(problem::limit, "too many tokens");
    auto found = mysql::parser(text, tokens, s, caps, version).run();
    if (found.trouble == problem::syntax && found.trouble_at != 0) {
        found.trouble_words = words_of_server(text, found.trouble_at - 1, s.flavour);
        found.trouble_at = place_in_characters(text, found.trouble_at - 1);
    }
    return found;
}

// What either reading does.
void merge(policy::footprint& all, policy::footprint more) {
    for (auto& t : more.touches)
        if (std::find(all.touches.begin(), all.touches.end(), t) == all.touches.end())
            all.touches.push_back(std::move(t));
    if (all.effects != more.effects)
        all = not_analysed(problem::syntax, "versions of the server would read it so differently "
                                            "that the session would not be the same");
    all.literals_immaterial = all.literals_immaterial && more.literals_immaterial;
    all.depends_on_path = all.depends_on_path || more.depends_on_path;
}

// The version is not known: from each version on that an executable comment asks for, the text may
// be another one.
policy::footprint every_reading(std::string_view text, const mysql_scope& s, const limits& caps) {
    const auto oldest = s.flavour == mysql_flavour::mysql ? oldest_mysql : oldest_mariadb;
    std::set<unsigned> open{oldest};
    std::set<unsigned> done;
    policy::footprint all;
    while (!open.empty()) {
        const auto version = *open.begin();
        open.erase(open.begin());
        done.insert(version);
        if (done.size() > most_readings)
            return not_analysed(problem::limit, "too many executable comments of many versions");
        const auto tokens = mysql::lex(text, s, version);
        auto found = one_reading(text, tokens, s, caps, version);
        if (!found.analysed())
            return found;
        if (done.size() == 1)
            all = std::move(found);
        else
            merge(all, std::move(found));
        if (!all.analysed())
            return all;
        for (const auto asked : tokens.versions_asked)
            if (asked > oldest && !done.contains(asked))
                open.insert(asked);
    }
    return all;
}

policy::footprint by_text(std::string_view text, const mysql_scope& s, const limits& caps) {
    if (text.size() > caps.max_bytes)
        return not_analysed(problem::limit, "too long");
    if (s.mode.foreign_grammar)
        return not_analysed(problem::unsafe_setting, "sql_mode changes the grammar");
    if (!mysql_charset_is_safe(s.charset))
        return not_analysed(problem::unsafe_setting,
                            "a character set in which a byte of ASCII can be part of a "
                            "character");
    if (s.version == 0)
        return every_reading(text, s, caps);
    return one_reading(text, mysql::lex(text, s, s.version), s, caps, s.version);
}

bool uses_objects(const policy::footprint& f) {
    return std::any_of(f.touches.begin(), f.touches.end(), [](const policy::touch& t) {
        return t.what.kind == policy::object_kind::table ||
               t.what.kind == policy::object_kind::function;
    });
}

} // namespace

policy::footprint analyze_mysql(std::string_view text, const mysql_scope& s, const limits& caps) {
    try {
        auto found = by_text(text, s, caps);
        if (!found.analysed())
            return found;
        if (s.objects != nullptr)
            s.objects->extend(found, s);
        else if (s.needs_objects && uses_objects(found))
            return not_analysed(problem::catalogue,
                                "what the objects of this server do is not known: its catalogue "
                                "could not be read");
        return found;
    } catch (const std::bad_alloc&) {
        return not_analysed(problem::limit, "out of memory");
    } catch (...) {
        return not_analysed(problem::internal_error, "the analyser failed");
    }
}

} // namespace ringfence::sql
