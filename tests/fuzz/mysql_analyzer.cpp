// Any text gives a footprint: without a crash, and never one that says nothing about a text that it
// did not understand. A text whose server's version is not known touches all that it touches where
// the version is known.
#include "check.h"

#include "policy/sql/mysql_analyzer.h"

#include <algorithm>

using namespace ringfence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    sql::mysql_scope scope;
    const bool mariadb = (data[0] & 1U) != 0;
    scope.flavour = mariadb ? sql::mysql_flavour::mariadb : sql::mysql_flavour::mysql;
    scope.version = mariadb ? 101119 : 80400;
    scope.schema = "orders";
    scope.mode.ansi_quotes = (data[0] & 2U) != 0;
    scope.mode.no_backslash_escapes = (data[0] & 4U) != 0;
    scope.lower_case_table_names = (data[0] & 8U) != 0 ? 1 : 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto found = sql::analyze_mysql(text, scope);
    fuzz::check(found.analysed() || !found.trouble_text.empty());
    scope.version = 0;
    const auto any = sql::analyze_mysql(text, scope);
    if (!found.analysed() || !any.analysed())
        return 0;
    for (const auto& t : found.touches)
        fuzz::check(std::find(any.touches.begin(), any.touches.end(), t) != any.touches.end());
    return 0;
}
