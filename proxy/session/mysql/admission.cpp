#include "proxy/session/mysql/admission.h"

#include "policy/text.h"
#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/session/mysql/capabilities.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/handshake.h"

#include <charconv>
#include <limits>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

constexpr std::uint16_t utf8mb4_general_ci = 45;

// As the session is, after all that init_connect may have done to it. The schema is asked for
// since that can have changed it, too.
constexpr std::string_view state_question =
    "SELECT @@version, @@lower_case_table_names, @@session.sql_mode, "
    "@@session.character_set_client, @@global.read_only, DATABASE()";
constexpr std::size_t state_columns = 6;

// 0, where the text does not look like the flavour's own: operators may make it up, and then
// executable comments are read in every way.
unsigned version_number(std::string_view text, sql::mysql_flavour flavour) {
    const bool mariadb = flavour == sql::mysql_flavour::mariadb;
    if (mariadb && text.find("MariaDB") == std::string_view::npos)
        return 0;
    const auto v = my::parse_version(text, mariadb ? my::flavour::mariadb : my::flavour::mysql);
    return v && v->minor < 100 && v->patch < 100 ? v->major * 10000 + v->minor * 100 + v->patch : 0;
}

} // namespace

admission::admission(const server_login::settings& s, bool encrypted)
    : proof_(s, encrypted), max_message_bytes_(s.max_message_bytes) {}

const authenticator& admission::begin(std::string_view plugin, std::string_view nonce,
                                      sql::mysql_flavour flavour) {
    proof_.begin(plugin, nonce,
                 flavour == sql::mysql_flavour::mysql ? auth::caching_sha2 : auth::mysql_native);
    return proof_;
}

void admission::sent(std::uint8_t next_sequence, my::capabilities in_force) {
    sequence_ = next_sequence;
    in_force_ = in_force;
}

admission::next admission::feed(bytes in, output& to_server) {
    if (state_) {
        switch (state_->feed(in)) {
        case text_answer::next::more:
            return next::more;
        case text_answer::next::complete:
            return next::done;
        case text_answer::next::failed:
            return fail("ringfence: the server does not say how it reads statements: " +
                        state_->error());
        }
    }
    received_ += as_text(in);
    my::message m;
    switch (my::find_message(as_bytes(received_), sequence_, max_message_bytes_, m)) {
    case my::outcome::need_more:
        return next::more;
    case my::outcome::malformed:
        return fail("ringfence: the server does not follow the protocol");
    case my::outcome::ok:
        break;
    }
    // It is our turn after most of its packets, but not after "the answer was right".
    const std::string whole = received_.substr(0, m.size);
    received_.erase(0, m.size);
    std::string joined;
    sequence_ = m.next_sequence;
    const next step = message(my::payload_of(as_bytes(whole), m, joined), to_server);
    if (step != next::more || received_.empty())
        return step;
    return state_ ? fail("ringfence: the server does not follow the protocol")
                  : feed(bytes(), to_server);
}

admission::next admission::message(bytes payload, output& to_server) {
    my::authentication a;
    if (my::decode_authentication(payload, in_force_, a) != my::outcome::ok)
        return fail("ringfence: the server does not follow the protocol");
    if (a.kind == my::authentication_kind::ok) {
        state_.emplace(in_force_, max_message_bytes_);
        state_->ask(state_question, to_server);
        return next::more;
    }
    if (a.kind == my::authentication_kind::error) {
        my::error e;
        if (my::decode_error(payload, e) != my::outcome::ok)
            return fail("ringfence: the server does not follow the protocol");
        trouble_ = trouble_of(e);
        return next::failed;
    }
    switch (proof_.hear(a)) {
    case authenticator::next::fail:
        return fail(proof_.error());
    case authenticator::next::wait:
        break;
    case authenticator::next::reply: {
        std::string packet;
        my::encode_packets(packet, sequence_, proof_.answer());
        to_server.append(packet);
        break;
    }
    }
    return next::more;
}

bool admission::describe(server_state& s) {
    const auto wrong = [this](std::string text) {
        trouble_ = {std::move(text), "08006"};
        return false;
    };
    const auto& results = state_->results();
    if (results.size() != 1 || results[0].size() != 1 || results[0][0].size() != state_columns)
        return wrong("ringfence: the server does not say how it reads statements");
    const auto& row = results[0][0];
    if (row[0].find("MariaDB") != std::string::npos)
        s.flavour = sql::mysql_flavour::mariadb;
    s.version_number = version_number(row[0], s.flavour);
    const std::string& names = row[1];
    const auto read =
        std::from_chars(names.data(), names.data() + names.size(), s.lower_case_table_names);
    if (read.ec != std::errc() || read.ptr != names.data() + names.size())
        return wrong("ringfence: the server's lower_case_table_names is no number");
    const auto mode = sql::mysql_mode_of(row[2], s.flavour);
    if (!mode)
        return wrong("ringfence: the server's sql_mode has a name that ringfence does not know: " +
                     policy::printable(row[2], 256));
    s.begins = {.schema = row[5], .mode = *mode, .charset = row[3]};
    s.says_role = true;
    s.read_only = s.standby = row[4] != "0" && row[4] != "OFF";
    return true;
}

admission::next admission::fail(std::string text) {
    trouble_ = {std::move(text), "08006"};
    return next::failed;
}

void begin_anew(admission& a, const server_login::settings& s, const server_state& server,
                std::string_view plugin, std::string_view nonce, output& to_server) {
    const authenticator& proof = a.begin(plugin, nonce, server.flavour);
    my::change_user c;
    c.user = s.login.user;
    c.answer = proof.answer();
    c.database = s.database;
    c.collation = collation_of(s);
    c.plugin = proof.plugin();
    c.attributes = own_attributes();
    std::string payload;
    my::encode_change_user(payload, server.in_force, c);
    std::string packet;
    std::uint8_t sequence = 0;
    my::encode_packets(packet, sequence, payload);
    a.sent(sequence, server.in_force);
    to_server.append(packet);
}

const my::attributes& own_attributes() {
    static const my::attributes all = {{"_client_name", "ringfence"},
                                       {"program_name", "ringfence"}};
    return all;
}

std::uint16_t collation_of(const server_login::settings& s) {
    const auto asked = number_in(s.parameters, collation_parameter);
    return asked && *asked <= std::numeric_limits<std::uint16_t>::max()
               ? static_cast<std::uint16_t>(*asked)
               : utf8mb4_general_ci;
}

} // namespace ringfence::session::mysql
