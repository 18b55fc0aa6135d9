#include "packets.h"
#include "proxy/wire/mysql/command.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

TEST(command, is_the_first_byte) {
    command c{};
    ASSERT_EQ(decode_command(view("\x03SELECT 1"), c), outcome::ok);
    EXPECT_EQ(c, command::query);
    EXPECT_EQ(name(c), "COM_QUERY");
    ASSERT_EQ(decode_command(view("\xfa"), c), outcome::ok);
    EXPECT_EQ(name(c), "COM_STMT_BULK_EXECUTE");
    EXPECT_EQ(decode_command(view(""), c), outcome::malformed);
}

TEST(command, each_number_has_a_name_of_its_own_or_is_none) {
    std::vector<std::string_view> names;
    for (unsigned n = 0; n < 256; ++n) {
        command c{};
        const bool known = n <= 33 || (n >= 250 && n <= 254);
        EXPECT_EQ(decode_command(view(number(n, 1)), c), known ? outcome::ok : outcome::malformed)
            << n;
        if (!known) {
            EXPECT_EQ(form_of(c), response_form::unknown);
            continue;
        }
        EXPECT_EQ(std::count(names.begin(), names.end(), name(c)), 0) << n;
        EXPECT_TRUE(name(c).starts_with("COM_"));
        names.push_back(name(c));
    }
}

TEST(command, what_a_replica_or_a_server_thread_would_say_has_no_answer_that_we_know) {
    for (const auto c :
         {command::sleep, command::connect, command::time, command::delayed_insert,
          command::binlog_dump, command::table_dump, command::connect_out, command::register_slave,
          command::daemon, command::binlog_dump_gtid, command::clone,
          command::subscribe_group_replication_stream, command::slave_worker, command::slave_io,
          command::slave_sql, command::multi})
        EXPECT_EQ(form_of(c), response_form::unknown) << name(c);
    EXPECT_EQ(form_of(command::stmt_close), response_form::none);
    EXPECT_EQ(form_of(command::query), response_form::result);
}

} // namespace
} // namespace ringfence::wire::mysql
