#include "policy/sql/redact.h"

#include "policy/sql/lex.h"
#include "policy/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ringfence::sql {
namespace {

// A quotation mark too many turns strings inside out, so that what was meant as a literal reads as
// names. The signs of it (a string that does not end, one that touches a word, one that ends in a
// backslash) cut the text at that place, or at its first string.
class redaction {
public:
    redaction(std::string_view text, std::size_t max_bytes) : text_(text), most_(max_bytes) {}

    std::string run() {
        while (at_ < text_.size() && token()) {
        }
        while (!out_.empty() && out_.back() == ' ')
            out_.pop_back();
        return policy::printable(out_, most_);
    }

private:
    // False: the rest is left out.
    bool token() {
        const char c = text_[at_];
        const auto pair = text_.substr(at_, 2);
        if (static_cast<unsigned char>(c) <= ' ') {
            ++at_;
            blank();
        } else if (pair == "--") {
            at_ = lex::skip_line_comment(text_, at_);
            blank();
        } else if (pair == "/*") {
            const auto comment = lex::skip_block_comment(text_, at_);
            at_ = comment.end;
            blank();
            return comment.closed || cut();
        } else if (lex::is(c, lex::identifier_start)) {
            return name();
        } else if (lex::is(c, lex::digit)) {
            while (at_ < text_.size() &&
                   (lex::is(text_[at_], lex::identifier_more) || text_[at_] == '.'))
                ++at_;
            add("?");
            return !touches_quote() || cut();
        } else if (c == '\'') {
            return string(false);
        } else if (c == '"') {
            return quoted_name();
        } else if (c == '$') {
            return dollar();
        } else {
            add(text_.substr(at_, 1));
            ++at_;
        }
        return true;
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
        if (word.size() == 1 && prefixes.find(word[0]) != std::string_view::npos)
            return string(word[0] == 'e' || word[0] == 'E');
        add(word);
        return cut(); // date'2026-01-01', or it's
    }

    bool string(bool backslash) {
        if (first_string_ == npos)
            first_string_ = std::min(out_.size(), most_);
        add("?");
        for (std::size_t quote = at_; quote != npos; quote = lex::continuation(text_, at_)) {
            bool closed = false;
            at_ = lex::skip_quoted(text_, quote + 1, '\'', backslash, closed);
            if (!closed) {
                out_.resize(first_string_);
                add("?");
                return cut();
            }
            const bool odd_backslash = !backslash && at_ - quote > 2 && text_[at_ - 2] == '\\';
            if (odd_backslash || lex::is(peek(0), lex::identifier_more))
                return cut();
        }
        return true;
    }

    bool quoted_name() {
        const std::size_t start = at_;
        bool closed = false;
        at_ = lex::skip_quoted(text_, at_ + 1, '"', false, closed);
        const auto quoted = text_.substr(start, at_ - start);
        // Other ones are hardly names, but may be literals in the wrong quotation marks.
        if (closed && quoted.size() <= longest_name + 2 && quoted.find('\'') == npos) {
            add(quoted);
            return true;
        }
        add("\"?\"");
        return closed || cut();
    }

    bool dollar() {
        const std::size_t delimiter = lex::dollar_delimiter(text_, at_);
        if (delimiter == 0) {
            const std::size_t end = lex::skip(text_, at_ + 1, lex::digit);
            add(text_.substr(at_, end - at_));
            at_ = end;
            return true;
        }
        bool closed = false;
        at_ = lex::skip_dollar_quoted(text_, at_, delimiter, closed);
        add("?");
        return closed || cut();
    }

    bool cut() {
        if (!out_.empty() && out_.back() == ' ')
            out_.pop_back();
        out_ += " ...";
        return false;
    }

    void blank() {
        if (!out_.empty() && out_.back() != ' ')
            add(" ");
    }
    // One byte more than allowed is kept, so that the cut shows.
    void add(std::string_view part) {
        if (out_.size() <= most_)
            out_ += part.substr(0, most_ + 1);
    }

    [[nodiscard]] char peek(std::size_t ahead) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : ' ';
    }
    [[nodiscard]] bool touches_quote() const { return peek(0) == '\''; }

    static constexpr std::size_t npos = std::string_view::npos;
    static constexpr std::size_t longest_name = 63;

    std::string_view text_;
    std::size_t most_;
    std::size_t at_ = 0;
    std::string out_;
    std::size_t first_string_ = npos;
};

} // namespace

std::string redact_postgresql(std::string_view text, std::size_t max_bytes) {
    return redaction(text, max_bytes).run();
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
