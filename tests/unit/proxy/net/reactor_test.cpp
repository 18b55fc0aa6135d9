#include "proxy/net/reactor.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>
#include <utility>

namespace ringfence::net {
namespace {

using namespace std::chrono_literals;

struct pair {
    std::array<int, 2> fd{-1, -1};
    pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd.data()), 0); }
    ~pair() {
        close(fd[0]);
        close(fd[1]);
    }
};

TEST(reactor, runs_what_other_threads_post_in_order) {
    reactor r;
    std::string seen;
    std::thread other([&] {
        for (const char c : {'a', 'b', 'c'})
            r.post([&seen, c] { seen += c; });
        r.stop();
    });
    r.run();
    other.join();
    EXPECT_EQ(seen, "abc");
}

TEST(reactor, timers_fire_in_the_order_of_their_times_and_not_when_cancelled) {
    reactor r;
    std::string seen;
    static_cast<void>(r.after(3ms, [&] {
        seen += '3';
        r.stop();
    }));
    static_cast<void>(r.after(1ms, [&] { seen += '1'; }));
    auto never = r.after(2ms, [&] { seen += '2'; });
    r.cancel(never);
    EXPECT_EQ(never, reactor::no_timer);
    r.run();
    EXPECT_EQ(seen, "13");
}

struct seen_events {
    reactor& r;
    int fd;
    std::unique_ptr<watch>* other = nullptr;
    int count = 0;
    static void on(void* self, std::uint32_t) {
        auto& s = *static_cast<seen_events*>(self);
        ++s.count;
        if (s.other != nullptr)
            s.other->reset(); // takes the other's event out of the batch
        std::array<char, 8> drop;
        static_cast<void>(!read(s.fd, drop.data(), drop.size()));
        s.r.stop();
    }
};

TEST(reactor, a_watch_destroyed_by_another_ones_handler_is_not_called) {
    reactor r;
    pair p, q;
    seen_events a{r, p.fd[0]}, b{r, q.fd[0]};
    auto wa = std::make_unique<watch>();
    auto wb = std::make_unique<watch>();
    a.other = &wb;
    b.other = &wa;
    wa->start(r, p.fd[0], watch::readable, &seen_events::on, &a);
    wb->start(r, q.fd[0], watch::readable, &seen_events::on, &b);
    ASSERT_EQ(write(p.fd[1], "x", 1), 1);
    ASSERT_EQ(write(q.fd[1], "x", 1), 1);
    r.run();
    EXPECT_EQ(a.count + b.count, 1);
}

TEST(reactor, a_hang_up_is_told_to_a_watch_that_wants_nothing) {
    reactor r;
    pair p;
    seen_events a{r, p.fd[0]};
    watch w;
    w.start(r, p.fd[0], watch::none, &seen_events::on, &a);
    close(std::exchange(p.fd[1], -1));
    r.run();
    EXPECT_GE(a.count, 1);
}

TEST(reactor, deferred_work_runs_after_the_events_and_may_defer_more) {
    reactor r;
    std::string seen;
    r.post([&] {
        r.defer([&] {
            seen += 'b';
            r.defer([&] {
                seen += 'c';
                r.stop();
            });
        });
        seen += 'a';
    });
    r.run();
    EXPECT_EQ(seen, "abc");
}

} // namespace
} // namespace ringfence::net
