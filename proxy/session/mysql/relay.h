// MySQL's and MariaDB's session: one command at a time, each with its answer. MySQL documentation,
// "Command Phase".
#pragma once

#include "proxy/session/decider.h"
#include "proxy/session/mysql/gate.h"
#include "proxy/session/mysql/prepared.h"
#include "proxy/session/mysql/server_state.h"
#include "proxy/session/question.h"
#include "proxy/session/relay.h"
#include "proxy/wire/mysql/command.h"
#include "proxy/wire/mysql/packet.h"
#include "proxy/wire/mysql/response_tracker.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::mysql {

class relay final : public session::relay {
public:
    // What the login hands over.
    struct client_side {
        wire::mysql::capabilities negotiated = 0;
        std::uint8_t next_sequence = 0;
    };
    // See protocol::make_relay().
    relay(environment&, session_identity, client_side, std::shared_ptr<const server_state>,
          std::function<void()> wake);
    ~relay() override;

    void start(std::string_view cancel_key, output& to_client) override;
    void from_client(bytes in, output& to_server, output& to_client) override;
    void from_server(bytes in, output& to_server, output& to_client) override;
    void resume(output& to_server, output& to_client) override;
    void client_gone() override;
    void server_lost(std::string_view sentence, std::string_view sqlstate,
                     output& to_client) override;
    void part(const last_words&, std::string& to_client) const override;
    [[nodiscard]] std::unique_ptr<session::client_login>
    take_login(const session::client_login::settings&, policy::snapshot_ptr, credentials_ptr,
               tls_peer) override;

    [[nodiscard]] status current() const override { return now_; }
    [[nodiscard]] bool wants_client_bytes() const override;
    [[nodiscard]] bool reusable() const override;
    [[nodiscard]] bool quiescent() const override;
    [[nodiscard]] bool busy() const override { return desk_.busy(); }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const override;

private:
    enum class phase : std::uint8_t {
        idle,      // a command may come
        passing,   // the packets of a command go to the server unread
        dropping,  // the packets of a refused command
        answering, // the server answers, perhaps asking the client for a file
        asking,    // ringfence asks the server how it reads texts now
        killing,   // another session is being told
    };
    // The command under way.
    struct exchange {
        wire::mysql::command what{};
        verdict_ptr made;               // of its text; null: it has none
        std::optional<refusal> refused; // dropping: what to tell
        std::shared_ptr<const std::string> text;
        bool failed = false;      // the server sent an error
        bool status_seen = false; // the tracker's status is of this answer
    };

    // relay_client.cpp
    [[nodiscard]] bool takes_client() const;
    void client_bytes(bytes in, output& to_server, output& to_client);
    void held_bytes(output& to_server, output& to_client);
    [[nodiscard]] std::size_t client_packets(bytes in, output& to_server, output& to_client);
    [[nodiscard]] std::size_t next_part(wire::mysql::header, bytes rest, output& to_server,
                                        output& to_client);
    [[nodiscard]] std::size_t command(wire::mysql::header, bytes rest, output& to_server,
                                      output& to_client);
    [[nodiscard]] std::size_t whole_command(wire::mysql::command, wire::mysql::header, bytes rest,
                                            output& to_server, output& to_client);
    [[nodiscard]] bool dispatch(wire::mysql::command, bytes message, bytes payload,
                                std::uint8_t next_sequence, output& to_server);
    [[nodiscard]] std::size_t execution(wire::mysql::command, wire::mysql::header, bytes rest,
                                        output& to_server);
    void stream(wire::mysql::command, wire::mysql::header);
    void drop(wire::mysql::command, wire::mysql::header, refusal);
    void passed(std::uint8_t next_sequence, output& to_server, output& to_client);
    void send(wire::mysql::command, bytes message, std::uint8_t next_sequence, output& to_server);
    void violation_of_protocol(std::string_view what, output& to_client);

    // relay_decide.cpp
    void look();
    [[nodiscard]] view_ptr view_for(const reading&);
    void add_catalogue(const view&, sql::mysql_scope&) const;
    [[nodiscard]] bool refresh_view(); // false: the service is gone
    [[nodiscard]] bool knows_reading(std::string_view text) const;
    void ask(output& to_server);
    void answered(output& to_server, output& to_client);
    // A text, decided; false: paused, asking, or broken.
    [[nodiscard]] bool statement(wire::mysql::command, std::string_view text, bytes message,
                                 std::uint8_t next_sequence, output& to_server);
    [[nodiscard]] verdict_ptr denial_of_executed(const verdict&);
    void settle_names(const verdict&);
    [[nodiscard]] verdict_ptr denial_now(prepared_statement&); // null: it may run
    void begin_kill(const policy::session_effect&, std::uint8_t next_sequence, output& to_server);
    void killed(output& to_server);
    void apply(const verdict&, bool failed);
    void finished();

    // relay_server.cpp
    void server_bytes(bytes in, output& to_server, output& to_client);
    [[nodiscard]] std::size_t server_packets(bytes in, output& to_client);
    [[nodiscard]] bool seen(wire::mysql::packet_kind, bytes payload);
    void session_changed(bytes payload);
    void fatal(std::string_view sqlstate, std::string_view message, output& to_client);

    [[nodiscard]] environment::state& env() const { return desk_.env(); }
    [[nodiscard]] const session_identity& id() const { return desk_.identity(); }

    decider desk_;
    client_side client_;
    std::shared_ptr<const server_state> server_;
    status now_ = status::open;
    phase phase_ = phase::idle;
    wire::mysql::response_tracker tracker_;
    gate guard_;
    exchange under_way_;

    reading reading_;             // how the server reads the next text
    bool mode_unknown_ = false;   // … but for its sql_mode and character set
    bool schema_unknown_ = false; // … and its schema
    bool option_changed_ = false; // COM_SET_OPTION, which no cleaning takes back
    std::unique_ptr<prepared_statements> prepared_;
    // By SQL's PREPARE: all that a name may stand for, the last is the newest. A statement before
    // it in the same string may have failed, so that the server never came to it.
    using texts_by_name = std::map<std::string, std::vector<prepared_statement>>;
    std::unique_ptr<texts_by_name> named_;
    std::size_t named_texts_ = 0;
    std::unique_ptr<question> asked_;
    std::string change_user_; // the packet of status::login_again

    std::uint8_t client_sequence_ = 0; // of the next packet of a command that has several
    std::uint32_t client_skip_ = 0;    // bytes of the packet under way that still pass unread
    std::uint32_t server_skip_ = 0;
    bool client_continues_ = false; // the packet under way is full: another follows
    std::size_t client_need_ = 0;   // nothing can be done before `held_` has this many bytes
    std::size_t server_need_ = 0;
    std::string held_;    // client bytes that wait
    std::string partial_; // server bytes of a packet that must be seen first

    struct killing {
        std::uint32_t id = 0;
        std::uint8_t next_sequence = 0;
        std::optional<bool> found;
    };
    std::unique_ptr<killing> kill_;
    std::shared_ptr<relay*> alive_;
};

} // namespace ringfence::session::mysql
