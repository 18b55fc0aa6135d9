// Idle server connections and who waits for them, shared by all workers. A lock, taken at login and
// logout only.
#pragma once

#include "proxy/net/server_connection.h"

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ringfence::net {

// What one who asked for a connection gets.
struct grant {
    server_connection_ptr
        connection; // null: open one; the place for it is yours until lost() or give_back()
};

class server_pool {
public:
    using clock = std::chrono::steady_clock;
    // Called on whatever thread frees a place, under no lock: post to your own.
    using notify = std::function<void(grant)>;

    struct ticket; // one who waits
    using ticket_ptr = std::shared_ptr<ticket>;

    explicit server_pool(const timeouts& t) : timeouts_(t) {}

    // Either `now` is set, or the ticket waits and `later` is called once.
    struct answer {
        bool granted = false;
        grant now;
        ticket_ptr waiting;
    };
    [[nodiscard]] answer acquire(const pool_key_ptr&, notify later);
    // No longer interested. False: `later` has been called, so a grant is on its way and must be
    // given back.
    [[nodiscard]] bool withdraw(const ticket_ptr&);

    void give_back(server_connection_ptr); // clean, and quiet
    void lost(const pool_key&);            // a connection ended, or was never made

    // Closes what has been idle or has lived too long; call it now and then.
    void sweep();
    // After a reload: connections to targets that are gone are not handed out any more.
    void retire(const std::vector<server_target_ptr>& current);

    struct figures {
        std::string server, database, user;
        unsigned used = 0, idle = 0, waiting = 0;
    };
    [[nodiscard]] std::vector<figures> look() const;

    // One for all connections on which it is alike.
    [[nodiscard]] session::server_state_ptr intern(policy::engine, session::server_state_ptr);
    // One key for all who ask for the same.
    [[nodiscard]] pool_key_ptr intern(pool_key_ptr);

private:
    struct group {
        unsigned places = 0;                    // connections that exist or are being made
        std::deque<server_connection_ptr> idle; // the most recently used last
        std::list<ticket_ptr> waiting;
    };
    [[nodiscard]] bool too_old(const server_connection&, clock::time_point now) const;
    [[nodiscard]] std::function<void()> hand_on(group&, server_connection_ptr);

    timeouts timeouts_;
    mutable std::mutex mutex_;
    std::map<std::string, group> groups_;
    std::map<policy::engine, std::vector<std::weak_ptr<const session::server_state>>> states_;
    std::map<std::string, std::weak_ptr<const pool_key>> keys_; // by all that is in them
    std::vector<server_target_ptr> current_;
};

} // namespace ringfence::net
