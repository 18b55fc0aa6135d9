#include "packets.h"
#include "proxy/wire/mysql/session_changes.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;
using kind = change_kind;

std::string said(std::string_view changes) {
    std::vector<session_change> out;
    if (decode_changes(changes, out) != outcome::ok)
        return "malformed";
    std::string text, again;
    for (const auto& c : out) {
        text += std::to_string(static_cast<unsigned>(c.kind)) + ' ' + std::string(c.name) +
                (c.name.empty() ? "" : "=") + std::string(c.value) + ';';
        encode_change(again, c);
    }
    EXPECT_EQ(again, changes);
    return text;
}

TEST(session_changes, the_schema_and_that_something_changed) {
    EXPECT_EQ(said(hex("0106056d7973716c020131")), "1 mysql;2 1;");
    EXPECT_EQ(said(""), "");
}

TEST(session_changes, variables_one_by_one) {
    EXPECT_EQ(said(hex("001d146368617261637465725f7365745f636c69656e7407757466386d6234"
                       "0021186368617261637465725f7365745f636f6e6e656374696f6e07757466386d6234"
                       "001e156368617261637465725f7365745f726573756c747307757466386d6234020131")),
              "0 character_set_client=utf8mb4;0 character_set_connection=utf8mb4;"
              "0 character_set_results=utf8mb4;2 1;");
    EXPECT_EQ(
        said(hex("002a0873716c5f6d6f646520414e53495f51554f5445532c4e4f5f4241434b534c4153485f45"
                 "534341504553")),
        "0 sql_mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES;");
}

TEST(session_changes, of_a_mysql_count_its_statements) {
    EXPECT_EQ(said(hex("00100c73746174656d656e745f69640234390107066f7264657273020131")),
              "0 statement_id=49;1 orders;2 1;");
    EXPECT_EQ(said(hex("00100c73746174656d656e745f69640235390509085f5f5f5f5f5f5f5f040100")),
              "0 statement_id=59;5 ________;4 ;");
}

TEST(session_changes, several_variables_in_one_entry) {
    const std::string changes = hex("0008") + ls("a") + ls("1") + ls("b") + ls("2");
    std::vector<session_change> out;
    ASSERT_EQ(decode_changes(changes, out), outcome::ok);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[1].name, "b");
    EXPECT_EQ(out[1].value, "2");
}

TEST(session_changes, transactions) {
    EXPECT_EQ(said(hex("050908545f5f5f5f5f5f5f041d1c5354415254205452414e53414354494f4e205245414420"
                       "4f4e4c593b")),
              "5 T_______;4 START TRANSACTION READ ONLY;;");
    EXPECT_EQ(said(hex("0509085f5f5f5f5f5f5f5f040100")), "5 ________;4 ;");
}

TEST(session_changes, gtids_and_what_we_do_not_know) {
    EXPECT_EQ(said(hex("0306 00 04") + "a:1-"), "3 a:1-;");
    EXPECT_EQ(said(hex("0903") + "xyz"), "9 xyz;");
}

TEST(session_changes, an_entry_that_is_not_filled_exactly_is_malformed) {
    for (const auto& text : {"01", "0105", "0106056d7973", "01070561", "0107056d7973716c00", "0100",
                             "0000", "00020161", "0003016101", "020231 31", "0200", "0301 00",
                             "01ff", "01feffffffffffffffff", "0106 fe6d7973716c", "0103 fb6162"})
        EXPECT_EQ(said(hex(text)), "malformed") << text;
}

TEST(session_changes, have_a_bound) {
    std::string all;
    for (std::size_t i = 0; i < most_changes; ++i)
        all += hex("020131");
    std::vector<session_change> out;
    EXPECT_EQ(decode_changes(all, out), outcome::ok);
    EXPECT_EQ(decode_changes(all + hex("020131"), out), outcome::malformed);
}

} // namespace
} // namespace ringfence::wire::mysql
