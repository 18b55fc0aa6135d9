// The control plane of a running proxy: signals, reload, the calendar, the admin listener,
// draining. Everything here happens on the thread that calls run().
#pragma once

#include "policy/model.h"
#include "proxy/config.h"
#include "proxy/observe/audit.h"
#include "proxy/session/credentials.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace ringfence::cli {

class control {
public:
    control(config::settings, observe::audit_log&, std::optional<policy::date> today);
    ~control();
    control(const control&) = delete;

    // Listens and serves when it returns. Throws with a text for the operator. `secrets` are the
    // files that the credentials name.
    void start(policy::snapshot_ptr, session::credentials_ptr,
               std::vector<std::filesystem::path> secrets);

    // Until SIGTERM or SIGINT and the drain that follows, or until a second one.
    void run();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace ringfence::cli
