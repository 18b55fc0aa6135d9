#include "proxy/session/mysql/capabilities.h"

#include <charconv>

namespace ringfence::session::mysql {

std::optional<std::uint64_t> number_in(const parameter_list& all, std::string_view name) {
    for (const auto& [key, value] : all) {
        if (key != name)
            continue;
        std::uint64_t number = 0;
        const char* end = value.data() + value.size();
        const auto read = std::from_chars(value.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end)
            return number;
    }
    return std::nullopt;
}

} // namespace ringfence::session::mysql
