// `ringfence explain`: what a statement touches, and what would become of it.
#pragma once

#include "policy/model.h"
#include "proxy/cli/console.h"

#include <string>

namespace ringfence::cli {

struct explain_options {
    std::string policies = "policies";
    std::string service;
    std::string server;
    std::string database; // empty: the one that the service owns something in, if there is one only
    std::string sql;      // empty: read from the input
    // MySQL: which server, and in which mode; the version is taken to be unknown.
    bool mariadb = false;
    std::string sql_mode;
    format how = format::text;
    policy::date today{};
};

[[nodiscard]] int explain(const explain_options&, console&);

} // namespace ringfence::cli
