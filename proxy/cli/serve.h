// `ringfence serve`: runs the proxy until it is told to stop.
#pragma once

#include "policy/model.h"
#include "proxy/cli/console.h"

#include <optional>
#include <string>

namespace ringfence::cli {

struct serve_options {
    std::string config = "ringfence.yaml";
    std::optional<policy::date> today; // for tests: the day that it is, for ever
};

[[nodiscard]] int serve(const serve_options&, console&);

} // namespace ringfence::cli
