#include "packets.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/command.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr capabilities plain = capability::protocol_41 | capability::secure_connection;

TEST(arguments, a_text_goes_on_to_the_end) {
    std::string_view text;
    ASSERT_EQ(decode_text(view("\x16SELECT ?"), text), outcome::ok);
    EXPECT_EQ(text, "SELECT ?");
    ASSERT_EQ(decode_text(view("\x16"), text), outcome::ok);
    EXPECT_EQ(text, "");
    EXPECT_EQ(decode_text(view(""), text), outcome::malformed);
}

TEST(arguments, a_schema_s_name_has_no_zero_inside) {
    std::string_view schema;
    ASSERT_EQ(decode_name(view("\x02orders"), schema), outcome::ok);
    EXPECT_EQ(schema, "orders");
    EXPECT_EQ(decode_name(view("\x02" + z("orders")), schema), outcome::malformed);
    EXPECT_EQ(decode_name(view("\x02" + z("orders") + "x"), schema), outcome::malformed);
}

TEST(arguments, a_field_list_is_a_table_and_a_wildcard) {
    field_list f;
    ASSERT_EQ(decode_field_list(view("\x04" + z("t") + "na%"), f), outcome::ok);
    EXPECT_EQ(f.table, "t");
    EXPECT_EQ(f.wildcard, "na%");
    ASSERT_EQ(decode_field_list(view("\x04" + z("t") + z("")), f), outcome::ok);
    EXPECT_EQ(f.wildcard, "");
    ASSERT_EQ(decode_field_list(view("\x04" + z("t")), f), outcome::ok);
    EXPECT_EQ(decode_field_list(view("\x04t"), f), outcome::malformed);
    EXPECT_EQ(decode_field_list(view("\x04" + z("t") + z("a") + "b"), f), outcome::malformed);
}

TEST(arguments, numbers_fill_the_packet_exactly) {
    std::uint32_t n = 0;
    std::uint8_t b = 0;
    bool on = false;
    EXPECT_EQ(decode_nothing(view("\x0e")), outcome::ok);
    ASSERT_EQ(decode_process_kill(view("\x0c" + u32(7)), n), outcome::ok);
    EXPECT_EQ(n, 7U);
    ASSERT_EQ(decode_statement(view("\x19" + u32(0xfffffffe)), n), outcome::ok);
    EXPECT_EQ(n, 0xfffffffeU);
    ASSERT_EQ(decode_refresh(view("\x07\x04"), b), outcome::ok);
    EXPECT_EQ(b, 4);
    ASSERT_EQ(decode_shutdown(view("\x08"), b), outcome::ok);
    EXPECT_EQ(b, 0);
    ASSERT_EQ(decode_set_option(view("\x1b" + u16(0)), on), outcome::ok);
    EXPECT_TRUE(on);
    ASSERT_EQ(decode_set_option(view("\x1b" + u16(1)), on), outcome::ok);
    EXPECT_FALSE(on);
    for (const auto seen :
         {decode_nothing(view("\x0ex")), decode_nothing(view("")),
          decode_process_kill(view("\x0cxyz"), n),
          decode_process_kill(view("\x0c" + u32(7) + "x"), n), decode_statement(view("\x19"), n),
          decode_statement(view("\x19" + u32(1) + "x"), n), decode_refresh(view("\x07"), b),
          decode_shutdown(view("\x08\x01\x01"), b), decode_set_option(view("\x1b"), on),
          decode_set_option(view("\x1b" + u16(2)), on),
          decode_set_option(view("\x1b" + u16(0) + "x"), on)})
        EXPECT_EQ(seen, outcome::malformed);
}

TEST(arguments, of_a_statement_s_execution) {
    const std::string recorded = hex("17 01000000 01 01000000 00 01 0300 00000000");
    execution e;
    ASSERT_EQ(decode_execute(view(recorded), e), outcome::ok);
    EXPECT_EQ(e.statement, 1U);
    EXPECT_EQ(e.flags, execute_flag::read_only_cursor);
    EXPECT_EQ(e.iterations, 1U);
    EXPECT_EQ(e.parameters, hex("00 01 0300 00000000"));
    for (std::size_t n = 0; n < 10; ++n)
        EXPECT_EQ(decode_execute(view(recorded).first(n), e), outcome::malformed) << n;
    ASSERT_EQ(decode_bulk_execute(view(hex("fa 05000000 8000 0300 fd00")), e), outcome::ok);
    EXPECT_EQ(e.statement, 5U);
    EXPECT_EQ(e.flags, execute_flag::bulk_types);
    EXPECT_EQ(decode_bulk_execute(view(hex("fa 05000000 80")), e), outcome::malformed);
}

TEST(arguments, of_long_data_and_of_a_fetch) {
    long_data l;
    ASSERT_EQ(decode_long_data(view("\x18" + u32(3) + u16(1) + "xyz"), l), outcome::ok);
    EXPECT_EQ(l.statement, 3U);
    EXPECT_EQ(l.parameter, 1);
    EXPECT_EQ(l.data, "xyz");
    EXPECT_EQ(decode_long_data(view("\x18" + u32(3) + "x"), l), outcome::malformed);
    fetch f;
    ASSERT_EQ(decode_fetch(view("\x1c" + u32(3) + u32(2)), f), outcome::ok);
    EXPECT_EQ(f.statement, 3U);
    EXPECT_EQ(f.rows, 2U);
    EXPECT_EQ(decode_fetch(view("\x1c" + u32(3) + "abc"), f), outcome::malformed);
    EXPECT_EQ(decode_fetch(view("\x1c" + u32(3) + u32(2) + "x"), f), outcome::malformed);
}

TEST(change_user, may_end_behind_the_schema) {
    change_user c;
    ASSERT_EQ(decode_change_user(view("\x11" + z("app") + ls("12345") + z("orders")), plain, {}, c),
              outcome::ok);
    EXPECT_EQ(c.user, "app");
    EXPECT_EQ(c.answer, "12345");
    EXPECT_EQ(c.database, "orders");
    EXPECT_EQ(c.collation, std::nullopt);
}

TEST(change_user, has_as_much_as_both_sides_can) {
    const capabilities all = plain | capability::plugin_auth | capability::connect_attrs;
    const std::string whole = "\x11" + z("app") + ls("") + z("orders") + u16(45) +
                              z("mysql_native_password") + ls(ls("a") + ls("b"));
    change_user c;
    ASSERT_EQ(decode_change_user(view(whole), all, {}, c), outcome::ok);
    EXPECT_EQ(c.collation, 45);
    EXPECT_EQ(c.plugin, "mysql_native_password");
    EXPECT_EQ(c.attributes, (attributes{{"a", "b"}}));
    std::string again;
    encode_change_user(again, all, c);
    EXPECT_EQ(again, whole);
    EXPECT_EQ(decode_change_user(view(whole), plain, {}, c), outcome::malformed);
    EXPECT_EQ(decode_change_user(view(whole + "x"), all, {}, c), outcome::malformed);
    EXPECT_EQ(decode_change_user(view(whole), all, {.attributes = 0}, c), outcome::malformed);
    const std::size_t schema_ends = 1 + 4 + 1 + 7, plugin = schema_ends + 2;
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const bool may_end = n == schema_ends || (n >= plugin && n <= plugin + 22);
        EXPECT_EQ(decode_change_user(view(whole).first(n), all, {}, c),
                  may_end ? outcome::ok : outcome::malformed)
            << n;
    }
}

} // namespace
} // namespace ringfence::wire::mysql
