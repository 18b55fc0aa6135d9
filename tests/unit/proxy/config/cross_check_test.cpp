// What only shows between configuration, credentials and policies.
#include "../../policy/shop.h"
#include "written.h"

#include "proxy/cli/loaded.h"

namespace ringfence::config::test {
namespace {

using policy::severity;
using policy::test::shop;
using testing::ElementsAre;

std::vector<std::string> texts(const cli::diagnostics& findings) {
    std::vector<std::string> out;
    for (const auto& d : findings)
        out.push_back(std::string(policy::to_string(d.severity)) + " " + d.rule + ": " + d.message);
    return out;
}

settings for_servers(const std::string& servers) {
    return good("listen: {postgresql: {tls: disable}}\npolicies: p\ncredentials: c.yaml\n"
                "servers: {" +
                servers + "}\n");
}

session::credentials whole() {
    session::credentials c;
    for (const auto* name : {"orders", "users", "billing"})
        c.clients[name] = {{"SCRAM-SHA-256$…"}};
    c.backend_by_server["shop-pg"].user = "ringfence";
    return c;
}

cli::diagnostics against(const settings& s, const session::credentials& c) {
    cli::diagnostics out;
    cli::cross_check(s, *shop(), c, out);
    return out;
}

TEST(cross_check, servers_that_the_policies_do_not_know) {
    cli::diagnostics out;
    cli::cross_check(for_servers("shop-gp: {host: h}, shop-pg: {host: h}"), *shop(), out);
    EXPECT_THAT(texts(out), ElementsAre("error unknown-server: the policies know no server "
                                        "'shop-gp' (did you mean 'shop-pg'?)"));
    EXPECT_EQ(out.at(0).place.line, 4);
    EXPECT_EQ(out.at(0).place.column, 11);
}

TEST(cross_check, the_policies_say_what_engine_a_server_has) {
    auto s = for_servers("shop-my: {host: h}");
    cli::diagnostics out;
    cli::cross_check(s, *shop(), out);
    EXPECT_TRUE(out.empty());
    cli::set_engines(s, *shop());
    EXPECT_EQ(s.net.servers.at("shop-my").engine, policy::engine::mysql);
    EXPECT_EQ(s.net.servers.at("shop-my").hosts.at(0).port, 3306);
    s = for_servers("shop-my: {host: /run/mysqld.sock}");
    cli::set_engines(s, *shop());
    EXPECT_EQ(s.net.servers.at("shop-my").hosts.at(0).port, 0); // the file itself
}

TEST(cross_check, all_that_fits) {
    EXPECT_THAT(texts(against(for_servers("shop-pg: {host: h}"), whole())), ElementsAre());
}

TEST(cross_check, logins_that_only_one_side_knows) {
    auto c = whole();
    c.clients.erase("billing");
    c.clients["biling"] = {};
    const auto out = against(for_servers("shop-pg: {host: h}"), c);
    EXPECT_THAT(texts(out),
                ElementsAre("warning no-verifier: login 'billing' of billing-service has no "
                            "verifier: it cannot log in with a password",
                            "warning unknown-login: no service has the login 'biling' (did you "
                            "mean 'billing'?)"));
    EXPECT_EQ(out.at(0).place.file, "/etc/ringfence/c.yaml");
}

TEST(cross_check, backend_logins_for_what_does_not_exist) {
    auto c = whole();
    c.backend_by_server["shop-gp"].user = "x";
    c.backend_by_service["order-servce"]["shop-pg"].user = "x";
    EXPECT_THAT(texts(against(for_servers("shop-pg: {host: h}"), c)),
                ElementsAre("error unknown-server: a backend login for the unknown server "
                            "'shop-gp' (did you mean 'shop-pg'?)",
                            "error unknown-service: backend logins for the unknown service "
                            "'order-servce' (did you mean 'order-service'?)"));
}

TEST(cross_check, a_server_that_nobody_can_log_in_to) {
    session::credentials c = whole();
    EXPECT_THAT(texts(against(for_servers("shop-pg: {host: h}, users-pg: {host: h}"), c)),
                ElementsAre("error no-backend-login: there is no login for server 'users-pg': add "
                            "it under 'servers'"));
    c.backend_by_service["user-service"]["users-pg"].user = "users_app";
    EXPECT_THAT(texts(against(for_servers("shop-pg: {host: h}, users-pg: {host: h}"), c)),
                ElementsAre());
}

TEST(cross_check, listeners_per_server_settle_ambiguities) {
    EXPECT_EQ(cli::options_for(for_servers("a: {host: h}")).ambiguous_server, severity::error);
    const auto s = good(with_listen("{postgresql: {tls: disable, server: pg}}"));
    EXPECT_EQ(cli::options_for(s).ambiguous_server, severity::warning);
    EXPECT_EQ(cli::options_for(s).expired_share, severity::warning);
}

} // namespace
} // namespace ringfence::config::test
