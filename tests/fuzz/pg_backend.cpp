// Decoders of what servers send. Input: one message. Checked: nothing is read past its end, and
// what decodes means exactly these bytes.
#include "check.h"
#include "proxy/wire/postgresql/authentication.h"
#include "proxy/wire/postgresql/backend.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::postgresql;

namespace {

void decode(bytes whole, header head) {
    const std::string_view all(reinterpret_cast<const char*>(whole.data()), whole.size());
    std::string again;
    error_fields fields;
    if (decode_error(whole, fields) == outcome::ok)
        check(fields.message.find('\0') == std::string_view::npos);
    parameter_status status;
    if (decode_parameter_status(whole, status) == outcome::ok && head.type == 'S') {
        encode_parameter_status(again, status.name, status.value);
        check(again == all);
    }
    char transaction = 0;
    if (decode_ready_for_query(whole, transaction) == outcome::ok)
        check(transaction == 'I' || transaction == 'T' || transaction == 'E');
    std::string_view tag;
    if (decode_command_complete(whole, tag) == outcome::ok)
        check(tag.size() + header_size + 1 == whole.size());
    std::string_view key;
    if (decode_backend_key_data(whole, key) == outcome::ok && head.type == 'K') {
        again.clear();
        encode_backend_key_data(again, key);
        check(again == all);
    }
    authentication a;
    if (decode_authentication(whole, a) == outcome::ok && head.type == 'R') {
        again.clear();
        const authentication_kind kind{a.code};
        if (kind == authentication_kind::sasl)
            encode_sasl_mechanisms(again, a.mechanisms);
        else
            encode_authentication(again, kind, a.data);
        check(again == all);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    header head;
    if (read_header(input.bytes(), head) == outcome::ok && input.bytes().size() >= head.size)
        decode(input.bytes().first(head.size), head);
    return 0;
}
