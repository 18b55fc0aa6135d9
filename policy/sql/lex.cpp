#include "policy/sql/lex.h"

#include <algorithm>
#include <utility>

namespace ringfence::sql::lex {

std::size_t skip_quoted(std::string_view text, std::size_t at, char quote, bool backslash,
                        bool& closed) {
    closed = false;
    while (at < text.size()) {
        const char c = text[at++];
        if (c == '\\' && backslash) {
            if (at < text.size())
                ++at;
        } else if (c == quote) {
            if (at == text.size() || text[at] != quote) {
                closed = true;
                return at;
            }
            ++at;
        }
    }
    return at;
}

std::size_t dollar_delimiter(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    if (end < text.size() && is(text[end], identifier_start))
        while (end < text.size() && is(text[end], identifier_more) && text[end] != '$')
            ++end;
    return end < text.size() && text[end] == '$' ? end + 1 - at : 0;
}

std::size_t skip_dollar_quoted(std::string_view text, std::size_t at, std::size_t length,
                               bool& closed) {
    const std::size_t end = text.find(text.substr(at, length), at + length);
    closed = end != std::string_view::npos;
    return closed ? end + length : text.size();
}

std::size_t skip_line_comment(std::string_view text, std::size_t at) {
    while (at < text.size() && !is(text[at], line_end))
        ++at;
    return at;
}

block_comment skip_block_comment(std::string_view text, std::size_t at) {
    block_comment comment;
    unsigned depth = 0;
    std::size_t run_end = at;
    while (at < text.size()) {
        const auto pair = text.substr(at, 2);
        if (pair == "/*") {
            if (run_end <= at)
                run_end = skip(text, at, operator_char);
            comment.rescanned += run_end - at;
            comment.deepest = depth + 1 > comment.deepest ? depth + 1 : comment.deepest;
            ++depth;
            at += 2;
        } else if (pair == "*/") {
            at += 2;
            if (--depth == 0) {
                comment.closed = true;
                break;
            }
        } else {
            ++at;
        }
    }
    comment.end = at;
    return comment;
}

std::size_t continuation(std::string_view text, std::size_t at) {
    bool line_break = false;
    while (at < text.size()) {
        if (is(text[at], space)) {
            line_break = line_break || is(text[at], line_end);
            ++at;
        } else if (text.substr(at, 2) == "--") {
            at = skip_line_comment(text, at);
        } else {
            return line_break && text[at] == '\'' ? at : std::string_view::npos;
        }
    }
    return std::string_view::npos;
}

namespace {

// Behind the string that opens at text[at]; nothing if it is not closed.
std::optional<std::size_t> whole_string(std::string_view text, std::size_t at, bool backslash) {
    for (;;) {
        bool closed = false;
        at = skip_quoted(text, at + 1, '\'', backslash, closed);
        if (!closed)
            return std::nullopt;
        const auto next = continuation(text, at);
        if (next == std::string_view::npos)
            return at;
        at = next;
    }
}

// Behind the token at `at`, which is no comment.
std::optional<std::size_t> next_token(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (is(c, identifier_start)) {
        const auto end = skip(text, at, identifier_more);
        const bool escapes = end - at == 1 && (c == 'E' || c == 'e');
        if (escapes && end < text.size() && text[end] == '\'')
            return whole_string(text, end, true);
        return end;
    }
    if (is(c, digit)) {
        const auto end = skip(text, at, digit);
        // "1e'…": where the number ends depends on what follows.
        if (end < text.size() && is(text[end], identifier_start))
            return std::nullopt;
        return end;
    }
    if (c == '\'')
        return whole_string(text, at, false);
    if (c == '"') {
        bool closed = false;
        const auto end = skip_quoted(text, at + 1, '"', false, closed);
        return closed ? std::optional(end) : std::nullopt;
    }
    if (c == '$') {
        const auto length = dollar_delimiter(text, at);
        if (length == 0)
            return skip(text, at + 1, digit);
        bool closed = false;
        const auto end = skip_dollar_quoted(text, at, length, closed);
        return closed ? std::optional(end) : std::nullopt;
    }
    return at + 1;
}

} // namespace

std::optional<std::string> without_comments(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = 0;
        if (text.substr(at, 2) == "--") {
            end = skip_line_comment(text, at); // the line's end stays: strings go on behind it
        } else if (text.substr(at, 2) == "/*") {
            const auto comment = skip_block_comment(text, at);
            if (!comment.closed)
                return std::nullopt;
            end = comment.end;
        } else {
            const auto next = next_token(text, at);
            if (!next)
                return std::nullopt;
            at = *next;
            continue;
        }
        if (out.empty())
            out = text;
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(at),
                  out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
        at = end;
    }
    return out.empty() ? std::nullopt : std::optional(std::move(out));
}

} // namespace ringfence::sql::lex
