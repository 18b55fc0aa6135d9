#include "policy/yaml/reader.h"

#include "policy/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>

namespace ringfence::policy::yaml {

namespace {

void wrong(const node& n, std::string_view what, std::string_view wanted, report& out) {
    if (n.is(node::kind::scalar) && !out.secret())
        out.error("wrong-type", n.at,
                  fmt::format("'{}' must be {}, not '{}'", what, wanted, printable(n.text, 64)));
    else
        out.error("wrong-type", n.at,
                  fmt::format("'{}' must be {}, but is {}", what, wanted, n.kind_name()));
}

std::string listed(std::span<const std::string_view> names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

object_reader::object_reader(const node& n, std::string_view what,
                             std::span<const std::string_view> known, report& out)
    : node_(n), out_(out), mapping_(expect(n, node::kind::mapping, what, out)) {
    for (const auto& entry : node_.entries)
        if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
            const auto hint = did_you_mean(entry.key, known);
            // `password:secret`, without the space, is a key.
            const auto name = out_.secret() ? std::string() : " '" + printable(entry.key, 64) + "'";
            out_.error("unknown-key", entry.at,
                       fmt::format("unknown key{} in {}{}", name, what,
                                   hint.empty() ? "; known keys: " + listed(known) : hint));
        }
}

const node* object_reader::find(std::string_view key) const {
    for (const auto& entry : node_.entries)
        if (entry.key == key)
            return &entry.value;
    return nullptr;
}

const node* object_reader::need(std::string_view key) const {
    const node* found = find(key);
    if (found == nullptr && mapping_)
        out_.error("missing-key", node_.at, fmt::format("missing key '{}'", key));
    return found;
}

position object_reader::at(std::string_view key) const {
    const node* found = find(key);
    return found != nullptr ? found->at : node_.at;
}

std::string object_reader::text(std::string_view key, std::string_view fallback) const {
    const node* n = find(key);
    auto value = n == nullptr ? std::nullopt : read_text(*n, key, out_);
    return value ? std::move(*value) : std::string(fallback);
}

std::string object_reader::need_text(std::string_view key) const {
    const node* n = need(key);
    return n == nullptr ? std::string() : read_text(*n, key, out_).value_or("");
}

bool object_reader::boolean(std::string_view key, bool fallback) const {
    const node* n = find(key);
    return n == nullptr ? fallback : read_boolean(*n, key, out_).value_or(fallback);
}

std::uint64_t object_reader::number(std::string_view key, std::uint64_t fallback,
                                    std::uint64_t lowest, std::uint64_t highest) const {
    const node* n = find(key);
    return n == nullptr ? fallback : read_number(*n, key, lowest, highest, out_).value_or(fallback);
}

std::chrono::milliseconds object_reader::duration(std::string_view key,
                                                  std::chrono::milliseconds fallback) const {
    const node* n = find(key);
    return n == nullptr ? fallback : read_duration(*n, key, out_).value_or(fallback);
}

std::vector<std::string> object_reader::texts(std::string_view key) const {
    const node* n = find(key);
    return n == nullptr ? std::vector<std::string>() : read_texts(*n, key, out_);
}

std::size_t object_reader::choice(std::string_view key, std::span<const std::string_view> allowed,
                                  std::size_t fallback) const {
    const node* n = find(key);
    return n == nullptr ? fallback : read_choice(*n, key, allowed, out_).value_or(fallback);
}

bool expect(const node& n, node::kind wanted, std::string_view what, report& out) {
    if (n.is(wanted))
        return true;
    node example;
    example.what = wanted;
    wrong(n, what, example.kind_name(), out);
    return false;
}

std::optional<std::string> read_text(const node& n, std::string_view what, report& out) {
    if (!n.is(node::kind::scalar) || n.text.empty()) {
        wrong(n, what, "a text", out);
        return std::nullopt;
    }
    // A double-quoted value may hold escapes of what the file itself may not hold.
    if (n.text.size() > max_text_bytes || printable(n.text, max_text_bytes) != n.text) {
        out.error(
            "bad-text", n.at,
            fmt::format("'{}' must be one line of at most {} bytes, without control characters",
                        what, max_text_bytes));
        return std::nullopt;
    }
    return n.text;
}

std::optional<bool> read_boolean(const node& n, std::string_view what, report& out) {
    if (n.is(node::kind::scalar) && !n.quoted && (n.text == "true" || n.text == "false"))
        return n.text == "true";
    wrong(n, what, "true or false", out);
    return std::nullopt;
}

std::optional<std::uint64_t> read_number(const node& n, std::string_view what, std::uint64_t lowest,
                                         std::uint64_t highest, report& out) {
    std::uint64_t value = 0;
    const char* end = n.text.data() + n.text.size();
    const auto [stop, error] = std::from_chars(n.text.data(), end, value);
    if (!n.is(node::kind::scalar) || n.quoted || n.text.empty() || error != std::errc{} ||
        stop != end || value < lowest || value > highest) {
        wrong(n, what, fmt::format("a number from {} to {}", lowest, highest), out);
        return std::nullopt;
    }
    return value;
}

std::optional<std::chrono::milliseconds> read_duration(const node& n, std::string_view what,
                                                       report& out) {
    const auto value = n.is(node::kind::scalar) ? parse_duration(n.text) : std::nullopt;
    if (!value)
        wrong(n, what, "a duration such as 500ms, 5s, 2m or 1h (at most 24h)", out);
    return value;
}

std::optional<date> read_date(const node& n, std::string_view what, report& out) {
    const auto value = n.is(node::kind::scalar) ? parse_date(n.text) : std::nullopt;
    if (!value)
        wrong(n, what, "a date as YYYY-MM-DD", out);
    return value;
}

std::optional<std::size_t> read_choice(const node& n, std::string_view what,
                                       std::span<const std::string_view> allowed, report& out) {
    if (n.is(node::kind::scalar)) {
        const auto found = std::find(allowed.begin(), allowed.end(), n.text);
        if (found != allowed.end())
            return static_cast<std::size_t>(found - allowed.begin());
        out.error("wrong-value", n.at,
                  fmt::format("'{}' must be one of {}, not '{}'{}", what, listed(allowed),
                              printable(n.text, 64), did_you_mean(n.text, allowed)));
        return std::nullopt;
    }
    wrong(n, what, "one of " + listed(allowed), out);
    return std::nullopt;
}

std::vector<std::string> read_texts(const node& n, std::string_view what, report& out) {
    std::vector<std::string> values;
    if (!expect(n, node::kind::sequence, what, out))
        return values;
    if (n.items.empty())
        out.error("wrong-type", n.at, fmt::format("'{}' must not be an empty list", what));
    for (const auto& item : n.items) {
        auto value = read_text(item, what, out);
        if (!value)
            continue;
        if (std::find(values.begin(), values.end(), *value) != values.end())
            out.error("duplicate-value", item.at,
                      fmt::format("'{}' names '{}' twice", what, printable(*value, 64)));
        else
            values.push_back(std::move(*value));
    }
    return values;
}

} // namespace ringfence::policy::yaml
