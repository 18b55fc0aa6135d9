// Clients of MySQL and MariaDB as their libraries are, and the little world that they log in to.
#pragma once

#include "packets.h"
#include "proxy/auth/rsa_exchange.h"
#include "proxy/auth/sha2_verifier.h"
#include "proxy/auth/verifier.h"
#include "proxy/session/mysql/client_login.h"

namespace ringfence::session::mysql::test {

inline policy::snapshot_ptr my_shop() {
    const auto service = [](const std::string& name, const std::string& login) {
        return "service: " + name + "-service\nteam: " + name +
               "\ncontact: \"#team\"\nidentities: [{login: " + login +
               "}, {certificate: \"spiffe://shop.example/" + name +
               "-service\"}]\nowns:\n  - {server: shop-my, database: " + login + "}\n";
    };
    const auto loaded = policy::load(
        {{"org.yaml", "version: 1\nengines: [mysql]\nservers:\n  shop-my: {engine: mysql}\n"},
         {"services/order-service.yaml", service("order", "orders")},
         {"services/user-service.yaml", service("user", "users")},
         {"services/cart-service.yaml", service("cart", "carts")},
         {"services/report-service.yaml", service("report", "reports")}},
        day(2026, 11, 21));
    for (const auto& f : loaded.findings)
        if (f.severity == policy::severity::error)
            ADD_FAILURE() << policy::to_string(f);
    return loaded.policies;
}

inline std::string sha2_of(std::string_view password) {
    return auth::make_sha2_verifier(password, auth::least_rounds, "twenty bytes of salt");
}

// "carts" has a verifier of each kind, of two passwords; "reports" is for PostgreSQL only;
// "outsider" has no service.
inline std::shared_ptr<credentials> my_credentials() {
    static const std::string sha2 = sha2_of("secret");
    static const std::string newer = sha2_of("newer");
    auto made = std::make_shared<credentials>();
    made->clients["orders"].verifiers = {sha2};
    made->clients["users"].verifiers = {auth::make_native_verifier("secret")};
    made->clients["carts"].verifiers = {newer, auth::make_native_verifier("secret")};
    made->clients["reports"].verifiers = {auth::make_scram_verifier("secret", 64)};
    made->clients["outsider"].verifiers = {sha2};
    made->decoy_key = "decoy key";
    return made;
}

inline constexpr my::capabilities usual_flags =
    capability::mysql | capability::long_flag | capability::protocol_41 | capability::transactions |
    capability::secure_connection | capability::multi_statements | capability::multi_results |
    capability::plugin_auth | capability::connect_attrs | capability::plugin_auth_lenenc |
    capability::connect_with_db | capability::deprecate_eof | capability::session_track;

struct client {
    std::string user = "orders";
    std::string password = "secret";
    std::string database = "orders";
    std::string plugin{}; // the one that it proposes; empty: as the greeting says
    bool tls = true;
    my::capabilities flags = usual_flags;
    std::uint8_t collation = 45;

    [[nodiscard]] std::string answer(std::string_view to, std::string_view nonce) const {
        if (to == "mysql_native_password")
            return auth::native_answer(password, nonce);
        if (to == "caching_sha2_password")
            return auth::sha2_answer(password, nonce);
        return to == "mysql_clear_password" ? password + '\0' : std::string();
    }
    [[nodiscard]] std::string login(std::string_view said, std::string_view with) const {
        my::login l;
        l.capabilities = flags;
        l.max_packet = 1 << 24;
        l.collation = collation;
        l.user = user;
        l.answer = with;
        l.database = database;
        l.plugin = said;
        l.attributes = {{"_client_name", "test"}};
        std::string out;
        my::encode_login(out, l);
        return out;
    }
};

inline std::string ssl_request(my::capabilities flags = usual_flags) {
    std::string out;
    my::login_head head;
    head.capabilities = flags | capability::ssl;
    head.max_packet = 1 << 24;
    head.collation = 45;
    my::encode_ssl_request(out, head);
    return out;
}

inline client_login::settings listener(server_state_ptr server = mysql_server(), bool tls = true) {
    client_login::settings s;
    s.tls_available = tls;
    s.server = std::move(server);
    s.connection_id = 4711;
    return s;
}

// One login, the socket in which bytes wait that it did not take, and the thread that works for it.
struct login_talk {
    using next = client_login::next;

    client_login login;
    output out;
    std::string waiting;
    next last = next::more;
    unsigned works = 0;

    static login_memory& fresh_memory() {
        static std::vector<std::unique_ptr<login_memory>> kept;
        return *kept.emplace_back(std::make_unique<login_memory>());
    }

    explicit login_talk(const client_login::settings& s = listener(),
                        login_memory& memory = fresh_memory(), credentials_ptr c = my_credentials())
        : login(s, my_shop(), std::move(c), memory) {}
    // A COM_CHANGE_USER.
    login_talk(const client_login::settings& s, tls_peer peer, my::capabilities negotiated,
               std::string change_user, login_memory& memory = fresh_memory())
        : login(s, my_shop(), my_credentials(), std::move(peer), negotiated, std::move(change_user),
                memory) {}

    std::string start() {
        last = login.start(out).next;
        return drained(out) + worked();
    }
    std::string worked() {
        std::string heard;
        while (last == next::work) {
            ++works;
            login.work()();
            last = login.worked(out).next;
            heard += drained(out);
        }
        return heard;
    }
    // What the client hears when it says `in`.
    std::string say(std::string_view in) {
        waiting += in;
        std::string heard;
        while (last == next::more && !waiting.empty()) {
            const std::vector<char> exact(waiting.begin(), waiting.end());
            const auto r = login.feed(std::as_bytes(std::span(exact)), out);
            EXPECT_LE(r.consumed, waiting.size());
            waiting.erase(0, r.consumed);
            last = r.next;
            heard += drained(out) + worked();
            if (r.consumed == 0)
                break;
        }
        return heard;
    }
    std::string say_by_byte(std::string_view in) {
        std::string heard;
        for (const char c : in)
            heard += say(std::string_view(&c, 1));
        return heard;
    }
    void shake_hands(std::vector<std::string> names = {}) {
        EXPECT_EQ(last, next::start_tls);
        last = login
                   .tls_established({.active = true,
                                     .alpn = {},
                                     .end_point_hash = {},
                                     .certificate_names = std::move(names)},
                                    out)
                   .next;
        EXPECT_TRUE(out.empty());
    }

    // All that the client hears behind the greeting, as it logs in.
    std::string log_in(const client& c, bool by_byte = false,
                       std::vector<std::string> certificate = {}) {
        const auto tell = [&](unsigned sequence, std::string_view payload) {
            const std::string p = packet(sequence, payload);
            return by_byte ? say_by_byte(p) : say(p);
        };
        const std::string greeting = only_packet(start()).payload;
        my::handshake h;
        if (my::decode_handshake(as_bytes(greeting), h) != my::outcome::ok) {
            ADD_FAILURE() << "no greeting";
            return greeting;
        }
        unsigned sequence = 1;
        if (c.tls) {
            EXPECT_EQ(tell(sequence++, ssl_request(c.flags)), "");
            shake_hands(std::move(certificate));
        }
        const std::string plugin = c.plugin.empty() ? std::string(h.plugin) : c.plugin;
        return go_on(c, plugin, h.nonce, tell(sequence, c.login(plugin, c.answer(plugin, h.nonce))),
                     tell);
    }
    // Answers what it is asked, from here on.
    template <class Tell>
    std::string go_on(const client& c, std::string plugin, std::string nonce, std::string heard,
                      Tell tell) {
        std::string all = heard;
        while (last == next::more && !heard.empty()) {
            const auto asked = packets_in(heard).back();
            my::authentication a;
            EXPECT_EQ(my::decode_authentication(as_bytes(asked.payload), 0, a), my::outcome::ok);
            std::string answer;
            if (a.kind == my::authentication_kind::switch_to) {
                plugin = a.plugin;
                nonce = my::without_zero(a.data);
                answer = c.answer(plugin, nonce);
            } else if (a.data == "\4") {
                answer = c.tls ? c.password + '\0' : std::string("\2");
            } else {
                answer = auth::seal_password(a.data, c.password, nonce).value_or("no key");
            }
            heard = tell(asked.sequence + 1, answer);
            all += heard;
        }
        return all;
    }
};

} // namespace ringfence::session::mysql::test
