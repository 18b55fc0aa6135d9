// Why a server did not take ringfence's own login, in words that a client may hear.
#pragma once

#include "proxy/wire/mysql/response.h"

#include <string>

namespace ringfence::session::mysql {

struct server_trouble {
    std::string text;     // a clean sentence without secrets
    std::string sqlstate; // PostgreSQL's name of it, as at server_login
};

[[nodiscard]] server_trouble trouble_of(const wire::mysql::error&);

} // namespace ringfence::session::mysql
