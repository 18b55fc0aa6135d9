// From a text to a verdict, and what a statement changes in how the next one is read.
#include "proxy/session/mysql/question.h"
#include "proxy/session/mysql/relay.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/response.h"

#include <algorithm>
#include <charconv>

namespace ringfence::session::mysql {
namespace {

namespace my = wire::mysql;
using effect = policy::session_effect::kind;

constexpr std::uint16_t er_no_such_thread = 1094;
constexpr std::uint16_t er_max_prepared_statements = 1461;
constexpr std::uint16_t er_unsupported_prepared = 1295;

// As bytes: character_set_results may be one that nobody expects here.
constexpr std::string_view how_it_reads =
    "SELECT CAST(@@session.sql_mode AS BINARY), CAST(@@session.character_set_client AS BINARY), "
    "CAST(DATABASE() AS BINARY)";

bool changes_reading(const policy::session_effect& e) {
    return e.what == effect::schema || e.what == effect::sql_mode ||
           e.what == effect::character_set || e.what == effect::execute;
}

// What the session must see run: as the servers, not in a statement that is prepared by itself.
bool not_for_prepare(const verdict& v) {
    return std::any_of(v.effects.begin(), v.effects.end(), [](const auto& e) {
        return e.what == effect::kill || e.what == effect::prepare || e.what == effect::execute ||
               e.what == effect::deallocate;
    });
}

const policy::session_effect* kill_in(const verdict& v) {
    const auto it = std::find_if(v.effects.begin(), v.effects.end(),
                                 [](const auto& e) { return e.what == effect::kill; });
    return it == v.effects.end() ? nullptr : &*it;
}

} // namespace

void relay::look() {
    desk_.look(view_for(reading_));
}

view_ptr relay::view_for(const reading& r) {
    const server_state& s = *server_;
    std::string key;
    for (const std::string& part :
         {std::to_string(s.flavour == sql::mysql_flavour::mysql ? 0 : 1),
          std::to_string(s.version_number), std::to_string(s.lower_case_table_names), r.schema,
          r.charset,
          std::to_string((r.mode.ansi_quotes ? 1U : 0U) + (r.mode.no_backslash_escapes ? 2U : 0U) +
                         (r.mode.foreign_grammar ? 4U : 0U))})
        add_to_key(key, part);
    return env().view_of(id(), key, [&](view& made) {
        auto& scope = made.scope.emplace<sql::mysql_scope>();
        scope.flavour = s.flavour;
        scope.version = s.version_number;
        scope.schema = r.schema;
        scope.mode = r.mode;
        scope.charset = r.charset;
        scope.lower_case_table_names = s.lower_case_table_names;
        scope.backend_login = id().backend_login;
        if (made.who != nullptr)
            add_catalogue(made, scope);
    });
}

// What the server's catalogue says.
void relay::add_catalogue(const view& made, sql::mysql_scope& scope) const {
    // Who owns the whole server cannot reach anything by its objects.
    const bool whole_server = policy::owns_server(*made.who, id().server);
    scope.needs_objects = env().settings.needs_catalogue && !whole_server;
    const auto known = env().facts_of(id().server, {});
    if (known == nullptr)
        return;
    scope.objects = whole_server ? nullptr : known->objects;
    scope.confined = env().is_confined(id(), known);
    scope.loadable_functions = known->loadable_functions;
    const auto login = known->logins.find(id().backend_login);
    if (login != known->logins.end())
        scope.account = login->second.account;
}

bool relay::refresh_view() {
    if (desk_.stale())
        look();
    return desk_.served();
}

bool relay::knows_reading(std::string_view text) const {
    return !schema_unknown_ && (!mode_unknown_ || sql::reads_alike_mysql(text));
}

void relay::ask(output& to_server) {
    asked_ = std::make_unique<question>(std::string(how_it_reads), server_->in_force);
    asked_->start(to_server);
    phase_ = phase::asking;
}

// INVARIANT: what cannot be understood leaves the session unable to have texts analysed.
void relay::answered(output& to_server, output& to_client) {
    const auto results = asked_->take_results();
    asked_.reset();
    phase_ = phase::idle;
    if (results.size() != 1 || results[0].size() != 1 || results[0][0].size() != 3) {
        fatal("08P01", "ringfence: the server does not say how it reads statements", to_client);
        return;
    }
    const auto& row = results[0][0];
    const auto mode = sql::mysql_mode_of(row[0], server_->flavour);
    reading_.mode = mode.value_or(sql::mysql_mode{
        .ansi_quotes = false, .no_backslash_escapes = false, .foreign_grammar = true});
    reading_.charset = row[1];
    reading_.schema = row[2];
    mode_unknown_ = schema_unknown_ = false;
    look();
    held_bytes(to_server, to_client);
}

bool relay::statement(my::command c, std::string_view text, bytes message,
                      std::uint8_t next_sequence, output& to_server) {
    if (!desk_.begin_work())
        return false;
    if (!knows_reading(text)) {
        ask(to_server);
        return false;
    }
    verdict_ptr v = desk_.decide(text);
    if (!v)
        return false;
    // It may run a text that the mode of now reads otherwise.
    if (mode_unknown_ && not_for_prepare(*v)) {
        ask(to_server);
        return false;
    }
    desk_.report(*v, text);
    if (v->forwards() && (c == my::command::query || !not_for_prepare(*v)))
        if (verdict_ptr denied = denial_of_executed(*v))
            v = std::move(denied);
    std::optional<refusal> refused;
    if (!v->forwards())
        refused = refusal_of(*v);
    else if (c != my::command::query && not_for_prepare(*v))
        refused = refusal{er_unsupported_prepared, "HY000",
                          "This command is not supported in the prepared statement protocol yet"};
    else if (c == my::command::stmt_prepare && prepared_ &&
             prepared_->size() >= env().settings.max_prepared)
        refused = refusal{er_max_prepared_statements, "42000",
                          "ringfence: " + id().service +
                              " has too many prepared statements in this session"};
    under_way_ = {.what = c, .made = v, .refused = {}, .text = {}};
    if (refused) {
        under_way_.made.reset();
        guard_.refuse(std::move(*refused), next_sequence, to_server);
        static_cast<void>(tracker_.begin(my::command::query));
        phase_ = phase::answering;
        return true;
    }
    if (const auto* wish = kill_in(*v)) {
        begin_kill(*wish, next_sequence, to_server);
        return true;
    }
    if (c == my::command::stmt_prepare && !sql::reads_alike_mysql(text))
        under_way_.text = std::make_shared<const std::string>(text);
    gate::pass(*v, message, to_server);
    static_cast<void>(tracker_.begin(c, next_sequence));
    phase_ = phase::answering;
    return true;
}

// SQL's EXECUTE runs what SQL's PREPARE was given, perhaps in other circumstances.
verdict_ptr relay::denial_of_executed(const verdict& v) {
    for (const auto& e : v.effects) {
        if (e.values.empty())
            continue;
        if (e.what == effect::prepare) {
            if (!named_)
                named_ = std::make_unique<texts_by_name>();
            if (named_texts_ >= env().settings.max_prepared)
                return desk_.refusal("max_prepared",
                                     id().service +
                                         " has too many prepared statements in this session",
                                     "deallocate those that are no longer needed");
            prepared_statement s{.made = desk_.decide_now(e.text), .in = reading_, .text = {}};
            if (!sql::reads_alike_mysql(e.text))
                s.text = std::make_shared<const std::string>(e.text);
            (*named_)[e.values[0]].push_back(std::move(s));
            ++named_texts_;
        } else if (e.what == effect::execute) {
            const auto known = named_ ? named_->find(e.values[0]) : texts_by_name::iterator{};
            if (!named_ || known == named_->end()) {
                verdict_ptr unknown =
                    desk_.refusal("prepared out of sight",
                                  id().service + " may not run a statement that it did not prepare",
                                  "prepare the statement in this session");
                if (unknown->forwards())
                    continue;
                return unknown;
            }
            for (auto& s : known->second)
                if (verdict_ptr denied = denial_now(s); denied && !denied->forwards())
                    return denied;
        }
    }
    return nullptr;
}

// Pre: all of the string has run. What it prepared, or dropped, as the only such thing in it, is
// all that the name stands for.
void relay::settle_names(const verdict& v) {
    if (!named_ || v.effects.size() != 1 || v.effects.front().values.empty())
        return;
    const auto& e = v.effects.front();
    const auto known = named_->find(e.values[0]);
    if (known == named_->end() || (e.what != effect::prepare && e.what != effect::deallocate))
        return;
    auto& texts = known->second;
    const std::size_t kept = e.what == effect::prepare ? 1 : 0;
    named_texts_ -= texts.size() - kept;
    if (kept == 0)
        named_->erase(known);
    else
        texts.erase(texts.begin(), texts.end() - 1);
}

verdict_ptr relay::denial_now(prepared_statement& s) {
    const std::uint64_t here = desk_.sees().id;
    if (s.checked == here && !mode_unknown_)
        return nullptr;
    const view_ptr then = view_for(s.in);
    const verdict_ptr as_then =
        s.made->view == then->id ? s.made : desk_.decide_now(*then, s.made->text);
    if (as_then != s.made)
        desk_.report(*as_then, s.made->text);
    if (!as_then->forwards())
        return as_then;
    if (s.text &&
        (mode_unknown_ || s.in.mode != reading_.mode || s.in.charset != reading_.charset)) {
        if (mode_unknown_)
            return desk_.refusal("prepared before a change",
                                 id().service + " may not run a statement that was prepared before "
                                                "its sql_mode changed",
                                 "prepare the statement again");
        reading now = reading_;
        now.schema = s.in.schema;
        const verdict_ptr as_now = desk_.decide_now(*view_for(now), *s.text);
        desk_.report(*as_now, *s.text);
        if (!as_now->forwards())
            return as_now;
    }
    s.made = as_then;
    s.checked = here;
    return nullptr;
}

void relay::begin_kill(const policy::session_effect& e, std::uint8_t next_sequence,
                       output& to_server) {
    kill_ = std::make_unique<killing>();
    kill_->next_sequence = next_sequence;
    phase_ = phase::killing;
    const bool connection = e.values[0] == "connection";
    const std::string& number = e.values[1];
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), kill_->id);
    if (error != std::errc{} || end != number.data() + number.size() || !env().self.on_kill) {
        kill_->found = false;
        killed(to_server);
        return;
    }
    if (!alive_)
        alive_ = std::make_shared<relay*>(this);
    env().self.on_kill(id(), kill_->id, connection, [token = alive_](bool found) {
        relay* r = *token;
        if (r == nullptr || !r->kill_)
            return;
        r->kill_->found = found;
        r->desk_.wake();
    });
}

// The server says whatever it says after a statement without effect.
void relay::killed(output& to_server) {
    const killing k = *std::exchange(kill_, nullptr);
    under_way_ = {.what = my::command::query, .made = {}, .refused = {}, .text = {}};
    phase_ = phase::answering;
    static_cast<void>(tracker_.begin(my::command::query));
    if (!*k.found) {
        guard_.refuse({er_no_such_thread, "HY000", "Unknown thread id: " + std::to_string(k.id)},
                      k.next_sequence, to_server);
        return;
    }
    std::string payload;
    my::encode_query(payload, server_->in_force, "DO 0");
    std::string packet;
    std::uint8_t sequence = 0;
    my::encode_packets(packet, sequence, payload);
    to_server.append(packet);
}

// Post: the reading is right, or known to be unknown.
void relay::apply(const verdict& v, bool failed) {
    std::size_t changes = 0;
    for (const auto& e : v.effects) {
        if (e.what == effect::defines && env().self.on_defined)
            env().self.on_defined(id().server, {});
        if (!changes_reading(e))
            continue;
        ++changes;
        mode_unknown_ = mode_unknown_ || e.what != effect::schema;
        schema_unknown_ = schema_unknown_ || e.what == effect::schema || e.what == effect::execute;
    }
    if (failed || changes != 1)
        return; // what of several has happened is for the server to say
    for (const auto& e : v.effects) {
        if (!changes_reading(e) || e.values.empty())
            continue;
        if (e.what == effect::schema) {
            reading_.schema = e.values[0];
            schema_unknown_ = false;
        } else if (e.what == effect::sql_mode) {
            if (const auto mode = sql::mysql_mode_of(e.values[0], server_->flavour)) {
                reading_.mode = *mode;
                mode_unknown_ = false;
            }
        } else if (e.what == effect::character_set) {
            reading_.charset = e.values[0];
            mode_unknown_ = false;
        }
        look();
    }
}

// The answer to the command under way is complete.
void relay::finished() {
    const exchange done = std::exchange(under_way_, {});
    phase_ = phase::idle;
    desk_.work_completed();
    desk_.end_work();
    if (done.what == my::command::stmt_prepare && done.failed && prepared_)
        prepared_->no_last();
    if (done.what == my::command::reset_connection && !done.failed) {
        prepared_.reset();
        named_.reset();
        named_texts_ = 0;
        mode_unknown_ = schema_unknown_ = true;
    }
    if (done.made && done.what != my::command::stmt_prepare) {
        apply(*done.made, done.failed);
        if (!done.failed)
            settle_names(*done.made);
    }
    const bool escapes = (tracker_.status() & my::status::no_backslash_escapes) == 0;
    if (done.status_seen && escapes == reading_.mode.no_backslash_escapes)
        mode_unknown_ = true;
}

} // namespace ringfence::session::mysql
