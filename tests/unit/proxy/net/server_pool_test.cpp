#include "proxy/net/server_pool.h"

#include "proxy/session/postgresql/server_state.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>

namespace ringfence::net {
namespace {

using namespace std::chrono_literals;

server_target_ptr target(unsigned size) {
    auto t = std::make_shared<server_target>();
    t->server.name = "shop-pg";
    t->server.pool_size = size;
    t->login.user = "app";
    return t;
}

pool_key_ptr key(const server_target_ptr& t, std::string path = "orders") {
    auto k = std::make_shared<pool_key>();
    k->target = t;
    k->database = "shop";
    k->parameters = {{"search_path", std::move(path)}};
    return k;
}

// A connection whose other end the test holds.
struct made {
    server_connection_ptr connection = std::make_unique<server_connection>();
    int peer = -1;
    explicit made(const pool_key_ptr& k) {
        std::array<int, 2> fd{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd.data()), 0);
        connection->socket = transport(fd[0]);
        connection->key = k;
        connection->born = connection->idle_since = std::chrono::steady_clock::now();
        peer = fd[1];
    }
    ~made() {
        if (peer >= 0)
            close(peer);
    }
};

const server_pool::notify nobody = [](grant) { FAIL() << "not expected to wait"; };

TEST(server_pool, gives_places_up_to_its_size_and_makes_the_next_wait) {
    server_pool pool{timeouts{}};
    const auto k = key(target(2));
    EXPECT_TRUE(pool.acquire(k, nobody).granted);
    EXPECT_TRUE(pool.acquire(k, nobody).granted);
    bool called = false;
    const auto third = pool.acquire(k, [&](grant g) {
        called = true;
        EXPECT_EQ(g.connection, nullptr);
    });
    EXPECT_FALSE(third.granted);
    pool.lost(*k);
    EXPECT_TRUE(called);
}

TEST(server_pool, an_idle_connection_is_used_again) {
    server_pool pool{timeouts{}};
    const auto k = key(target(2));
    ASSERT_TRUE(pool.acquire(k, nobody).granted);
    made m(k);
    auto* const same = m.connection.get();
    pool.give_back(std::move(m.connection));
    const auto again = pool.acquire(k, nobody);
    ASSERT_TRUE(again.granted);
    EXPECT_EQ(again.now.connection.get(), same);
}

TEST(server_pool, a_client_with_other_start_up_parameters_never_gets_it) {
    server_pool pool{timeouts{}};
    const auto t = target(1);
    ASSERT_TRUE(pool.acquire(key(t), nobody).granted);
    made m(key(t));
    pool.give_back(std::move(m.connection));
    const auto other = pool.acquire(key(t, "users"), nobody);
    ASSERT_TRUE(other.granted);               // the idle one made room …
    EXPECT_EQ(other.now.connection, nullptr); // … for a new one
    char c = 0;
    EXPECT_EQ(read(m.peer, &c, 1), 0); // and is closed
}

TEST(server_pool, a_connection_that_the_server_closed_or_wrote_to_is_not_given_out) {
    server_pool pool{timeouts{}};
    const auto k = key(target(2));
    ASSERT_TRUE(pool.acquire(k, nobody).granted);
    ASSERT_TRUE(pool.acquire(k, nobody).granted);
    made closed(k), spoke(k);
    close(std::exchange(closed.peer, -1));
    ASSERT_EQ(write(spoke.peer, "E", 1), 1);
    pool.give_back(std::move(closed.connection));
    pool.give_back(std::move(spoke.connection));
    const auto next = pool.acquire(k, nobody);
    ASSERT_TRUE(next.granted);
    EXPECT_EQ(next.now.connection, nullptr);
}

TEST(server_pool, who_waits_longest_is_served_first) {
    server_pool pool{timeouts{}};
    const auto k = key(target(1));
    ASSERT_TRUE(pool.acquire(k, nobody).granted);
    std::string order;
    const auto a = pool.acquire(k, [&](grant) { order += 'a'; });
    const auto b = pool.acquire(k, [&](grant) { order += 'b'; });
    pool.lost(*k);
    pool.lost(*k);
    EXPECT_EQ(order, "ab");
}

TEST(server_pool, one_who_no_longer_waits_is_passed_over) {
    server_pool pool{timeouts{}};
    const auto k = key(target(1));
    ASSERT_TRUE(pool.acquire(k, nobody).granted);
    const auto gone = pool.acquire(k, nobody);
    bool called = false;
    const auto next = pool.acquire(k, [&](grant) { called = true; });
    EXPECT_TRUE(pool.withdraw(gone.waiting));
    pool.lost(*k);
    EXPECT_TRUE(called);
    EXPECT_FALSE(pool.withdraw(next.waiting));
}

TEST(server_pool, what_lived_too_long_is_closed_when_given_back) {
    timeouts t;
    t.server_lifetime = 1ms;
    server_pool pool{t};
    const auto k = key(target(1));
    ASSERT_TRUE(pool.acquire(k, nobody).granted);
    made m(k);
    m.connection->born -= 1h;
    pool.give_back(std::move(m.connection));
    char c = 0;
    EXPECT_EQ(read(m.peer, &c, 1), 0);
    EXPECT_TRUE(pool.acquire(k, nobody).granted);
}

TEST(server_pool, after_a_reload_connections_to_former_targets_are_not_given_out) {
    server_pool pool{timeouts{}};
    const auto old = target(1);
    ASSERT_TRUE(pool.acquire(key(old), nobody).granted);
    made m(key(old));
    pool.give_back(std::move(m.connection));
    pool.retire({target(1)});
    char c = 0;
    EXPECT_EQ(read(m.peer, &c, 1), 0);
    EXPECT_TRUE(pool.look().empty());
}

session::server_state_ptr said(std::string parameter_status) {
    auto made = std::make_shared<session::postgresql::server_state>();
    made->parameter_status = std::move(parameter_status);
    return made;
}

TEST(server_pool, what_servers_say_alike_is_kept_once) {
    server_pool pool{timeouts{}};
    using policy::engine;
    const auto a = pool.intern(engine::postgresql, said("S1"));
    EXPECT_EQ(pool.intern(engine::postgresql, said("S1")), a);
    EXPECT_NE(pool.intern(engine::postgresql, said("S2")), a);
}

} // namespace
} // namespace ringfence::net
