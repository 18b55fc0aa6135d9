#include "policy/sql/lex.h"

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

} // namespace ringfence::sql::lex
