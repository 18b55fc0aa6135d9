// One thread of the data path: its reactor, its sessions, and what they share.
#pragma once

#include "proxy/net/cancel_registry.h"
#include "proxy/net/kill_registry.h"
#include "proxy/net/reactor.h"
#include "proxy/net/resolver.h"
#include "proxy/net/routes.h"
#include "proxy/net/server_pool.h"
#include "proxy/session/client_login.h"
#include "proxy/session/environment.h"
#include "proxy/session/output.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace ringfence::net {

class client_session;
class listener;
class server_reset;
class cancel_sender;
class catalogue_keeper;
class greeting_keeper;
class server_query;

// What all workers share; outlives them.
struct shared_state {
    net::settings settings;
    server_pool pool;
    cancel_registry cancels;
    kill_registry kills;
    resolver names;
    session::usage_registry usages;
    std::atomic<unsigned> connections{0};
    catalogue_keeper* catalogues = nullptr; // set before the first worker starts
    greeting_keeper* greetings = nullptr;   // likewise
    std::function<void(const failed_login&)> login_failed;
    std::function<void(const std::string& service)> wake_everywhere; // a statement slot became free

    explicit shared_state(net::settings s) : settings(std::move(s)), pool(settings.timeouts) {}
};

// Where a connection came in.
struct origin {
    policy::engine engine = policy::engine::postgresql;
    std::size_t listener = 0;
    bool unix_socket = false;
    session::tls_mode tls = session::tls_mode::prefer;
    std::string server;      // leads there only; empty: the policies say
    std::string peer;        // for the audit
    bool over_limit = false; // to be turned away once it can be told
};

class worker {
public:
    // Starts the thread. `reports` and `analyses` outlive the worker.
    worker(shared_state&, session::observer& reports, session::analysis_pool& analyses,
           policy::snapshot_ptr, routes_ptr, policy::date today);
    ~worker();
    // Ends the thread. What others post afterwards is kept until the worker is destroyed, and not
    // run.
    void stop();
    worker(const worker&) = delete;

    // From any thread.
    void accept(int fd, origin);
    void listen(std::unique_ptr<listener>);
    void set_policies(policy::snapshot_ptr);
    void set_routes(routes_ptr);
    void set_today(policy::date);
    void set_facts(std::string server, std::string database, sql::facts_ptr);
    void drain(); // sessions end as soon as they are between transactions
    [[nodiscard]] net::reactor& loop() { return reactor_; }
    struct counts {
        std::atomic<unsigned> login{0}, waiting{0}; // for a server connection
        std::atomic<unsigned> active{0}; // something is in flight or a transaction is open
        std::atomic<unsigned> idle{0};
    };
    [[nodiscard]] const counts& sessions() const { return counts_; }

    // For its sessions, on its thread.
    [[nodiscard]] shared_state& shared() { return shared_; }
    [[nodiscard]] session::environment& environment() { return *environment_; }
    [[nodiscard]] const routes_ptr& current_routes() const { return routes_; }
    [[nodiscard]] bool draining() const { return draining_; }
    [[nodiscard]] std::span<std::byte> buffer() { return buffer_; }
    [[nodiscard]] session::output& to_server() { return to_server_; }
    [[nodiscard]] session::output& to_client() { return to_client_; }
    // Seconds, roughly; stands still when nobody asks for idle sessions to be ended.
    [[nodiscard]] std::uint32_t tick() const { return tick_; }
    [[nodiscard]] client_session* find(std::uint64_t id);
    void add_session(int fd, origin);
    void remove(std::uint64_t id);
    [[nodiscard]] counts& session_counts() { return counts_; }
    // Cleans a connection whose client has left, and gives it back to the pool.
    void reset(server_connection_ptr);
    void end_reset(server_reset*);
    void send_cancel(const server_connection&, std::function<void()> done);
    void end_cancel(cancel_sender*);
    // `work` on another thread, then `done` on this one.
    void compute(std::function<void()> work, std::function<void()> done) {
        analyses_.submit(std::move(work), std::move(done));
    }

private:
    static void* run(void* self);
    void stop_listening();
    void send_cancel_statement(const server_connection&, std::string text,
                               std::function<void()> done);
    void end_idle_sessions();

    shared_state& shared_;
    session::observer& reports_;
    session::analysis_pool& analyses_;
    net::reactor reactor_;
    std::unique_ptr<session::environment> environment_;
    routes_ptr routes_;
    policy::snapshot_ptr first_policies_;
    policy::date first_today_;
    bool draining_ = false;
    counts counts_;
    std::vector<std::byte> buffer_;
    session::output to_server_;
    session::output to_client_;
    std::unordered_map<std::uint64_t, std::unique_ptr<client_session>> sessions_;
    std::unordered_map<server_reset*, std::unique_ptr<server_reset>> resets_;
    std::unordered_map<cancel_sender*, std::unique_ptr<cancel_sender>> cancels_;
    std::unordered_map<server_query*, std::unique_ptr<server_query>> queries_; // that cancel
    std::vector<std::shared_ptr<listener>> listeners_;
    std::uint64_t next_session_ = 1;
    std::uint32_t tick_ = 0;
    bool joined_ = false;
    pthread_t thread_{};
};

} // namespace ringfence::net
