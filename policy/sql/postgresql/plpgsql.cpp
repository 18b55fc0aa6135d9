#include "policy/sql/postgresql/plpgsql.h"

#include "policy/sql/postgresql/tokens.h"

#include <algorithm>
#include <initializer_list>

namespace ringfence::sql::postgresql {

namespace {

using piece = body_piece::kind;

// Reads statement after statement; what is open is on a stack of its own, so bodies may nest as
// they like.
class reader {
public:
    reader(std::string_view body, const std::vector<token>& tokens)
        : body_(body), tokens_(tokens) {}

    body_pieces read() {
        while (at().is("#"))
            skip(3); // #variable_conflict use_column
        block_start();
        while (result_.trouble.empty() && !(open_.empty() && started_))
            statement();
        if (at().is(";"))
            skip(1);
        if (result_.trouble.empty() && !at_end())
            trouble("something after the last END");
        return std::move(result_);
    }

private:
    enum class nest { block, handlers, branch, cases, loop };
    using words = std::initializer_list<std::string_view>;

    static const token& nothing() {
        static const token none{token::kind::symbol, 0, 0, {}};
        return none;
    }
    [[nodiscard]] const token& at(std::size_t ahead = 0) const {
        return next_ + ahead < tokens_.size() ? tokens_[next_ + ahead] : nothing();
    }
    [[nodiscard]] bool at_end() const { return next_ >= tokens_.size(); }
    void skip(std::size_t count) { next_ = std::min(next_ + count, tokens_.size()); }
    bool take(std::string_view word) {
        if (!at().is_word(word) && !at().is(word))
            return false;
        skip(1);
        return true;
    }
    void trouble(std::string_view why) {
        if (result_.trouble.empty())
            result_.trouble = "PL/pgSQL: " + std::string(why);
    }
    void need(std::string_view what) {
        if (!take(what))
            trouble("expected " + std::string(what));
    }
    void add(piece what, std::string text) { result_.pieces.push_back({what, std::move(text)}); }

    [[nodiscard]] std::string text(std::size_t from, std::size_t to) const { // of tokens [from, to)
        if (from >= to || to > tokens_.size())
            return {};
        const auto start = tokens_[from].start;
        return std::string(body_.substr(start, tokens_[to - 1].end - start));
    }

    // The index of the first of `ends` outside parentheses, from here on; trouble if a `;` or the
    // end comes first.
    [[nodiscard]] std::size_t find(words ends) {
        int depth = 0;
        for (auto i = next_; i < tokens_.size(); ++i) {
            const auto& t = tokens_[i];
            if (depth == 0)
                for (const auto end : ends)
                    if (t.is(end) || t.is_word(end))
                        return i;
            if (t.is(";"))
                break;
            if (t.is("(") || t.is("["))
                ++depth;
            if ((t.is(")") || t.is("]")) && --depth < 0)
                break;
        }
        trouble("an expression without its end");
        return tokens_.size();
    }

    // An expression up to one of `ends`, which stays.
    void expression(words ends, piece what = piece::expression) {
        const auto end = find(ends);
        if (!result_.trouble.empty())
            return;
        if (end == next_)
            return trouble("an expression is missing");
        add(what, text(next_, end));
        next_ = end;
    }

    void block_start() {
        label();
        started_ = true;
        open_.push_back(nest::block);
        if (take("declare"))
            while (result_.trouble.empty() && !at().is_word("begin"))
                declaration();
        need("begin");
    }

    void label() {
        if (!at().is("<<"))
            return;
        skip(2);
        need(">>");
    }

    void type(words ends) {
        const auto end = find(ends);
        if (!result_.trouble.empty())
            return;
        if (end == next_)
            return trouble("a type is missing");
        for (auto i = next_; i + 1 < end; ++i) {
            const bool row = tokens_[i + 1].is_word("rowtype");
            if (!tokens_[i].is("%") || (!row && !tokens_[i + 1].is_word("type")))
                continue;
            add(row ? piece::row_type : piece::column_type, text(next_, i));
            next_ = end;
            return;
        }
        add(piece::expression, "NULL::" + text(next_, end));
        next_ = end;
    }

    void declaration() {
        if (at_end())
            return trouble("BEGIN is missing");
        if (take("declare"))
            return;
        if (at().is("<<"))
            return label();
        if (!at().is_name())
            return trouble("a declaration without a name");
        skip(1);
        if (take("alias")) {
            next_ = find({";"});
            return need(";");
        }
        const bool no_scroll = at().is_word("no") && at(1).is_word("scroll");
        const bool scroll = at().is_word("scroll");
        if (no_scroll || scroll || at().is_word("cursor")) {
            skip(no_scroll ? 2 : scroll ? 1 : 0);
            need("cursor");
            if (take("(")) {
                while (result_.trouble.empty()) {
                    if (!at().is_name())
                        return trouble("a cursor argument without a name");
                    skip(1);
                    type({",", ")"});
                    if (take(")"))
                        break;
                    need(",");
                }
            }
            if (!take("for"))
                need("is");
            expression({";"}, piece::statement);
            return need(";");
        }
        (void)take("constant");
        type({";", ":=", "=", "default", "not", "collate"});
        if (take("collate")) {
            const auto from = next_;
            next_ = find({";", ":=", "=", "default", "not"});
            add(piece::expression, "''::text COLLATE " + text(from, next_));
        }
        if (take("not"))
            need("null");
        if (take(":=") || take("=") || take("default"))
            expression({";"});
        need(";");
    }

    void statement() {
        const auto& first = at();
        if (at_end())
            return trouble("END is missing");
        const auto& second = at(1);
        if (first.is("<<") || first.is_word("declare") || first.is_word("begin"))
            return opening();
        const bool assigns = first.what == token::kind::parameter || second.is(":=") ||
                             second.is("=") || second.is("[") || second.is(".");
        if ((first.is_name() || first.what == token::kind::parameter) && assigns)
            return assignment();
        if (first.what != token::kind::word) {
            if (first.is("("))
                return sql(); // (SELECT …) UNION …
            return trouble("a statement that starts with no word");
        }
        if (control() || flow() || cursors() || small())
            return;
        sql();
    }

    void opening() { // a block, or a loop with a label
        if (!at().is("<<"))
            return block_start();
        const auto& after = at(3);
        if (after.is_word("declare") || after.is_word("begin"))
            return block_start();
        label();
    }

    bool control() {
        if (take("if")) {
            open_.push_back(nest::branch);
            expression({"then"});
        } else if (inside(nest::branch) && (take("elsif") || take("elseif"))) {
            expression({"then"});
        } else if ((inside(nest::branch) || inside(nest::cases)) && take("else")) {
            return true;
        } else if (take("case")) {
            open_.push_back(nest::cases);
            if (!at().is_word("when"))
                expression({"when"});
            return true;
        } else if (inside(nest::cases) && take("when")) {
            expression({"then"});
        } else if (inside(nest::block) && take("exception")) {
            open_.back() = nest::handlers;
            return true;
        } else if (inside(nest::handlers) && take("when")) {
            next_ = find({"then"}); // names of conditions, and no SQL
        } else if (at().is_word("end")) {
            end();
            return true;
        } else {
            return loop();
        }
        need("then");
        return true;
    }

    void end() {
        skip(1);
        const bool block = inside(nest::block) || inside(nest::handlers);
        if (take("if")) {
            if (!inside(nest::branch))
                return trouble("END IF without IF");
        } else if (take("case")) {
            if (!inside(nest::cases))
                return trouble("END CASE without CASE");
        } else if (take("loop")) {
            if (!inside(nest::loop))
                return trouble("END LOOP without LOOP");
            if (at().is_name())
                skip(1);
        } else {
            if (!block)
                return trouble("END does not close what is open");
            if (at().is_name())
                skip(1);
        }
        open_.pop_back();
        if (!open_.empty())
            need(";");
    }

    bool loop() {
        if (take("loop")) {
            open_.push_back(nest::loop);
            return true;
        }
        if (take("while")) {
            expression({"loop"});
        } else if (take("foreach")) {
            next_ = find({"in"});
            need("in");
            need("array");
            expression({"loop"});
        } else if (take("for")) {
            next_ = find({"in"});
            need("in");
            for_source();
        } else {
            return false;
        }
        need("loop");
        open_.push_back(nest::loop);
        return true;
    }

    void for_source() {
        if (at().is_word("execute")) {
            skip(1);
            return dynamic({"loop"});
        }
        const auto end = find({"loop"});
        if (!result_.trouble.empty())
            return;
        int depth = 0;
        for (auto i = next_; i < end; ++i) {
            const auto& t = tokens_[i];
            depth += t.is("(") || t.is("[") ? 1 : t.is(")") || t.is("]") ? -1 : 0;
            if (depth != 0 || !t.is(".."))
                continue;
            (void)take("reverse");
            expression({".."});
            skip(1);
            expression({"by", "loop"});
            if (take("by"))
                expression({"loop"});
            return;
        }
        if (at().is_name() && next_ + 1 == end) { // a cursor
            next_ = end;
        } else if (at().is_name() && at(1).is("(") && !starts_query(at())) {
            skip(1);
            arguments();
        } else {
            expression({"loop"}, piece::statement);
        }
    }

    static bool starts_query(const token& t) {
        const words starts{"select", "with",   "values", "table",   "insert",
                           "update", "delete", "merge",  "explain", "show"};
        return std::any_of(starts.begin(), starts.end(),
                           [&](std::string_view w) { return t.is_word(w); });
    }

    // Arguments of a cursor, perhaps by name, as those of a function that takes anything.
    void arguments() {
        const auto from = next_;
        skip(1);
        const auto close = find({")"});
        next_ = close;
        need(")");
        if (close > from + 1)
            add(piece::expression, "pg_catalog.concat" + text(from, next_));
    }

    // EXECUTE … up to `ends`, with INTO and USING in any order.
    void dynamic(words ends) {
        const bool in_loop = *ends.begin() == "loop";
        const auto until = [&](std::initializer_list<std::string_view> more, piece what) {
            in_loop ? expression({"loop", "using", "into"}, what) : expression(more, what);
        };
        until({"into", "using", ";"}, piece::dynamic);
        while (result_.trouble.empty() && (at().is_word("into") || at().is_word("using"))) {
            if (take("into"))
                into_target();
            else {
                skip(1);
                until({"into", ";"}, piece::expression);
            }
        }
    }

    void into_target() {
        (void)take("strict");
        do {
            if (!at().is_name() && at().what != token::kind::parameter)
                return trouble("INTO without a variable");
            skip(1);
            while (at().is("."))
                skip(2);
        } while (result_.trouble.empty() && take(","));
    }

    bool flow() {
        if (take("return")) {
            if (take("next")) {
                if (!at().is(";"))
                    expression({";"});
            } else if (take("query")) {
                if (take("execute"))
                    dynamic({";"});
                else
                    expression({";"}, piece::statement);
            } else if (!at().is(";")) {
                expression({";"});
            }
        } else if (take("exit") || take("continue")) {
            if (at().is_name() && !at().is_word("when"))
                skip(1);
            if (take("when"))
                expression({";"});
        } else if (take("execute")) {
            dynamic({";"});
        } else if (take("perform")) {
            expression({";"});
        } else if (take("assert")) {
            expression({";"});
        } else if (take("raise")) {
            raise();
        } else {
            return false;
        }
        need(";");
        return true;
    }

    void raise() {
        for (const auto* level : {"debug", "log", "info", "notice", "warning", "exception"})
            if (take(level))
                break;
        if (at().what == token::kind::string) {
            skip(1);
            while (result_.trouble.empty() && take(","))
                expression({",", "using", ";"});
        } else if (take("sqlstate")) {
            skip(1);
        } else if (at().is_name() && !at().is_word("using")) {
            skip(1);
        }
        if (!take("using"))
            return;
        do {
            if (!at().is_name())
                return trouble("RAISE USING without an option");
            skip(1);
            if (!take("="))
                need(":=");
            expression({",", ";"});
        } while (result_.trouble.empty() && take(","));
    }

    bool cursors() {
        if (take("open")) {
            if (!at().is_name()) {
                trouble("OPEN without a cursor");
                return true;
            }
            skip(1);
            if (at().is("(")) {
                arguments();
            } else if (!at().is(";")) {
                (void)take("no");
                (void)take("scroll");
                need("for");
                if (take("execute"))
                    dynamic({";"});
                else
                    expression({";"}, piece::statement);
            }
        } else if (at().is_word("fetch") || at().is_word("move") || at().is_word("close") ||
                   at().is_word("get")) {
            const auto end = find({";"});
            for (; next_ < end; ++next_)
                if (at().is("("))
                    trouble("an expression where a cursor or an item is expected");
        } else {
            return false;
        }
        need(";");
        return true;
    }

    bool small() {
        if (at().is_word("null") && at(1).is(";")) {
            skip(2);
            return true;
        }
        if (!at().is_word("commit") && !at().is_word("rollback"))
            return false;
        next_ = find({";"});
        need(";");
        return true;
    }

    void assignment() {
        // The target: name.name[index] …
        skip(1);
        while (result_.trouble.empty() && !at().is(":=") && !at().is("=")) {
            if (take(".")) {
                skip(1);
            } else if (take("[")) {
                if (at().is(":"))
                    skip(1);
                if (!at().is("]"))
                    expression({":", "]"});
                if (take(":") && !at().is("]"))
                    expression({"]"});
                need("]");
            } else {
                return trouble("an assignment to something else than a variable");
            }
        }
        skip(1);
        expression({";"});
        need(";");
    }

    // A statement of SQL, up to its semicolon; its INTO names variables and is cut out.
    void sql() {
        const auto from = next_;
        auto end = tokens_.size();
        auto into = end;
        auto after = end;
        int depth = 0;
        for (auto i = from; i < tokens_.size(); ++i) {
            const auto& t = tokens_[i];
            if (t.is(";")) {
                end = i;
                break;
            }
            if (t.is("("))
                ++depth;
            if (t.is(")"))
                --depth;
            if (!t.is_word("into"))
                continue;
            const bool of_sql =
                i > from && (tokens_[i - 1].is_word("insert") || tokens_[i - 1].is_word("merge"));
            if (of_sql || tokens_[from].is_word("import"))
                continue;
            if (into != tokens_.size())
                return trouble("INTO twice");
            into = i;
            next_ = i + 1;
            into_target();
            after = next_;
            i = after - 1;
        }
        next_ = end;
        if (depth != 0 || at_end())
            return trouble("a statement without its end");
        if (into != tokens_.size())
            add(piece::statement, text(from, into) + " " + text(after, end));
        else
            add(piece::statement, text(from, end));
        skip(1);
    }

    [[nodiscard]] bool inside(nest n) const { return !open_.empty() && open_.back() == n; }

    std::string_view body_;
    const std::vector<token>& tokens_;
    std::size_t next_ = 0;
    std::vector<nest> open_;
    bool started_ = false;
    body_pieces result_;
};

} // namespace

body_pieces cut_plpgsql(std::string_view body) {
    const auto tokens = cut(body);
    if (!tokens)
        return {{}, "PL/pgSQL: a string or comment without its end"};
    return reader(body, *tokens).read();
}

} // namespace ringfence::sql::postgresql
