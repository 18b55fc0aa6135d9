#include "policy/sql/redaction.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql_analyzer.h"

namespace ringfence::sql {
namespace {

using namespace mysql;

class mysql_redaction final : public redaction {
public:
    using redaction::redaction;

private:
    bool token() override {
        const char c = text_[at_];
        const auto pair = text_.substr(at_, 2);
        if (static_cast<unsigned char>(c) <= ' ')
            return skip_to(at_ + 1);
        if (c == '#' || (pair == "--" && ends_dashes(peek(2))))
            return skip_to(std::min(text_.find('\n', at_), text_.size()));
        if (at_ == code_end_)
            return skip_to(at_ + 2);
        if (pair == "/*")
            return comment();
        if (lex::is(c, lex::identifier_start))
            return name();
        if (lex::is(c, lex::digit))
            return number();
        if (c == '\'' || c == '"')
            return string();
        if (c == '`')
            return quoted_name('`', longest_name, "'\"");
        if (c == '$') // as a name begins, or a string of newer versions
            return dollar();
        return one_byte();
    }

    // -- and this begin a comment, in some character set.
    [[nodiscard]] static bool ends_dashes(char c) {
        return is_space(c) || is_control(c) || static_cast<unsigned char>(c) >= 0x80;
    }

    // The code of executable ones is kept if they end at the same place for a server that skips
    // them.
    bool comment() {
        const std::size_t end = text_.find("*/", at_ + 2);
        const bool for_mariadb = peek(2) == 'M' && peek(3) == '!';
        if (end == npos || (peek(2) != '!' && !for_mariadb)) {
            skip_to(end == npos ? text_.size() : end + 2);
            return end != npos || cut();
        }
        const std::size_t start = at_ + (for_mariadb ? 4 : 3);
        const auto code = text_.substr(start, end - start);
        if (code.find_first_of("'\"`\\#$") != npos || code.find("--") != npos ||
            code.find("/*") != npos)
            return cut();
        code_end_ = end;
        return skip_to(lex::skip(text_, start, lex::digit));
    }

    bool name() {
        const std::size_t end = lex::skip(text_, at_, lex::identifier_more);
        const auto word = text_.substr(at_, end - at_);
        at_ = end;
        if (touches_quote()) {
            static constexpr std::string_view prefixes = "nxbNXB";
            if (word[0] == '_' || (word.size() == 1 && prefixes.find(word[0]) != npos))
                return string();
            add(word);
            return cut(); // it's
        }
        add(word);
        return true;
    }

    // Without knowing whether a backslash takes the quotation mark behind it away: where this
    // matters, the rest is left out.
    bool string() {
        string_begins();
        const char quote = text_[at_];
        bool closed = false;
        bool closed_with_escapes = false;
        const std::size_t end = lex::skip_quoted(text_, at_ + 1, quote, false, closed);
        const std::size_t with_escapes =
            lex::skip_quoted(text_, at_ + 1, quote, true, closed_with_escapes);
        if (!closed)
            return cut_at_first_string();
        at_ = end;
        if (end != with_escapes || lex::is(peek(0), lex::identifier_more))
            return cut();
        return true;
    }

    [[nodiscard]] bool touches_quote() const override { return peek(0) == '\'' || peek(0) == '"'; }

    static constexpr std::size_t longest_name = 64;

    std::size_t code_end_ = npos; // of an executable comment
};

} // namespace

std::string redact_mysql(std::string_view text, std::size_t max_bytes) {
    return mysql_redaction(text, max_bytes).run();
}

} // namespace ringfence::sql
