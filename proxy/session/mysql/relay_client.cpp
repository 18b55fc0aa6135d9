// The client's packets: commands that hold a text are decided, what names a prepared statement is
// looked up, everything else is hopped over or refused.
#include "proxy/session/mysql/relay.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/response.h"

#include <algorithm>

namespace ringfence::session::mysql {
namespace {

namespace my = wire::mysql;

// Commands with names and numbers only.
constexpr std::size_t most_small_bytes = std::size_t{64} * 1024;
constexpr std::uint16_t er_net_packet_too_large = 1153;

refusal unknown_command() {
    return {1047, "08S01", "Unknown command"};
}

refusal malformed_packet() {
    return {1835, "HY000", "Malformed communication packet."};
}

refusal forbidden_command(my::command c, const std::string& service) {
    return {1227, "42000",
            "ringfence: " + service + " may not use " + std::string(my::name(c)) +
                ": it concerns the whole server"};
}

refusal unknown_statement(std::uint32_t id) {
    return {1243, "HY000",
            "Unknown prepared statement handler (" + std::to_string(id) +
                ") given to mysqld_stmt_execute"};
}

// How a command is treated.
enum class treatment : std::uint8_t {
    text,      // holds SQL, or means what some SQL means
    plain,     // has no effect beyond the session
    statement, // names a prepared statement
    quit,
    log_in,
    kill,
    refused, // concerns the whole server
    unknown,
};

treatment of(my::command c) {
    switch (c) {
    case my::command::query:
    case my::command::stmt_prepare:
    case my::command::init_db:
    case my::command::field_list:
    case my::command::process_info:
        return treatment::text;
    case my::command::ping:
    case my::command::statistics:
    case my::command::set_option:
    case my::command::reset_connection:
    case my::command::stmt_reset:
    case my::command::stmt_close:
    case my::command::stmt_fetch:
    case my::command::stmt_send_long_data:
        return treatment::plain;
    case my::command::stmt_execute:
    case my::command::stmt_bulk_execute:
        return treatment::statement;
    case my::command::quit:
        return treatment::quit;
    case my::command::change_user:
        return treatment::log_in;
    case my::command::process_kill:
        return treatment::kill;
    case my::command::create_db:
    case my::command::drop_db:
    case my::command::refresh:
    case my::command::shutdown:
    case my::command::debug:
    case my::command::binlog_dump:
    case my::command::table_dump:
    case my::command::register_slave:
    case my::command::binlog_dump_gtid:
    case my::command::clone:
    case my::command::subscribe_group_replication_stream:
        return treatment::refused;
    case my::command::sleep:
    case my::command::connect:
    case my::command::time:
    case my::command::delayed_insert:
    case my::command::connect_out:
    case my::command::daemon:
    case my::command::slave_worker:
    case my::command::slave_io:
    case my::command::slave_sql:
    case my::command::multi:
        return treatment::unknown;
    }
    return treatment::unknown;
}

std::string quoted(std::string_view name) {
    std::string out = "`";
    for (const char c : name) {
        if (c == '`')
            out += '`';
        out += c;
    }
    return out + '`';
}

} // namespace

bool relay::takes_client() const {
    switch (phase_) {
    case phase::idle:
    case phase::passing:
    case phase::dropping:
        return true;
    case phase::answering:
        return tracker_.wants_file();
    case phase::asking:
    case phase::killing:
        return false;
    }
    return false;
}

void relay::client_bytes(bytes in, output& to_server, output& to_client) {
    env().keep_alive.clear();
    if (env().keep_alive.capacity() > 64 * 1024)
        env().keep_alive.shrink_to_fit();
    if (now_ != status::open)
        return;
    if (!held_.empty() || desk_.paused() || !takes_client()) {
        held_.append(as_text(in));
        if (!desk_.paused() && takes_client() && held_.size() >= client_need_)
            held_bytes(to_server, to_client);
        return;
    }
    const std::size_t used = client_packets(in, to_server, to_client);
    if (used < in.size())
        held_.assign(as_text(in.subspan(used)));
}

void relay::held_bytes(output& to_server, output& to_client) {
    // The outputs will point into these bytes, so they move to where they outlive this call.
    env().keep_alive_too = std::move(held_);
    held_ = {};
    const bytes all = as_bytes(env().keep_alive_too);
    const std::size_t used = client_packets(all, to_server, to_client);
    if (used < all.size())
        held_.assign(as_text(all.subspan(used)));
}

std::size_t relay::client_packets(bytes in, output& to_server, output& to_client) {
    std::size_t at = 0;
    client_need_ = 0;
    while (at < in.size() && now_ == status::open && !desk_.paused() && takes_client()) {
        const bytes rest = in.subspan(at);
        if (client_skip_ > 0) {
            const auto n = std::min<std::size_t>(client_skip_, rest.size());
            if (phase_ != phase::dropping)
                to_server.forward(rest.first(n));
            client_skip_ -= static_cast<std::uint32_t>(n);
            at += n;
            if (client_skip_ == 0 && !client_continues_)
                passed(client_sequence_, to_server, to_client);
            continue;
        }
        my::header head;
        if (my::read_header(rest, head) == my::outcome::need_more) {
            client_need_ = my::header_size;
            break;
        }
        const std::size_t used = phase_ == phase::idle
                                     ? command(head, rest, to_server, to_client)
                                     : next_part(head, rest, to_server, to_client);
        if (used == 0)
            break;
        at += used;
        if (client_skip_ == 0 && !client_continues_)
            passed(client_sequence_, to_server, to_client);
    }
    return at;
}

// The packets behind the first of a command, and the client's file.
std::size_t relay::next_part(my::header head, bytes rest, output& to_server, output& to_client) {
    if (phase_ == phase::answering) {
        if (tracker_.on_client(head) != my::outcome::ok) {
            violation_of_protocol("a packet out of order", to_client);
            return 0;
        }
    } else if (head.sequence != client_sequence_) {
        violation_of_protocol("a packet out of order", to_client);
        return 0;
    }
    ++client_sequence_;
    client_continues_ = head.continues();
    client_skip_ = head.payload;
    if (phase_ != phase::dropping)
        to_server.forward(rest.first(my::header_size));
    return my::header_size;
}

// The last byte of a command, or of a part of a file, has gone by.
void relay::passed(std::uint8_t next_sequence, output& to_server, output& to_client) {
    if (phase_ == phase::dropping) {
        guard_.refuse(std::move(*under_way_.refused), next_sequence, to_server);
        under_way_.refused.reset();
        if (!tracker_.begin(my::command::query))
            violation_of_protocol("a command before the last one was answered", to_client);
        phase_ = phase::answering;
        return;
    }
    if (phase_ != phase::passing)
        return;
    if (!tracker_.begin(under_way_.what, next_sequence)) {
        violation_of_protocol("a command before the last one was answered", to_client);
        return;
    }
    phase_ = phase::answering;
    if (tracker_.idle())
        finished();
}

// Returns the bytes used; 0: none, because more must arrive first, or the session paused or broke.
std::size_t relay::command(my::header head, bytes rest, output& to_server, output& to_client) {
    if (head.sequence != 0) {
        violation_of_protocol("a packet out of order", to_client);
        return 0;
    }
    if (head.payload > 0 && rest.size() <= my::header_size) {
        client_need_ = my::header_size + 1;
        return 0;
    }
    if (!refresh_view()) {
        fatal("57P01", "ringfence: service " + id().service + " is no longer in the policies",
              to_client);
        return 0;
    }
    my::command c{};
    if (my::decode_command(rest.subspan(my::header_size, head.payload > 0 ? 1 : 0), c) !=
        my::outcome::ok) {
        if (!desk_.begin_work())
            return 0;
        drop(my::command::sleep, head, unknown_command());
        return my::header_size;
    }
    const treatment how = of(c);
    if (how == treatment::quit) {
        now_ = status::client_done;
        return rest.size();
    }
    if (how == treatment::refused || how == treatment::unknown) {
        if (!desk_.begin_work())
            return 0;
        drop(c, head,
             how == treatment::unknown ? unknown_command() : forbidden_command(c, id().service));
        if (how == treatment::refused)
            static_cast<void>(
                desk_.refusal(std::string(my::name(c)),
                              id().service + " may not use " + std::string(my::name(c)), {}));
        return my::header_size;
    }
    const bool whole = how != treatment::statement && c != my::command::stmt_send_long_data;
    return whole ? whole_command(c, head, rest, to_server, to_client)
                 : execution(c, head, rest, to_server);
}

std::size_t relay::whole_command(my::command c, my::header head, bytes rest, output& to_server,
                                 output& to_client) {
    const bool long_one = c == my::command::query || c == my::command::stmt_prepare;
    my::message found;
    switch (my::find_message(
        rest, 0, long_one ? env().settings.max_statement_bytes : most_small_bytes, found)) {
    case my::outcome::need_more:
        client_need_ = std::max(head.size(), rest.size() + 1);
        return 0;
    case my::outcome::malformed:
        // As the servers: what comes behind cannot be told from a command any more.
        now_ = status::broken;
        to_client.append(encode_refusal({er_net_packet_too_large, "08S01",
                                         "ringfence: got a packet bigger than "
                                         "'max_statement_bytes', or out of order"},
                                        1));
        return 0;
    case my::outcome::ok:
        break;
    }
    std::string joined;
    const bytes payload = my::payload_of(rest, found, joined);
    return dispatch(c, rest.first(found.size), payload, found.next_sequence, to_server) ? found.size
                                                                                        : 0;
}

// False: paused, asking, or broken.
bool relay::dispatch(my::command c, bytes message, bytes payload, std::uint8_t next_sequence,
                     output& to_server) {
    // As the servers: an error, and the connection goes on.
    const auto malformed = [&] {
        if (!desk_.begin_work())
            return false;
        under_way_ = {.what = c, .made = {}, .refused = {}, .text = {}};
        guard_.refuse(malformed_packet(), next_sequence, to_server);
        static_cast<void>(tracker_.begin(my::command::query));
        phase_ = phase::answering;
        return true;
    };
    switch (c) {
    case my::command::query: {
        my::query q;
        if (my::decode_query(payload, server_->in_force, q) != my::outcome::ok)
            return malformed();
        return statement(c, q.text, message, next_sequence, to_server);
    }
    case my::command::stmt_prepare: {
        std::string_view text;
        if (my::decode_text(payload, text) != my::outcome::ok)
            return malformed();
        return statement(c, text, message, next_sequence, to_server);
    }
    case my::command::init_db: {
        std::string_view name;
        if (my::decode_name(payload, name) != my::outcome::ok)
            return malformed();
        return statement(c, "USE " + quoted(name), message, next_sequence, to_server);
    }
    case my::command::field_list: {
        my::field_list f;
        if (my::decode_field_list(payload, f) != my::outcome::ok)
            return malformed();
        return statement(c, "SHOW COLUMNS FROM " + quoted(f.table), message, next_sequence,
                         to_server);
    }
    case my::command::process_info:
        if (my::decode_nothing(payload) != my::outcome::ok)
            return malformed();
        return statement(c, "SHOW PROCESSLIST", message, next_sequence, to_server);
    case my::command::process_kill: {
        std::uint32_t target = 0;
        if (my::decode_process_kill(payload, target) != my::outcome::ok)
            return malformed();
        return statement(my::command::query, "KILL " + std::to_string(target), message,
                         next_sequence, to_server);
    }
    case my::command::change_user:
        now_ = status::login_again;
        change_user_ = as_text(payload);
        return true;
    case my::command::stmt_close: {
        std::uint32_t statement = 0;
        if (my::decode_statement(payload, statement) != my::outcome::ok)
            return malformed();
        if (prepared_)
            prepared_->close(statement);
        send(c, message, next_sequence, to_server);
        return true;
    }
    case my::command::set_option: {
        bool multi_statements = false;
        if (my::decode_set_option(payload, multi_statements) != my::outcome::ok)
            return malformed();
        if (!desk_.begin_work())
            return false;
        option_changed_ = true;
        send(c, message, next_sequence, to_server);
        return true;
    }
    case my::command::stmt_reset:
    case my::command::stmt_fetch: {
        std::uint32_t statement = 0;
        my::fetch f;
        const auto read = c == my::command::stmt_fetch ? my::decode_fetch(payload, f)
                                                       : my::decode_statement(payload, statement);
        if (read != my::outcome::ok)
            return malformed();
        if (!desk_.begin_work())
            return false;
        send(c, message, next_sequence, to_server);
        return true;
    }
    default:
        if (!desk_.begin_work())
            return false;
        send(c, message, next_sequence, to_server);
        return true;
    }
}

void relay::send(my::command c, bytes message, std::uint8_t next_sequence, output& to_server) {
    to_server.forward(message);
    under_way_.what = c;
    // It was idle, and the command is one whose answer is known.
    static_cast<void>(tracker_.begin(c, next_sequence));
    phase_ = phase::answering;
    if (tracker_.idle())
        finished();
}

// An execution, or a part of a parameter: its values are not looked at, and may be long.
std::size_t relay::execution(my::command c, my::header head, bytes rest, output& to_server) {
    constexpr std::size_t named = 1 + 4; // the command and the statement's id
    if (head.payload < named) {
        if (!desk_.begin_work())
            return 0;
        drop(c, head, malformed_packet());
        return my::header_size;
    }
    if (rest.size() < my::header_size + named) {
        client_need_ = my::header_size + named;
        return 0;
    }
    my::reader r(rest.subspan(my::header_size + 1, 4));
    const std::uint32_t named_id = r.u32();
    if (c != my::command::stmt_send_long_data) {
        if (!desk_.begin_work())
            return 0;
        std::optional<std::uint32_t> target = named_id;
        if (named_id == my::last_prepared)
            target = prepared_ ? prepared_->last() : std::nullopt;
        prepared_statement* known = prepared_ && target ? prepared_->find(*target) : nullptr;
        if (known == nullptr) {
            drop(c, head, unknown_statement(named_id));
            return my::header_size;
        }
        if (mode_unknown_ && known->text) {
            ask(to_server);
            return 0;
        }
        if (const verdict_ptr denied = denial_now(*known); denied && !denied->forwards()) {
            drop(c, head, refusal_of(*denied));
            return my::header_size;
        }
        under_way_.made = known->made;
    }
    stream(c, head);
    to_server.forward(rest.first(my::header_size));
    return my::header_size;
}

void relay::stream(my::command c, my::header head) {
    under_way_.what = c;
    phase_ = phase::passing;
    client_sequence_ = static_cast<std::uint8_t>(head.sequence + 1);
    client_continues_ = head.continues();
    client_skip_ = head.payload;
}

void relay::drop(my::command c, my::header head, refusal why) {
    stream(c, head);
    phase_ = phase::dropping;
    under_way_.refused = std::move(why);
}

void relay::violation_of_protocol(std::string_view what, output& to_client) {
    fatal("08P01", std::string("ringfence: the client sent ").append(what), to_client);
}

} // namespace ringfence::session::mysql
