#include "policy/sql/skeleton_writer.h"

#include "policy/sql/analyzer.h"
#include "policy/sql/lex.h"

namespace ringfence::sql {
namespace {

constexpr std::string_view largest_integer = "2147483647";

// The grammar tells integers that fit 32 bits from all other numbers.
bool is_integer(std::string_view digits) {
    while (digits.size() > 1 && digits.front() == '0')
        digits.remove_prefix(1);
    return digits.size() < largest_integer.size() ||
           (digits.size() == largest_integer.size() && digits <= largest_integer);
}

// Digits are not inert: they may start a number.
constexpr std::array<bool, 256> make_inert() {
    std::array<bool, 256> inert{};
    for (std::size_t byte = 0; byte < inert.size(); ++byte)
        inert[byte] =
            (lex::classes[byte] & (lex::space | lex::identifier_start | lex::operator_char)) != 0;
    for (const char c : std::string_view("()[],;:"))
        inert[static_cast<unsigned char>(c)] = true;
    for (const char c : std::string_view("-/")) // may start a comment
        inert[static_cast<unsigned char>(c)] = false;
    return inert;
}

class postgresql_skeleton : public skeleton_writer<postgresql_skeleton> {
public:
    static constexpr std::array<bool, 256> inert = make_inert();

    using skeleton_writer::skeleton_writer;

    bool special(char c) {
        if (lex::is(c, lex::digit))
            return number();
        const char next = peek(at_ + 1);
        switch (c) {
        case '\'':
            return string();
        case '"':
            return quoted_name();
        case '$':
            return parameter();
        case '.':
            ++at_;
            return !lex::is(next, lex::digit) && next != '.';
        case '-':
            if (next == '-') {
                at_ = lex::skip_line_comment(text_, at_);
                comment_since_string_ = true;
            } else {
                ++at_;
            }
            return true;
        case '/':
            if (next == '*') {
                const auto comment = lex::skip_block_comment(text_, at_);
                at_ = comment.end;
                comment_since_string_ = true;
                return comment.closed;
            }
            ++at_;
            return true;
        default:
            return false; // control bytes, backslashes, braces: no token starts with them
        }
    }

private:
    // Numbers, parameters, strings and comments are consumed as a whole, so behind such a byte goes
    // on a name.
    [[nodiscard]] bool in_name() const { return lex::is(previous(), lex::identifier_more); }

    bool number() {
        const std::size_t start = at_;
        if (in_name()) {
            at_ = lex::skip(text_, at_ + 1, lex::identifier_more);
            return true;
        }
        at_ = lex::skip(text_, at_ + 1, lex::digit);
        bool integer = true;
        if (peek(at_) == '.') {
            const std::size_t fraction = at_ + 1;
            at_ = lex::skip(text_, fraction, lex::digit);
            if (at_ == fraction) // "1." and "1..2"
                return false;
            integer = false;
        }
        if (lex::is(peek(at_), lex::identifier_more) || peek(at_) == '.')
            return false;
        put(start, integer && is_integer(text_.substr(start, at_ - start)) ? "0" : "0.0");
        return true;
    }

    bool parameter() {
        if (in_name()) {
            ++at_;
            return true;
        }
        const std::size_t digits = at_ + 1;
        at_ = lex::skip(text_, digits, lex::digit);
        return at_ > digits && !lex::is(peek(at_), lex::identifier_more);
    }

    // E'…', B'…', X'…', N'…', U&'…', U&"…"; date'…' is told from them, but rare.
    [[nodiscard]] bool has_prefix() const { return in_name() || previous() == '&'; }

    bool quoted_name() {
        bool closed = false;
        if (has_prefix())
            return false;
        at_ = lex::skip_quoted(text_, at_ + 1, '"', false, closed);
        return closed;
    }

    bool string() {
        if (has_prefix() || continues_string())
            return false;
        const std::size_t start = at_;
        do {
            const std::size_t quote = find('\'', at_ + 1);
            if (quote == npos)
                return false;
            at_ = quote + 1;
        } while (peek(at_) == '\'');
        put(start, "''");
        string_end_ = at_;
        comment_since_string_ = false;
        return true;
    }

    // 'a' 'b' are one constant when a line break stands between them. In doubt, they are.
    [[nodiscard]] bool continues_string() const {
        if (string_end_ == 0)
            return false;
        std::size_t blank = at_;
        while (blank > string_end_ && lex::is(text_[blank - 1], lex::space))
            --blank;
        return blank == string_end_ || comment_since_string_;
    }

    std::size_t string_end_ = 0; // of the last string, 0 if there was none
    bool comment_since_string_ = false;
};

} // namespace

bool literal_skeleton_postgresql(std::string_view text, std::string& out) {
    return postgresql_skeleton(text, out).run();
}

} // namespace ringfence::sql
