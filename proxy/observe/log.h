// Structured log lines on stderr. A line is a fixed sentence and fields; values are made printable
// here, and no caller passes a statement's literal, a parameter value or a password.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ringfence::observe {

enum class log_level : std::uint8_t { debug, info, warning, error };
enum class log_format : std::uint8_t { text, json };

struct log_field {
    std::string_view key;
    std::string value;
};

// Until it is called, the log is text at level info. Not thread-safe; call it before other threads
// log.
void configure_log(log_level, log_format);

// Thread-safe.
void log(log_level, std::string_view sentence, std::initializer_list<log_field> fields = {});

// One line without its newline; what log() prints behind time and level.
[[nodiscard]] std::string render_log(log_format, std::string_view sentence,
                                     std::initializer_list<log_field> fields);

} // namespace ringfence::observe
