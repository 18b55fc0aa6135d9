// Which rows of information_schema a query block can see: those of the schemas that its conditions
// name. See catalogue.h.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"

#include <algorithm>
#include <set>

namespace ringfence::sql::mysql {

using policy::action;

namespace {

struct column_of {
    std::string table; // empty: not qualified
    std::string column;
};

// One thing that holds for every row.
struct fact {
    column_of left;
    std::optional<column_of> right;   // equal to this column …
    std::vector<std::string> schemas; // … or to one of these
    std::size_t first_source;
    std::size_t last_source;
};

constexpr std::size_t most_facts = 200;

} // namespace

// Takes a condition apart at the ANDs that are not inside anything.
class parser::conjuncts {
public:
    conjuncts(const parser& p, const condition& c) : p_(p), where_(c) {}

    std::vector<fact> run() {
        split(where_.begin, where_.end);
        return std::move(facts_);
    }

private:
    [[nodiscard]] const token& tok(std::size_t i) const { return p_.lexed_.tokens[i]; }
    [[nodiscard]] bool is(std::size_t i, word w) const {
        return tok(i).kind == token_kind::word && tok(i).what == w.id();
    }
    [[nodiscard]] bool is(std::size_t i, std::uint16_t symbol_id) const {
        return tok(i).kind == token_kind::symbol && tok(i).what == symbol_id;
    }

    void split(std::size_t begin, std::size_t end) {
        while (end > begin + 1 && is(begin, '(') && p_.closing(begin) == end - 1) {
            ++begin;
            --end;
        }
        std::vector<std::pair<std::size_t, std::size_t>> parts;
        std::size_t start = begin;
        int depth = 0;
        int between = 0;
        for (auto i = begin; i < end; ++i) {
            if (is(i, '(') || is(i, "CASE"))
                ++depth;
            else if (is(i, ')') || is(i, "END"))
                --depth;
            if (depth > 0)
                continue;
            if (is(i, "OR") || is(i, "XOR") || is(i, symbol::bars) || is(i, symbol::assign))
                return;
            if (is(i, "BETWEEN"))
                ++between;
            if (!is(i, "AND") && !is(i, symbol::ampersands))
                continue;
            if (between > 0) {
                --between;
                continue;
            }
            parts.emplace_back(start, i);
            start = i + 1;
        }
        if (parts.empty())
            return single(begin, end);
        parts.emplace_back(start, end);
        for (const auto& [from, to] : parts)
            split(from, to);
    }

    std::optional<column_of> column(std::size_t& i, std::size_t end) const {
        std::vector<std::string> names;
        while (i < end && (tok(i).kind == token_kind::word || tok(i).kind == token_kind::name ||
                           tok(i).kind == token_kind::quoted_name)) {
            names.push_back(name_of(p_.text_, tok(i)));
            ++i;
            if (i >= end || !is(i, '.'))
                break;
            ++i;
        }
        if (names.empty() || names.size() > 3 || (i < end && is(i, '(')))
            return std::nullopt;
        return column_of{names.size() > 1 ? names[names.size() - 2] : "", names.back()};
    }

    // A literal, DATABASE() or SCHEMA().
    std::optional<std::string> constant(std::size_t& i, std::size_t end) const {
        if (i < end && tok(i).kind == token_kind::string) {
            if (i + 1 < end && tok(i + 1).kind == token_kind::string)
                return std::nullopt;
            return string_of(p_.text_, tok(i++), p_.scope_.mode);
        }
        if (i + 2 < end && (is(i, "DATABASE") || is(i, "SCHEMA")) && is(i + 1, '(') &&
            is(i + 2, ')')) {
            i += 3;
            return p_.current_;
        }
        return std::nullopt;
    }

    void single(std::size_t begin, std::size_t end) {
        fact f{.left = {},
               .right = {},
               .schemas = {},
               .first_source = where_.first_source,
               .last_source = where_.last_source};
        auto i = begin;
        auto value = constant(i, end);
        if (value) { // 'x' = column
            if (i >= end || !is(i++, '='))
                return;
            const auto named = column(i, end);
            if (!named || i != end)
                return;
            f.left = *named;
            f.schemas = {*value};
            facts_.push_back(std::move(f));
            return;
        }
        const auto named = column(i, end);
        if (!named || i >= end)
            return;
        f.left = *named;
        if (is(i, "IN") && i + 1 < end && is(i + 1, '(')) {
            i += 2;
            while (true) {
                value = constant(i, end);
                if (!value || i >= end)
                    return;
                f.schemas.push_back(*value);
                if (is(i, ')'))
                    break;
                if (!is(i++, ','))
                    return;
            }
            if (++i != end)
                return;
        } else if (is(i, "LIKE")) {
            value = constant(++i, end);
            if (!value || i != end || value->find_first_of("%_\\") != std::string::npos)
                return;
            f.schemas = {*value};
        } else if (is(i, '=')) {
            value = constant(++i, end);
            if (value) {
                f.schemas = {*value};
            } else {
                f.right = column(i, end);
                if (!f.right)
                    return;
            }
            if (i != end)
                return;
        } else {
            return;
        }
        facts_.push_back(std::move(f));
    }

    const parser& p_;
    const condition& where_;
    std::vector<fact> facts_;
};

void parser::restrict_metadata(int level) {
    if (failed() || metadata_.empty())
        return;
    literal_mattered();
    result_.depends_on_path = true; // DATABASE()
    std::vector<fact> facts;
    for (const auto& c : conditions_)
        if (c.level == level)
            for (auto& f : conjuncts(*this, c).run())
                facts.push_back(std::move(f));
    if (facts.size() > most_facts)
        facts.clear();
    const auto& sources = names_.at(level).sources;
    std::set<std::size_t> open; // indexes of metadata_ of this level
    for (std::size_t i = 0; i < metadata_.size(); ++i)
        if (metadata_[i].level == level)
            open.insert(i);
    const auto means = [&](const metadata_use& m, const column_of& c) {
        if (m.source >= sources.size())
            return false;
        const auto& columns = m.rule->schema_columns;
        return (c.table.empty() || sources[m.source].name == c.table) &&
               std::any_of(columns.begin(), columns.end(), [&](std::string_view s) {
                   return !s.empty() && equal_ignoring_case(s, c.column);
               });
    };
    const auto restricts = [&](const fact& f, const metadata_use& m) {
        return m.source >= f.first_source && m.source < f.last_source;
    };
    // Rows that equal rows that are bounded are bounded, too.
    std::set<std::size_t> bounded;
    for (bool more = true; more;) {
        more = false;
        for (const auto i : open) {
            const auto& m = metadata_[i];
            if (bounded.contains(i))
                continue;
            for (const auto& f : facts) {
                if (!restricts(f, m))
                    continue;
                const auto by_column = [&](const column_of& mine, const column_of& other) {
                    return !mine.table.empty() && !other.table.empty() && means(m, mine) &&
                           std::any_of(bounded.begin(), bounded.end(),
                                       [&](std::size_t b) { return means(metadata_[b], other); });
                };
                const bool by_value = !f.right && means(m, f.left);
                if (!by_value &&
                    !(f.right && (by_column(f.left, *f.right) || by_column(*f.right, f.left))))
                    continue;
                for (const auto& s : f.schemas)
                    if (!s.empty())
                        schema(action::read, s);
                bounded.insert(i);
                more = true;
                break;
            }
        }
    }
    for (const auto i : open)
        if (!bounded.contains(i))
            facility("information_schema of others");
    metadata_.erase(std::remove_if(metadata_.begin(), metadata_.end(),
                                   [&](const metadata_use& m) { return m.level == level; }),
                    metadata_.end());
}

} // namespace ringfence::sql::mysql
