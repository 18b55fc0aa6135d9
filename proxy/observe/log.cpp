#include "proxy/observe/log.h"

#include "policy/text.h"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

namespace ringfence::observe {

namespace {

constexpr std::size_t max_value_bytes = 2048;

spdlog::level::level_enum to_spdlog(log_level level) {
    switch (level) {
    case log_level::debug:
        return spdlog::level::debug;
    case log_level::info:
        return spdlog::level::info;
    case log_level::warning:
        return spdlog::level::warn;
    case log_level::error:
        break;
    }
    return spdlog::level::err;
}

struct sink {
    log_format format = log_format::text;
    std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>(
        "ringfence", std::make_shared<spdlog::sinks::stderr_sink_mt>());

    sink() { set(log_level::info, log_format::text); }

    void set(log_level level, log_format f) {
        format = f;
        logger->set_level(to_spdlog(level));
        logger->set_pattern(f == log_format::json
                                ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
                            spdlog::pattern_time_type::utc);
        logger->flush_on(spdlog::level::debug);
    }
};

sink& the_sink() {
    static sink s;
    return s;
}

std::string json_text(std::string_view value) {
    using nlohmann::json;
    return json(policy::printable(value, max_value_bytes))
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string text_value(std::string_view value) {
    const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
    });
    return plain && value.size() <= max_value_bytes ? std::string(value) : json_text(value);
}

} // namespace

void configure_log(log_level level, log_format format) {
    the_sink().set(level, format);
}

void log(log_level level, std::string_view sentence, std::initializer_list<log_field> fields) {
    const auto& s = the_sink();
    if (s.logger->should_log(to_spdlog(level)))
        s.logger->log(to_spdlog(level), "{}", render_log(s.format, sentence, fields));
}

std::string render_log(log_format format, std::string_view sentence,
                       std::initializer_list<log_field> fields) {
    if (format == log_format::json) {
        std::string line = "\"message\":" + json_text(sentence);
        for (const auto& [key, value] : fields)
            line += "," + json_text(key) + ":" + json_text(value);
        return line;
    }
    std::string line(policy::printable(sentence, max_value_bytes));
    for (const auto& [key, value] : fields) {
        line += ' ';
        line += key;
        line += '=';
        line += text_value(value);
    }
    return line;
}

} // namespace ringfence::observe
