#include "policy/sql/redact.h"

#include "policy/sql/redaction.h"

#include <cstdint>

namespace ringfence::sql {
namespace {

class postgresql_redaction final : public redaction {
public:
    using redaction::redaction;

private:
    bool token() override {
        const char c = text_[at_];
        const auto pair = text_.substr(at_, 2);
        if (static_cast<unsigned char>(c) <= ' ')
            return skip_to(at_ + 1);
        if (pair == "--")
            return skip_to(lex::skip_line_comment(text_, at_));
        if (pair == "/*") {
            const auto comment = lex::skip_block_comment(text_, at_);
            skip_to(comment.end);
            return comment.closed || cut();
        }
        if (lex::is(c, lex::identifier_start))
            return name();
        if (lex::is(c, lex::digit))
            return number();
        if (c == '\'')
            return string(false);
        if (c == '"')
            return quoted_name('"', longest_name, "'");
        if (c == '$')
            return dollar();
        return one_byte();
    }

    bool name() {
        const std::size_t end = lex::skip(text_, at_, lex::identifier_more);
        const auto word = text_.substr(at_, end - at_);
        at_ = end;
        if (!touches_quote()) {
            const bool unicode =
                word.size() == 1 && (word[0] | 0x20) == 'u' && peek(0) == '&' && peek(1) == '\'';
            if (unicode) {
                ++at_;
                return string(false);
            }
            add(word);
            return true;
        }
        static constexpr std::string_view prefixes = "ebxnEBXN";
        if (word.size() == 1 && prefixes.find(word[0]) != npos)
            return string(word[0] == 'e' || word[0] == 'E');
        add(word);
        return cut(); // date'2026-01-01', or it's
    }

    bool string(bool backslash) {
        string_begins();
        for (std::size_t quote = at_; quote != npos; quote = lex::continuation(text_, at_)) {
            bool closed = false;
            at_ = lex::skip_quoted(text_, quote + 1, '\'', backslash, closed);
            if (!closed)
                return cut_at_first_string();
            const bool odd_backslash = !backslash && at_ - quote > 2 && text_[at_ - 2] == '\\';
            if (odd_backslash || lex::is(peek(0), lex::identifier_more))
                return cut();
        }
        return true;
    }

    [[nodiscard]] bool touches_quote() const override { return peek(0) == '\''; }

    static constexpr std::size_t longest_name = 63;
};

} // namespace

std::string redact_postgresql(std::string_view text, std::size_t max_bytes) {
    return postgresql_redaction(text, max_bytes).run();
}

std::string fingerprint(std::string_view redacted) {
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    for (const char c : redacted) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text(16, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, hash >>= 4)
        *digit = digits[hash & 15];
    return text;
}

} // namespace ringfence::sql
