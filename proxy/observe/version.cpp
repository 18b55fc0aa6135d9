#include "proxy/observe/version.h"

#include <pg_query.h>

namespace ringfence::observe {

const std::string_view version = RINGFENCE_VERSION;
const std::string_view grammar = PG_VERSION;

} // namespace ringfence::observe
