// Any bytes become clean text of bounded length, without a quotation mark of a literal.
#include "policy/sql/redact.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most = 200;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto clean = ringfence::sql::redact_postgresql(text, most);
    if (clean.size() > most + 3 || clean.find('\'') != std::string_view::npos)
        std::abort();
    for (const char c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            std::abort();
    if (ringfence::sql::fingerprint(clean).size() != 16)
        std::abort();
    return 0;
}
