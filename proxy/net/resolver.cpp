#include "proxy/net/resolver.h"

#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>

namespace ringfence::net {
namespace {

std::vector<address> look_up(const endpoint& e, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (getaddrinfo(e.host.c_str(), std::to_string(e.port).c_str(), &hints, &found) != 0)
        return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    std::vector<address> all;
    for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
        address one;
        std::memcpy(&one.storage, a->ai_addr, a->ai_addrlen);
        one.size = a->ai_addrlen;
        all.push_back(one);
    }
    return all;
}

} // namespace

std::vector<address> resolver::immediate(const endpoint& e) {
    if (!e.host.starts_with('/'))
        return look_up(e, AI_NUMERICHOST);
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    const std::string path = e.port == 0 ? e.host : e.host + "/.s.PGSQL." + std::to_string(e.port);
    if (path.size() >= sizeof un.sun_path)
        return {};
    std::copy(path.begin(), path.end(), std::begin(un.sun_path));
    address one;
    std::memcpy(&one.storage, &un, sizeof un);
    one.size = sizeof un;
    return {one};
}

resolver::resolver() {
    std::thread([s = state_] { run(s); }).detach();
}

void resolver::stop() {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->questions.clear();
    state_->more.notify_one();
}

void resolver::resolve(const endpoint& what, reactor& r, answer then) {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping)
        return;
    state_->questions.push_back({what, &r, std::move(then)});
    state_->more.notify_one();
}

void resolver::run(const std::shared_ptr<state>& s) {
    std::unique_lock lock(s->mutex);
    for (;;) {
        s->more.wait(lock, [&s] { return s->stopping || !s->questions.empty(); });
        if (s->stopping)
            return;
        question q = std::move(s->questions.front());
        s->questions.pop_front();
        lock.unlock();
        auto found = look_up(q.what, 0);
        lock.lock();
        if (!s->stopping) // under the lock: whoever stops us may destroy the reactor next
            q.where->post([then = std::move(q.then), found = std::move(found)]() mutable {
                then(std::move(found));
            });
    }
}

} // namespace ringfence::net
