#include "packets.h"
#include "proxy/wire/mysql/arguments.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr capabilities with = capability::protocol_41 | capability::query_attributes;
constexpr capabilities without = capability::protocol_41;

TEST(query, is_all_text_if_nobody_spoke_of_attributes) {
    query q;
    ASSERT_EQ(decode_query(view(hex("0300") + "1SELECT 1"), without, q), outcome::ok);
    EXPECT_EQ(q.text, std::string_view("\0001SELECT 1", 10));
    ASSERT_EQ(decode_query(view("\x03"), without, q), outcome::ok);
    EXPECT_EQ(q.text, "");
    EXPECT_EQ(decode_query(view(""), without, q), outcome::malformed);
}

TEST(query, its_text_begins_behind_its_attributes) {
    // The example of MySQL's documentation.
    const std::string example =
        hex("03 01 01 00 01 fe00 0161 0131") + "select @@version_comment limit 1";
    query q;
    ASSERT_EQ(decode_query(view(example), with, q), outcome::ok);
    EXPECT_EQ(q.text, "select @@version_comment limit 1");
    ASSERT_EQ(q.attributes.size(), 1U);
    EXPECT_EQ(q.attributes[0].name, "a");
    EXPECT_EQ(q.attributes[0].value, "1");
    EXPECT_EQ(q.attributes[0].type, 0xfe);
    for (std::size_t n = 0; n < 11; ++n)
        EXPECT_EQ(decode_query(view(example).first(n), with, q), outcome::malformed) << n;
}

TEST(query, without_attributes_still_says_that_there_are_none) {
    std::string out;
    encode_query(out, with, "SELECT 1");
    EXPECT_EQ(out, hex("030001") + "SELECT 1");
    query q;
    ASSERT_EQ(decode_query(view(out), with, q), outcome::ok);
    EXPECT_EQ(q.text, "SELECT 1");
    out.clear();
    encode_query(out, without, "SELECT 1");
    EXPECT_EQ(out, "\x03SELECT 1");
}

TEST(query, attributes_of_each_size) {
    const std::string types = hex("0100 0161 0280 0162 0300 0163 0400 0164 0500 0165 0880 0166 "
                                  "0c00 0167 0600 0168 f600 0169");
    const std::string values = hex("01 0202 03030303 04040404 0505050505050505 0808080808080808 "
                                   "04 e9070101 02") +
                               "10";
    query q;
    ASSERT_EQ(decode_query(view(hex("03 09 01 8000 01") + types + values + "SELECT 1"), with, q),
              outcome::ok);
    EXPECT_EQ(q.text, "SELECT 1");
    ASSERT_EQ(q.attributes.size(), 9U);
    EXPECT_EQ(q.attributes[1].value, hex("0202"));
    EXPECT_TRUE(q.attributes[1].is_unsigned);
    EXPECT_EQ(q.attributes[6].value, hex("e9070101"));
    EXPECT_EQ(q.attributes[7].value, std::nullopt);
    EXPECT_EQ(q.attributes[8].value, "10");
}

// Whoever makes us see another beginning of the text than the server does, makes us judge another
// statement.
TEST(query, an_attribute_that_could_hide_where_the_text_begins_is_malformed) {
    query q;
    for (const auto& text :
         {"03 01 00 00 01 fe00 0161 0131",  // no set
          "03 01 02 00 01 fe00 0161 0131",  // two sets
          "03 00 00",                       // no set of nothing
          "03 01 01 00 00 0131",            // types that the server would remember
          "03 01 01 00 02 fe00 0161 0131",  //
          "03 01 01 00 01 0600 0161 0131",  // the type NULL with a value
          "03 01 01 00 01 ff00 0161 0131",  // a geometry
          "03 01 01 00 01 0d00 0161 0131",  // a year
          "03 01 01 01 01 ff00 0161",       // not even as NULL
          "03 01 01 00 01 fe01 0161 0131",  // bits that mean nothing
          "03 01 01 00 01 fe00 fb 0131",    // NULL for a name
          "03 01 01 00 01 fe00 0161 fb",    // NULL for a length
          "03 01 01 00 01 fe00 0161 ff",    //
          "03 01 01 00 01 fe00 0161 05 61", // longer than all
          "03 01 01 00 01 fe00 0161 feffffffffffffffff", "03 feffffffffffffffff 01 00",
          "03 fc0101 01 00", "03 fb 01", "03 ff 01"})
        EXPECT_EQ(decode_query(view(hex(text)), with, q), outcome::malformed) << text;
}

TEST(query, attributes_have_a_bound) {
    const auto many = [](std::size_t n) {
        std::string out = "\x03\xfc" + u16(static_cast<unsigned>(n)) + '\x01';
        out += std::string((n + 7) / 8, '\xff') + '\x01';
        for (std::size_t i = 0; i < n; ++i)
            out += hex("0600 00");
        return out + "SELECT 1";
    };
    query q;
    ASSERT_EQ(decode_query(view(many(most_query_attributes)), with, q), outcome::ok);
    EXPECT_EQ(q.text, "SELECT 1");
    EXPECT_EQ(decode_query(view(many(most_query_attributes + 1)), with, q), outcome::malformed);
}

} // namespace
} // namespace ringfence::wire::mysql
