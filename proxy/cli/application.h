// The command line: verbs and their options.
#pragma once

#include "proxy/cli/console.h"

namespace ringfence::cli {

// The exit status. Catches everything: no input makes it throw.
[[nodiscard]] int run(int argc, const char* const* argv, console&);

} // namespace ringfence::cli
