#include "policy/sql/mysql/lexer.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/comments.h"

namespace ringfence::sql::mysql {

namespace {

// The states that outlast a token.
enum class next_is : std::uint8_t {
    anything,
    dot,        // a name ended, and a dot with a name behind it follows
    plain_name, // behind a dot: a name, even where it reads like a keyword
};

class lexer {
public:
    lexer(std::string_view text, const mysql_scope& scope, unsigned version)
        : text_(text), scope_(scope), version_(version),
          utf8_(scope.charset.starts_with("utf8") || scope.charset.starts_with("UTF8")),
          in_name_(utf8_ ? utf8_name_bytes : ascii_name_bytes) {
        out_.tokens.reserve(text.size() / 4 + 16);
    }

    lexed run() {
        while (out_.trouble.empty() && one()) {
        }
        if (in_comment_)
            refuse("a comment that does not end");
        start_ = at_ = text_.size();
        add(token_kind::end);
        return std::move(out_);
    }

private:
    [[nodiscard]] char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
    [[nodiscard]] bool name_byte_at(std::size_t i) const {
        return i < text_.size() && in_name_[static_cast<unsigned char>(text_[i])];
    }

    bool refuse(std::string_view why) {
        if (out_.trouble.empty()) {
            out_.trouble = why;
            out_.trouble_at = static_cast<std::uint32_t>(std::min(at_, text_.size()));
        }
        return false;
    }

    // Of bytes beyond ASCII. Other character sets than UTF-8 may well have names there; what names,
    // a table of the server says.
    bool refuse_bytes(std::string_view why) {
        if (out_.trouble.empty())
            out_.foreign_bytes = !utf8_;
        return refuse(why);
    }

    void add(token_kind kind, std::uint16_t what = 0) {
        out_.tokens.push_back({static_cast<std::uint32_t>(start_),
                               static_cast<std::uint32_t>(std::min(at_, text_.size())), what, kind,
                               in_comment_});
    }

    bool symbol_of(std::size_t length, std::uint16_t what) {
        at_ += length;
        add(token_kind::symbol, what);
        return true;
    }

    // One token, or what stands between two. False: the end, or trouble.
    bool one() {
        start_ = at_;
        const auto state = std::exchange(next_, next_is::anything);
        if (state == next_is::dot)
            return dot();
        if (state == next_is::plain_name)
            return plain_name();
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
        start_ = at_;
        if (at_ >= text_.size())
            return false;
        const char c = text_[at_];
        if (is_digit(c))
            return number_or_name();
        switch (c) {
        case 'n':
        case 'N':
        case 'x':
        case 'X':
        case 'b':
        case 'B':
            return at(at_ + 1) == '\'' ? prefixed_string(c) : word();
        case '\'':
            return string(1, '\'');
        case '"':
            return scope_.mode.ansi_quotes ? quoted_name(token_kind::quoted_name) : string(1, '"');
        case '`':
            return quoted_name(token_kind::quoted_name);
        case '@':
            return at_sign();
        case '.':
            if (is_digit(at(at_ + 1)))
                return fraction();
            if (at(at_ + 1) == '.' && scope_.flavour == mysql_flavour::mariadb)
                return symbol_of(2, symbol::dots);
            return dot();
        case '#':
            return line_comment();
        case '-':
            if (at(at_ + 1) == '-') {
                if (at_ + 2 < text_.size() && static_cast<unsigned char>(text_[at_ + 2]) >= 0x80)
                    return refuse("a byte behind -- that some character sets take for a space");
                if (at_ + 2 >= text_.size() || is_space(at(at_ + 2)) || is_control(at(at_ + 2)))
                    return line_comment();
            }
            if (at(at_ + 1) == '>')
                return symbol_of(at(at_ + 2) == '>' ? 3 : 2, symbol::arrow);
            return symbol_of(1, '-');
        case '/':
            return at(at_ + 1) == '*' ? comment() : symbol_of(1, '/');
        case '*':
            if (in_comment_ && at(at_ + 1) == '/') {
                in_comment_ = false;
                at_ += 2;
                return true;
            }
            return symbol_of(1, '*');
        case ':':
            return at(at_ + 1) == '=' ? symbol_of(2, symbol::assign) : symbol_of(1, ':');
        case '<':
        case '>':
        case '=':
        case '!':
            return comparison();
        case '|':
            return at(at_ + 1) == '|' ? symbol_of(2, symbol::bars) : symbol_of(1, '|');
        case '&':
            return at(at_ + 1) == '&' ? symbol_of(2, symbol::ampersands) : symbol_of(1, '&');
        case '\\':
            // MySQL 8 does not know \N any more, for MariaDB it is NULL.
            if (at(at_ + 1) != 'N' || scope_.flavour == mysql_flavour::mysql)
                return refuse("a backslash outside of a string");
            at_ += 2;
            add(token_kind::number);
            return true;
        default:
            break;
        }
        if (name_byte_at(at_))
            return word();
        if (static_cast<unsigned char>(c) >= 0x80)
            return refuse_bytes(
                "a byte outside of quotation marks that depends on the character set");
        if (is_control(c))
            return refuse("a control character outside of quotation marks");
        return symbol_of(1, static_cast<std::uint16_t>(c));
    }

    void skip_ascii_name() {
        auto end = at_;
        while (end < text_.size() && is_name_byte(text_[end]))
            ++end;
        at_ = end;
    }

    // Behind the name that starts at `at_`, whatever it looks like.
    bool skip_name() {
        for (skip_ascii_name(); name_byte_at(at_); skip_ascii_name()) {
            const auto length = utf8_length(text_, at_);
            if (length == 0)
                return refuse_bytes("a name that is not well-formed UTF-8 of up to three bytes");
            at_ += length;
        }
        if (at(at_) == '.' && name_byte_at(at_ + 1))
            next_ = next_is::dot;
        return true;
    }

    bool word() {
        if (!skip_name())
            return false;
        const auto name = text_.substr(start_, at_ - start_);
        // MySQL 9 (and some 8) take $tag$…$tag$ for a string.
        if (name.front() == '$' && scope_.flavour == mysql_flavour::mysql &&
            name.find('$', 1) != std::string_view::npos)
            return refuse("a name that some versions take for a quotation mark");
        add(token_kind::word, next_ == next_is::dot ? word_id{0} : find_word(name));
        return true;
    }

    bool plain_name() {
        if (!skip_name())
            return false;
        add(token_kind::name);
        return true;
    }

    bool dot() {
        ++at_;
        if (name_byte_at(at_))
            next_ = next_is::plain_name;
        add(token_kind::symbol, '.');
        return true;
    }

    bool number() {
        add(token_kind::number);
        return true;
    }

    // Names may begin with digits, and 1e5 ends where its digits end: `1e5FROM` is two tokens,
    // `1FROM` is one.
    bool number_or_name() {
        if (text_[at_] == '0' && (at(at_ + 1) == 'x' || at(at_ + 1) == 'b')) {
            const bool hex = text_[at_ + 1] == 'x';
            at_ += 2;
            while (hex ? is_hex_digit(at(at_)) : at(at_) == '0' || at(at_) == '1')
                ++at_;
            if (at_ - start_ >= 3 && !name_byte_at(at_))
                return number();
            return plain_name();
        }
        while (is_digit(at(at_)))
            ++at_;
        if (!name_byte_at(at_)) {
            if (at(at_) != '.' || (at(at_ + 1) == '.' && scope_.flavour == mysql_flavour::mariadb))
                return number();
            return fraction();
        }
        if (at(at_) == 'e' || at(at_) == 'E') {
            const bool sign = at(at_ + 1) == '+' || at(at_ + 1) == '-';
            const std::size_t digits = at_ + (sign ? 2 : 1);
            if (is_digit(at(digits))) {
                at_ = digits;
                while (is_digit(at(at_)))
                    ++at_;
                return number();
            }
        }
        return plain_name();
    }

    // Pre: a dot at `at_`.
    bool fraction() {
        ++at_;
        while (is_digit(at(at_)))
            ++at_;
        if (at(at_) == 'e' || at(at_) == 'E') {
            ++at_;
            if (at(at_) == '+' || at(at_) == '-')
                ++at_;
            if (!is_digit(at(at_)))
                return refuse("a number with an exponent that has no digits");
            while (is_digit(at(at_)))
                ++at_;
        }
        return number();
    }

    // Pre: the string's quotation mark stands `prefix - 1` bytes behind `at_`.
    bool string(std::size_t prefix, char quote, token_kind kind = token_kind::string) {
        at_ += prefix;
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == '\\' && !scope_.mode.no_backslash_escapes) {
                if (at_ >= text_.size())
                    break;
                ++at_;
            } else if (c == quote) {
                if (at(at_) != quote || at_ >= text_.size()) {
                    add(kind);
                    return true;
                }
                ++at_;
            }
        }
        return refuse("a string that does not end");
    }

    bool prefixed_string(char prefix) {
        if (prefix == 'n' || prefix == 'N')
            return string(2, '\'');
        const bool hex = prefix == 'x' || prefix == 'X';
        at_ += 2;
        const auto digits = at_;
        while (hex ? is_hex_digit(at(at_)) : at(at_) == '0' || at(at_) == '1')
            ++at_;
        if (at(at_) != '\'' || (hex && (at_ - digits) % 2 != 0))
            return refuse("a hexadecimal or binary string that is none");
        ++at_;
        add(token_kind::string);
        return true;
    }

    bool quoted_name(token_kind kind) {
        const char quote = text_[at_];
        for (++at_; at_ < text_.size();) {
            const char c = text_[at_];
            if (c == '\0')
                return refuse("a zero byte in a name");
            if (c == quote) {
                ++at_;
                if (at(at_) != quote) {
                    add(kind);
                    return true;
                }
                ++at_;
            } else if (static_cast<unsigned char>(c) < 0x80) {
                ++at_;
            } else {
                // Names are converted from the character set, and what has no place in a name
                // becomes a question mark.
                const auto length = utf8_ ? utf8_length(text_, at_) : 0;
                if (length == 0)
                    return refuse_bytes(
                        "a name that is not well-formed UTF-8 of up to three bytes");
                at_ += length;
            }
        }
        return refuse("a quoted name that does not end");
    }

    bool at_sign() {
        switch (at(at_ + 1)) {
        case '\'':
            return string(2, '\'', token_kind::user_variable);
        case '"':
            if (!scope_.mode.ansi_quotes)
                return string(2, '"', token_kind::user_variable);
            [[fallthrough]];
        case '`':
            ++at_;
            return quoted_name(token_kind::user_variable);
        case '@':
            return system_variable();
        default:
            break;
        }
        ++at_;
        while (is_host_byte(at(at_)) && at_ < text_.size())
            ++at_;
        if (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80)
            return refuse_bytes("a variable's name that depends on the character set");
        add(token_kind::user_variable);
        return true;
    }

    bool system_variable() {
        symbol_of(2, symbol::system_variable);
        start_ = at_;
        if (at(at_) == '`')
            return true;
        while (is_name_byte(at(at_)))
            ++at_;
        if (at_ == start_ || (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80))
            return refuse("no name behind @@");
        if (at(at_) == '.')
            next_ = next_is::dot;
        add(token_kind::word, find_word(text_.substr(start_, at_ - start_)));
        return true;
    }

    bool line_comment() {
        while (at_ < text_.size() && text_[at_] != '\n') {
            if (text_[at_] == '\0')
                return refuse("a zero byte in a comment");
            ++at_;
        }
        return true;
    }

    bool comment() {
        const auto found = read_comment(text_, at_, scope_, version_);
        if (!found.trouble.empty())
            return refuse(found.trouble);
        if (found.version_asked != 0)
            out_.versions_asked.push_back(found.version_asked);
        at_ = found.end;
        if (found.what == comment_kind::executable)
            in_comment_ = true;
        return true;
    }

    // The longest of the operators; which one it is does not matter.
    bool comparison() {
        const char c = text_[at_];
        if (c != '=') {
            static constexpr std::string_view longer[] = {"<=>", "<=", "<>", "<<",
                                                          ">=",  ">>", "!="};
            for (const auto one : longer)
                if (text_.substr(at_, one.size()) == one)
                    return symbol_of(one.size(), symbol::operator_symbol);
        }
        return symbol_of(1, static_cast<std::uint16_t>(c));
    }

    std::string_view text_;
    const mysql_scope& scope_;
    unsigned version_;
    bool utf8_;
    const std::array<bool, 256>& in_name_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;
    next_is next_ = next_is::anything;
    bool in_comment_ = false;
    lexed out_;
};

} // namespace

lexed lex(std::string_view text, const mysql_scope& scope, unsigned version) {
    return lexer(text, scope, version).run();
}

std::string name_of(std::string_view text, const token& t) {
    const auto whole = text.substr(t.begin, t.end - t.begin);
    if (t.kind != token_kind::quoted_name)
        return std::string(whole);
    std::string name;
    const char quote = whole.front();
    for (std::size_t i = 1; i + 1 < whole.size(); ++i) {
        name += whole[i];
        if (whole[i] == quote)
            ++i; // the second of two
    }
    return name;
}

std::optional<std::string> string_of(std::string_view text, const token& t,
                                     const mysql_mode& mode) {
    const auto whole = text.substr(t.begin, t.end - t.begin);
    if (t.kind != token_kind::string || (whole.front() != '\'' && whole.front() != '"'))
        return std::nullopt;
    std::string value;
    const char quote = whole.front();
    for (std::size_t i = 1; i + 1 < whole.size(); ++i) {
        if (whole[i] == quote) {
            value += whole[i++];
        } else if (whole[i] == '\\' && !mode.no_backslash_escapes) {
            const char c = whole[++i];
            static constexpr std::string_view escaped = "ntrb0Z";
            static constexpr std::string_view meant("\n\t\r\b\0\032", 6);
            if (const auto known = escaped.find(c); known != std::string_view::npos) {
                value += meant[known];
            } else {
                if (c == '_' || c == '%')
                    value += '\\';
                value += c;
            }
        } else {
            value += whole[i];
        }
    }
    return value;
}

} // namespace ringfence::sql::mysql
