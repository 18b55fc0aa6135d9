#include "proxy/wire/mysql/capabilities.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

TEST(capabilities, have_the_values_of_the_servers_headers) {
    for (const auto& [name, value] : {std::pair{"CLIENT_PROTOCOL_41", 512ULL},
                                      {"CLIENT_SSL", 2048ULL},
                                      {"CLIENT_SECURE_CONNECTION", 32768ULL},
                                      {"CLIENT_PLUGIN_AUTH", 1ULL << 19},
                                      {"CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA", 1ULL << 21},
                                      {"CLIENT_SESSION_TRACK", 1ULL << 23},
                                      {"CLIENT_DEPRECATE_EOF", 1ULL << 24},
                                      {"CLIENT_QUERY_ATTRIBUTES", 1ULL << 27},
                                      {"CLIENT_REMEMBER_OPTIONS", 1ULL << 31},
                                      {"MARIADB_CLIENT_PROGRESS", 1ULL << 32},
                                      {"MARIADB_CLIENT_CACHE_METADATA", 1ULL << 36}}) {
        bool found = false;
        for (const auto& c : capability_names())
            found = found || (c.name == name && c.flag == value);
        EXPECT_TRUE(found) << name;
    }
}

TEST(capabilities, each_has_one_bit_and_no_bit_has_two_names) {
    capabilities seen = 0;
    for (const auto& [flag, name] : capability_names()) {
        EXPECT_EQ(flag & (flag - 1), 0U) << name;
        EXPECT_GT(flag, seen) << name;
        seen |= flag;
    }
    EXPECT_EQ(seen, 0x3fffffffffULL);
}

} // namespace
} // namespace ringfence::wire::mysql
