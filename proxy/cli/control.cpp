#include "proxy/cli/control.h"

#include "proxy/cli/control_state.h"
#include "proxy/cli/systemd.h"
#include "proxy/observe/version.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <stdexcept>

namespace ringfence::cli {

using boost::system::error_code;
using observe::log;
using observe::log_level;

namespace {

constexpr auto calendar_interval = std::chrono::seconds(20);
constexpr auto drain_check_interval = std::chrono::milliseconds(50);

std::string shown(std::chrono::milliseconds d) {
    return fmt::format("{}ms", d.count());
}

// Everybody can make us write these, so there are only so many a minute. Called on any thread.
void log_failed_login(const net::failed_login& f) {
    constexpr unsigned most = 60;
    static std::atomic<std::int64_t> minute{0};
    static std::atomic<unsigned> written{0};
    const auto now = std::chrono::duration_cast<std::chrono::minutes>(
                         std::chrono::steady_clock::now().time_since_epoch())
                         .count();
    if (minute.exchange(now) != now)
        written = 0;
    const unsigned n = ++written;
    if (n > most)
        return;
    if (n == most)
        log(log_level::warning, "too many failed logins; the rest of this minute is only counted");
    log(f.why == session::login_failure::server ? log_level::error : log_level::warning,
        "login failed",
        {{"reason", std::string(session::to_string(f.why))},
         {"peer", std::string(f.peer)},
         {"service", std::string(f.service)},
         {"server", std::string(f.server)},
         {"sqlstate", std::string(f.sqlstate)},
         {"cause", std::string(f.cause)}});
}

} // namespace

control::state::state(config::settings s, observe::audit_log& a, std::optional<policy::date> t)
    : settings(std::move(s)), audit(a), fixed_today(t), today(t.value_or(utc_today())),
      counts(&audit),
      edge(settings.net,
           {.new_worker = [this]() -> session::observer& { return counts.new_worker(); },
            .login_failed =
                [this](const net::failed_login& f) {
                    counts.authentication_failed(session::to_string(f.why));
                    log_failed_login(f);
                },
            .catalogue_read =
                [this](const net::catalogue_reading& r) {
                    asio::post(io, [this, r] { confined.read(r, *policies, *credentials, today); });
                }}),
      signals(io), policy_files({settings.policies}), secret_files(secret_paths(settings, {})) {
    counts.add_source([this] { return edge_families(edge.look()); });
    counts.add_source([this] { return std::vector{certificates, confined.metric()}; });
    counts.add_source([this] { return catalogue_families(edge.look().catalogues); });
    certificates = certificate_family(settings);
}

std::string control::state::not_ready() const {
    switch (where) {
    case phase::starting:
        return "starting";
    case phase::serving:
        return {};
    case phase::draining:
    case phase::stopped:
        break;
    }
    return "draining";
}

std::string control::state::page() const {
    return observe::status_page(*policies, counts, {today, not_ready(), pool_rows(edge.look())});
}

// Its callers keep the answer in a variable: GCC 12 miscompiles co_await in a loop's condition.
asio::awaitable<bool> control::state::sleep(asio::steady_timer::duration d) {
    asio::steady_timer timer(io, d);
    error_code ec;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    co_return !ec && where != phase::stopped;
}

asio::awaitable<void> control::state::watch_signals() {
    for (;;) {
        error_code ec;
        const int number =
            co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        if (ec)
            co_return;
        if (number == SIGHUP) {
            reload();
        } else if (where == phase::draining) {
            log(log_level::warning, "stopping at once: a second signal");
            end();
        } else {
            asio::co_spawn(io, drain(), asio::detached);
        }
    }
}

asio::awaitable<void> control::state::watch_files() {
    if (settings.policy_check_interval.count() == 0)
        co_return;
    for (;;) {
        const bool awake = co_await sleep(settings.policy_check_interval);
        if (!awake)
            co_return;
        if (policy_files.changed())
            reload_policies();
        if (secret_files.changed())
            reload_credentials();
    }
}

asio::awaitable<void> control::state::watch_calendar() {
    for (;;) {
        const bool awake = co_await sleep(calendar_interval);
        if (!awake)
            co_return;
        const auto now = fixed_today.value_or(utc_today());
        if (now == today)
            continue;
        today = now;
        edge.set_today(today);
        confined.judge(*policies, *credentials, today);
        log(log_level::info, "a new day", {{"today", policy::yaml::format_date(today)}});
    }
}

asio::awaitable<void> control::state::keep_alive() {
    const auto interval = watchdog_interval();
    if (interval.count() == 0)
        co_return;
    for (;;) {
        const bool awake = co_await sleep(interval);
        if (!awake)
            co_return;
        notify_alive();
    }
}

asio::awaitable<void> control::state::drain() {
    where = phase::draining;
    notify_stopping();
    log(log_level::info, "draining", {{"drain_timeout", shown(settings.drain_timeout)}});
    edge.drain();
    const auto deadline = std::chrono::steady_clock::now() + settings.drain_timeout;
    while (!edge.drained() && std::chrono::steady_clock::now() < deadline) {
        const bool awake = co_await sleep(drain_check_interval);
        if (!awake)
            co_return;
    }
    if (edge.drained())
        log(log_level::info, "drained");
    else
        log(log_level::warning, "stopping with clients connected: drain_timeout is over");
    end();
}

void control::state::end() {
    where = phase::stopped;
    if (admin)
        admin->stop();
    io.stop();
}

control::control(config::settings s, observe::audit_log& audit, std::optional<policy::date> today)
    : state_(std::make_unique<state>(std::move(s), audit, today)) {}

control::~control() = default;

void control::start(policy::snapshot_ptr policies, session::credentials_ptr credentials,
                    std::vector<std::filesystem::path> secrets) {
    state& s = *state_;
    s.secret_files.watch(secret_paths(s.settings, std::move(secrets)));
    // First of all: whoever sends a signal from now on is heard.
    s.signals.add(SIGHUP);
    s.signals.add(SIGTERM);
    s.signals.add(SIGINT);
    s.policies = std::move(policies);
    s.credentials = credentials;
    s.counts.policies_loaded(s.policies, std::chrono::system_clock::now());
    s.counts.credentials_loaded();

    std::string error;
    if (s.settings.admin.enabled) {
        s.admin.emplace(s.io,
                        observe::admin_server::settings{.address = s.settings.admin.address,
                                                        .port = s.settings.admin.port},
                        observe::admin_content{.metrics = [&s] { return s.counts.text(); },
                                               .page = [&s] { return s.page(); },
                                               .not_ready = [&s] { return s.not_ready(); }},
                        error);
        if (!error.empty())
            throw std::runtime_error(error);
    }
    s.edge.start(s.policies, std::move(credentials), s.today);

    s.where = state::phase::serving;
    s.log_start();
    asio::co_spawn(s.io, s.watch_signals(), asio::detached);
    asio::co_spawn(s.io, s.watch_files(), asio::detached);
    asio::co_spawn(s.io, s.watch_calendar(), asio::detached);
    asio::co_spawn(s.io, s.keep_alive(), asio::detached);
    notify_ready();
}

void control::run() {
    state_->io.run();
    state_->edge.stop();
    log(log_level::info, "stopped");
}

void control::state::log_start() const {
    const auto& net = settings.net;
    for (std::size_t i = 0; i < net.listen.size(); ++i) {
        const auto& l = net.listen[i];
        log(log_level::info, "listening",
            {{"protocol", std::string(policy::to_string(l.engine))},
             {"address", l.address},
             {"port", fmt::format("{}", edge.port(i))},
             {"tls", std::string(tls_mode_name(l.tls))},
             {"server", l.server.empty() ? "by policy" : l.server}});
    }
    if (!net.unix_listen.directory.empty())
        log(log_level::info, "listening",
            {{"protocol", "postgresql"},
             {"socket",
              fmt::format("{}/.s.PGSQL.{}", net.unix_listen.directory, net.unix_listen.port)}});
    if (admin)
        log(log_level::info, "listening",
            {{"protocol", "http"},
             {"address", settings.admin.address},
             {"port", fmt::format("{}", admin->port())}});
    for (const auto& [name, server] : net.servers)
        for (const auto& host : server.hosts)
            log(log_level::info, "server",
                {{"name", name},
                 {"host", host.host},
                 {"port", fmt::format("{}", host.port)},
                 {"tls", std::string(tls_mode_name(server.tls))}});
    warn_of_observe_mode();
    log(log_level::info, "ready",
        {{"version", std::string(observe::version)},
         {"grammar", std::string(observe::grammar)},
         {"services", fmt::format("{}", policies->services.size())},
         {"today", policy::yaml::format_date(today)}});
}

} // namespace ringfence::cli
