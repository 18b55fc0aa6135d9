// Runs on every statement that was not found by its exact text, so it is a tight loop over a table
// of byte classes. Whatever it does not know for certain makes it answer false, which costs time
// but no safety.
#include "policy/sql/analyzer.h"
#include "policy/sql/lex.h"

#include <cstring>

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

class skeleton_writer {
public:
    skeleton_writer(std::string_view text, std::string& out) : text_(text), out_(out) {}

    [[nodiscard]] bool run() {
        if (std::memchr(text_.data(), '\0', text_.size()) != nullptr)
            return false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            const auto kind = lex::classes[static_cast<unsigned char>(c)];
            bool certain = true;
            if ((kind & lex::space) != 0) {
                at_ = lex::skip(text_, at_ + 1, lex::space);
                continue;
            }
            if ((kind & lex::identifier_start) != 0)
                certain = name();
            else if ((kind & lex::digit) != 0)
                certain = number();
            else if ((kind & lex::operator_char) != 0)
                certain = operator_or_comment();
            else
                certain = other(c);
            if (!certain)
                return false;
        }
        copy_up_to(text_.size());
        return true;
    }

private:
    // What was not copied yet, and is to be kept.
    void copy_up_to(std::size_t end) {
        out_.append(text_.data() + kept_, end - kept_);
        kept_ = end;
    }

    [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : ' '; }

    bool name() {
        const std::size_t start = at_;
        at_ = lex::skip(text_, at_ + 1, lex::identifier_more);
        after_string_ = false;
        const char next = peek(at_);
        // E'…', B'…', X'…', N'…': one letter and a quote. U&'…' and U&"…": the same with '&'.
        return at_ - start > 1 || (next != '\'' && (next != '&' || !is_unicode(start)));
    }
    [[nodiscard]] bool is_unicode(std::size_t at) const {
        return text_[at] == 'u' || text_[at] == 'U';
    }

    bool number() {
        const std::size_t start = at_;
        copy_up_to(start);
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
        out_.append(integer && is_integer(text_.substr(start, at_ - start)) ? "0" : "0.0");
        kept_ = at_;
        after_string_ = false;
        return true;
    }

    bool operator_or_comment() {
        const char next = peek(at_ + 1);
        if (text_[at_] == '-' && next == '-') {
            at_ = lex::skip_line_comment(text_, at_);
            return true;
        }
        if (text_[at_] == '/' && next == '*') {
            const auto comment = lex::skip_block_comment(text_, at_);
            at_ = comment.end;
            return comment.closed;
        }
        ++at_;
        after_string_ = false;
        return true;
    }

    bool other(char c) {
        if (c == '\'')
            return string();
        after_string_ = false;
        switch (c) {
        case '"': {
            bool closed = false;
            at_ = lex::skip_quoted(text_, at_ + 1, '"', false, closed);
            return closed;
        }
        case '$': {
            const std::size_t digits = at_ + 1;
            at_ = lex::skip(text_, digits, lex::digit);
            return at_ > digits && !lex::is(peek(at_), lex::identifier_more);
        }
        case '.':
            ++at_;
            return !lex::is(peek(at_), lex::digit) && peek(at_) != '.';
        case '(':
        case ')':
        case '[':
        case ']':
        case ',':
        case ';':
        case ':':
            ++at_;
            return true;
        default:
            return false; // control bytes, backslashes, braces: no token starts with them
        }
    }

    bool string() {
        // 'a' 'b' are one constant when a line break stands between them.
        if (after_string_)
            return false;
        copy_up_to(at_ + 1);
        do {
            const void* quote = std::memchr(text_.data() + at_ + 1, '\'', text_.size() - at_ - 1);
            if (quote == nullptr)
                return false;
            at_ = static_cast<std::size_t>(static_cast<const char*>(quote) - text_.data()) + 1;
        } while (peek(at_) == '\'');
        out_.push_back('\'');
        kept_ = at_;
        after_string_ = true;
        return true;
    }

    std::string_view text_;
    std::string& out_;
    std::size_t at_ = 0;
    std::size_t kept_ = 0;
    bool after_string_ = false; // nothing but blanks and comments since a string
};

} // namespace

bool literal_skeleton_postgresql(std::string_view text, std::string& out) {
    out.clear();
    if (text.empty())
        return true;
    if (skeleton_writer(text, out).run())
        return true;
    out.clear();
    return false;
}

} // namespace ringfence::sql
