#include "proxy/net/cancel_registry.h"

#include <gtest/gtest.h>

namespace ringfence::net {
namespace {

TEST(cancel_registry, a_key_reaches_its_own_session_and_no_other) {
    cancel_registry r;
    int a = 0, b = 0;
    const auto key_a = r.add(false, [&a](auto) { ++a; });
    const auto key_b = r.add(false, [&b](auto) { ++b; });
    EXPECT_NE(key_a, key_b);
    r.cancel(key_a, [] {});
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 0);
}

TEST(cancel_registry, a_key_of_a_session_that_ended_reaches_nobody) {
    cancel_registry r;
    int a = 0;
    const auto key = r.add(false, [&a](auto) { ++a; });
    r.remove(key);
    r.cancel(key, [] {});
    EXPECT_EQ(a, 0);
}

TEST(cancel_registry, a_wrong_secret_or_a_part_of_the_key_reaches_nobody) {
    cancel_registry r;
    int a = 0;
    auto key = r.add(false, [&a](auto) { ++a; });
    r.cancel(key.substr(0, 4), [] {});
    key.back() = static_cast<char>(key.back() ^ 1);
    r.cancel(key, [] {});
    EXPECT_EQ(a, 0);
}

TEST(cancel_registry, protocol_3_2_gets_a_long_secret) {
    cancel_registry r;
    EXPECT_EQ(r.add(false, [](auto) {}).size(), 8U);
    EXPECT_EQ(r.add(true, [](auto) {}).size(), 36U);
}

} // namespace
} // namespace ringfence::net
