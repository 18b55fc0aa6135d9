// Any bytes become clean text of bounded length, without a quotation mark of a literal.
#include "check.h"

#include "policy/sql/mysql_analyzer.h"
#include "policy/sql/redact.h"

using namespace ringfence;

namespace {

constexpr std::size_t most = 200;

void check_clean(const std::string& clean, std::string_view marks) {
    fuzz::check(clean.size() <= most + 3 && clean.find_first_of(marks) == std::string::npos);
    for (const char c : clean)
        fuzz::check(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    fuzz::check(sql::fingerprint(clean).size() == 16);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text(data, size);
    check_clean(sql::redact_postgresql(text, most), "'");
    check_clean(sql::redact_mysql(text, most), "'\"");
    return 0;
}
