#include "proxy/session/postgresql/gate.h"

#include "proxy/wire/postgresql/backend.h"
#include "proxy/wire/postgresql/frontend.h"

#include <algorithm>
#include <charconv>
#include <random>

namespace ringfence::session::postgresql {
namespace {

namespace pg = wire::postgresql;

// One word, so that the server's grammar fails on it at once, in any transaction state, and quotes
// it in the message in every language. Its secret part keeps a client from making us take its own
// errors for ours.
const std::string& marker() {
    static const std::string text = [] {
        std::random_device device;
        std::string made = "ringfence_denied_";
        for (int i = 0; i < 4; ++i) {
            char digits[9];
            const auto end = std::to_chars(digits, digits + sizeof digits, device(), 16).ptr;
            made.append(digits, end);
        }
        return made + "_";
    }();
    return text;
}

} // namespace

void gate::query(const verdict& v, bytes message, output& to_server) {
    if (v.forwards()) {
        to_server.forward(message);
        return;
    }
    std::string out;
    pg::encode_query(out, replacement(v));
    to_server.append(out);
}

void gate::parse(const verdict& v, std::string_view name, bytes message, output& to_server) {
    if (v.forwards()) {
        to_server.forward(message);
        return;
    }
    std::string out;
    pg::encode_parse(out, name, replacement(v));
    to_server.append(out);
}

void gate::function_call(const verdict& v, bytes message, output& to_server) {
    query(v, message, to_server);
}

void gate::refuse(const verdict& v, output& to_server) {
    std::string out;
    // A Parse of a name of our own: failing, it neither makes nor drops a statement of the
    // client's.
    pg::encode_parse(out, "ringfence", replacement(v));
    to_server.append(out);
}

std::string gate::replacement(const verdict& v) {
    const std::uint32_t number = next_++;
    denials_.push_back({number, encode_denial(v)});
    return marker() + std::to_string(number);
}

std::string_view gate::ours(std::string_view text) {
    if (denials_.empty())
        return {};
    const auto at = text.find(marker());
    if (at == std::string_view::npos)
        return {};
    const std::string_view digits = text.substr(at + marker().size());
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const auto it = std::find_if(denials_.begin(), denials_.end(),
                                 [number](const denial& d) { return d.number == number; });
    if (it == denials_.end())
        return {};
    answer_ = std::move(it->error);
    // Answers come in order: what was replaced before this one has been skipped by the server.
    denials_.erase(denials_.begin(), it + 1);
    return answer_;
}

std::string encode_denial(const verdict& v) {
    const policy::decision& d = v.decision;
    pg::error e;
    e.severity = "ERROR";
    // What is no SQL is no matter of rights: the server would say so, where, and in these words.
    const bool syntax = v.trouble == policy::problem::syntax;
    e.sqlstate = syntax ? "42601" : "42501";
    if (syntax)
        e.position = v.trouble_at;
    if (syntax && !v.trouble_words.empty()) {
        e.message = v.trouble_words;
    } else {
        e.message = "ringfence: " + d.message;
        e.detail = d.detail;
        e.hint = d.hint;
    }
    if (d.offending) {
        e.schema = d.offending->what.schema;
        if (d.offending->what.kind == policy::object_kind::table)
            e.table = d.offending->what.name;
    }
    std::string out;
    pg::encode_error(out, e);
    return out;
}

} // namespace ringfence::session::postgresql
