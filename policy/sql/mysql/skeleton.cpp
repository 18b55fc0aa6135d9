// Agrees with lexer.cpp on the borders of tokens, for both flavours, any version and any character
// set that is safe. What any of them reads in another way than the others is not certain.
#include "policy/sql/skeleton_writer.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql_analyzer.h"

namespace ringfence::sql {
namespace {

using namespace mysql;

// Part of a name in some character set.
constexpr bool may_be_in_name(char c) {
    return utf8_name_bytes[static_cast<unsigned char>(c)];
}

// Digits are not inert: they may start a number. What may start a comment is not, either.
constexpr std::array<bool, 256> make_inert() {
    std::array<bool, 256> inert{};
    for (std::size_t byte = 0; byte < inert.size(); ++byte) {
        const auto c = static_cast<char>(byte);
        inert[byte] = is_space(c) || (may_be_in_name(c) && !is_digit(c));
    }
    for (const char c : std::string_view("()[]{},;:?+*<>=!%^&|~@"))
        inert[static_cast<unsigned char>(c)] = true;
    return inert;
}

class mysql_skeleton : public skeleton_writer<mysql_skeleton> {
public:
    static constexpr std::array<bool, 256> inert = make_inert();

    mysql_skeleton(std::string_view text, const mysql_mode& mode, std::string& out)
        : skeleton_writer(text, out), mode_(mode) {}

    bool special(char c) {
        if (is_digit(c))
            return number();
        switch (c) {
        case '\'':
            return string(c);
        case '"':
            return mode_.ansi_quotes ? quoted_name(c) : string(c);
        case '`':
            return quoted_name(c);
        case '.':
            ++at_;
            return !is_digit(peek(at_)) && peek(at_) != '.';
        case '-':
            return dash();
        case '/':
            return slash();
        case '#':
            return line_comment();
        default:
            return false; // control bytes, and \N, which is NULL for one flavour only
        }
    }

private:
    // Numbers, strings and comments are consumed as a whole, so behind such a byte goes on a name.
    [[nodiscard]] bool in_name() const { return may_be_in_name(previous()); }

    bool number() {
        const std::size_t start = at_;
        if (in_name()) {
            while (may_be_in_name(peek(at_)))
                ++at_;
            return true;
        }
        if (previous() == '@') // a variable's name
            return false;
        skip_digits();
        bool integer = true;
        if (peek(at_) == '.') {
            const std::size_t fraction = ++at_;
            skip_digits();
            if (at_ == fraction) // "1." and "1..2"
                return false;
            integer = false;
        }
        if (peek(at_) == 'e' || peek(at_) == 'E') {
            ++at_;
            if (peek(at_) == '+' || peek(at_) == '-')
                ++at_;
            if (!is_digit(peek(at_))) // 1e, 1element
                return false;
            skip_digits();
            integer = false;
        }
        if (may_be_in_name(peek(at_)) || peek(at_) == '.') // 1e0FROM, 0x1f, 1a, 1.2.3
            return false;
        put(start, integer ? "0" : "0.0");
        return true;
    }

    // Behind a name it may have a meaning of its own (N'…', x'…'), behind @ it is one.
    bool string(char quote) {
        if (previous() == '@' || (in_name() && !introduced()))
            return false;
        const std::size_t start = at_;
        do {
            if (!skip_to(quote))
                return false;
            ++at_;
        } while (peek(at_) == quote);
        put(start, quote == '"' ? "\"\"" : "''");
        return true;
    }

    // _binary'…'. Pre: behind a name.
    [[nodiscard]] bool introduced() const {
        std::size_t start = at_;
        while (start > 0 && may_be_in_name(text_[start - 1]))
            --start;
        const char before = start > 0 ? text_[start - 1] : ' ';
        return text_[start] == '_' && before != '@' && before != '.';
    }

    // To the next quotation mark that no backslash takes away.
    bool skip_to(char quote) {
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_)
            if (text_[at_] == '\\' && !mode_.no_backslash_escapes)
                ++at_;
        return at_ < text_.size();
    }

    bool quoted_name(char quote) {
        do {
            const std::size_t end = find(quote, at_ + 1);
            if (end == npos)
                return false;
            at_ = end + 1;
        } while (peek(at_) == quote);
        return true;
    }

    // -- begins a comment in front of white space only. (Of control bytes nothing is certain.)
    bool dash() {
        if (peek(at_ + 1) == '-') {
            const char third = peek(at_ + 2); // a blank at the end of the text
            if (static_cast<unsigned char>(third) >= 0x80)
                return false;
            if (is_space(third))
                return line_comment();
        }
        ++at_;
        return true;
    }

    bool line_comment() {
        at_ = std::min(find('\n', at_), text_.size());
        return true;
    }

    bool slash() {
        if (peek(at_ + 1) != '*') {
            ++at_;
            return true;
        }
        const char head = peek(at_ + 2);
        if (head == '!' || (head == 'M' && peek(at_ + 3) == '!')) // executable
            return false;
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == npos)
            return false;
        at_ = end + 2;
        return true;
    }

    void skip_digits() {
        while (is_digit(peek(at_)))
            ++at_;
    }

    const mysql_mode& mode_;
};

} // namespace

bool literal_skeleton_mysql(std::string_view text, const mysql_mode& mode, std::string& out) {
    if (mode.foreign_grammar) {
        out.clear();
        return false;
    }
    return mysql_skeleton(text, mode, out).run();
}

} // namespace ringfence::sql
