// A listening socket on one worker. TCP listeners exist once per worker (SO_REUSEPORT); a Unix
// socket exists once and deals its connections out.
#pragma once

#include "proxy/net/worker.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ringfence::net {

class listener {
public:
    // Throw std::system_error with the address in its text.
    [[nodiscard]] static std::unique_ptr<listener> tcp(const listen_settings&, std::uint16_t port,
                                                       std::size_t number);
    [[nodiscard]] static std::unique_ptr<listener> unix_socket(const unix_listen_settings&,
                                                               std::vector<worker*> deal_to);
    ~listener();
    listener(const listener&) = delete;

    [[nodiscard]] std::uint16_t
    port() const;        // the one that the system chose, where 0 was asked for
    void start(worker&); // on the worker's thread

private:
    listener() = default;
    void accept();

    int fd_ = -1;
    origin from_;
    std::string path_; // of a Unix socket, to be removed
    std::vector<worker*> deal_to_;
    std::size_t next_ = 0;
    worker* worker_ = nullptr;
    watch watch_;
    reactor::timer_id pause_ = reactor::no_timer;
};

} // namespace ringfence::net
