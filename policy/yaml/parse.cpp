#include "policy/text.h"
#include "policy/yaml/node.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_set>

namespace ringfence::policy::yaml {

namespace {

position where(const YAML::Mark& mark) {
    return mark.is_null() ? position{} : position{mark.line + 1, mark.column + 1};
}

struct refused { // thrown through yaml-cpp's parser, caught in parse()
    std::string_view rule;
    position at;
    std::string_view message;
};

// Builds the tree from events: the parser's own tree would follow aliases, accept duplicates and
// forget places.
class builder final : public YAML::EventHandler {
public:
    explicit builder(report& out) : out_(out) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ != 0)
            throw refused{"yaml-feature", where(mark), "a second document in the file"};
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check(mark, "?", anchor);
        value(leaf(node::kind::null, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw refused{"yaml-feature", where(mark), "aliases are not allowed; write the value out"};
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        check(mark, tag, anchor);
        node n = leaf(node::kind::scalar, mark);
        n.text = text;
        n.quoted = tag == "!";
        value(std::move(n));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(node::kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(node::kind::mapping, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

    std::optional<node> take() { return std::move(root_); }

private:
    struct level {
        node container;
        std::unordered_set<std::string> keys;
        bool key_pending = false; // a key has been read, its value has not
        bool duplicate = false;   // … and the value is to be dropped
        std::string key;
        position key_at;
    };

    static node leaf(node::kind what, const YAML::Mark& mark) {
        node n;
        n.what = what;
        n.at = where(mark);
        return n;
    }

    void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (++nodes_ > max_nodes)
            throw refused{"too-large", where(mark), "too many values in one file"};
        if (anchor != 0)
            throw refused{"yaml-feature", where(mark), "anchors are not allowed"};
        if (!tag.empty() && tag != "?" && tag != "!")
            throw refused{"yaml-feature", where(mark), "tags are not allowed"};
    }

    void open(node::kind what, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        check(mark, tag, anchor);
        if (stack_.size() >= max_depth)
            throw refused{"too-deep", where(mark), "nested too deeply"};
        if (!stack_.empty() && wants_key(stack_.back()))
            throw refused{"yaml-feature", where(mark), "a key must be a plain name"};
        stack_.emplace_back();
        stack_.back().container = leaf(what, mark);
    }

    void close() {
        node done = std::move(stack_.back().container);
        stack_.pop_back();
        value(std::move(done));
    }

    static bool wants_key(const level& l) {
        return l.container.is(node::kind::mapping) && !l.key_pending;
    }

    void value(node n) {
        if (stack_.empty()) {
            root_ = std::move(n);
            return;
        }
        level& top = stack_.back();
        if (top.container.is(node::kind::sequence)) {
            top.container.items.push_back(std::move(n));
        } else if (!top.key_pending) {
            key(top, std::move(n));
        } else {
            if (n.is(node::kind::null))
                n.at = top.key_at; // nothing has no place of its own
            if (!top.duplicate)
                top.container.entries.push_back({std::move(top.key), top.key_at, std::move(n)});
            top.key_pending = false;
        }
    }

    void key(level& top, node n) {
        if (n.is(node::kind::null))
            throw refused{"yaml-feature", n.at, "an empty key"};
        top.key_pending = true;
        top.duplicate = !top.keys.insert(n.text).second;
        top.key_at = n.at;
        if (top.duplicate)
            out_.error("duplicate-key", n.at,
                       out_.secret() ? std::string("duplicate key")
                                     : "duplicate key '" + printable(n.text) + "'");
        top.key = std::move(n.text);
    }

    report& out_;
    std::vector<level> stack_;
    std::optional<node> root_;
    std::size_t nodes_ = 0;
    unsigned documents_ = 0;
};

// What yaml-cpp must not be given: other encodings, control bytes (both are ways to show a reviewer
// something other than what is loaded), and nesting, which it queues up in memory before it tells
// us.
bool fit_for_parser(std::string_view text, report& out) {
    if (text.size() > max_bytes) {
        out.error("too-large", {}, "the file is larger than 1 MiB");
        return false;
    }
    position at{1, 1};
    std::size_t open = 0;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text.front();
        const bool newline = c == '\n';
        const bool fine = length > 1 || newline || c == '\t' || c == '\r' ||
                          (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
        if (length == 0 || !fine) {
            out.error("bad-encoding", at, "the file is not UTF-8 text without control characters");
            return false;
        }
        if (c == '[' || c == '{')
            ++open;
        else if ((c == ']' || c == '}') && open > 0)
            --open;
        if (open > 8 * max_depth) { // brackets inside quoted texts count too, hence the slack
            out.error("too-deep", at, "nested too deeply");
            return false;
        }
        at.line += newline ? 1 : 0;
        at.column = newline ? 1 : at.column + 1;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace

std::string_view node::kind_name() const {
    switch (what) {
    case kind::null:
        return "empty";
    case kind::scalar:
        return "a single value";
    case kind::sequence:
        return "a list";
    case kind::mapping:
        return "a mapping";
    }
    return "unknown";
}

std::optional<node> parse(std::string_view text, report& out) {
    if (!fit_for_parser(text, out))
        return std::nullopt;
    builder events(out);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(events)) {
        }
    } catch (const refused& r) {
        out.error(r.rule, r.at, std::string(r.message));
        return std::nullopt;
    } catch (const YAML::Exception& e) {
        out.error("yaml-syntax", where(e.mark),
                  out.secret() ? std::string("not valid YAML; are texts with special characters "
                                             "in quotes?")
                               : "not valid YAML: " + printable(e.msg, 200));
        return std::nullopt;
    } catch (const std::exception&) {
        out.error("yaml-syntax", {}, "not valid YAML");
        return std::nullopt;
    }
    auto root = events.take();
    if (!root || root->is(node::kind::null)) {
        out.error("empty-file", {}, "the file is empty");
        return std::nullopt;
    }
    return root;
}

} // namespace ringfence::policy::yaml
