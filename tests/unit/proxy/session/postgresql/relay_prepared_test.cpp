// The decision is taken at Parse; it is taken again when what it rested on has changed before the
// statement runs.
#include "conversation.h"

namespace ringfence::session::postgresql::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(relay_prepared, a_parse_that_replaces_a_denied_one_is_decided_by_itself) {
    worker w;
    conversation c(w);
    const auto denied = c.client(parse("", "SELECT 1 FROM users.accounts") + sync());
    EXPECT_THAT(denied, is_replacement());
    static_cast<void>(c.server(syntax_error_of(denied) + ready()));
    const auto fine = parse("", "SELECT 1 FROM orders.o") + bind("") + execute() + sync();
    EXPECT_EQ(c.client(fine), fine);
    // … and the other way round: a later Parse does not make the denial forgotten.
    EXPECT_THAT(
        c.client(parse("", "SELECT 1 FROM users.accounts") + parse("", "SELECT 1") + sync()),
        is_replacement());
}

TEST(relay_prepared, a_share_that_ends_stops_what_was_prepared_before) {
    worker w;
    conversation c(w);
    const auto p = parse("s", "SELECT street FROM users.addresses") + sync();
    ASSERT_EQ(c.client(p), p);
    static_cast<void>(c.server(msg('1') + ready()));
    const auto run = bind("s") + execute() + sync();
    ASSERT_EQ(c.client(run), run);
    static_cast<void>(c.server(msg('2') + complete("SELECT 0") + ready()));

    w.env.set_today(day(2027, 1, 1));
    const auto late = c.client(run);
    EXPECT_THAT(late, is_replacement());
    EXPECT_TRUE(late.ends_with(execute() + sync()));
    EXPECT_THAT(c.server(syntax_error_of(late) + ready()),
                HasSubstr("may not read users.addresses"));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_prepared, a_new_policy_stops_what_was_prepared_under_the_old_one) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(parse("s", "SELECT street FROM users.addresses") + sync()));
    static_cast<void>(c.server(msg('1') + ready()));
    auto files = shop();
    files[1].second = files[1].second.substr(0, files[1].second.find("shares:"));
    w.env.set_policies(load(files));
    EXPECT_THAT(c.client(bind("s") + execute() + sync()), is_replacement());
}

TEST(relay_prepared, what_is_still_allowed_goes_on_under_a_new_policy) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(parse("s", "SELECT a FROM o WHERE id = $1") + sync()));
    static_cast<void>(c.server(msg('1') + ready()));
    w.env.set_policies(load(shop()));
    const auto run = bind("s") + execute() + sync();
    EXPECT_EQ(c.client(run), run);
}

TEST(relay_prepared, the_same_for_sql_level_prepare) {
    worker w;
    conversation c(w);
    const auto p = query("PREPARE s AS SELECT street FROM users.addresses");
    ASSERT_EQ(c.client(p), p);
    static_cast<void>(c.server(complete("PREPARE") + ready()));
    ASSERT_EQ(c.client(query("EXECUTE s")), query("EXECUTE s"));
    static_cast<void>(c.server(complete("SELECT 0") + ready()));
    w.env.set_today(day(2027, 1, 1));
    EXPECT_THAT(c.client(query("EXECUTE s")), is_replacement());
}

TEST(relay_prepared, a_write_prepared_on_the_own_path_does_not_run_on_another) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(parse("s", "INSERT INTO t VALUES (1)") + sync()));
    static_cast<void>(c.server(msg('1') + ready()));
    const auto set = query("SET search_path = extensions");
    ASSERT_EQ(c.client(set), set);
    static_cast<void>(c.server(complete("SET") + ready()));
    EXPECT_THAT(c.client(bind("s") + execute() + sync()), is_replacement());
}

TEST(relay_prepared, a_close_skipped_after_an_error_does_not_hide_the_old_text) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(parse("s", "INSERT INTO t VALUES (1)") + sync()));
    static_cast<void>(c.server(msg('1') + ready()));
    static_cast<void>(c.client(parse("", "SELECT 1/0") + bind("") + execute() +
                               close_statement("s") + parse("s", "SELECT 1") + sync()));
    static_cast<void>(c.server(msg('1') + msg('2') + error("22012", "division by zero") + ready()));
    static_cast<void>(c.client(query("SET search_path = extensions")));
    static_cast<void>(c.server(complete("SET") + ready()));
    EXPECT_THAT(c.client(bind("s") + execute() + sync()), is_replacement());
}

TEST(relay_prepared, a_path_set_in_the_same_string_counts_for_what_follows) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("SET search_path = extensions; INSERT INTO t VALUES (1)")),
                is_replacement());
}

TEST(relay_prepared, a_foreign_schema_never_gets_on_the_path) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("SET search_path = users")), is_replacement());
    EXPECT_THAT(c.client(query("SET LOCAL search_path TO orders, users")), is_replacement());
    EXPECT_THAT(c.client(query("SELECT set_config('search_path', 'users', false)")),
                is_replacement());
    EXPECT_THAT(c.client(query("SELECT set_config($$search_path$$, U&'\\0075sers', true)")),
                is_replacement());
    const auto own = query("SET search_path = orders, extensions");
    EXPECT_EQ(c.client(own), own);
}

TEST(relay_prepared, a_prepared_set_counts_from_then_on) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(parse("p", "SET search_path = extensions") + sync()));
    static_cast<void>(c.server(msg('1') + ready()));
    EXPECT_THAT(c.client(query("INSERT INTO t VALUES (1)")), is_replacement());
    EXPECT_THAT(c.client(query("INSERT INTO orders.t VALUES (1)")), Not(is_replacement()));
}

TEST(relay_prepared, a_rolled_back_set_leaves_both_readings) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("BEGIN")));
    static_cast<void>(c.server(complete("BEGIN") + ready('T')));
    static_cast<void>(c.client(query("SET search_path = extensions")));
    static_cast<void>(c.server(complete("SET") + ready('T')));
    static_cast<void>(c.client(query("ROLLBACK")));
    static_cast<void>(c.server(complete("ROLLBACK") + ready('I')));
    EXPECT_THAT(c.client(query("INSERT INTO t VALUES (1)")), is_replacement());
}

TEST(relay_prepared, names_that_are_too_many_are_refused_with_a_remedy) {
    environment::settings s;
    s.max_prepared = 3;
    worker w(load(shop()), s);
    conversation c(w);
    for (const char* name : {"a", "b", "c"})
        EXPECT_THAT(c.client(parse(name, "SELECT 1")), Not(is_replacement()));
    EXPECT_THAT(c.client(parse("d", "SELECT 1")), is_replacement());
}

} // namespace
} // namespace ringfence::session::postgresql::test
