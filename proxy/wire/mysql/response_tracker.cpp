#include "proxy/wire/mysql/response_tracker.h"

#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/response.h"

#include <algorithm>

namespace ringfence::wire::mysql {
namespace {

constexpr std::uint8_t local_file_byte = 0xfb;

// Pre: at least one byte.
std::uint8_t first_byte(bytes prefix) {
    return std::to_integer<std::uint8_t>(prefix.front());
}

} // namespace

bool response_tracker::begin(command c, std::uint8_t next_sequence) {
    const response_form form = form_of(c);
    if (state_ != state::idle || form == response_form::unknown)
        return false;
    form_ = form;
    command_ = c;
    sequence_ = next_sequence;
    server_continues_ = client_continues_ = false;
    switch (form) {
    case response_form::result:
    case response_form::rows_binary:
        state_ = state::result;
        break;
    case response_form::fetched:
        state_ = state::rows;
        break;
    case response_form::prepared:
        state_ = state::prepared;
        break;
    case response_form::simple:
        state_ = state::simple;
        break;
    case response_form::fields:
        state_ = state::fields;
        break;
    case response_form::text:
        state_ = state::text;
        break;
    case response_form::login:
        state_ = state::login;
        break;
    case response_form::none:
    case response_form::unknown:
        break;
    }
    return true;
}

outcome response_tracker::on_server(header head, bytes prefix, step& out) {
    out = {};
    const std::size_t wanted = std::min<std::size_t>(prefix_size, head.payload);
    if (prefix.size() < wanted)
        return outcome::need_more;
    prefix = prefix.first(wanted);
    // A server that closes an idle connection may say why, with any sequence id.
    const bool farewell = state_ == state::idle && wanted > 0 && first_byte(prefix) == error_byte;
    if (head.sequence != sequence_ && !farewell)
        return outcome::malformed;
    ++sequence_;
    if (server_continues_) {
        server_continues_ = head.continues();
        return outcome::ok;
    }
    if (wanted == 0)
        return outcome::malformed;
    server_continues_ = head.continues();
    if (first_byte(prefix) == error_byte) {
        if (is_progress(prefix, in_force_)) {
            out.kind = packet_kind::progress;
            const bool expected =
                state_ != state::idle && state_ != state::file && state_ != state::login;
            return expected && !head.continues() ? outcome::ok : outcome::malformed;
        }
        return state_ == state::file ? outcome::malformed : error(head, out);
    }
    switch (state_) {
    case state::result:
        return first_of_result(head, prefix, out);
    case state::columns:
    case state::statement:
        return described(head, prefix, packet_kind::column, out);
    case state::parameters:
        return described(head, prefix, packet_kind::parameter, out);
    case state::columns_end:
    case state::parameters_end:
    case state::statement_end:
        return end_of_columns(head, prefix, out);
    case state::rows:
        return in_rows(head, prefix, out);
    case state::prepared:
        return first_of_prepared(head, prefix, out);
    case state::simple:
        return in_simple(head, prefix, out);
    case state::fields:
        return in_fields(head, prefix, out);
    case state::text:
        out.kind = packet_kind::text;
        finish(out);
        return head.continues() ? outcome::malformed : outcome::ok;
    case state::login:
        return in_login(head, prefix, out);
    case state::loaded:
        return first_byte(prefix) == ok_byte ? first_of_result(head, prefix, out)
                                             : outcome::malformed;
    case state::idle:
    case state::file:
        break;
    }
    return outcome::malformed;
}

outcome response_tracker::on_client(header head) {
    if (head.sequence != sequence_ || (state_ != state::file && state_ != state::login))
        return outcome::malformed;
    ++sequence_;
    const bool continuation = client_continues_;
    client_continues_ = head.continues();
    // The file ends with an empty packet; one that ends a full one is a part of it.
    if (state_ == state::file && head.payload == 0 && !continuation)
        state_ = state::loaded;
    return outcome::ok;
}

outcome response_tracker::first_of_result(header head, bytes prefix, step& out) {
    const std::uint8_t first = first_byte(prefix);
    if (first == ok_byte) {
        const outcome seen = final_ok(head, prefix, out);
        if (seen == outcome::ok)
            end_of_result(out);
        return seen;
    }
    if (first == eof_byte) {
        const outcome seen = final_eof(head, prefix, out);
        if (seen == outcome::ok)
            end_of_result(out);
        return seen;
    }
    if (first == local_file_byte) {
        const bool allowed = command_ == command::query && has(in_force_, capability::local_files);
        out.kind = packet_kind::local_file;
        state_ = state::file;
        return allowed && !head.continues() ? outcome::ok : outcome::malformed;
    }
    column_count count;
    if (head.payload > prefix.size() ||
        decode_column_count(prefix, in_force_, count) != outcome::ok)
        return outcome::malformed;
    out.kind = packet_kind::column_count;
    described_ = count.described;
    begin_list(state::columns, count.columns, out);
    return outcome::ok;
}

outcome response_tracker::described(header head, bytes prefix, packet_kind kind, step& out) {
    // A column begins with the length of its catalogue's name.
    if (first_byte(prefix) >= lenenc_null || head.continues())
        return outcome::malformed;
    out.kind = kind;
    if (--left_ == 0)
        end_list(out);
    return outcome::ok;
}

outcome response_tracker::end_of_columns(header head, bytes prefix, step& out) {
    const outcome seen = plain_eof(head, prefix);
    if (seen != outcome::ok)
        return seen;
    out.kind = packet_kind::eof;
    if (state_ == state::parameters_end)
        after_parameters(out);
    else if (state_ == state::statement_end)
        finish(out);
    else if ((status_ & status::cursor_exists) != 0)
        end_of_result(out); // the rows stay at the server until they are fetched
    else
        state_ = state::rows;
    return outcome::ok;
}

outcome response_tracker::in_rows(header head, bytes prefix, step& out) {
    const std::uint8_t first = first_byte(prefix);
    // A row of the text protocol begins so if its first value has 16 MiB or more, and then its
    // first packet is full.
    if (first == eof_byte && !head.continues()) {
        const outcome seen = final_eof(head, prefix, out);
        if (seen == outcome::ok)
            end_of_result(out);
        return seen;
    }
    out.kind = packet_kind::row;
    const bool binary = form_ == response_form::rows_binary || form_ == response_form::fetched;
    return binary && first != 0 ? outcome::malformed : outcome::ok;
}

outcome response_tracker::in_fields(header head, bytes prefix, step& out) {
    if (first_byte(prefix) == eof_byte) {
        finish(out);
        return final_eof(head, prefix, out);
    }
    out.kind = packet_kind::column;
    return first_byte(prefix) < lenenc_null && !head.continues() ? outcome::ok : outcome::malformed;
}

outcome response_tracker::first_of_prepared(header head, bytes prefix, step& out) {
    prepared p;
    if (head.payload > prefix.size() || decode_prepared(prefix, in_force_, p) != outcome::ok)
        return outcome::malformed;
    out.kind = packet_kind::prepared;
    described_ = p.described;
    statement_columns_ = p.columns;
    if (p.parameters > 0)
        begin_list(state::parameters, p.parameters, out);
    else
        after_parameters(out);
    return outcome::ok;
}

// A server that leaves the descriptions out still sends the EOFs behind them (MySQL 9.7).
void response_tracker::begin_list(state list, std::uint16_t size, step& out) {
    left_ = size;
    state_ = list;
    if (!described_)
        end_list(out);
}

void response_tracker::end_list(step& out) {
    if (state_ == state::columns)
        state_ = eofs() ? state::columns_end : state::rows;
    else if (state_ == state::parameters && eofs())
        state_ = state::parameters_end;
    else if (state_ == state::parameters)
        after_parameters(out);
    else if (eofs())
        state_ = state::statement_end;
    else
        finish(out);
}

void response_tracker::after_parameters(step& out) {
    if (statement_columns_ > 0)
        begin_list(state::statement, statement_columns_, out);
    else
        finish(out);
}

outcome response_tracker::in_login(header head, bytes prefix, step& out) {
    if (first_byte(prefix) == ok_byte) {
        finish(out);
        return final_ok(head, prefix, out);
    }
    out.kind = packet_kind::authentication;
    return head.continues() ? outcome::malformed : outcome::ok;
}

outcome response_tracker::in_simple(header head, bytes prefix, step& out) {
    finish(out);
    return first_byte(prefix) == ok_byte ? final_ok(head, prefix, out)
                                         : final_eof(head, prefix, out);
}

outcome response_tracker::error(header head, step& out) {
    out.kind = packet_kind::error;
    finish(out);
    return head.continues() ? outcome::malformed : outcome::ok;
}

outcome response_tracker::final_ok(header head, bytes prefix, step& out) {
    // Not decode_ok(): the packet may be longer than the prefix.
    reader r(prefix);
    r.u8();
    r.lenenc();
    r.lenenc();
    const std::uint16_t status = r.u16();
    r.u16();
    if (!r.good() || head.continues())
        return outcome::malformed;
    status_ = status;
    out.kind = packet_kind::ok;
    return outcome::ok;
}

outcome response_tracker::final_eof(header head, bytes prefix, step& out) {
    if (first_byte(prefix) != eof_byte)
        return outcome::malformed;
    if (!eofs())
        return final_ok(head, prefix, out);
    out.kind = packet_kind::eof;
    return plain_eof(head, prefix);
}

outcome response_tracker::plain_eof(header head, bytes prefix) {
    eof e;
    if (head.payload > prefix.size() || decode_eof(prefix, e) != outcome::ok)
        return outcome::malformed;
    status_ = e.status;
    return outcome::ok;
}

void response_tracker::end_of_result(step& out) {
    const bool more = (status_ & status::more_results) != 0 && form_ != response_form::fetched;
    if (more)
        state_ = state::result;
    else
        finish(out);
}

void response_tracker::finish(step& out) {
    state_ = state::idle;
    out.complete = true;
}

} // namespace ringfence::wire::mysql
