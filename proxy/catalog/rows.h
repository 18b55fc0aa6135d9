// What a server answers, as far as its catalogue is concerned.
#pragma once

#include <string>
#include <vector>

namespace ringfence::catalog {

using row = std::vector<std::string>; // NULL is empty
using rows = std::vector<row>;

} // namespace ringfence::catalog
