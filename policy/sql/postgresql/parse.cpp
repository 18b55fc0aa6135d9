#include "policy/sql/postgresql/parse.h"

#include "policy/sql/lex.h"
#include "policy/sql/limits.h"

#include <pg_query.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace ringfence::sql::postgresql {

namespace {

// A body can hold thousands of small statements, each with a tree of its own.
constexpr std::size_t first_block = std::size_t{4} * 1024;
constexpr std::size_t largest_block = std::size_t{256} * 1024;
// A tree takes up to some 400 bytes for each byte of text ("1+1+1…").
constexpr std::size_t tree_bytes_for_text = 1024;
constexpr std::size_t tree_bytes_at_least = std::size_t{4} * 1024 * 1024;
constexpr std::size_t longest_message = 160;
constexpr std::size_t longest_words = 4096;

void* allocate(void* memory, std::size_t bytes) {
    return static_cast<tree_memory*>(memory)->take(bytes);
}
void keep(void*, void*) {}

} // namespace

const unsigned grammar_major = PG_VERSION_NUM / 10'000;

tree_memory::tree_memory(std::size_t cap) : next_block_(first_block), left_(cap) {}

void* tree_memory::take(std::size_t bytes) {
    bytes = (bytes + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);
    if (bytes > left_) {
        exhausted_ = true;
        return nullptr;
    }
    if (bytes > free_) {
        const auto size = std::max(bytes, next_block_);
        next_block_ = std::min(next_block_ * 2, largest_block);
        auto block = std::unique_ptr<std::byte[]>(new (std::nothrow) std::byte[size]);
        if (block == nullptr) {
            exhausted_ = true;
            return nullptr;
        }
        next_ = block.get();
        free_ = size;
        blocks_.push_back(std::move(block));
    }
    void* taken = next_;
    next_ += bytes;
    free_ -= bytes;
    left_ -= bytes;
    return taken;
}

std::string clean_parser_message(std::string_view raw) {
    std::string clean;
    for (const char c : raw.substr(0, raw.find_first_of("\"'"))) {
        const auto byte = static_cast<unsigned char>(c);
        clean += byte >= 0x20 && byte < 0x7f ? c : ' ';
        if (clean.size() >= longest_message)
            break;
    }
    while (!clean.empty() && clean.back() == ' ')
        clean.pop_back();
    for (const std::string_view place : {" at or near", " near", " at"})
        if (clean.ends_with(place))
            clean.erase(clean.size() - place.size());
    return clean;
}

namespace {

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// The parser counts the characters of `blanked`; a blank stands for each byte of a comment.
unsigned character_of(std::string_view text, std::string_view blanked, unsigned position) {
    if (position == 0 || text == blanked)
        return position;
    std::size_t at = 0;
    for (unsigned seen = 0; at < blanked.size(); ++at)
        if (starts_character(blanked[at]) && ++seen == position)
            break;
    const auto before = text.substr(0, std::min(at, text.size()));
    return 1 + static_cast<unsigned>(std::count_if(before.begin(), before.end(), starts_character));
}

} // namespace

parsed_text::parsed_text(std::string_view text)
    : text_(text), memory_(tree_bytes_at_least + text.size() * tree_bytes_for_text) {}

void parsed_text::fail(policy::problem what, std::string_view why) {
    trouble_ = what;
    trouble_text_ = why;
}

std::unique_ptr<parsed_text> parsed_text::parse(std::string_view text, const limits& caps) {
    auto parsed = std::unique_ptr<parsed_text>(new parsed_text(text));
    if (text.find('\0') != std::string_view::npos) {
        // libpg_query would read up to it only.
        parsed->fail(policy::problem::syntax, "a zero byte in the statement");
        return parsed;
    }
    if (const auto excess = exceeds_limits_postgresql(text, caps)) {
        parsed->fail(policy::problem::limit, *excess);
        return parsed;
    }
    auto result = pg_query_parse_protobuf(parsed->text_.c_str());
    if (result.error != nullptr) {
        // Between words that its scanner reads as one (NOT IN, NULLS FIRST), this parser stumbles
        // over a comment, which the server does not see.
        if (auto blanked = lex::without_comments(text)) {
            pg_query_free_protobuf_parse_result(result);
            parsed->text_ = std::move(*blanked);
            result = pg_query_parse_protobuf(parsed->text_.c_str());
        }
    }
    if (result.error != nullptr) {
        parsed->fail(
            policy::problem::syntax,
            clean_parser_message(result.error->message != nullptr ? result.error->message : ""));
        if (result.error->message != nullptr && std::strlen(result.error->message) <= longest_words)
            parsed->trouble_words_ = result.error->message;
        parsed->trouble_at_ = character_of(
            text, parsed->text_, static_cast<unsigned>(std::max(0, result.error->cursorpos)));
    } else {
        ProtobufCAllocator allocator{allocate, keep, &parsed->memory_};
        parsed->root_ = pg_query__parse_result__unpack(
            &allocator, result.parse_tree.len,
            reinterpret_cast<const std::uint8_t*>(result.parse_tree.data));
        if (parsed->root_ == nullptr) {
            if (parsed->memory_.exhausted())
                parsed->fail(policy::problem::limit, "the parse tree takes too much memory");
            else
                parsed->fail(policy::problem::internal_error, "the parse tree cannot be read");
        }
    }
    pg_query_free_protobuf_parse_result(result);
    return parsed;
}

std::span<PgQuery__RawStmt* const> parsed_text::statements() const {
    return {root_->stmts, root_->n_stmts};
}

} // namespace ringfence::sql::postgresql
