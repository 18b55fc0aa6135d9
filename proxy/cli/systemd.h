// What systemd is told, when it started us with Type=notify-reload or Type=notify. Without it,
// nothing happens.
#pragma once

#include <chrono>
#include <string>

namespace ringfence::cli {

void notify_ready();
void notify_reloading();
void notify_stopping();
void notify_status(const std::string& sentence);
void notify_alive();
// How often notify_alive() is to be called; 0: never.
[[nodiscard]] std::chrono::microseconds watchdog_interval();

} // namespace ringfence::cli
