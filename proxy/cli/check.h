// `ringfence check`: load and lint policies, and the configuration when it is named.
#pragma once

#include "policy/model.h"
#include "proxy/cli/console.h"

#include <string>

namespace ringfence::cli {

struct check_options {
    std::string policies; // folder; empty: that of the configuration, or "policies"
    std::string config;   // file; empty: none
    format how = format::text;
    policy::date today{};
};

[[nodiscard]] int check(const check_options&, console&);

} // namespace ringfence::cli
