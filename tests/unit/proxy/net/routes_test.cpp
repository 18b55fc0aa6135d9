// What a reload takes over, and what it makes anew.
#include "certificate.h"

#include "proxy/net/routes.h"

#include <gtest/gtest.h>

namespace ringfence::net {
namespace {

struct world {
    settings s;
    session::credentials c;

    world() {
        s.servers["shop-pg"] = {.name = "shop-pg",
                                .hosts = {{"127.0.0.1", 5432}},
                                .target = {},
                                .tls = session::tls_mode::require,
                                .ca = {}};
        c.backend_by_server["shop-pg"] = {
            .user = "app", .password = "p", .certificate = {}, .key = {}};
    }
    [[nodiscard]] server_settings& server() { return s.servers.at("shop-pg"); }
    [[nodiscard]] session::backend_login& login() { return c.backend_by_server.at("shop-pg"); }
    [[nodiscard]] routes_ptr load(const routes_ptr& former = nullptr) const {
        return std::make_shared<const routes>(s, std::make_shared<const session::credentials>(c),
                                              former.get());
    }
};

server_target_ptr target(const routes_ptr& r) {
    return r->target("order-service", "shop-pg");
}

TEST(routes, a_target_that_did_not_change_is_taken_over) {
    const world w;
    const auto former = w.load();
    EXPECT_EQ(target(w.load(former)), target(former));
}

TEST(routes, a_new_password_makes_a_new_target) {
    world w;
    const auto former = w.load();
    w.login().password = "another";
    EXPECT_NE(target(w.load(former)), target(former));
}

TEST(routes, files_are_read_anew_though_their_names_stay) {
    const own_certificate authority;
    world w;
    w.server().tls = session::tls_mode::verify_full;
    w.server().ca = authority.files.certificate;
    const auto former = w.load();
    const auto kept = target(former); // as sessions that run keep it
    const auto next = target(w.load(former));
    EXPECT_NE(next, kept);
    EXPECT_NE(next->tls, kept->tls);
    EXPECT_NE(kept->tls, nullptr);

    w.server().ca.clear();
    w.login().certificate = authority.files.certificate;
    w.login().key = authority.files.key;
    const auto with_certificate = w.load();
    EXPECT_NE(target(w.load(with_certificate))->tls, target(with_certificate)->tls);
}

TEST(routes, files_that_cannot_be_read_leave_the_former_routes) {
    const own_certificate authority;
    world w;
    w.server().ca = authority.files.certificate;
    const auto former = w.load();
    std::filesystem::remove(authority.files.certificate);
    EXPECT_THROW(static_cast<void>(w.load(former)), tls_error);
    EXPECT_NE(target(former)->tls, nullptr);
}

TEST(routes, the_login_of_the_service_wins) {
    world w;
    w.c.backend_by_service["order-service"]["shop-pg"] = {
        .user = "orders_app", .password = "p", .certificate = {}, .key = {}};
    const auto r = w.load();
    EXPECT_EQ(r->target("order-service", "shop-pg")->login.user, "orders_app");
    EXPECT_EQ(r->target("user-service", "shop-pg")->login.user, "app");
    EXPECT_EQ(r->target("user-service", "other"), nullptr);
    EXPECT_EQ(r->all().size(), 2U);
}

} // namespace
} // namespace ringfence::net
