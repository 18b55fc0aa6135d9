// The answer of `ringfence explain`, for people and for programs.
#pragma once

#include "policy/decision.h"

#include <string>
#include <vector>

namespace ringfence::cli {

struct explained {
    const policy::service* service = nullptr;
    std::string server;
    std::string database;
    std::vector<std::string> path;
    policy::footprint footprint;
    policy::decision decision;
    policy::date today{};
};

[[nodiscard]] std::string explained_text(const explained&, bool colour);
[[nodiscard]] std::string explained_json(const explained&);

} // namespace ringfence::cli
