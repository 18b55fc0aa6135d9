#include "server_peer.h"

#include "proxy/session/mysql/question.h"

#include <gmock/gmock.h>

namespace ringfence::session::mysql {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr my::capabilities in_force = own_flags | capability::protocol_41 |
                                      capability::secure_connection | capability::plugin_auth |
                                      capability::connect_attrs;
const std::string native = "mysql_native_password";

std::shared_ptr<const server_state> before() {
    auto s = mysql_server();
    s->in_force = in_force;
    s->begins = {.schema = "shop", .mode = {}, .charset = "utf8mb4"};
    s->says_role = true;
    return s;
}

struct cleaning_talk {
    using next = cleaning::next;

    cleaning login;
    output out;
    next last = next::more;

    explicit cleaning_talk(std::string_view key = u32(7) + z(native) + some_nonce,
                           tls_mode tls = tls_mode::disable)
        : login(own_login(tls), before(), key) {}

    heard_packet start() {
        login.start(out);
        return only_packet(drained(out));
    }
    std::string say(std::string_view in) {
        EXPECT_EQ(last, next::more);
        const std::vector<char> exact(in.begin(), in.end());
        last = login.feed(std::as_bytes(std::span(exact)), out);
        return drained(out);
    }
};

const self_description as_before{.sql_mode = ""};

TEST(cleaning, is_a_login_as_the_same_user) {
    cleaning_talk t;
    const auto said = t.start();
    EXPECT_EQ(said.sequence, 0U);
    EXPECT_EQ(said.payload.front(), static_cast<char>(my::command::change_user));
    my::change_user c;
    ASSERT_EQ(my::decode_change_user(as_bytes(said.payload), in_force, {}, c), my::outcome::ok);
    EXPECT_EQ(c.user, "ringfence");
    EXPECT_EQ(c.answer, auth::native_answer("secret", some_nonce));
    EXPECT_EQ(c.database, "shop");
    EXPECT_EQ(c.collation, 45);
    EXPECT_EQ(c.plugin, native);
    EXPECT_EQ(c.attributes.size(), 2U);
    const auto asked = only_packet(t.say(packet(1, ok_payload(in_force))));
    EXPECT_EQ(asked.sequence, 0U);
    EXPECT_EQ(t.last, cleaning::next::more);
    EXPECT_EQ(t.say(as_before.result(in_force)), "");
    EXPECT_EQ(t.last, cleaning::next::clean);
}

TEST(cleaning, answers_a_new_nonce) {
    cleaning_talk t(u32(7) + z("caching_sha2_password") + some_nonce, tls_mode::require);
    t.start();
    EXPECT_EQ(t.say(packet(1, switch_payload("caching_sha2_password", other_nonce + '\0'))),
              packet(2, auth::sha2_answer("secret", other_nonce)));
    EXPECT_EQ(t.say(packet(3, "\1\4")), packet(4, z("secret")));
    t.say(packet(5, ok_payload(in_force)));
    t.say(as_before.result(in_force));
    EXPECT_EQ(t.last, cleaning::next::clean);
}

TEST(cleaning, a_plugin_that_must_ask_first_is_not_answered_ahead) {
    for (const std::string plugin : {"client_ed25519", "parsec", "mysql_clear_password"}) {
        cleaning_talk t(u32(7) + z(plugin) + std::string(32, 'n'));
        my::change_user c;
        const auto said = t.start();
        ASSERT_EQ(my::decode_change_user(as_bytes(said.payload), in_force, {}, c), my::outcome::ok);
        EXPECT_EQ(c.plugin, plugin);
        EXPECT_EQ(c.answer, "");
    }
}

TEST(cleaning, a_connection_that_is_not_as_before_is_dirty) {
    for (const self_description& d :
         {self_description{.sql_mode = "ANSI_QUOTES"}, self_description{.sql_mode = "NEW"},
          self_description{.sql_mode = "", .charset = "gbk"},
          self_description{.sql_mode = "", .schema = "users"},
          self_description{.sql_mode = "", .schema = {}},
          self_description{.sql_mode = "", .read_only = "1"},
          self_description{.version = "8.4.4", .sql_mode = ""},
          self_description{.lower_case_table_names = "1", .sql_mode = ""}}) {
        cleaning_talk t;
        t.start();
        t.say(packet(1, ok_payload(in_force)));
        t.say(d.result(in_force));
        EXPECT_EQ(t.last, cleaning::next::dirty);
    }
}

TEST(cleaning, what_goes_wrong_is_dirty) {
    for (const std::string& said :
         {packet(1, error_payload(1045, "Access denied", "28000")), packet(2, ok_payload()),
          packet(1, ""), packet(1, switch_payload("unknown", "x")),
          packet(1, ok_payload(in_force)) + packet(2, ok_payload(in_force))}) {
        cleaning_talk t;
        t.start();
        t.say(said);
        EXPECT_EQ(t.last, cleaning::next::dirty);
    }
    cleaning_talk late;
    late.start();
    late.say(packet(1, ok_payload(in_force)));
    late.say(as_before.result(in_force) + packet(0, "x"));
    EXPECT_EQ(late.last, cleaning::next::dirty);
}

TEST(cleaning, a_key_that_is_none_asks_anew) {
    for (const std::string& key : {std::string(), u32(7), u32(7) + native, u32(7) + z(native)}) {
        cleaning_talk t(key);
        my::change_user c;
        const auto said = t.start();
        ASSERT_EQ(my::decode_change_user(as_bytes(said.payload), in_force, {}, c), my::outcome::ok);
        EXPECT_EQ(c.answer, "");
    }
}

// Questions

struct question_talk {
    question asked;
    output out;

    explicit question_talk(my::capabilities flags = own_flags, std::string text = "SELECT 1; …")
        : asked(std::move(text), flags) {}
    question::next say(std::string_view in) {
        const std::vector<char> exact(in.begin(), in.end());
        const auto n = asked.feed(std::as_bytes(std::span(exact)), out);
        EXPECT_TRUE(out.empty());
        return n;
    }
};

TEST(question, of_several_results) {
    for (const my::capabilities flags :
         {own_flags, capability::query_attributes | capability::session_track,
          own_flags | capability::optional_metadata}) {
        question_talk t(flags);
        t.asked.start(t.out);
        const auto said = only_packet(drained(t.out));
        my::query q;
        ASSERT_EQ(my::decode_query(as_bytes(said.payload), flags, q), my::outcome::ok);
        EXPECT_EQ(q.text, "SELECT 1; …");
        constexpr auto more = my::status::autocommit | my::status::more_results;
        std::string all = result_set({{"a", {}}, {"", "b"}}, 2, flags, 1, more);
        std::string nothing; // a statement without rows
        my::ok o;
        o.status = more;
        my::encode_ok(nothing, flags, o);
        all += packet(packets_in(all).back().sequence + 1, nothing);
        all += result_set({}, 1, flags, packets_in(all).back().sequence + 1);
        for (std::size_t i = 0; i + 1 < all.size(); ++i)
            ASSERT_EQ(t.say(std::string_view(all).substr(i, 1)), question::next::more);
        EXPECT_EQ(t.say(std::string_view(all).substr(all.size() - 1)), question::next::answered);
        EXPECT_THAT(t.asked.take_results(),
                    ElementsAre(question::rows{{"a", ""}, {"", "b"}}, question::rows{}));
    }
}

TEST(question, a_value_of_many_packets) {
    question_talk t;
    t.asked.start(t.out);
    t.out.clear();
    const std::string value(my::max_payload, 'v');
    std::string row;
    my::writer(row).lenenc_string(value);
    const std::string whole = result_set({{"x"}}, 1, own_flags);
    const auto packets = packets_in(whole);
    std::string all = packet(1, packets.at(0).payload) + packet(2, packets.at(1).payload);
    std::uint8_t sequence = 3;
    my::encode_packets(all, sequence, row);
    all += packet(sequence, packets.at(3).payload);
    EXPECT_EQ(t.say(all), question::next::answered);
    const auto results = t.asked.take_results();
    EXPECT_EQ(results.at(0).at(0).at(0), value);
}

TEST(question, errors_are_told) {
    question_talk t;
    t.asked.start(t.out);
    EXPECT_FALSE(t.out.empty());
    t.out.clear();
    EXPECT_EQ(t.say(packet(1, error_payload(1146, "Table 'shop.x' doesn't exist", "42S02"))),
              question::next::failed);
    EXPECT_EQ(t.asked.error(), "1146 (42S02): Table 'shop.x' doesn't exist");
    EXPECT_THAT(t.asked.take_results(), ElementsAre());
}

TEST(question, nonsense_is_no_answer) {
    for (const std::string& said :
         {packet(0, ok_payload()), packet(1, ""), packet(1, std::string(1, '\xfb') + "/etc/passwd"),
          packet(1, ok_payload()) + packet(2, ok_payload()), packet(1, "\2\3"),
          packet(1, "\1") + packet(2, "\xfe")}) {
        question_talk t;
        t.asked.start(t.out);
        t.out.clear();
        EXPECT_EQ(t.say(said), question::next::failed);
        EXPECT_THAT(t.asked.error(), HasSubstr("the server"));
    }
}

} // namespace
} // namespace ringfence::session::mysql
