// The data path as a whole, for the control plane: start it, give it new policies, drain it, look
// at it.
#pragma once

#include "proxy/net/catalogue_keeper.h"
#include "proxy/net/server_pool.h"
#include "proxy/net/settings.h"
#include "proxy/session/client_login.h"
#include "proxy/session/observer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ringfence::net {

struct hooks {
    std::function<session::observer&()> new_worker;        // once per worker, before it starts
    std::function<void(const failed_login&)> login_failed; // on any thread
    std::function<void(const catalogue_reading&)> catalogue_read; // on any thread
};

class proxy {
public:
    proxy(settings, hooks);
    ~proxy(); // stops at once
    proxy(const proxy&) = delete;

    // Listens and serves when it returns. Throws std::system_error or tls_error with a text for the
    // operator.
    void start(policy::snapshot_ptr, session::credentials_ptr, policy::date today);

    void set_policies(policy::snapshot_ptr);
    // New credentials, and certificates read anew. Throws tls_error; the old ones then stay.
    void set_credentials(session::credentials_ptr);
    void set_today(policy::date);

    void drain();
    [[nodiscard]] bool drained() const; // no client is left
    void stop();

    struct figures {
        unsigned login = 0, waiting = 0, active = 0, idle = 0; // client connections by state
        std::vector<server_pool::figures> pools;
        std::vector<catalogue_keeper::figures> catalogues;
    };
    [[nodiscard]] figures look() const;
    // Of listener number `i`: the port that the system chose, where 0 was configured.
    [[nodiscard]] std::uint16_t port(std::size_t i) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace ringfence::net
