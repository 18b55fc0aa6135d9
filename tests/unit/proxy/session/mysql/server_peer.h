// Servers of MySQL and MariaDB, as ringfence's own login meets them.
#pragma once

#include "packets.h"
#include "proxy/session/mysql/server_login.h"
#include "proxy/wire/mysql/arguments.h"

namespace ringfence::session::mysql::test {

inline constexpr my::capabilities own_flags =
    capability::multi_statements | capability::multi_results | capability::deprecate_eof;

struct greeting {
    std::string version = "8.4.3";
    my::capabilities offers = mysql_offers;
    std::string plugin = "caching_sha2_password";
    std::string nonce = some_nonce;

    [[nodiscard]] std::string payload() const {
        my::handshake h;
        h.version = version;
        h.connection_id = 0x01020304;
        h.nonce = nonce;
        h.capabilities = offers;
        h.collation = 255;
        h.status = my::status::autocommit;
        h.plugin = plugin;
        std::string out;
        my::encode_handshake(out, h);
        return out;
    }
};
inline greeting of_mariadb() {
    return {.version = "5.5.5-10.11.6-MariaDB",
            .offers = mariadb_offers,
            .plugin = "mysql_native_password",
            .nonce = some_nonce};
}

// What the server says of itself when it is asked.
struct self_description {
    std::string version = "8.4.3";
    std::string lower_case_table_names = "0";
    std::string sql_mode = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES";
    std::string charset = "utf8mb4";
    std::string read_only = "0";
    std::optional<std::string> schema = "shop";

    [[nodiscard]] std::string result(my::capabilities in_force) const {
        return result_set({{version, lower_case_table_names, sql_mode, charset, read_only, schema}},
                          6, in_force);
    }
};

inline server_login::settings own_login(tls_mode tls = tls_mode::disable) {
    server_login::settings s;
    s.tls = tls;
    s.clear_password = tls == tls_mode::disable;
    s.login = {.user = "ringfence", .password = "secret", .certificate = {}, .key = {}};
    s.database = "shop";
    return s;
}

struct server_talk {
    using next = server_login::next;

    server_login login;
    output out;
    next last = next::more;
    my::capabilities in_force = 0; // as ringfence said

    explicit server_talk(server_login::settings s = own_login()) : login(std::move(s)) {
        last = login.start(out);
        EXPECT_TRUE(out.empty());
    }
    // What the server hears when it says `in`.
    std::string say(std::string_view in) {
        EXPECT_EQ(last, next::more);
        const std::vector<char> exact(in.begin(), in.end());
        last = login.feed(std::as_bytes(std::span(exact)), out);
        return drained(out);
    }
    std::string say_by_byte(std::string_view in) {
        std::string heard;
        for (const char c : in)
            if (last == next::more)
                heard += say(std::string_view(&c, 1));
        return heard;
    }
    std::string shake_hands() {
        EXPECT_EQ(last, next::start_tls);
        last = login.tls_established(
            {.active = true, .alpn = {}, .end_point_hash = {}, .certificate_names = {}}, out);
        return drained(out);
    }
    // The login packet that answers this greeting, with TLS in between if it was asked for.
    heard_packet greet(const greeting& g = {}) {
        std::string heard = say(packet(0, g.payload()));
        if (last == next::start_tls) {
            EXPECT_TRUE(my::is_ssl_request(as_bytes(only_packet(heard).payload)));
            EXPECT_EQ(only_packet(heard).sequence, 1U);
            heard = shake_hands();
        }
        if (last == next::failed)
            return {};
        heard_packet p = only_packet(heard);
        my::login l;
        EXPECT_EQ(my::decode_login(as_bytes(p.payload), {}, l), my::outcome::ok);
        in_force = l.capabilities;
        return p;
    }
    // OK, the question, and what it is answered; `sequence`: of the OK.
    void admit(unsigned sequence, const self_description& d = {}) {
        const auto asked = only_packet(say(packet(sequence, ok_payload(in_force))));
        EXPECT_EQ(asked.sequence, 0U);
        my::query q;
        EXPECT_EQ(my::decode_query(as_bytes(asked.payload), in_force, q), my::outcome::ok);
        EXPECT_EQ(q.text.substr(0, 7), "SELECT ");
        EXPECT_EQ(say(d.result(in_force)), "");
    }
    [[nodiscard]] const server_state& state() const {
        return static_cast<const server_state&>(*login.state());
    }
    void expect_failure(std::string_view words, std::string_view sqlstate = "08006") const {
        EXPECT_EQ(last, next::failed);
        EXPECT_EQ(login.error_state(), sqlstate);
        EXPECT_NE(login.error_text().find(words), std::string::npos) << login.error_text();
        EXPECT_EQ(login.error_text().find("secret"), std::string::npos) << login.error_text();
        EXPECT_EQ(login.state(), nullptr);
    }
};

} // namespace ringfence::session::mysql::test
