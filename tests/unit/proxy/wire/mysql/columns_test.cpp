#include "packets.h"
#include "proxy/wire/mysql/columns.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr capabilities plain = capability::protocol_41;
constexpr capabilities caching = plain | capability::mariadb_cache_metadata;

TEST(columns, are_at_least_one) {
    column_count c;
    ASSERT_EQ(decode_column_count(view(hex("02")), plain, c), outcome::ok);
    EXPECT_EQ(c.columns, 2);
    EXPECT_TRUE(c.described);
    ASSERT_EQ(decode_column_count(view(hex("fcffff")), plain, c), outcome::ok);
    EXPECT_EQ(c.columns, 0xffff);
    for (const auto& text :
         {"", "00", "fb", "ff", "fc01", "fd000001", "feffffffffffffffff", "0201"})
        EXPECT_EQ(decode_column_count(view(hex(text)), plain, c), outcome::malformed) << text;
}

TEST(columns, may_be_known_to_the_client) {
    column_count c;
    ASSERT_EQ(decode_column_count(view(hex("0200")), caching, c), outcome::ok);
    EXPECT_FALSE(c.described);
    std::string again;
    encode_column_count(again, caching, c);
    EXPECT_EQ(again, hex("0200"));
    ASSERT_EQ(decode_column_count(view(hex("0201")), caching, c), outcome::ok);
    EXPECT_TRUE(c.described);
    for (const auto& text : {"02", "0202", "020101"})
        EXPECT_EQ(decode_column_count(view(hex(text)), caching, c), outcome::malformed) << text;
}

TEST(column, says_where_it_comes_from) {
    const std::string recorded =
        hex("03646566066f726465727301740174046e616d65046e616d650c2d00500000"
            "00fd0000000000");
    column c;
    ASSERT_EQ(decode_column(view(recorded), plain, false, c), outcome::ok);
    EXPECT_EQ(c.catalog, "def");
    EXPECT_EQ(c.schema, "orders");
    EXPECT_EQ(c.table, "t");
    EXPECT_EQ(c.org_table, "t");
    EXPECT_EQ(c.name, "name");
    EXPECT_EQ(c.org_name, "name");
    EXPECT_EQ(c.collation, 45);
    EXPECT_EQ(c.length, 80U);
    EXPECT_EQ(c.type, 0xfd);
    std::string again;
    encode_column(again, plain, c);
    EXPECT_EQ(again, recorded);
    for (std::size_t n = 0; n < recorded.size(); ++n)
        EXPECT_EQ(decode_column(view(recorded).first(n), plain, false, c), outcome::malformed) << n;
    EXPECT_EQ(decode_column(view(recorded + "x"), plain, false, c), outcome::malformed);
}

TEST(column, of_mariadb_may_say_more) {
    const std::string recorded =
        hex("03646566066f726465727301740174026964026964000c3f000b000000030350000000");
    const capabilities extended = plain | capability::mariadb_extended_metadata;
    column c;
    ASSERT_EQ(decode_column(view(recorded), extended, false, c), outcome::ok);
    EXPECT_EQ(c.extension, "");
    EXPECT_EQ(c.type, 3);
    EXPECT_EQ(decode_column(view(recorded), plain, false, c), outcome::malformed);
}

TEST(column, of_a_field_list_ends_with_its_default) {
    column c;
    ASSERT_EQ(
        decode_column(view(hex("03646566066f7264657273017401740269640269640c3f000b000000030350"
                               "0000000130")),
                      plain, true, c),
        outcome::ok);
    EXPECT_EQ(c.default_value, "0");
    ASSERT_EQ(
        decode_column(view(hex("03646566066f726465727301740174046e616d65046e616d650c2d00500000"
                               "00fd0000000000fb")),
                      plain, true, c),
        outcome::ok);
    EXPECT_EQ(c.default_value, std::nullopt);
}

TEST(prepared, names_the_statement_and_counts) {
    const std::string recorded = hex("000100000002000100000000");
    prepared p;
    ASSERT_EQ(decode_prepared(view(recorded), plain, p), outcome::ok);
    EXPECT_EQ(p.statement, 1U);
    EXPECT_EQ(p.columns, 2);
    EXPECT_EQ(p.parameters, 1);
    EXPECT_TRUE(p.described);
    for (std::size_t n = 0; n < recorded.size(); ++n)
        EXPECT_EQ(decode_prepared(view(recorded).first(n), plain, p), outcome::malformed) << n;
    EXPECT_EQ(decode_prepared(view(recorded + "x"), plain, p), outcome::malformed);
    const capabilities optional = plain | capability::optional_metadata;
    ASSERT_EQ(decode_prepared(view(recorded + '\0'), optional, p), outcome::ok);
    EXPECT_FALSE(p.described);
    EXPECT_EQ(decode_prepared(view(recorded + '\2'), optional, p), outcome::malformed);
    EXPECT_EQ(decode_prepared(view(hex("ff0100000002000100000000")), plain, p), outcome::malformed);
}

} // namespace
} // namespace ringfence::wire::mysql
