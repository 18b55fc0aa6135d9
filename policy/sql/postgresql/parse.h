// Text -> parse tree, through libpg_query. Owns the tree.
#pragma once

#include "policy/access.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/postgresql/tree.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::postgresql {

// Of the grammar that is built in.
extern const unsigned grammar_major;

// Memory for one tree, given back at once: unpacked trees are deep, and freeing them node by node
// recurses.
class tree_memory {
public:
    explicit tree_memory(std::size_t cap);
    [[nodiscard]] void* take(std::size_t bytes);
    [[nodiscard]] bool exhausted() const { return exhausted_; }

private:
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::byte* next_ = nullptr;
    std::size_t free_ = 0;
    std::size_t next_block_;
    std::size_t left_;
    bool exhausted_ = false;
};

class parsed_text {
public:
    // Runs the pre-scan of limits.h first. Never throws but bad_alloc.
    [[nodiscard]] static std::unique_ptr<parsed_text> parse(std::string_view text, const limits&);

    [[nodiscard]] bool ok() const { return trouble_ == policy::problem::none; }
    [[nodiscard]] policy::problem trouble() const { return trouble_; }
    [[nodiscard]] const std::string& trouble_text() const { return trouble_text_; }
    [[nodiscard]] unsigned trouble_at() const {
        return trouble_at_;
    } // a character, from 1; 0: unknown
    // The parser's own message, which quotes the text; empty: it has none, or a very long one.
    [[nodiscard]] const std::string& trouble_words() const { return trouble_words_; }
    // Pre: ok().
    [[nodiscard]] std::span<PgQuery__RawStmt* const> statements() const;
    [[nodiscard]] std::string_view text() const { return text_; }

private:
    explicit parsed_text(std::string_view text);
    void fail(policy::problem, std::string_view why);

    std::string text_;
    tree_memory memory_;
    const PgQuery__ParseResult* root_ = nullptr;
    policy::problem trouble_ = policy::problem::none;
    std::string trouble_text_;
    unsigned trouble_at_ = 0;
    std::string trouble_words_;
};

// libpg_query's messages quote the statement: everything from the first quotation mark on is cut
// off.
[[nodiscard]] std::string clean_parser_message(std::string_view raw);

} // namespace ringfence::sql::postgresql
