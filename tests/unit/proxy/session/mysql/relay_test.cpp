#include "conversation.h"

#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/session_changes.h"

namespace ringfence::session::mysql::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(my_relay, an_allowed_statement_and_its_answer_pass_byte_for_byte) {
    worker w;
    conversation c(w);
    const auto sql = query("SELECT * FROM `orders`.`items` WHERE id = 5");
    EXPECT_EQ(c.client(sql), sql);
    EXPECT_EQ(c.server(rows({"5", "shoe"})), rows({"5", "shoe"}));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(my_relay, every_split_of_the_bytes_makes_no_difference) {
    const auto sql = query("SELECT 1 FROM items") + say(command::ping);
    const auto answers = rows({"1"});
    for (std::size_t cut = 1; cut < sql.size(); ++cut) {
        worker w;
        conversation c(w);
        std::string seen = c.client(sql.substr(0, cut));
        seen += c.client(sql.substr(cut));
        EXPECT_EQ(seen, query("SELECT 1 FROM items")) << cut;
        std::string heard = c.server(answers.substr(0, cut % answers.size()));
        seen = c.for_server();
        heard += c.server(answers.substr(cut % answers.size()));
        seen += c.for_server();
        EXPECT_EQ(heard, answers) << cut;
        EXPECT_EQ(seen, say(command::ping)) << cut;
    }
}

TEST(my_relay, a_foreign_table_is_denied_with_the_owner_and_the_number_of_a_table) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("SELECT email FROM users.accounts")), is_replacement());
    const auto heard = c.server(error(1142, "ringfence: denied"));
    EXPECT_EQ(code_of(heard), 1142U);
    EXPECT_EQ(static_cast<unsigned char>(heard.at(3)), 1U); // its sequence id
    EXPECT_THAT(message_of(heard), HasSubstr("order-service may not read users.accounts"));
    EXPECT_THAT(message_of(heard), HasSubstr("user-service"));
    EXPECT_THAT(c.w.seen.violations, testing::SizeIs(1));
    EXPECT_TRUE(c.r.quiescent());
    c.done("DO 1");
}

TEST(my_relay, whatever_the_server_makes_of_a_replacement_the_client_hears_the_denial) {
    for (const auto& answer : {ok(), rows({"1"}), error(1064, "syntax")}) {
        worker w;
        conversation c(w);
        EXPECT_THAT(c.client(query("DROP DATABASE users")), is_replacement());
        EXPECT_EQ(code_of(c.server(answer)), 1044U);
        EXPECT_TRUE(c.r.quiescent());
    }
}

TEST(my_relay, a_string_of_several_statements_runs_wholly_or_not_at_all) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("INSERT INTO items VALUES (1); DELETE FROM users.accounts")),
                is_replacement());
}

TEST(my_relay, what_a_client_sends_ahead_waits_for_its_turn) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(query("DO 1") + query("SELECT 1 FROM users.accounts") + query("DO 2")),
              query("DO 1"));
    EXPECT_EQ(c.server(ok()), ok());
    EXPECT_THAT(c.for_server(), is_replacement());
    EXPECT_EQ(code_of(c.server(error(1142, "x"))), 1142U);
    EXPECT_EQ(c.for_server(), query("DO 2"));
}

TEST(my_relay, use_of_a_foreign_schema_is_denied_by_each_way) {
    worker w;
    for (const auto& way :
         {query("USE users"), say(command::init_db, "users"), query("/* x */ use `users`")}) {
        conversation c(w);
        EXPECT_THAT(c.client(way), is_replacement());
        EXPECT_EQ(code_of(c.server(error(1044, "x"))), 1044U);
    }
}

TEST(my_relay, an_unqualified_name_means_the_schema_that_was_chosen_last) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(say(command::init_db, "archive")), say(command::init_db, "archive"));
    EXPECT_EQ(c.server(ok()), ok());
    c.done("INSERT INTO old VALUES (1)");
    EXPECT_THAT(c.client(query("SELECT * FROM items, users.accounts")), is_replacement());
}

TEST(my_relay, the_schema_that_the_server_tells_is_the_one) {
    worker w;
    conversation c(w);
    std::string changes;
    my::encode_change(changes, {my::change_kind::schema, "", "users"});
    EXPECT_EQ(c.client(query("DO 1")), query("DO 1"));
    EXPECT_EQ(c.server(ok(1, my::status::autocommit, changes)),
              ok(1, my::status::autocommit, changes));
    // However that came about: what is unqualified is foreign now.
    EXPECT_THAT(c.client(query("SELECT * FROM accounts")), is_replacement());
}

TEST(my_relay, a_mode_that_only_the_server_knows_is_asked_for) {
    worker w;
    conversation c(w);
    c.done("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
    // A string before; now perhaps a name.
    const auto sql = query("SELECT \"a\" FROM items");
    EXPECT_THAT(c.client(sql), asks_how_it_reads());
    EXPECT_THAT(c.server(rows({"ANSI_QUOTES,STRICT_TRANS_TABLES", "utf8mb4", "orders"})),
                IsEmpty());
    EXPECT_EQ(c.for_server(), sql);
    EXPECT_EQ(c.server(ok()), ok());
    EXPECT_THAT(c.client(query("SELECT 1 FROM \"users\".\"accounts\"")), is_replacement());
}

TEST(my_relay, a_text_that_every_mode_reads_alike_needs_no_question) {
    worker w;
    conversation c(w);
    c.done("SET sql_mode = @old");
    c.done("SHOW WARNINGS");
}

TEST(my_relay, an_answer_that_makes_no_sense_ends_the_session) {
    worker w;
    conversation c(w);
    c.done("SET sql_mode = @old");
    EXPECT_THAT(c.client(query("SELECT 'a'")), asks_how_it_reads());
    c.server(rows({"x"}));
    EXPECT_EQ(c.r.current(), relay::status::broken);
}

TEST(my_relay, a_character_set_that_hides_quotes_stops_everything) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("SET NAMES gbk")), is_replacement());
}

TEST(my_relay, escapes_that_the_server_reads_otherwise_are_noticed_by_its_status) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(query("CALL orders.p()")), query("CALL orders.p()"));
    const auto status =
        static_cast<std::uint16_t>(my::status::autocommit | my::status::no_backslash_escapes);
    EXPECT_EQ(c.server(ok(1, status)), ok(1, status));
    EXPECT_THAT(c.client(query("SELECT '\\' FROM items")), asks_how_it_reads());
}

TEST(my_relay, a_prepared_statement_may_run_by_its_id_only) {
    worker w;
    conversation c(w);
    const auto text = say(command::stmt_prepare, "SELECT * FROM items WHERE id = ?");
    EXPECT_EQ(c.client(text), text);
    EXPECT_EQ(c.server(prepared(7)), prepared(7));
    EXPECT_EQ(c.client(execute(7)), execute(7));
    EXPECT_EQ(c.server(ok()), ok());
    EXPECT_THAT(c.client(execute(8)), is_replacement());
    EXPECT_EQ(code_of(c.server(error(1243, "x"))), 1243U);
    EXPECT_EQ(c.client(say(command::stmt_close, number(7))), say(command::stmt_close, number(7)));
    EXPECT_THAT(c.client(execute(7)), is_replacement());
}

TEST(my_relay, a_foreign_statement_is_not_even_prepared) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(say(command::stmt_prepare, "DELETE FROM users.accounts")),
                is_replacement());
    EXPECT_EQ(code_of(c.server(error(1142, "x"))), 1142U);
    // MariaDB: whatever was prepared last.
    EXPECT_THAT(c.client(execute(my::last_prepared)), is_replacement());
}

// The server may read the text of a prepared statement again when its tables change, in the mode of
// that moment.
TEST(my_relay, a_prepared_text_must_be_allowed_in_the_mode_of_now) {
    worker w;
    conversation c(w);
    const std::string text =
        R"(SELECT 'x' FROM items WHERE a = 'it\' UNION SELECT email FROM users.accounts -- ')";
    EXPECT_EQ(c.client(say(command::stmt_prepare, text)), say(command::stmt_prepare, text));
    EXPECT_EQ(c.server(prepared(1)), prepared(1));
    EXPECT_EQ(c.client(execute(1)), execute(1));
    EXPECT_EQ(c.server(ok()), ok());
    EXPECT_NE(c.client(query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'")), "");
    c.server(ok(1, my::status::autocommit | my::status::no_backslash_escapes));
    EXPECT_THAT(c.client(execute(1)), is_replacement());
    EXPECT_EQ(code_of(c.server(error(1142, "x"))), 1142U);
}

TEST(my_relay, what_was_not_prepared_here_is_not_executed) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("EXECUTE s")), is_replacement());
    c.server(error(1227, "x"));
    EXPECT_THAT(c.client(say(command::stmt_prepare, "EXECUTE s")), is_replacement());
    EXPECT_EQ(code_of(c.server(error(1295, "x"))), 1295U);
}

// A PREPARE behind a statement that fails never runs: the name still stands for the old text.
TEST(my_relay, a_name_keeps_every_text_that_it_may_stand_for) {
    worker w;
    conversation c(w);
    c.done(
        R"(PREPARE s FROM "SELECT 'x' FROM items WHERE a = 'it\\' UNION SELECT email FROM users.accounts -- '")");
    EXPECT_EQ(c.client(query("DO 1; PREPARE s FROM 'DO 1'")), query("DO 1; PREPARE s FROM 'DO 1'"));
    c.server(error(1064, "the first one failed"));
    c.done("EXECUTE s");
    c.client(query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'"));
    c.server(rows({"", "utf8mb4", "orders"}));
    c.for_server();
    c.server(ok(1, my::status::autocommit | my::status::no_backslash_escapes));
    EXPECT_THAT(c.client(query("EXECUTE s")), is_replacement());
    EXPECT_EQ(code_of(c.server(error(1142, "x"))), 1142U);
}

TEST(my_relay, a_mode_that_came_back_is_no_reason_to_refuse_what_was_prepared) {
    worker w;
    conversation c(w);
    const auto text = say(command::stmt_prepare, "SELECT 'x' FROM items");
    EXPECT_EQ(c.client(text), text);
    EXPECT_EQ(c.server(prepared(1)), prepared(1));
    c.done("SET sql_mode = @old");
    EXPECT_THAT(c.client(execute(1)), asks_how_it_reads());
    c.server(rows({"", "utf8mb4", "orders"}));
    EXPECT_EQ(c.for_server(), execute(1));
}

TEST(my_relay, commands_of_the_whole_server_are_refused_and_unknown_ones_unknown) {
    worker w;
    for (const command refused :
         {command::create_db, command::drop_db, command::refresh, command::shutdown, command::debug,
          command::binlog_dump, command::table_dump, command::register_slave,
          command::binlog_dump_gtid, command::clone}) {
        conversation c(w);
        EXPECT_THAT(c.client(say(refused, "orders")), is_replacement());
        EXPECT_EQ(code_of(c.server(error(1227, "x"))), 1227U);
    }
    for (const std::string& unknown : {packet("\x50"), packet(""), packet("\xff what"),
                                       say(command::sleep), say(command::multi)}) {
        conversation c(w);
        EXPECT_THAT(c.client(unknown), is_replacement());
        EXPECT_EQ(code_of(c.server(error(1047, "x"))), 1047U);
        EXPECT_EQ(c.r.current(), relay::status::open);
    }
}

TEST(my_relay, a_wrong_sequence_id_ends_the_session) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(packet("\x03 SELECT 1", 1)), "");
    EXPECT_EQ(c.r.current(), relay::status::broken);
    EXPECT_EQ(code_of(c.for_client()), 1835U);
}

TEST(my_relay, a_packet_of_the_server_out_of_order_ends_the_session) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(query("DO 1")), query("DO 1"));
    c.server(ok(2));
    EXPECT_EQ(c.r.current(), relay::status::broken);
}

TEST(my_relay, a_file_passes_from_the_client_to_the_server) {
    worker w;
    conversation c(w);
    const auto load = query("LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE items");
    EXPECT_EQ(c.client(load), load);
    const auto wanted = packet("\xfbx.csv", 1);
    EXPECT_EQ(c.server(wanted), wanted);
    EXPECT_TRUE(c.r.wants_client_bytes());
    EXPECT_EQ(c.client(packet("1,shoe\n", 2) + packet("", 3)),
              packet("1,shoe\n", 2) + packet("", 3));
    EXPECT_EQ(c.server(ok(4)), ok(4));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(my_relay, a_kill_reaches_only_what_the_edge_finds) {
    worker w;
    conversation c(w);
    std::function<void(bool)> done;
    std::uint32_t asked = 0;
    w.env.on_kill = [&](const session_identity& by, std::uint32_t id, bool connection,
                        std::function<void(bool)> then) {
        EXPECT_EQ(by.service, "order-service");
        EXPECT_FALSE(connection);
        asked = id;
        done = std::move(then);
    };
    EXPECT_EQ(c.client(query("KILL QUERY 5")), "");
    EXPECT_EQ(asked, 5U);
    done(true);
    EXPECT_EQ(c.woken, 1U);
    c.r.resume(c.to_server, c.to_client);
    EXPECT_EQ(c.for_server(), query("DO 0"));
    EXPECT_EQ(c.server(ok()), ok());
    EXPECT_EQ(c.client(query("KILL QUERY 6")), "");
    done(false);
    c.r.resume(c.to_server, c.to_client);
    EXPECT_THAT(c.for_server(), is_replacement());
    EXPECT_EQ(code_of(c.server(error(1094, "x"))), 1094U);
}

TEST(my_relay, a_session_in_a_transaction_or_with_an_option_is_not_for_the_next_client) {
    worker w;
    conversation c(w);
    c.client(query("BEGIN"));
    c.server(ok(1, my::status::autocommit | my::status::in_transaction));
    EXPECT_FALSE(c.r.quiescent());
    c.done("COMMIT");
    EXPECT_TRUE(c.r.quiescent());
    const auto option = say(command::set_option, std::string("\0\0", 2));
    EXPECT_EQ(c.client(option), option);
    c.server(ok());
    EXPECT_EQ(c.client(say(command::quit)), "");
    EXPECT_EQ(c.r.current(), relay::status::client_done);
    EXPECT_FALSE(c.r.reusable());
}

TEST(my_relay, an_error_of_rights_by_the_server_is_reported) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(query("SELECT 1 FROM items")), query("SELECT 1 FROM items"));
    EXPECT_EQ(c.server(error(1142, "denied to app")), error(1142, "denied to app"));
    EXPECT_EQ(w.seen.by_server, 1U);
}

TEST(my_relay, literals_share_a_decision) {
    worker w;
    conversation c(w);
    c.done("DELETE FROM items WHERE id = 1");
    c.done("DELETE FROM items WHERE id = 2");
    c.done("DELETE FROM items WHERE id = 3");
    EXPECT_EQ(w.seen.statements, 3U);
    EXPECT_EQ(w.seen.misses, 1U);
}

} // namespace
} // namespace ringfence::session::mysql::test
