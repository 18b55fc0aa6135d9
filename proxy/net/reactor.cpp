#include "proxy/net/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace ringfence::net {
namespace {

constexpr std::size_t most_events = 256;

std::uint32_t kernel_events(std::uint32_t want) {
    return ((want & watch::readable) != 0 ? std::uint32_t{EPOLLIN} : 0U) |
           ((want & watch::writable) != 0 ? std::uint32_t{EPOLLOUT} : 0U) |
           ((want & watch::hang_up) != 0 ? std::uint32_t{EPOLLRDHUP} : 0U);
}

} // namespace

// ----------------------------------------------------------------------------------------------
// watch

void watch::start(reactor& r, int fd, std::uint32_t want, handler h, void* self) {
    stop();
    epoll_event event{};
    event.events = kernel_events(want);
    event.data.ptr = this;
    if (epoll_ctl(r.epoll_, EPOLL_CTL_ADD, fd, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    owner_ = &r;
    fd_ = fd;
    want_ = want;
    muted_ = false;
    on_event_ = h;
    self_ = self;
}

void watch::want(std::uint32_t want) {
    if (owner_ == nullptr || want == want_)
        return;
    epoll_event event{};
    event.events = kernel_events(want);
    event.data.ptr = this;
    epoll_ctl(owner_->epoll_, muted_ ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd_, &event);
    muted_ = false;
    want_ = want;
}

void watch::stop() {
    if (owner_ == nullptr)
        return;
    if (!muted_)
        epoll_ctl(owner_->epoll_, EPOLL_CTL_DEL, fd_, nullptr);
    std::replace(owner_->batch_.begin(), owner_->batch_.end(), this, static_cast<watch*>(nullptr));
    owner_ = nullptr;
    fd_ = -1;
}

// ----------------------------------------------------------------------------------------------
// reactor

reactor::reactor()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (epoll_ < 0 || wake_ < 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr; // the eventfd
    epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
    batch_.reserve(most_events);
}

reactor::~reactor() {
    close(wake_);
    close(epoll_);
}

void reactor::post(std::function<void()> work) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = posted_.empty();
        posted_.push_back(std::move(work));
    }
    if (!first)
        return;
    const std::uint64_t one = 1;
    static_cast<void>(!write(wake_, &one, sizeof one));
}

void reactor::stop() {
    post([this] { stopping_ = true; });
}

reactor::timer_id reactor::at(clock::time_point when, std::function<void()> work) {
    const timer_id id{when, next_timer_++};
    timers_.emplace(id, std::move(work));
    return id;
}

void reactor::cancel(timer_id& id) {
    if (id != no_timer)
        timers_.erase(id);
    id = no_timer;
}

int reactor::wait_limit() const {
    if (!deferred_.empty())
        return 0;
    if (timers_.empty())
        return -1;
    const auto left = timers_.begin()->first.first - clock::now();
    if (left <= clock::duration::zero())
        return 0;
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::min<decltype(ms)>(ms, 60'000));
}

void reactor::run() {
    std::array<epoll_event, most_events> events;
    while (!stopping_) {
        const int n =
            epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_limit());
        batch_.clear();
        bool woken = false;
        for (int i = 0; i < n; ++i) {
            auto* w = static_cast<watch*>(events[static_cast<std::size_t>(i)].data.ptr);
            woken = woken || w == nullptr;
            batch_.push_back(w);
        }
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            watch* w = batch_[i];
            if (w == nullptr)
                continue; // the eventfd, or stopped by a handler before it
            const std::uint32_t e = events[i].events;
            std::uint32_t happened = 0;
            const bool broken = (e & (EPOLLHUP | EPOLLERR)) != 0;
            if ((e & EPOLLIN) != 0 || broken)
                happened |= watch::readable;
            if ((e & EPOLLOUT) != 0 || broken)
                happened |= watch::writable;
            if ((e & EPOLLRDHUP) != 0 || broken)
                happened |= watch::hang_up;
            if (!broken)
                happened &= w->want_; // which a handler before it may have changed
            if (happened != 0)
                w->on_event_(w->self_, happened);
            if (broken && batch_[i] == w && w->want_ == watch::none && !w->muted_) {
                epoll_ctl(epoll_, EPOLL_CTL_DEL, w->fd_, nullptr);
                w->muted_ = true;
            }
        }
        batch_.clear();
        if (woken) {
            std::uint64_t count = 0;
            static_cast<void>(!read(wake_, &count, sizeof count));
            run_posted();
        }
        run_timers();
        run_deferred();
    }
    run_posted();
    run_deferred();
}

void reactor::run_posted() {
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(mutex_);
        work.swap(posted_);
    }
    for (auto& w : work)
        w();
}

void reactor::run_timers() {
    if (timers_.empty())
        return;
    const auto now = clock::now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
        auto node = timers_.extract(timers_.begin());
        node.mapped()();
    }
}

void reactor::run_deferred() {
    while (!deferred_.empty()) {
        auto work = std::exchange(deferred_, {});
        for (auto& w : work)
            w();
    }
}

} // namespace ringfence::net
