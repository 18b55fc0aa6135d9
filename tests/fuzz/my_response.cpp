// Packets of MySQL's servers. Input: one payload, which is read with several sets of capabilities.
// Checked: nothing is read past its end, and what decodes is written as the same bytes, or as bytes
// that mean the same.
#include "check.h"
#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/response.h"
#include "proxy/wire/mysql/session_changes.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::mysql;

namespace {

void ends(bytes payload, capabilities in_force) {
    ok o;
    if (decode_ok(payload, in_force, o) == outcome::ok) {
        std::string out;
        encode_ok(out, in_force, o, std::to_integer<std::uint8_t>(payload.front()));
        const exact written(out);
        ok again;
        check(decode_ok(written.bytes(), in_force, again) == outcome::ok);
        check(again.affected_rows == o.affected_rows && again.status == o.status &&
              again.last_insert_id == o.last_insert_id && again.info == o.info &&
              again.changes == o.changes && again.warnings == o.warnings);
        std::vector<session_change> changes;
        if (decode_changes(o.changes, changes) == outcome::ok)
            check(changes.size() <= most_changes && changes.size() <= o.changes.size());
    }
    eof e;
    std::string again;
    if (decode_eof(payload, e) == outcome::ok) {
        encode_eof(again, e);
        check(again == text_of(payload));
    }
    error f;
    if (decode_error(payload, f) == outcome::ok && !f.sqlstate.empty()) {
        again.clear();
        encode_error(again, f);
        check(again == text_of(payload));
    }
    progress p;
    if (decode_progress(payload, p) == outcome::ok)
        check(is_progress(payload, capability::mariadb_progress));
}

void results(bytes payload, capabilities in_force) {
    column_count count;
    if (decode_column_count(payload, in_force, count) == outcome::ok)
        check(count.columns > 0);
    column c;
    static_cast<void>(decode_column(payload, in_force, true, c));
    if (decode_column(payload, in_force, false, c) == outcome::ok) {
        std::string out;
        encode_column(out, in_force, c);
        const exact written(out);
        column again;
        check(decode_column(written.bytes(), in_force, false, again) == outcome::ok);
        check(again.schema == c.schema && again.org_table == c.org_table &&
              again.org_name == c.org_name && again.type == c.type);
    }
    prepared p;
    if (decode_prepared(payload, in_force, p) == outcome::ok)
        check(payload.size() == 12 || payload.size() == 13);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    for (const capabilities in_force :
         {capability::protocol_41, capability::protocol_41 | capability::session_track,
          capability::mariadb_cache_metadata | capability::mariadb_extended_metadata,
          capability::optional_metadata}) {
        ends(input.bytes(), in_force);
        results(input.bytes(), in_force);
    }
    std::vector<session_change> changes;
    if (decode_changes(text(data, size), changes) == outcome::ok)
        check(changes.size() <= most_changes);
    return 0;
}
