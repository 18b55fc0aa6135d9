// Names in messages: made harmless, and compared for "did you mean".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ringfence::policy {

// `name` as it may stand in an error, a log line or a terminal: valid UTF-8, without control or
// direction-changing characters, cut to `max_bytes` at a character's border. What was replaced
// shows as '?', what was cut as "...".
[[nodiscard]] std::string printable(std::string_view name, std::size_t max_bytes = 128);

// The candidate nearest to `name`, or an empty view when none is near enough to be a misspelling.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       std::span<const std::string_view> candidates);

// " (did you mean 'x'?)", or an empty string.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string_view> candidates);

// The length of the well-formed UTF-8 character that starts `text`, 0 if there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

} // namespace ringfence::policy
