#include "proxy/cli/systemd.h"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <ctime>
#include <fmt/format.h>

namespace ringfence::cli {

void notify_ready() {
    sd_notify(0, "READY=1");
}

void notify_reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
                              static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
    sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds).c_str());
}

void notify_stopping() {
    sd_notify(0, "STOPPING=1");
}
void notify_status(const std::string& sentence) {
    sd_notify(0, ("STATUS=" + sentence).c_str());
}
void notify_alive() {
    sd_notify(0, "WATCHDOG=1");
}

std::chrono::microseconds watchdog_interval() {
    std::uint64_t limit = 0;
    if (sd_watchdog_enabled(0, &limit) <= 0)
        return std::chrono::microseconds(0);
    return std::chrono::microseconds(limit / 2);
}

} // namespace ringfence::cli
