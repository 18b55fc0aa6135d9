// The admin listener: GET /metrics, /healthz, /readyz and a status page at /. Nothing else, and
// nothing that changes anything. Runs on one io_context, whose thread is the only one that calls
// it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace ringfence::observe {

// What the listener shows; each is called on the io_context's thread.
struct admin_content {
    std::function<std::string()> metrics;
    std::function<std::string()> page;
    std::function<std::string()> not_ready; // why not; empty: ready
};

class admin_server {
public:
    struct settings {
        std::string address = "127.0.0.1";
        std::uint16_t port = 9127; // 0: any
        std::size_t max_connections = 64;
        std::chrono::milliseconds timeout{10'000}; // for one request, and between two
        std::uint32_t max_header_bytes = 8 * 1024;
    };

    // Binds at once. On failure `error` says why.
    admin_server(boost::asio::io_context&, settings, admin_content, std::string& error);
    ~admin_server();
    admin_server(const admin_server&) = delete;

    [[nodiscard]] std::uint16_t port() const; // as bound
    void stop();                              // closes the listener and all connections

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace ringfence::observe
