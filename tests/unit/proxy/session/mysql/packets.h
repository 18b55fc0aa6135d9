// What both ends say in a login, as tests write it down.
#pragma once

#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/session/mysql/server_state.h"
#include "proxy/wire/mysql/authentication.h"
#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/handshake.h"
#include "proxy/wire/mysql/login.h"
#include "proxy/wire/mysql/packet.h"
#include "proxy/wire/mysql/response.h"
#include "tests/unit/proxy/session/world.h"
#include "tests/unit/proxy/wire/mysql/packets.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session::mysql::test {

using namespace session::test;
using namespace wire::mysql::test;
namespace my = wire::mysql;
namespace capability = my::capability;

inline const std::string some_nonce = "0123456789abcdefghij";
inline const std::string other_nonce = "ABCDEFGHIJ0123456789";

// What MySQL 8.4 and MariaDB 10.11 offer.
inline constexpr my::capabilities mysql_offers = 0xdfffffff;
inline constexpr my::capabilities mariadb_offers = 0x0000001d'81bff7feULL | capability::ssl;

// A packet that was heard: its id and its payload.
struct heard_packet {
    unsigned sequence = 0;
    std::string payload;
};
inline std::vector<heard_packet> packets_in(std::string_view all) {
    std::vector<heard_packet> out;
    while (!all.empty()) {
        my::header head;
        if (my::read_header(as_bytes(all), head) != my::outcome::ok || all.size() < head.size()) {
            ADD_FAILURE() << "half a packet";
            break;
        }
        out.push_back({head.sequence, std::string(all.substr(my::header_size, head.payload))});
        all.remove_prefix(head.size());
    }
    return out;
}
inline heard_packet only_packet(std::string_view all) {
    const auto packets = packets_in(all);
    EXPECT_EQ(packets.size(), 1U);
    return packets.empty() ? heard_packet() : packets.front();
}

inline std::string ok_payload(my::capabilities in_force = 0) {
    std::string out;
    my::ok o;
    o.status = my::status::autocommit;
    my::encode_ok(out, in_force, o);
    return out;
}
inline std::string error_payload(unsigned code, std::string_view message,
                                 std::string_view sqlstate = "HY000") {
    std::string out;
    my::encode_error(
        out, {.code = static_cast<std::uint16_t>(code), .sqlstate = sqlstate, .message = message});
    return out;
}
inline std::string switch_payload(std::string_view plugin, std::string_view data) {
    std::string out;
    my::encode_auth_switch(out, plugin, data);
    return out;
}

// "1045 28000: Access denied …"
inline std::string error_text(std::string_view payload) {
    my::error e;
    if (my::decode_error(as_bytes(payload), e) != my::outcome::ok)
        return "no error";
    return std::to_string(e.code) + " " + std::string(e.sqlstate) + ": " + std::string(e.message);
}

using values = std::vector<std::optional<std::string>>;

// A result of the text protocol, whose first packet has the id `sequence`.
inline std::string result_set(const std::vector<values>& rows, std::size_t columns,
                              my::capabilities in_force, unsigned sequence = 1,
                              std::uint16_t status = my::status::autocommit) {
    std::string out;
    const auto add = [&](std::string_view payload) { out += packet(sequence++ & 0xff, payload); };
    const bool eofs = !my::has(in_force, capability::deprecate_eof);
    std::string payload;
    my::encode_column_count(payload, in_force,
                            {.columns = static_cast<std::uint16_t>(columns), .described = true});
    add(payload);
    for (std::size_t i = 0; i < columns; ++i) {
        my::column c;
        c.catalog = "def";
        c.name = "c";
        c.type = 253;
        payload.clear();
        my::encode_column(payload, in_force, c);
        add(payload);
    }
    const auto end = [&] {
        payload.clear();
        if (eofs) {
            my::encode_eof(payload, {.warnings = 0, .status = status});
        } else {
            my::ok o;
            o.status = status;
            my::encode_ok(payload, in_force, o, my::eof_byte);
        }
        add(payload);
    };
    if (eofs)
        end();
    for (const values& row : rows) {
        payload.clear();
        my::writer w(payload);
        for (const auto& v : row)
            v ? w.lenenc_string(*v) : w.u8(my::lenenc_null);
        add(payload);
    }
    end();
    return out;
}

inline std::shared_ptr<server_state> mysql_server() {
    auto s = std::make_shared<server_state>();
    s->version = "8.4.3";
    s->flavour = sql::mysql_flavour::mysql;
    s->version_number = 80403;
    s->offered = mysql_offers & ~capability::ssl;
    s->collation = 255;
    return s;
}
inline std::shared_ptr<server_state> mariadb_server() {
    auto s = std::make_shared<server_state>();
    s->version = "5.5.5-10.11.6-MariaDB";
    s->flavour = sql::mysql_flavour::mariadb;
    s->version_number = 101106;
    s->offered = mariadb_offers & ~capability::ssl;
    s->collation = 45;
    return s;
}

} // namespace ringfence::session::mysql::test
