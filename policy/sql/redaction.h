// A statement without its literals, for people: what the dialects share.
#pragma once

#include "policy/sql/lex.h"
#include "policy/text.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace ringfence::sql {

// A quotation mark too many turns strings inside out, so that what was meant as a literal reads as
// names. The signs of it (a string that does not end, one that touches a word, one that ends in a
// backslash) cut the text at that place, or at its first string.
class redaction {
public:
    redaction(std::string_view text, std::size_t max_bytes) : text_(text), most_(max_bytes) {}
    redaction(const redaction&) = delete;
    redaction& operator=(const redaction&) = delete;

    std::string run() {
        while (at_ < text_.size() && token()) {
        }
        while (!out_.empty() && out_.back() == ' ')
            out_.pop_back();
        return policy::printable(out_, most_);
    }

protected:
    ~redaction() = default;

    // Moves over one token, or what stands between two. False: the rest is left out.
    virtual bool token() = 0;

    static constexpr std::size_t npos = std::string_view::npos;

    // Letters and digits, beginning with a digit: a number, or something odd.
    bool number() {
        while (at_ < text_.size() &&
               (lex::is(text_[at_], lex::identifier_more) || text_[at_] == '.'))
            ++at_;
        add("?");
        return !touches_quote() || cut();
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

    // Pre: at a quotation mark. Longer ones than names are, or with such marks inside, are hardly
    // names, but may be literals in the wrong quotation marks.
    bool quoted_name(char quote, std::size_t longest, std::string_view marks) {
        const std::size_t start = at_;
        bool closed = false;
        at_ = lex::skip_quoted(text_, at_ + 1, quote, false, closed);
        const auto quoted = text_.substr(start, at_ - start);
        if (closed && quoted.size() <= longest + 2 && quoted.find_first_of(marks) == npos) {
            add(quoted);
            return true;
        }
        add(std::string{quote, '?', quote});
        return closed || cut();
    }

    void string_begins() {
        if (first_string_ == npos)
            first_string_ = std::min(out_.size(), most_);
        add("?");
    }
    bool cut_at_first_string() {
        out_.resize(first_string_);
        add("?");
        return cut();
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
    bool skip_to(std::size_t end) {
        at_ = end;
        blank();
        return true;
    }
    // One byte more than allowed is kept, so that the cut shows.
    void add(std::string_view part) {
        if (out_.size() <= most_)
            out_ += part.substr(0, most_ + 1);
    }
    bool one_byte() {
        add(text_.substr(at_++, 1));
        return true;
    }

    [[nodiscard]] char peek(std::size_t ahead) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : ' ';
    }
    [[nodiscard]] virtual bool touches_quote() const = 0;

    std::string_view text_;
    std::size_t at_ = 0;

private:
    std::size_t most_;
    std::string out_;
    std::size_t first_string_ = npos;
};

} // namespace ringfence::sql
