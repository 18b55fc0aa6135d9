// Recorded from a MariaDB 10.11 but where a test says otherwise. A MySQL 9.7 answers the same.
#include "packets.h"
#include "proxy/wire/mysql/response.h"
#include "proxy/wire/mysql/response_tracker.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr capabilities old = capability::protocol_41 | capability::local_files;
constexpr capabilities today = old | capability::session_track | capability::deprecate_eof;
constexpr capabilities caching =
    capability::mariadb_cache_metadata | capability::mariadb_extended_metadata;
constexpr capabilities progressing = capability::mariadb_progress;

std::string_view word(packet_kind k) {
    switch (k) {
    case packet_kind::continuation:
        return "…";
    case packet_kind::ok:
        return "ok";
    case packet_kind::error:
        return "error";
    case packet_kind::eof:
        return "eof";
    case packet_kind::progress:
        return "progress";
    case packet_kind::local_file:
        return "file?";
    case packet_kind::column_count:
        return "count";
    case packet_kind::column:
        return "column";
    case packet_kind::row:
        return "row";
    case packet_kind::prepared:
        return "prepared";
    case packet_kind::parameter:
        return "parameter";
    case packet_kind::text:
        return "text";
    case packet_kind::authentication:
        return "authentication";
    }
    return "?";
}

// Packets as in a recording: header, blank, payload. Those of the client begin with "> ".
std::string play(response_tracker& t, const std::vector<std::string>& packets) {
    std::string said;
    for (std::string_view p : packets) {
        if (!said.empty())
            said += ' ';
        const bool client = p.starts_with("> ");
        const std::string packet = hex(p.substr(client ? 2 : 0));
        header head;
        if (read_header(view(packet), head) != outcome::ok)
            return said + "no packet";
        if (client) {
            if (t.on_client(head) != outcome::ok)
                return said + "malformed";
            said += '>';
            continue;
        }
        const bytes payload = view(packet).subspan(header_size);
        response_tracker::step s;
        for (std::size_t n = 0; n < std::min(payload.size(), response_tracker::prefix_size); ++n)
            EXPECT_EQ(t.on_server(head, payload.first(n), s), outcome::need_more);
        if (t.on_server(head, payload, s) != outcome::ok)
            return said + "malformed";
        said += word(s.kind);
        said += s.complete ? "." : "";
        EXPECT_EQ(s.complete, t.idle());
    }
    return said;
}
std::string answer(capabilities in_force, command c, const std::vector<std::string>& packets) {
    response_tracker t(in_force);
    EXPECT_TRUE(t.begin(c));
    return play(t, packets);
}

const std::string id =
    "22000002 03646566066f7264657273017401740269640269640c3f000b000000030350000000";
const std::string name3 =
    "26000003 03646566066f726465727301740174046e616d65046e616d650c2d0050000000fd0000000000";

TEST(response_tracker, a_statement_without_rows) {
    response_tracker t(today);
    ASSERT_TRUE(t.begin(command::query));
    EXPECT_EQ(
        play(t, {"30000001 0001000282000028526f7773206d6174636865643a203120204368616e6765643a2031"
                 "20205761726e696e67733a2030"}),
        "ok.");
    EXPECT_EQ(t.status(), status::autocommit | status::no_backslash_escapes | status::ansi_quotes);
}

TEST(response_tracker, rows_between_eofs) {
    EXPECT_EQ(answer(old, command::query,
                     {"01000001 02", id, name3, "05000004 fe000022c2", "06000005 0131036f6e65",
                      "03000006 0132fb", "08000007 0133057468726565", "05000008 fe000022c2"}),
              "count column column eof row row row eof.");
    EXPECT_EQ(answer(old, command::query,
                     {"01000001 02", id, name3, "05000004 fe000002c2", "05000005 fe000002c2"}),
              "count column column eof eof.");
}

TEST(response_tracker, rows_and_an_ok_that_looks_like_an_eof) {
    EXPECT_EQ(answer(today, command::query,
                     {"01000001 02", id, name3, "04000004 01310178", "03000005 0132fb",
                      "08000006 0133057468726565", "07000007 fe000022820000"}),
              "count column column row row row ok.");
    EXPECT_EQ(answer(today, command::query, {"01000001 02", id, name3, "07000004 fe000002820000"}),
              "count column column ok.");
}

TEST(response_tracker, an_error_ends_the_rows) {
    EXPECT_EQ(
        answer(old, command::query,
               {"01000001 01",
                "21000002 036465660000000b657870283731302b696429000c3f00170000000580001f0000",
                "05000003 fe000022c2",
                "47000004 ff9a06233232303033444f55424c452076616c7565206973206f7574206f662072616e"
                "676520696e202765787028373130202b20226f7264657273222e2274222e226964222927"}),
        "count column eof error.");
    EXPECT_EQ(answer(today, command::query, {"01000001 01", "03000002 ff1504"}), "count error.");
}

TEST(response_tracker, each_statement_of_several_has_its_result) {
    const std::string one = "17000002 036465660000000131000c3f0001000000038100000000",
                      two = "17000007 036465660000000132000c3f0001000000038100000000";
    EXPECT_EQ(
        answer(old, command::query,
               {"01000001 01", one, "05000003 fe00000a82", "02000004 0131", "05000005 fe00000ac2",
                "01000006 01", two, "05000008 fe00000282", "02000009 0132", "0500000a fe000002c2"}),
        "count column eof row eof count column eof row eof.");
    EXPECT_EQ(
        answer(old, command::query,
               {"07000001 0000000a820000",
                "2a000002 ff1e04233432533232556e6b6e6f776e20636f6c756d6e20276e6f70652720696e2027"
                "53454c45435427"}),
        "ok error.");
}

TEST(response_tracker, a_procedure_s_results_and_then_its_own) {
    EXPECT_EQ(
        answer(today, command::stmt_execute,
               {"01000001 01", "17000002 036465660000000131000c3f0001000000038100000000",
                "06000003 000001000000", "07000004 fe00000a820000", "01000005 01",
                "17000006 036465660000000132000c3f0001000000038100000000", "06000007 000002000000",
                "07000008 fe00000a820000", "01000009 01",
                "2000000a 03646566066f726465727301700170017801780c3f000b000000030000000000",
                "0600000b 000007000000", "0700000c fe00000a920000", "0700000d 00000002820000"}),
        "count column row ok count column row ok count column row ok ok.");
}

TEST(response_tracker, columns_that_the_client_knows_are_left_out) {
    EXPECT_EQ(answer(today | caching, command::stmt_execute,
                     {"02000001 0200", "06000002 000802000000", "0c000003 000003000000057468726565",
                      "07000004 fe000002820000"}),
              "count row row ok.");
    EXPECT_EQ(answer(old | caching, command::stmt_execute,
                     {"02000001 0200", "05000002 fe00000282", "06000003 000802000000",
                      "0c000004 000003000000057468726565", "05000005 fe00000282"}),
              "count eof row row eof.");
    EXPECT_EQ(
        answer(today | caching, command::stmt_execute,
               {"02000001 0101",
                "23000002 03646566066f726465727301740174026964026964000c3f000b0000000303500000"
                "00",
                "06000003 000802000000", "07000004 fe000002820000"}),
        "count column row ok.");
}

TEST(response_tracker, a_prepared_statement_with_what_it_wants_and_gives) {
    const std::string mark = "17000002 03646566000000013f000c3f0000000000068000000000";
    EXPECT_EQ(answer(old, command::stmt_prepare,
                     {"0c000001 000100000002000100000000", mark, "05000003 fe00000282",
                      "22000004 03646566066f7264657273017401740269640269640c3f000b00000003035000000"
                      "0",
                      "26000005 03646566066f726465727301740174046e616d65046e616d650c2d0050000000fd"
                      "0000000000",
                      "05000006 fe00000282"}),
              "prepared parameter eof column column eof.");
    EXPECT_EQ(answer(today, command::stmt_prepare,
                     {"0c000001 000200000000000200000000", mark,
                      "17000003 03646566000000013f000c3f0000000000068000000000"}),
              "prepared parameter parameter.");
    EXPECT_EQ(answer(old, command::stmt_prepare,
                     {"0c000001 000200000000000100000000", mark, "05000003 fe00000282"}),
              "prepared parameter eof.");
    EXPECT_EQ(answer(old, command::stmt_prepare, {"0c000001 000300000000000000000000"}),
              "prepared.");
    EXPECT_EQ(answer(old, command::stmt_prepare, {"03000001 ff2804"}), "error.");
}

// MySQL 9.7, after SET resultset_metadata=NONE.
TEST(response_tracker, where_nothing_is_described_the_eofs_still_come) {
    const capabilities silent = old | capability::optional_metadata;
    const capabilities silent_today = today | capability::optional_metadata;
    EXPECT_EQ(
        answer(silent, command::query,
               {"02000001 0100", "05000002 fe00000202", "02000003 0131", "05000004 fe00000202"}),
        "count eof row eof.");
    EXPECT_EQ(answer(silent, command::stmt_prepare,
                     {"0d000001 00030000000200010000000000", "05000002 fe00000202",
                      "05000003 fe00000202"}),
              "prepared eof eof.");
    EXPECT_EQ(answer(silent, command::stmt_prepare,
                     {"0d000001 00040000000100000000000000", "05000002 fe00000202"}),
              "prepared eof.");
    EXPECT_EQ(answer(silent, command::stmt_prepare,
                     {"0d000001 00050000000000020000000000", "05000002 fe00000202"}),
              "prepared eof.");
    EXPECT_EQ(answer(silent, command::stmt_prepare, {"0d000001 00060000000000000000000000"}),
              "prepared.");
    for (const auto& counts :
         {"0d000001 00030000000200010000000000", "0d000001 00040000000100000000000000",
          "0d000001 00050000000000020000000000"})
        EXPECT_EQ(answer(silent_today, command::stmt_prepare, {counts}), "prepared.");
}

TEST(response_tracker, a_cursor_s_rows_come_when_they_are_fetched) {
    response_tracker t(old);
    ASSERT_TRUE(t.begin(command::stmt_execute));
    EXPECT_EQ(play(t, {"01000001 02", id, name3, "05000004 fe000042c2"}),
              "count column column eof.");
    EXPECT_NE(t.status() & status::cursor_exists, 0);
    ASSERT_TRUE(t.begin(command::stmt_fetch));
    EXPECT_EQ(
        play(t, {"08000001 0000010000000178", "06000002 000802000000", "05000003 fe000042c2"}),
        "row row eof.");
    ASSERT_TRUE(t.begin(command::stmt_fetch));
    EXPECT_EQ(play(t, {"0c000001 000003000000057468726565", "05000002 fe000082c2"}), "row eof.");
    EXPECT_NE(t.status() & status::last_row_sent, 0);
    ASSERT_TRUE(t.begin(command::stmt_fetch));
    EXPECT_EQ(
        play(t, {"2d000001 ff8d052348593030305468652073746174656d656e742028312920686173206e6f20"
                 "6f70656e20637572736f72"}),
        "error.");
    EXPECT_EQ(
        answer(today, command::stmt_execute, {"01000001 02", id, name3, "07000004 fe000042820000"}),
        "count column column ok.");
    EXPECT_EQ(answer(today, command::stmt_fetch,
                     {"08000001 0000010000000178", "07000002 fe000042820000"}),
              "row ok.");
}

TEST(response_tracker, a_file_of_the_client) {
    response_tracker t(today);
    ASSERT_TRUE(t.begin(command::query));
    EXPECT_EQ(play(t, {"06000001 fb782e637376"}), "file?");
    EXPECT_TRUE(t.wants_file());
    EXPECT_EQ(
        play(t, {"> 05000002 312c322c33", "> 05000003 342c352c36", "> 00000004",
                 "37000005 000000028200002f5265636f7264733a2030202044656c657465643a20302020536b"
                 "69707065643a203020205761726e696e67733a2030"}),
        "> > > ok.");
    // More statements may stand behind LOAD DATA; not recorded.
    EXPECT_EQ(answer(today, command::query,
                     {"02000001 fb78", "> 00000002", "07000003 0000000a820000",
                      "07000004 00000002820000"}),
              "file? > ok ok.");
    EXPECT_EQ(answer(today, command::query, {"02000001 fb78", "> 00000002", "03000003 ff7804"}),
              "file? > error.");
}

TEST(response_tracker, an_empty_packet_behind_a_full_one_does_not_end_the_file) {
    response_tracker t(today);
    ASSERT_TRUE(t.begin(command::query));
    ASSERT_EQ(play(t, {"02000001 fb78"}), "file?");
    EXPECT_EQ(t.on_client({max_payload, 2}), outcome::ok);
    EXPECT_EQ(t.on_client({0, 3}), outcome::ok);
    EXPECT_TRUE(t.wants_file());
    EXPECT_EQ(t.on_client({0, 4}), outcome::ok);
    EXPECT_FALSE(t.wants_file());
}

TEST(response_tracker, nobody_asks_for_a_file_who_may_not) {
    EXPECT_EQ(answer(capability::protocol_41, command::query, {"02000001 fb78"}), "malformed");
    EXPECT_EQ(answer(today, command::stmt_execute, {"02000001 fb78"}), "malformed");
    EXPECT_EQ(answer(today, command::process_info, {"02000001 fb78"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"02000001 fb78", "07000002 00000002000000"}),
              "file? malformed");
    EXPECT_EQ(answer(today, command::query, {"02000001 fb78", "03000002 ff1504"}),
              "file? malformed");
    EXPECT_EQ(answer(today, command::query, {"02000001 fb78", "> 00000002", "01000003 01"}),
              "file? > malformed");
}

TEST(response_tracker, reports_of_progress_come_before_the_answer) {
    EXPECT_EQ(
        answer(today | progressing, command::query,
               {"1b000001 ffffff010102204e0011636f707920746f20746d70207461626c65",
                "17000002 ffffff0102020000000d456e61626c696e67206b657973",
                "34000003 00fc50c300020000002a5265636f7264733a20353030303020204475706c69636174"
                "65733a203020205761726e696e67733a2030"}),
        "progress progress ok.");
    EXPECT_EQ(answer(today | progressing, command::query,
                     {"06000001 fb782e637376", "> 00000002",
                      "19000003 ffffff0102020000000f456e642062756c6b20696e73657274",
                      "07000004 00000002820000"}),
              "file? > progress ok.");
    // To whoever did not ask for them, it is an error like any other.
    EXPECT_EQ(
        answer(today, command::query, {"17000001 ffffff0102020000000d456e61626c696e67206b657973"}),
        "error.");
}

TEST(response_tracker, short_answers) {
    for (const auto c : {command::ping, command::init_db, command::stmt_reset, command::refresh,
                         command::reset_connection, command::process_kill})
        EXPECT_EQ(answer(old, c, {"07000001 00000002820000"}), "ok.") << name(c);
    for (const auto c : {command::debug, command::set_option, command::shutdown}) {
        EXPECT_EQ(answer(old, c, {"05000001 fe000002c2"}), "eof.") << name(c);
        EXPECT_EQ(answer(today, c, {"07000001 fe000002820000"}), "ok.") << name(c);
    }
    EXPECT_EQ(answer(old, command::ping, {"03000001 ff1504"}), "error.");
    EXPECT_EQ(answer(old, command::statistics, {"08000001 557074696d653a20"}), "text.");
    EXPECT_EQ(
        answer(old, command::field_list,
               {"24000001 03646566066f7264657273017401740269640269640c3f000b0000000303500000000"
                "130",
                "05000002 fe000002c2"}),
        "column eof.");
    EXPECT_EQ(answer(today, command::field_list, {"07000001 fe000002820000"}), "ok.");
    EXPECT_EQ(answer(today, command::field_list, {"03000001 ff7a04"}), "error.");
}

TEST(response_tracker, commands_without_an_answer) {
    response_tracker t(today);
    for (const auto c : {command::quit, command::stmt_close, command::stmt_send_long_data}) {
        EXPECT_TRUE(t.begin(c));
        EXPECT_TRUE(t.idle());
    }
    for (const auto c : {command::binlog_dump, command::clone, command::sleep, command{99}})
        EXPECT_FALSE(t.begin(c));
    EXPECT_TRUE(t.begin(command::ping));
    EXPECT_FALSE(t.begin(command::ping)); // the first is not answered yet
}

TEST(response_tracker, another_user) {
    EXPECT_EQ(
        answer(today, command::change_user,
               {"2c000001 fe6d7973716c5f6e61746976655f70617373776f726400215360686a5d6f3b735325"
                "5e2d632e574c574f6500",
                "> 14000002 0000000000000000000000000000000000000000",
                "12000003 0000000240000000090107066f7264657273"}),
        "authentication > ok.");
    // caching_sha2_password as MySQL's documentation tells it: the password is wanted, and sent.
    EXPECT_EQ(answer(today, command::change_user,
                     {"02000001 0104", "> 01000002 02", "04000003 01414243", "> 02000004 4142",
                      "03000005 ff1504"}),
              "authentication > authentication > error.");
    EXPECT_EQ(answer(today, command::change_user, {"00000001"}), "malformed");
}

TEST(response_tracker, a_row_that_goes_on_is_one_row_whatever_is_in_it) {
    const std::vector<std::string> head = {
        "01000001 01", "17000002 036465660000000131000c3f0001000000038100000000"};
    response_tracker t(today);
    ASSERT_TRUE(t.begin(command::query));
    ASSERT_EQ(play(t, head), "count column");
    response_tracker::step s;
    // A value of 16 MiB or more begins as an EOF does; its packet is full.
    const bytes large = view(hex("fe00000001000000 00") + std::string(20, 'x'));
    ASSERT_EQ(t.on_server({max_payload, 3}, large, s), outcome::ok);
    EXPECT_EQ(s.kind, packet_kind::row);
    // What goes on may look like an OK, an EOF or an error.
    ASSERT_EQ(t.on_server({7, 4}, view(hex("fe000002000000")), s), outcome::ok);
    EXPECT_EQ(s.kind, packet_kind::continuation);
    EXPECT_FALSE(s.complete);
    ASSERT_EQ(t.on_server({max_payload, 5}, large, s), outcome::ok);
    ASSERT_EQ(t.on_server({max_payload, 6}, view(hex("ff1504") + std::string(21, 'x')), s),
              outcome::ok);
    EXPECT_EQ(s.kind, packet_kind::continuation);
    ASSERT_EQ(t.on_server({0, 7}, {}, s), outcome::ok);
    EXPECT_EQ(s.kind, packet_kind::continuation);
    EXPECT_EQ(play(t, {"07000008 fe000002000000"}), "ok.");
}

TEST(response_tracker, sequence_ids_wrap_around_in_long_answers) {
    response_tracker t(today);
    ASSERT_TRUE(t.begin(command::query));
    ASSERT_EQ(play(t, {"01000001 01", "17000002 036465660000000131000c3f0001000000038100000000"}),
              "count column");
    response_tracker::step s;
    for (unsigned n = 3; n < 1000; ++n)
        ASSERT_EQ(t.on_server({2, static_cast<std::uint8_t>(n & 0xff)}, view(ls("1")), s),
                  outcome::ok);
    EXPECT_EQ(t.next_sequence(), 1000 % 256);
}

TEST(response_tracker, an_answer_to_a_command_of_several_packets_begins_later) {
    response_tracker t(today);
    ASSERT_TRUE(t.begin(command::query, 3));
    EXPECT_EQ(play(t, {"07000003 00000002000000"}), "ok.");
}

TEST(response_tracker, a_wrong_sequence_id_is_malformed) {
    EXPECT_EQ(answer(today, command::ping, {"07000000 00000002820000"}), "malformed");
    EXPECT_EQ(answer(today, command::ping, {"07000002 00000002820000"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"01000001 01", "03000003 ff1504"}), "count malformed");
    EXPECT_EQ(answer(today, command::query, {"02000001 fb78", "> 00000003"}), "file? malformed");
}

TEST(response_tracker, the_client_speaks_only_where_it_is_asked) {
    EXPECT_EQ(answer(today, command::query, {"> 00000001"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"01000001 01", "> 00000002"}), "count malformed");
    response_tracker t(today);
    EXPECT_EQ(t.on_client({1, 0}), outcome::malformed);
}

TEST(response_tracker, a_server_that_closes_an_idle_connection_may_say_why) {
    response_tracker t(today);
    EXPECT_EQ(play(t, {"03000000 ffbf0f"}), "error.");
    response_tracker::step s;
    EXPECT_EQ(t.on_server({7, 0}, view(hex("00000002820000")), s), outcome::malformed);
}

TEST(response_tracker, what_cannot_come_is_malformed) {
    EXPECT_EQ(answer(today, command::query, {"00000001"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"02000001 0102"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"09000001 feffffffffffffffff"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"04000001 fd000001"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"03000001 000000"}), "malformed");
    EXPECT_EQ(answer(today, command::query, {"01000001 02", id, "05000003 fe00000282"}),
              "count column malformed");
    EXPECT_EQ(answer(old, command::query, {"01000001 01", id, "06000003 0131036f6e65"}),
              "count column malformed");
    EXPECT_EQ(answer(old, command::query,
                     {"01000001 01", id, "05000003 fe00000282", "06000004 fe0000028200"}),
              "count column eof malformed");
    EXPECT_EQ(answer(today, command::stmt_execute, {"01000001 01", id, "02000003 0131"}),
              "count column malformed");
    EXPECT_EQ(answer(today, command::stmt_prepare, {"07000001 00000002820000"}), "malformed");
    EXPECT_EQ(answer(today, command::ping, {"02000001 0131"}), "malformed");
    EXPECT_EQ(answer(today, command::ping, {"01000001 00"}), "malformed");
}

TEST(response_tracker, nothing_that_ends_an_answer_may_go_on) {
    for (const auto& first : {"00000002820000", "fe000002820000", "ff1504"}) {
        response_tracker t(today);
        ASSERT_TRUE(t.begin(command::ping));
        response_tracker::step s;
        EXPECT_EQ(t.on_server({max_payload, 1}, view(hex(first) + std::string(24, '\0')), s),
                  outcome::malformed)
            << first;
    }
}

} // namespace
} // namespace ringfence::wire::mysql
