// What the edge knows about itself, as metrics and for the status page.
#pragma once

#include "proxy/config.h"
#include "proxy/net/proxy.h"
#include "proxy/observe/family.h"
#include "proxy/observe/page.h"

#include <vector>

namespace ringfence::cli {

[[nodiscard]] std::vector<observe::family> edge_families(const net::proxy::figures&);
[[nodiscard]] std::vector<observe::page_facts::pool> pool_rows(const net::proxy::figures&);
// When the certificates that the configuration names end.
[[nodiscard]] observe::family certificate_family(const config::settings&);

} // namespace ringfence::cli
