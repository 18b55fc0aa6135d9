// The last thing that a client hears.
#pragma once

#include "proxy/session/client_login.h"
#include "proxy/wire/postgresql/backend.h"

#include <string>

namespace ringfence::session::postgresql {

// Appends a FATAL ErrorResponse.
inline void encode_farewell(const last_words& words, std::string& out) {
    wire::postgresql::error e;
    e.severity = "FATAL";
    e.sqlstate = words.sqlstate;
    e.message = words.message;
    e.hint = words.hint;
    wire::postgresql::encode_error(out, e);
}

} // namespace ringfence::session::postgresql
