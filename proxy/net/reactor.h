// One thread's event loop: sockets, timers, and work posted by other threads.
//
// An epoll loop of our own and not an io_context: the data path needs a socket to stay armed (Asio
// re-arms each wait with a system call, or reads speculatively into EAGAIN), and nine tenths of a
// proxy's cost are system calls. Level-triggered, so that a handler may leave bytes in the socket
// and be called again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace ringfence::net {

class reactor;

// A file descriptor in a reactor's care. Not movable: the kernel holds its address.
class watch {
public:
    enum interest : std::uint32_t {
        none = 0,
        readable = 1,
        writable = 2,
        hang_up = 4, // the peer will send no more, whether or not all of it has been read
    };

    watch() = default;
    ~watch() { stop(); }
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

    // `on_event` is called with what of `want` has happened; when the connection is broken, with
    // everything. It may destroy this watch or any other.
    // A watch that wants nothing is told of a broken connection once: the kernel would tell it
    // again and again.
    using handler = void (*)(void* self, std::uint32_t events);
    void start(reactor&, int fd, std::uint32_t want, handler, void* self);
    void want(std::uint32_t); // no system call when nothing changes
    void stop();
    [[nodiscard]] bool active() const { return owner_ != nullptr; }

private:
    friend class reactor;
    reactor* owner_ = nullptr;
    handler on_event_ = nullptr;
    void* self_ = nullptr;
    int fd_ = -1;
    std::uint32_t want_ = 0;
    bool muted_ = false; // not in the kernel's set until something is wanted
};

class reactor {
public:
    using clock = std::chrono::steady_clock;
    using timer_id = std::pair<clock::time_point, std::uint64_t>;
    static constexpr timer_id no_timer{};

    reactor();
    ~reactor();
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    void run(); // until stop()

    // From any thread.
    void post(std::function<void()>);
    void stop();

    // From the loop's thread only.
    [[nodiscard]] timer_id at(clock::time_point, std::function<void()>);
    [[nodiscard]] timer_id after(clock::duration d, std::function<void()> f) {
        return at(clock::now() + d, std::move(f));
    }
    void cancel(timer_id&); // fine for no_timer and for those that have fired
    // After the events at hand: the place to destroy what is still on the call stack.
    void defer(std::function<void()> f) { deferred_.push_back(std::move(f)); }

private:
    friend class watch;
    [[nodiscard]] int wait_limit() const;
    void run_posted();
    void run_timers();
    void run_deferred();

    int epoll_ = -1;
    int wake_ = -1;
    std::atomic<bool> stopping_{false};
    std::vector<watch*> batch_; // of the events being handled; null: stopped meanwhile
    std::map<timer_id, std::function<void()>> timers_;
    std::uint64_t next_timer_ = 1;
    std::vector<std::function<void()>> deferred_;
    std::mutex mutex_; // guards posted_
    std::vector<std::function<void()>> posted_;
};

} // namespace ringfence::net
