// What control.cpp and reload.cpp share.
#pragma once

#include "policy/yaml/reader.h"
#include "proxy/cli/confinement.h"
#include "proxy/cli/control.h"
#include "proxy/cli/edge_report.h"
#include "proxy/cli/today.h"
#include "proxy/cli/watcher.h"
#include "proxy/net/proxy.h"
#include "proxy/observe/admin.h"
#include "proxy/observe/log.h"
#include "proxy/observe/metrics.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

namespace asio = boost::asio;

// Credentials, certificates and keys: what is read anew with the credentials, and the files that
// they name.
[[nodiscard]] std::vector<std::filesystem::path>
secret_paths(const config::settings&, std::vector<std::filesystem::path> named);
[[nodiscard]] std::string_view tls_mode_name(session::tls_mode);

struct control::state {
    enum class phase : std::uint8_t {
        starting, // not all listeners are up
        serving,
        draining, // waits for clients to end, no longer than drain_timeout
        stopped,
    };

    state(config::settings, observe::audit_log&, std::optional<policy::date> today);

    const config::settings settings;
    observe::audit_log& audit;
    const std::optional<policy::date> fixed_today;
    policy::date today;
    phase where = phase::starting;
    policy::snapshot_ptr policies;
    session::credentials_ptr credentials;
    cli::confinement confined;
    observe::family certificates;
    observe::metrics counts; // outlives the workers, which report to it
    net::proxy edge;
    asio::io_context io{1};
    asio::signal_set signals;
    std::optional<observe::admin_server> admin;
    watcher policy_files;
    watcher secret_files;

    [[nodiscard]] std::string not_ready() const;
    [[nodiscard]] std::string page() const;
    void log_start() const;
    void end();

    // SIGHUP: everything that can change without a restart.
    void reload();
    [[nodiscard]] bool engine_changed(const policy::snapshot& fresh) const;
    void reload_policies();    // a refused policy leaves the old one in force
    void reload_credentials(); // with certificates; refused ones leave the old ones in use
    void warn_of_observe_mode() const;

    [[nodiscard]] asio::awaitable<bool> sleep(asio::steady_timer::duration); // false: stopped
    asio::awaitable<void> watch_signals();
    asio::awaitable<void> watch_files();
    asio::awaitable<void> watch_calendar();
    asio::awaitable<void> keep_alive();
    asio::awaitable<void> drain();
};

} // namespace ringfence::cli
