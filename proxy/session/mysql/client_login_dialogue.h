// The state of a client's login, and its two halves: the packets until it is known who logs in
// (client_login.cpp), and the proof (client_proof.cpp).
#pragma once

#include "proxy/session/mysql/capabilities.h"
#include "proxy/session/mysql/client_login.h"
#include "proxy/session/mysql/farewell.h"
#include "proxy/session/mysql/password_check.h"
#include "proxy/session/mysql/server_state.h"
#include "proxy/wire/mysql/login.h"
#include "proxy/wire/mysql/packet.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::session::mysql {

// What is worked out on another thread. Holds all that it needs.
struct login_work {
    enum class kind : std::uint8_t {
        key,      // make our RSA key
        password, // compare a password
        sealed,   // open one, and compare it
    };
    kind what = kind::key;
    login_memory* memory = nullptr;
    std::shared_ptr<const password_check> check;
    std::string said; // the password, or what the client sealed
    std::string nonce;
    // What came out.
    bool failed = false; // of itself
    std::string password;
    std::optional<std::string> fits; // the verifier

    void run();
};

struct client_login::dialogue {
    enum class phase : std::uint8_t {
        silent,   // before the greeting
        login,    // the client says SSLRequest, or who it is
        tls,      // the handshake
        switched, // the client answers another plugin
        password, // … says its password, or asks for our key
        sealed,   // … says its password under our key
        working,  // it is being compared
        done,
    };

    using next = client_login::next;
    using result = client_login::result;

    dialogue(const client_login::settings&, policy::snapshot_ptr, credentials_ptr, login_memory&);

    client_login::settings settings;
    policy::snapshot_ptr policies;
    credentials_ptr verifiers;
    login_memory& memory;
    phase now = phase::silent;
    bool asked_tls = false;
    std::optional<std::string> change_user; // a payload
    tls_peer peer;
    wire::mysql::capabilities offered = 0;
    wire::mysql::capabilities negotiated = 0;
    std::uint8_t sequence = 0; // of the next packet, whose ever it is
    login_request request;
    const policy::service* who = nullptr;
    std::string certificate; // the name in it that identified `who`; empty: it was the login
    std::string plugin;      // the one that the client was asked for last
    std::string nonce;       // that it was sent last
    bool native_failed = false;
    std::shared_ptr<const password_check> check;
    std::shared_ptr<login_work> work;
    std::string rest; // of an incomplete packet, where bytes are consumed as they come
    login_failure why = login_failure::none;

    int zstd_level = 3; // as the client wishes

    [[nodiscard]] bool speaks_tls() const;
    // Nobody can listen.
    [[nodiscard]] bool secure() const { return peer.active || settings.unix_socket; }
    [[nodiscard]] bool waits_for_client() const;

    void send(std::string_view payload, output&);
    result close(login_failure, error_number, std::string_view message, output&);
    result close(login_failure, const last_words&, output&);
    result malformed(output&);
    result out_of_order(output&);
    result too_early(output&);

    // client_login.cpp
    result greet(output&);
    result begin_again(output&);
    result first_packet(bytes in, output&);
    result tls_request(output&);
    result log_in(bytes payload, output&);
    result later_packet(bytes in, output&);

    // client_proof.cpp. `said`: the plugin by whose rules the client has answered; empty: none.
    result authenticate(std::string_view said, std::string_view answer, output&);
    result by_password(std::string_view said, std::string_view answer, output&);
    result change_plugin(std::string_view to, output&);
    result hear_answer(std::string_view answer, output&);
    result hear_password(std::string_view packet, output&);
    result begin_work(login_work::kind, std::string_view said);
    result worked(output&);
    result accepted();
    result refused(bool with_password, output&);
};

} // namespace ringfence::session::mysql
