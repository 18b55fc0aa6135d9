// Metrics as plain data, for parts that report without knowing Prometheus.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::observe {

struct sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
};

struct family {
    enum class kind : std::uint8_t { counter, gauge };
    std::string name;
    std::string help;
    kind what = kind::gauge;
    std::vector<sample> samples;
};

} // namespace ringfence::observe
