// The status page: one self-contained HTML document, made from the policies and the counters.
#pragma once

#include "policy/model.h"
#include "proxy/observe/metrics.h"

#include <string>
#include <string_view>

namespace ringfence::observe {

struct page_facts {
    policy::date today;
    std::string not_ready; // empty: ready
    struct pool {
        std::string server;
        std::uint64_t active = 0;
        std::uint64_t idle = 0;
        std::uint64_t waiting = 0;
    };
    std::vector<pool> pools;
};

[[nodiscard]] std::string status_page(const policy::snapshot&, const metrics&, const page_facts&);

[[nodiscard]] std::string escape_html(std::string_view);

} // namespace ringfence::observe
