// Commands of MySQL's clients. Input: one payload. Checked: nothing is read past its end, and the
// text of a query is the end of its payload, with and without attributes before it.
#include "check.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/command.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::mysql;

namespace {

void queries(bytes payload) {
    query q;
    if (decode_query(payload, capability::protocol_41, q) == outcome::ok)
        check(q.attributes.empty() && q.text.size() + 1 == payload.size());
    if (decode_query(payload, capability::query_attributes, q) != outcome::ok)
        return;
    check(q.attributes.size() <= most_query_attributes && q.text.size() + 3 <= payload.size());
    check(q.text == text_of(payload).substr(payload.size() - q.text.size()));
    if (q.attributes.empty() && payload.size() == q.text.size() + 3) {
        std::string again;
        encode_query(again, capability::query_attributes, q.text);
        check(again.substr(1) == text_of(payload).substr(1));
    }
}

void others(bytes payload) {
    std::string_view name_or_text;
    if (decode_text(payload, name_or_text) == outcome::ok)
        check(name_or_text.size() + 1 == payload.size());
    if (decode_name(payload, name_or_text) == outcome::ok)
        check(name_or_text.find('\0') == std::string_view::npos);
    field_list f;
    if (decode_field_list(payload, f) == outcome::ok)
        check(f.wildcard.find('\0') == std::string_view::npos);
    std::uint32_t number = 0;
    std::uint8_t small = 0;
    bool on = false;
    const bool five = decode_process_kill(payload, number) == outcome::ok;
    check(five == (payload.size() == 5) &&
          five == (decode_statement(payload, number) == outcome::ok));
    check((decode_refresh(payload, small) == outcome::ok) == (payload.size() == 2));
    check((decode_nothing(payload) == outcome::ok) == (payload.size() == 1));
    static_cast<void>(decode_shutdown(payload, small));
    static_cast<void>(decode_set_option(payload, on));
    execution e;
    if (decode_execute(payload, e) == outcome::ok)
        check(e.parameters.size() + 10 == payload.size());
    if (decode_bulk_execute(payload, e) == outcome::ok)
        check(e.parameters.size() + 7 == payload.size());
    long_data l;
    if (decode_long_data(payload, l) == outcome::ok)
        check(l.data.size() + 7 == payload.size());
    fetch rows;
    check((decode_fetch(payload, rows) == outcome::ok) == (payload.size() == 9));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    command c{};
    if (decode_command(input.bytes(), c) == outcome::ok)
        check(!name(c).empty());
    else
        check(size == 0 || form_of(c) == response_form::unknown);
    queries(input.bytes());
    others(input.bytes());
    return 0;
}
