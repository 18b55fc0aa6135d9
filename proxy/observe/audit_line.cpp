#include "policy/sql/analyzer.h"
#include "policy/sql/mysql_analyzer.h"
#include "policy/text.h"
#include "proxy/observe/audit.h"
#include "proxy/observe/digest.h"
#include "proxy/observe/time_text.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace ringfence::observe {

namespace {

std::string object_text(const policy::object& what) {
    switch (what.kind) {
    case policy::object_kind::server:
        return what.name;
    case policy::object_kind::database:
        return what.database;
    case policy::object_kind::schema:
        return what.schema.empty() ? what.database : what.schema;
    case policy::object_kind::table:
    case policy::object_kind::function:
    case policy::object_kind::type:
        break;
    }
    const std::string& space = what.schema.empty() ? what.database : what.schema;
    return space.empty() ? what.name : space + "." + what.name;
}

std::string redacted_by(policy::engine engine, std::string_view text) {
    return engine == policy::engine::mysql ? sql::redact_mysql(text) : sql::redact_postgresql(text);
}

} // namespace

audit_event make_event(const session::decided_statement& v,
                       std::chrono::system_clock::time_point when) {
    audit_event e;
    e.when = when;
    e.denied = !v.decision.allowed();
    e.service = v.who.name;
    e.identity = v.identity;
    if (v.decision.owner != nullptr)
        e.owner = v.decision.owner->name;
    e.peer = v.peer;
    e.engine = v.engine;
    e.server = v.server;
    e.database = v.database;
    if (const auto& touch = v.decision.offending) {
        const bool mysql = v.engine == policy::engine::mysql; // a database is the schema there
        e.schema = mysql ? touch->what.database : touch->what.schema;
        e.object = object_text(touch->what);
        e.action = policy::to_string(touch->act);
    }
    e.reason = policy::to_string(v.decision.why);
    e.problem = policy::to_string(v.trouble);
    e.rule = v.decision.rule;
    e.message = v.decision.message;
    e.mode = v.mode;
    e.caught_by_server = v.caught_by_server;
    return e;
}

std::string audit_line(const audit_event& e) {
    using policy::printable;
    // Ordered, so that people can read the lines, too.
    nlohmann::ordered_json line;
    line["time"] = rfc3339(e.when);
    line["event"] = e.denied ? "violation" : "statement";
    line["service"] = printable(e.service);
    if (!e.identity.empty())
        line["identity"] = printable(e.identity);
    line["peer"] = printable(e.peer);
    line["server"] = printable(e.server);
    line["database"] = printable(e.database);
    line["schema"] = printable(e.schema);
    line["objects"] = nlohmann::ordered_json::array();
    if (!e.object.empty())
        line["objects"].push_back(printable(e.object, 256));
    line["action"] = e.action;
    line["reason"] = e.reason;
    if (e.problem != "none" && !e.problem.empty())
        line["problem"] = e.problem;
    if (!e.owner.empty())
        line["owner"] = printable(e.owner);
    line["rule"] = printable(e.rule, 512);
    line["message"] = printable(e.message, 512);
    line["mode"] = e.mode == policy::mode::enforce ? "enforce" : "observe";
    line["caught_by"] = e.caught_by_server ? "server" : "analysis";
    if (!e.statement.empty()) {
        const std::string redacted = redacted_by(e.engine, e.statement);
        line["statement"] = redacted;
        line["fingerprint"] = short_digest(redacted);
    }
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace ringfence::observe
