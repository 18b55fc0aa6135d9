#include "policy/sql/limits.h"

#include "policy/sql/lex.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ringfence::sql {
namespace {

// How deep a tree can get, in levels of about two messages each. Any way from the root to a leaf
// meets each operator at most once, and of the parts that a separator divides it meets one. So:
// operators add up, between separators the deepest counts, and a closed bracket is one operand of
// its depth.
//
// INVARIANT: a word or character may be taken as a separator, or as the end of a CASE, only where
// the grammar leaves no other reading; where in doubt it adds depth.
constexpr std::size_t bracket_levels =
    6; // the most that a bracket adds: a window, a WITH, a subquery
constexpr std::size_t bytes_times_levels = std::size_t{1} << 28;
constexpr std::size_t rescans_for_byte = 16;
constexpr std::size_t rescans_at_least = 4096;

enum class word : std::uint8_t {
    plain,
    chained,  // IS, NOT, LIKE: one level each
    between,  // a level, and the next AND belongs to it
    conjunct, // AND, OR: chains of them are flat
    part,     // WHEN, THEN, ELSE: separate the parts of a CASE
    case_open,
    case_end,
    join,
    set_operation,
    block,   // BEGIN (ATOMIC): statements within statements
    control, // IF, LOOP: nest in PL/pgSQL only
};

struct known_word {
    std::string_view text;
    word what;
};

constexpr std::array known_words = {
    known_word{"and", word::conjunct},
    known_word{"or", word::conjunct},
    known_word{"not", word::chained},
    known_word{"is", word::chained},
    known_word{"isnull", word::chained},
    known_word{"notnull", word::chained},
    known_word{"like", word::chained},
    known_word{"ilike", word::chained},
    known_word{"similar", word::chained},
    known_word{"escape", word::chained},
    known_word{"in", word::chained},
    known_word{"collate", word::chained},
    known_word{"at", word::chained},
    known_word{"operator", word::chained},
    known_word{"overlaps", word::chained},
    known_word{"between", word::between},
    known_word{"when", word::part},
    known_word{"then", word::part},
    known_word{"else", word::part},
    known_word{"case", word::case_open},
    known_word{"end", word::case_end},
    known_word{"join", word::join},
    known_word{"union", word::set_operation},
    known_word{"intersect", word::set_operation},
    known_word{"except", word::set_operation},
    known_word{"begin", word::block},
    known_word{"atomic", word::block},
    known_word{"if", word::control},
    known_word{"loop", word::control},
    known_word{"elsif", word::control},
    known_word{"elseif", word::control},
    known_word{"exception", word::control},
};
constexpr std::size_t longest_word = 9;

word word_at(std::string_view text) {
    if (text.size() < 2 || text.size() > longest_word)
        return word::plain;
    std::array<char, longest_word> folded{};
    for (std::size_t i = 0; i < text.size(); ++i)
        folded[i] = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    const std::string_view name(folded.data(), text.size());
    for (const auto& known : known_words)
        if (known.text.size() == name.size() && known.text == name)
            return known.what;
    return word::plain;
}

// What stands between a bracket, or CASE, and its end.
struct bracket {
    bool is_case = false;
    std::size_t chain = 0;          // operators since the last separator of any kind
    std::size_t child = 0;          // the deepest bracket since then
    std::size_t conjuncts = 0;      // the deepest part since the last comma
    std::size_t joins = 0;          // since the last comma: a join's ON holds ANDs
    std::size_t items = 0;          // the deepest item since the last semicolon
    std::size_t set_operations = 0; // since the last semicolon: their SELECTs hold commas
    std::size_t statements = 0;     // the deepest statement
    std::size_t open_betweens = 0;

    void end_conjunct() {
        conjuncts = std::max(conjuncts, chain + child);
        chain = child = 0;
    }
    void end_item() {
        end_conjunct();
        items = std::max(items, joins + conjuncts);
        joins = conjuncts = open_betweens = 0;
    }
    void end_statement() {
        end_item();
        statements = std::max(statements, set_operations + items);
        set_operations = items = 0;
    }
    [[nodiscard]] std::size_t depth() {
        end_statement();
        return statements + bracket_levels;
    }
};

class scan {
public:
    scan(std::string_view text, const limits& caps) : text_(text), caps_(caps) {
        open_.reserve(64);
        open_.emplace_back();
    }

    // What is exceeded; null if nothing is.
    [[nodiscard]] const char* run() {
        while (at_ < text_.size()) {
            const char* excess = token();
            if (excess != nullptr)
                return excess;
        }
        while (open_.size() > 1)
            close();
        const std::size_t depth = open_.front().depth() + blocks_ * bracket_levels;
        if (depth > caps_.max_chain + std::size_t{caps_.max_nesting} * bracket_levels)
            return "the statement chains too many operators";
        if (depth * text_.size() > bytes_times_levels)
            return "the statement is too deep for its length";
        return nullptr;
    }
    // BEGIN, CASE, IF and LOOP, with their ends.
    [[nodiscard]] std::size_t controls() const { return blocks_ + controls_; }

private:
    const char* token() {
        const char c = text_[at_];
        if (lex::is(c, lex::space)) {
            at_ = lex::skip(text_, at_, lex::space);
            return nullptr;
        }
        if (lex::is(c, lex::operator_char))
            return operators();
        const bool after_dot = after_dot_;
        after_dot_ = false;
        if (lex::is(c, lex::identifier_start))
            return name(after_dot);
        if (lex::is(c, lex::digit)) {
            at_ = lex::skip(text_, at_, lex::digit);
            return nullptr;
        }
        bool closed = false;
        switch (c) {
        case '\'':
            string(false);
            return nullptr;
        case '"':
            at_ = lex::skip_quoted(text_, at_ + 1, '"', false, closed);
            return nullptr;
        case '$':
            dollar();
            return nullptr;
        case '(':
        case '[':
            ++at_;
            return push(false);
        case ')':
        case ']':
            ++at_;
            while (open_.size() > 1 && open_.back().is_case)
                close();
            close();
            return nullptr;
        case ',':
            ++at_;
            end_cases();
            open_.back().end_item();
            return nullptr;
        case ';':
            ++at_;
            end_cases();
            open_.back().end_statement();
            return nullptr;
        case ':':
            at_ += text_.substr(at_, 2) == "::" ? std::size_t{2} : std::size_t{1};
            ++open_.back().chain;
            return nullptr;
        case '.':
            after_dot_ = text_.substr(at_, 2) != ".."; // PL/pgSQL: 1..n
            at_ += after_dot_ ? std::size_t{1} : std::size_t{2};
            return nullptr;
        default:
            ++at_;
            return nullptr;
        }
    }

    const char* operators() {
        const std::size_t run = lex::skip(text_, at_, lex::operator_char) - at_;
        const auto pair = text_.substr(at_, 2);
        if (pair == "--") {
            at_ = lex::skip_line_comment(text_, at_);
            return nullptr;
        }
        if (pair == "/*") {
            const auto comment = lex::skip_block_comment(text_, at_);
            rescanned_ += comment.rescanned;
            at_ = comment.end;
            if (comment.deepest > caps_.max_comment_depth)
                return "comments are nested too deeply";
            return rescanned_ > rescans_for_byte * text_.size() + rescans_at_least
                       ? "comments take too long to read"
                       : nullptr;
        }
        after_dot_ = false;
        std::size_t length = 1;
        while (length < run) {
            const auto next = text_.substr(at_ + length, 2);
            if (next == "--" || next == "/*")
                break;
            ++length;
        }
        if (length > caps_.max_operator_run)
            return "an operator is too long";
        rescanned_ += run;
        at_ += length;
        // "+-+-1" is one run, but four operators.
        open_.back().chain += length;
        return nullptr;
    }

    const char* name(bool after_dot) {
        const std::size_t end = lex::skip(text_, at_, lex::identifier_more);
        const auto text = text_.substr(at_, end - at_);
        at_ = end;
        if (text.size() == 1 && (text[0] == 'e' || text[0] == 'E') && end < text_.size() &&
            text_[end] == '\'') {
            string(true);
            return nullptr;
        }
        auto& here = open_.back();
        switch (word_at(text)) {
        case word::plain:
            break;
        case word::chained:
            ++here.chain;
            break;
        case word::between:
            ++here.chain;
            ++here.open_betweens;
            break;
        case word::conjunct:
            if (after_dot) // a column of that name
                break;
            if (here.open_betweens > 0)
                --here.open_betweens;
            else
                here.end_conjunct();
            break;
        case word::part:
            if (!after_dot && here.is_case)
                here.end_conjunct();
            break;
        case word::case_open:
            ++controls_;
            if (!after_dot)
                return push(true);
            break;
        case word::case_end:
            if (!after_dot && here.is_case)
                close();
            break;
        case word::join:
            ++here.joins;
            break;
        case word::set_operation:
            ++here.set_operations;
            break;
        case word::block:
            if (++blocks_ > caps_.max_nesting)
                return "the statement holds too many blocks";
            break;
        case word::control:
            ++controls_;
            break;
        }
        return nullptr;
    }

    void string(bool backslash) {
        bool closed = false;
        at_ = lex::skip_quoted(text_, at_ + 1, '\'', backslash, closed);
        for (std::size_t next = lex::continuation(text_, at_); next != std::string_view::npos;
             next = lex::continuation(text_, at_))
            at_ = lex::skip_quoted(text_, next + 1, '\'', backslash, closed);
    }

    void dollar() {
        bool closed = false;
        const std::size_t delimiter = lex::dollar_delimiter(text_, at_);
        if (delimiter != 0)
            at_ = lex::skip_dollar_quoted(text_, at_, delimiter, closed);
        else
            at_ = lex::skip(text_, at_ + 1, lex::digit);
    }

    const char* push(bool is_case) {
        if (open_.size() > caps_.max_nesting)
            return "the statement is nested too deeply";
        open_.emplace_back().is_case = is_case;
        return nullptr;
    }

    void close() {
        if (open_.size() == 1)
            return; // nothing opened it: the parser will refuse the text
        const std::size_t depth = open_.back().depth();
        open_.pop_back();
        open_.back().child = std::max(open_.back().child, depth);
    }

    // A comma or semicolon cannot stand inside a CASE.
    void end_cases() {
        while (open_.size() > 1 && open_.back().is_case)
            close();
    }

    std::string_view text_;
    const limits& caps_;
    std::size_t at_ = 0;
    std::vector<bracket> open_;
    std::size_t blocks_ = 0;
    std::size_t controls_ = 0;
    std::size_t rescanned_ = 0;
    bool after_dot_ = false;
};

const char* exceeds(std::string_view text, const limits& caps, bool procedural) {
    if (text.size() > caps.max_bytes)
        return "the statement is too long";
    scan reading(text, caps);
    if (const char* excess = reading.run())
        return excess;
    if (procedural && reading.controls() > std::size_t{4} * caps.max_nesting)
        return "the function's body holds too many blocks";
    return nullptr;
}

std::optional<std::string> as_text(const char* excess) {
    return excess == nullptr ? std::nullopt : std::optional<std::string>(excess);
}

} // namespace

std::optional<std::string> exceeds_limits_postgresql(std::string_view text, const limits& caps) {
    return as_text(exceeds(text, caps, false));
}

std::optional<std::string> exceeds_limits_plpgsql(std::string_view body, const limits& caps) {
    return as_text(exceeds(body, caps, true));
}

} // namespace ringfence::sql
