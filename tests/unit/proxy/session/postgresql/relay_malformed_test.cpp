// Bad bytes of either side get one clear error, and the session ends; nothing of them is forwarded.
#include "conversation.h"

namespace ringfence::session::postgresql::test {
namespace {

using testing::HasSubstr;

std::string with_length(char type, std::uint32_t length) {
    std::string out(1, type);
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((length >> shift) & 0xff);
    return out + std::string(16, 'x');
}

TEST(relay_malformed, impossible_lengths_from_the_client) {
    for (const char type : {'Q', 'P', 'B', 'E', 'D', 'C', 'S', 'H', 'd', 'c', 'f', 'F', 'X'})
        for (const std::uint32_t length : {0xffffffffU, 0U, 3U, 0x7fffffffU}) {
            worker w;
            conversation c(w);
            const auto sent = c.client(with_length(type, length));
            EXPECT_EQ(sent, "") << type << length;
            EXPECT_THAT(c.for_client(), HasSubstr("08P01")) << type << length;
            EXPECT_EQ(c.r.current(), relay::status::broken) << type << length;
        }
}

TEST(relay_malformed, impossible_lengths_from_the_server) {
    for (const char type : {'D', 'Z', 'E', 'T', 'S', 'C', 'G'})
        for (const std::uint32_t length : {0xffffffffU, 0U, 3U, 0x7fffffffU}) {
            worker w;
            conversation c(w);
            EXPECT_THAT(c.server(with_length(type, length)), HasSubstr("08P01")) << type << length;
            EXPECT_EQ(c.r.current(), relay::status::broken) << type << length;
        }
}

TEST(relay_malformed, unknown_types) {
    for (int type = 1; type < 256; ++type) {
        const auto t = static_cast<char>(type);
        if (std::string_view("QPBEDCSHdcfFX").find(t) == std::string_view::npos) {
            worker w;
            conversation c(w);
            EXPECT_EQ(c.client(msg(t, "body")), "") << type;
            EXPECT_EQ(c.r.current(), relay::status::broken) << type;
        }
        if (std::string_view("DdCcEGHWIN123TtnsSZAV").find(t) == std::string_view::npos) {
            worker w;
            conversation c(w);
            static_cast<void>(c.server(msg(t, "body")));
            EXPECT_EQ(c.r.current(), relay::status::broken) << type;
        }
    }
}

TEST(relay_malformed, a_query_without_its_terminator_or_with_a_zero_inside) {
    for (const auto& body :
         {std::string("SELECT 1"), std::string("SELECT 1\0; DROP\0", 16), std::string()}) {
        worker w;
        conversation c(w);
        EXPECT_EQ(c.client(msg('Q', body)), "");
        EXPECT_EQ(c.r.current(), relay::status::broken);
    }
}

TEST(relay_malformed, a_parse_whose_parts_do_not_fill_it) {
    for (const auto& body :
         {z("s"), z("s") + z("SELECT 1"), z("s") + z("SELECT 1") + std::string("\0\5", 2),
          z("s") + z("SELECT 1") + std::string(2, '\0') + "junk"}) {
        worker w;
        conversation c(w);
        EXPECT_EQ(c.client(msg('P', body)), "");
        EXPECT_EQ(c.r.current(), relay::status::broken);
    }
}

TEST(relay_malformed, an_error_without_sqlstate_passes) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT 1")));
    const auto odd = msg('E', z("Modd") + '\0');
    EXPECT_EQ(c.server(odd + ready()), odd + ready());
}

TEST(relay_malformed, a_statement_longer_than_the_cap_is_refused_before_it_is_gathered) {
    environment::settings s;
    s.max_statement_bytes = 1000;
    worker w(load(shop()), s);
    conversation c(w);
    EXPECT_EQ(c.client(with_length('Q', 1001)), "");
    EXPECT_THAT(c.for_client(), HasSubstr("too long"));
}

} // namespace
} // namespace ringfence::session::postgresql::test
