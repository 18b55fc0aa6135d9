// Texts that mean dates and durations.
#include "policy/yaml/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ringfence::policy::yaml {

namespace {

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    if (text.empty() ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{})
        return std::nullopt;
    return value;
}

} // namespace

std::optional<date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto year = digits(text.substr(0, 4));
    const auto month = digits(text.substr(5, 2));
    const auto day = digits(text.substr(8, 2));
    if (!year || !month || !day)
        return std::nullopt;
    const std::chrono::year_month_day ymd{std::chrono::year(static_cast<int>(*year)),
                                          std::chrono::month(*month), std::chrono::day(*day)};
    if (!ymd.ok())
        return std::nullopt;
    return date(ymd);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
    const auto unit_at = text.find_first_not_of("0123456789");
    if (unit_at == std::string_view::npos)
        return std::nullopt;
    const auto count = digits(text.substr(0, unit_at));
    const auto unit = text.substr(unit_at);
    if (!count)
        return std::nullopt;
    std::uint64_t factor = 0;
    if (unit == "ms")
        factor = 1;
    else if (unit == "s")
        factor = 1000;
    else if (unit == "m" || unit == "min")
        factor = 60'000;
    else if (unit == "h")
        factor = 3'600'000;
    const std::uint64_t total = factor * *count; // at most 2^32 * 3.6e6: no overflow
    if (factor == 0 || total > static_cast<std::uint64_t>(longest.count()))
        return std::nullopt;
    return std::chrono::milliseconds(total);
}

std::string format_date(date day) {
    const std::chrono::year_month_day ymd(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

} // namespace ringfence::policy::yaml
