#include "proxy/session/mysql/text_answer.h"

#include "policy/text.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/response.h"

#include <utility>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

text_answer::text_answer(my::capabilities in_force, std::size_t most_bytes)
    : in_force_(in_force), most_bytes_(most_bytes), tracker_(in_force) {}

void text_answer::ask(std::string_view text, output& to_server) {
    std::string payload;
    my::encode_query(payload, in_force_, text);
    std::string packets;
    std::uint8_t sequence = 0;
    my::encode_packets(packets, sequence, payload);
    static_cast<void>(tracker_.begin(my::command::query, sequence));
    to_server.append(packets);
}

text_answer::next text_answer::feed(bytes in) {
    if (in.size() > most_bytes_)
        return fail("the server's answer is too long");
    most_bytes_ -= in.size();
    received_ += as_text(in);
    std::size_t at = 0;
    next step = next::more;
    while (step == next::more) {
        const bytes rest = as_bytes(received_).subspan(at);
        my::message m;
        const auto found = my::find_message(rest, tracker_.next_sequence(), my::max_message, m);
        if (found == my::outcome::malformed)
            return nonsense();
        if (found == my::outcome::need_more)
            break;
        step = message(rest.first(m.size), m);
        at += m.size;
    }
    received_.erase(0, at);
    refused_ = refused_ && received_.empty();
    return step == next::complete && !received_.empty() ? nonsense() : step;
}

text_answer::next text_answer::message(bytes whole, const my::message& m) {
    my::response_tracker::step seen;
    bool first = true;
    for (bytes rest = whole; !rest.empty();) {
        my::header head;
        my::response_tracker::step of_packet;
        if (my::read_header(rest, head) != my::outcome::ok || rest.size() < head.size() ||
            tracker_.on_server(head, rest.subspan(my::header_size, head.payload), of_packet) !=
                my::outcome::ok)
            return nonsense();
        if (std::exchange(first, false))
            seen = of_packet;
        rest = rest.subspan(head.size());
    }
    std::string joined;
    const bytes payload = my::payload_of(whole, m, joined);
    switch (seen.kind) {
    case my::packet_kind::error: {
        my::error e;
        if (my::decode_error(payload, e) != my::outcome::ok)
            return nonsense();
        refused_ = true;
        return fail(std::to_string(e.code) + " (" + policy::printable(e.sqlstate, 5) +
                    "): " + policy::printable(e.message, 512));
    }
    case my::packet_kind::column_count: {
        my::column_count count;
        if (my::decode_column_count(payload, in_force_, count) != my::outcome::ok)
            return nonsense();
        columns_ = count.columns;
        results_.emplace_back();
        break;
    }
    case my::packet_kind::row:
        return row(payload);
    case my::packet_kind::local_file:
        return fail("the server asks for a file of ringfence's host");
    default:
        break;
    }
    return seen.complete ? next::complete : next::more;
}

text_answer::next text_answer::row(bytes payload) {
    if (results_.empty())
        return nonsense();
    auto& values = results_.back().emplace_back();
    values.reserve(columns_);
    my::reader r(payload);
    while (r.good() && r.remaining() > 0 && values.size() < columns_)
        values.emplace_back(r.lenenc_string_or_null().value_or(std::string_view()));
    return r.done() && values.size() == columns_ ? next::more : nonsense();
}

text_answer::next text_answer::fail(std::string why) {
    results_.clear();
    error_ = std::move(why);
    return next::failed;
}

text_answer::next text_answer::nonsense() {
    return fail("the server does not follow the protocol");
}

} // namespace ringfence::session::mysql
