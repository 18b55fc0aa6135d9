// Decoders of what clients send. Input: one message, or the beginning of one. Checked: nothing is
// read past its end, and what decodes means exactly these bytes.
#include "check.h"
#include "proxy/wire/postgresql/authentication.h"
#include "proxy/wire/postgresql/frontend.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::postgresql;

namespace {

void decode(bytes whole, header head) {
    const std::string_view all(reinterpret_cast<const char*>(whole.data()), whole.size());
    std::string_view query;
    std::string again;
    if (decode_query(whole, query) == outcome::ok && head.type == 'Q') {
        encode_query(again, query);
        check(again == all);
    }
    parse p;
    if (decode_parse(whole, p) == outcome::ok) {
        check(p.name.find('\0') == std::string_view::npos);
        check(p.text.find('\0') == std::string_view::npos);
    }
    target t;
    if (decode_target(whole, t) == outcome::ok)
        check(t.name.size() + header_size + 2 == whole.size());
    bind_names names;
    check(decode_bind_names(whole, head, names) != outcome::need_more);
    sasl_initial initial;
    if (decode_sasl_initial(whole, initial) == outcome::ok && initial.has_data &&
        head.type == 'p') {
        again.clear();
        encode_sasl_initial(again, initial.mechanism, initial.data);
        check(again == all);
    }
    std::string_view response;
    check(decode_sasl_response(whole, response) == outcome::ok);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    header head;
    if (read_header(input.bytes(), head) != outcome::ok)
        return 0;
    check(head.size > header_size - 1 && head.size <= max_message + 1);
    bind_names names;
    if (input.bytes().size() < head.size)
        static_cast<void>(decode_bind_names(input.bytes(), head, names));
    else
        decode(input.bytes().first(head.size), head);
    return 0;
}
