#include "proxy/auth/saslprep.h"
#include "proxy/auth/scram_client.h"
#include "proxy/auth/scram_server.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

TEST(saslprep, ascii_never_changes) {
    std::string all;
    for (char c = 1; c < 127; ++c)
        all += c;
    EXPECT_EQ(saslprep(all), all);
    EXPECT_EQ(saslprep(""), "");
    EXPECT_EQ(saslprep("correct horse battery staple"), "correct horse battery staple");
}

TEST(saslprep, spaces_become_spaces_and_what_is_invisible_goes) {
    EXPECT_EQ(saslprep("a\u00a0b\u3000c"), "a b c");
    EXPECT_EQ(saslprep("I\u00adX"), "IX"); // RFC 4013, section 3
    EXPECT_EQ(saslprep("p\u00e4ssw\u00f6rd \u5bc6\u7801 \U0001f511"),
              "p\u00e4ssw\u00f6rd \u5bc6\u7801 \U0001f511");
}

TEST(saslprep, what_is_prohibited_is_used_as_it_is) {
    for (const std::string& password : {std::string("a\u00a0b\x07"), std::string("\u00ada\u202e"),
                                        std::string("\u00a0\ue000"), std::string("\u00ad")})
        EXPECT_EQ(saslprep(password), password);
}

TEST(saslprep, what_is_not_utf8_is_used_as_it_is) {
    for (const std::string_view password :
         {"\u00a0\xff", "\u00a0\xc3", "\u00a0\xc0\x80", "\u00a0\xe0\x80\x80", "\u00a0\xed\xa0\x80",
          "\u00a0\xf4\x90\x80\x80", "\u00a0\xf0\x80\x80\x80", "\u00a0\x80", "\u00a0\xe2\x82"})
        EXPECT_EQ(saslprep(password), password);
}

TEST(saslprep, is_what_client_and_verifier_hash) {
    scram_server server({make_scram_verifier("a b", 64)}, {}, "");
    scram_client client("a\u00a0b", "", false);
    const auto challenge = server.first(scram_plain, client.first());
    EXPECT_EQ(server.final(client.final(challenge.data)).status, scram_server::status::accepted);
    scram_server other({make_scram_verifier("a\u00a0b", 64)}, {}, "");
    scram_client plain("a b", "", false);
    const auto again = other.first(scram_plain, plain.first());
    EXPECT_EQ(other.final(plain.final(again.data)).status, scram_server::status::accepted);
}

} // namespace
} // namespace ringfence::auth
