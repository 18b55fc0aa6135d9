// The tracker of answers, against a server that says what it wants. Input: lines; the first word
// says what happens: "flags HEX", a new connection; "begin NUMBER", a command; "server HEX", a
// payload with the right sequence id; "full HEX", the beginning of one that fills its packet;
// "client NUMBER", a packet of that size; "raw HEX", a packet of the server with its header.
// Checked: an answer is complete exactly when the next command may be sent, and after an error.
#include "check.h"
#include "proxy/wire/mysql/response_tracker.h"

#include <charconv>
#include <optional>

using namespace ringfence::fuzz;
using namespace ringfence::wire::mysql;

namespace {

template <class number>
number parse(std::string_view s, int base) {
    number n = 0;
    std::from_chars(s.data(), s.data() + s.size(), n, base);
    return n;
}

// False: the connection is of no use any more.
bool server(response_tracker& t, header head, std::string_view payload) {
    const exact said(payload);
    response_tracker::step s;
    const bool was_idle = t.idle();
    const outcome seen = t.on_server(head, said.bytes(), s);
    if (seen == outcome::need_more) {
        check(payload.size() < response_tracker::prefix_size && payload.size() < head.payload);
        return false;
    }
    if (seen == outcome::malformed)
        return false;
    check(s.complete == t.idle());
    check(!was_idle || s.kind == packet_kind::error);
    check(s.kind != packet_kind::error || s.complete);
    check(s.kind != packet_kind::continuation || !s.complete);
    check(s.kind != packet_kind::local_file || t.wants_file());
    check(t.next_sequence() == static_cast<std::uint8_t>(head.sequence + 1) || was_idle);
    return true;
}

void run(std::string_view script) {
    std::optional<response_tracker> t(0);
    while (!script.empty()) {
        std::string_view line = take_until(script, '\n');
        const auto word = take_until(line, ' ');
        const std::string bytes_said = from_hex(line);
        if (word == "flags") {
            t.emplace(parse<capabilities>(line, 16));
        } else if (word == "begin") {
            const bool idle = t->idle();
            check(!t->begin(command{parse<std::uint8_t>(line, 10)}) || idle);
        } else if (word == "client") {
            const header head{parse<std::uint32_t>(line, 10) & max_payload, t->next_sequence()};
            if (t->on_client(head) != outcome::ok)
                return;
        } else if (word == "server" || word == "full") {
            const auto size =
                word == "full" ? max_payload : static_cast<std::uint32_t>(bytes_said.size());
            if (!server(*t, {size & max_payload, t->next_sequence()}, bytes_said))
                return;
        } else if (word == "raw") {
            header head;
            if (read_header(std::as_bytes(std::span(bytes_said)), head) != outcome::ok ||
                !server(*t, head, bytes_said.substr(header_size)))
                return;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 16 * 1024)
        run(text(data, size));
    return 0;
}
