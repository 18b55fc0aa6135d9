// Promise 3: a denied statement has no effect, and everything around it behaves as if the server
// had raised the error.
#include "conversation.h"

namespace ringfence::session::postgresql::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(relay_denial, a_foreign_query_never_reaches_the_server) {
    worker w;
    conversation c(w);
    const auto sent = c.client(query("SELECT password FROM users.accounts"));
    EXPECT_THAT(sent, is_replacement());
    EXPECT_THAT(sent, Not(HasSubstr("accounts")));

    const auto answer = c.server(syntax_error_of(sent) + ready());
    EXPECT_THAT(answer, HasSubstr("C42501"));
    EXPECT_THAT(answer, HasSubstr("ringfence: order-service may not read users.accounts"));
    EXPECT_THAT(answer, HasSubstr("owned by user-service"));
    EXPECT_THAT(answer, HasSubstr("https://users.shop.example/openapi.json"));
    EXPECT_THAT(answer, Not(HasSubstr("ringfence_denied_")));
    EXPECT_TRUE(answer.ends_with(ready()));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_denial, the_error_names_schema_and_table_in_their_fields) {
    worker w;
    conversation c(w);
    const auto sent = c.client(query("DELETE FROM users.accounts"));
    const auto answer = c.server(syntax_error_of(sent) + ready());
    EXPECT_THAT(answer, HasSubstr(z("susers")));
    EXPECT_THAT(answer, HasSubstr(z("taccounts")));
}

TEST(relay_denial, the_transaction_is_aborted_by_the_server_itself) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(query("BEGIN")), query("BEGIN"));
    EXPECT_EQ(c.server(complete("BEGIN") + ready('T')), complete("BEGIN") + ready('T'));
    const auto sent = c.client(query("SELECT 1 FROM users.accounts"));
    const auto answer = c.server(syntax_error_of(sent) + ready('E'));
    EXPECT_TRUE(answer.ends_with(ready('E')));
    EXPECT_FALSE(c.r.quiescent());
}

TEST(relay_denial, one_foreign_statement_in_a_string_stops_the_whole_string) {
    worker w;
    conversation c(w);
    const auto sent =
        c.client(query("INSERT INTO orders.o VALUES (1); SELECT * FROM users.accounts"));
    EXPECT_THAT(sent, Not(HasSubstr("INSERT")));
    EXPECT_THAT(sent, is_replacement());
}

TEST(relay_denial, in_a_pipeline_the_server_skips_to_the_sync_by_itself) {
    worker w;
    conversation c(w);
    const auto in = parse("", "SELECT 1 FROM users.accounts") + bind("") + execute() + sync();
    const auto sent = c.client(in);
    EXPECT_THAT(sent, is_replacement());
    EXPECT_TRUE(sent.ends_with(bind("") + execute() + sync()));
    const auto answer = c.server(syntax_error_of(sent) + ready());
    EXPECT_THAT(answer, HasSubstr("may not read users.accounts"));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_denial, the_servers_own_error_earlier_in_the_pipeline_is_not_taken_for_ours) {
    worker w;
    conversation c(w);
    const auto sent =
        c.client(parse("", "SELECT 1/0") + bind("") + execute() +
                 parse("", "SELECT 1 FROM users.accounts") + bind("") + execute() + sync());
    EXPECT_THAT(sent, is_replacement());
    const auto own = error("22012", "division by zero");
    EXPECT_EQ(c.server(own + ready()), own + ready());
    // The replacement was skipped; it must not be waited for.
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_denial, two_denials_in_two_pipelines_keep_their_own_texts) {
    worker w;
    conversation c(w);
    const auto first = c.client(query("SELECT 1 FROM users.accounts"));
    const auto second = c.client(query("UPDATE users.addresses SET a = 1"));
    EXPECT_THAT(c.server(syntax_error_of(first) + ready()),
                HasSubstr("may not read users.accounts"));
    EXPECT_THAT(c.server(syntax_error_of(second) + ready()),
                HasSubstr("may not write users.addresses"));
}

TEST(relay_denial, a_client_that_guesses_the_marker_gets_its_own_error_back) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT 1")));
    const auto forged = error("42601", "syntax error at or near \"ringfence_denied_0_1\"");
    EXPECT_EQ(c.server(forged + ready()), forged + ready());
}

TEST(relay_denial, function_call_messages_are_refused) {
    worker w;
    conversation c(w);
    const auto sent = c.client(msg('F', std::string(14, '\0')));
    EXPECT_THAT(sent, is_replacement());
    EXPECT_THAT(c.server(syntax_error_of(sent) + ready()), HasSubstr("FunctionCall"));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_denial, what_cannot_be_parsed_is_not_forwarded) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("SELEC 1")), is_replacement());
}

TEST(relay_denial, observe_mode_forwards_and_reports) {
    auto files = shop();
    files[2].second += "mode: observe\n";
    worker w(load(files));
    conversation c(w);
    const auto q = query("SELECT secret FROM users.accounts WHERE name = 'bob'");
    EXPECT_EQ(c.client(q), q);
    ASSERT_EQ(w.seen.violations.size(), 1U);
    EXPECT_EQ(w.seen.violations[0].mode, policy::mode::observe);
    EXPECT_EQ(w.seen.violations[0].message, "order-service may not read users.accounts");
}

TEST(relay_denial, a_permission_error_of_the_server_itself_is_reported_as_caught_by_server) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT orders.f()")));
    const auto own = error("42501", "permission denied for table accounts");
    EXPECT_EQ(c.server(own + ready()), own + ready());
    ASSERT_EQ(w.seen.violations.size(), 1U);
    EXPECT_TRUE(w.seen.violations[0].by_server);
}

TEST(relay_denial, a_service_that_left_the_policies_gets_a_clear_end) {
    worker w;
    conversation c(w);
    auto files = shop();
    files.pop_back();
    files[1].second = files[1].second.substr(0, files[1].second.find("shares:"));
    w.env.set_policies(load(files));
    EXPECT_EQ(c.client(query("SELECT 1")), "");
    EXPECT_THAT(c.for_client(), HasSubstr("no longer in the policies"));
    EXPECT_EQ(c.r.current(), relay::status::broken);
}

} // namespace
} // namespace ringfence::session::postgresql::test
