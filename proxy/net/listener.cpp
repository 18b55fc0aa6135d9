#include "proxy/net/listener.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace ringfence::net {
namespace {

constexpr int backlog = 4096;
// So that a storm of new clients does not hold up those who are there.
constexpr int most_accepts = 64;
constexpr unsigned most_told = 100;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string text_of(const sockaddr_storage& a) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (a.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&a);
        inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
        return std::string(text.data()) + ":" + std::to_string(ntohs(v4->sin_port));
    }
    if (a.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&a);
        inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
        return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6->sin6_port));
    }
    return "unix";
}

} // namespace

std::unique_ptr<listener> listener::tcp(const listen_settings& s, std::uint16_t port,
                                        std::size_t number) {
    const std::string where = s.address + " port " + std::to_string(port);
    const auto addresses = resolver::immediate({s.address, port});
    if (addresses.empty() || s.address.starts_with('/')) {
        errno = EADDRNOTAVAIL;
        fail("cannot listen on " + where + ": not an IP address");
    }
    std::unique_ptr<listener> l(new listener);
    l->from_ = {.engine = s.engine,
                .listener = number,
                .unix_socket = false,
                .tls = s.tls,
                .server = s.server,
                .peer = {}};
    const address& a = addresses.front();
    l->fd_ = ::socket(a.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd_ < 0)
        fail("cannot listen on " + where);
    const int on = 1;
    setsockopt(l->fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(l->fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (a.storage.ss_family == AF_INET6)
        setsockopt(l->fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(l->fd_, reinterpret_cast<const sockaddr*>(&a.storage), a.size) != 0 ||
        ::listen(l->fd_, backlog) != 0)
        fail("cannot listen on " + where);
    return l;
}

std::unique_ptr<listener> listener::unix_socket(const unix_listen_settings& s,
                                                std::vector<worker*> deal_to) {
    std::unique_ptr<listener> l(new listener);
    l->from_ = {.engine = policy::engine::postgresql,
                .listener = 0,
                .unix_socket = true,
                .tls = session::tls_mode::disable,
                .server = s.server,
                .peer = {}};
    l->deal_to_ = std::move(deal_to);
    const std::string path = s.directory + "/.s.PGSQL." + std::to_string(s.port);
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    if (path.size() >= sizeof un.sun_path) {
        errno = ENAMETOOLONG;
        fail("cannot listen on " + path);
    }
    std::copy(path.begin(), path.end(), std::begin(un.sun_path));
    l->fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd_ < 0)
        fail("cannot listen on " + path);
    // A socket that nobody listens on is left over from a process that ended; one that answers is
    // somebody's.
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool taken = ::connect(probe, reinterpret_cast<const sockaddr*>(&un), sizeof un) == 0;
    ::close(probe);
    if (taken) {
        errno = EADDRINUSE;
        fail("cannot listen on " + path);
    }
    ::unlink(path.c_str());
    if (::bind(l->fd_, reinterpret_cast<const sockaddr*>(&un), sizeof un) != 0)
        fail("cannot listen on " + path);
    l->path_ = path;
    if (::chmod(path.c_str(), s.mode) != 0 || ::listen(l->fd_, backlog) != 0)
        fail("cannot listen on " + path);
    return l;
}

listener::~listener() {
    if (worker_ != nullptr)
        worker_->loop().cancel(pause_);
    watch_.stop();
    if (fd_ >= 0)
        ::close(fd_);
    if (!path_.empty())
        ::unlink(path_.c_str());
}

std::uint16_t listener::port() const {
    sockaddr_storage a{};
    socklen_t size = sizeof a;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &size);
    if (a.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in*>(&a)->sin_port);
    if (a.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&a)->sin6_port);
    return 0;
}

void listener::start(worker& w) {
    worker_ = &w;
    watch_.start(
        w.loop(), fd_, watch::readable,
        [](void* self, std::uint32_t) { static_cast<listener*>(self)->accept(); }, this);
}

void listener::accept() {
    for (int i = 0; i < most_accepts; ++i) {
        sockaddr_storage a{};
        socklen_t size = sizeof a;
        const int fd =
            ::accept4(fd_, reinterpret_cast<sockaddr*>(&a), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                // The connection stays in the queue and would wake us at once again.
                watch_.want(watch::none);
                pause_ = worker_->loop().after(std::chrono::milliseconds(100), [this] {
                    pause_ = reactor::no_timer;
                    watch_.want(watch::readable);
                });
            }
            return;
        }
        // Some more may log in, so that they can be told why they may not stay.
        const unsigned most = worker_->shared().settings.max_client_connections;
        const unsigned now = worker_->shared().connections;
        if (now >= most + most_told) {
            ::close(fd);
            continue;
        }
        if (!from_.unix_socket) {
            const int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        }
        origin from = from_;
        from.peer = text_of(a);
        from.over_limit = now >= most;
        worker& to = deal_to_.empty() ? *worker_ : *deal_to_[next_++ % deal_to_.size()];
        if (&to == worker_)
            to.add_session(fd, std::move(from));
        else
            to.accept(fd, std::move(from));
    }
}

} // namespace ringfence::net
