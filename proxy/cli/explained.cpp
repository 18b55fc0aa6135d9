#include "proxy/cli/explained.h"

#include "policy/text.h"
#include "policy/yaml/reader.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ringfence::cli {

namespace {

using policy::printable;

std::string_view effect_name(policy::session_effect::kind k) {
    using enum policy::session_effect::kind;
    switch (k) {
    case search_path:
        return "sets search_path";
    case reset_search_path:
        return "resets search_path";
    case prepare:
        return "prepares";
    case deallocate:
        return "deallocates";
    case execute:
        return "executes";
    case defines:
        return "changes the catalogue";
    case schema:
        return "selects the schema";
    case sql_mode:
        return "sets sql_mode";
    case character_set:
        return "sets the character set";
    case kill:
        return "kills its own";
    }
    return "unknown";
}

std::string object_text(const policy::object& what) {
    if (what.kind == policy::object_kind::server)
        return printable(what.name);
    std::string text = printable(what.database);
    if (!what.schema.empty())
        text += "/" + printable(what.schema);
    if (!what.name.empty())
        text += "." + printable(what.name);
    return text;
}

void line(std::string& out, std::string_view label, std::string_view text) {
    if (!text.empty())
        out += fmt::format("{:<10} {}\n", label, text);
}

} // namespace

std::string explained_text(const explained& e, bool colour) {
    const auto& d = e.decision;
    const bool yes = d.allowed();
    std::string verdict(policy::to_string(d.verdict));
    if (colour)
        verdict = fmt::format("\x1b[{};1m{}\x1b[0m", yes ? 32 : 31, verdict);
    if (!yes && e.service->mode == policy::mode::observe)
        verdict += " (but forwarded: the service is in observe mode)";

    std::string out;
    line(out, "decision", fmt::format("{}: {}", verdict, policy::to_string(d.why)));
    line(out, "rule", d.rule);
    if (d.owner != nullptr)
        line(out, "owner",
             fmt::format("{} (team {}, {})", d.owner->name, d.owner->team, d.owner->contact));
    line(out, "message", d.message);
    line(out, "detail", d.detail);
    line(out, "hint", d.hint);
    line(out, "service",
         fmt::format("{} on {}/{}, {} mode, {}", e.service->name, e.server, printable(e.database),
                     e.service->mode == policy::mode::enforce ? "enforce" : "observe",
                     policy::yaml::format_date(e.today)));
    line(out, "path", e.path.empty() ? "(empty)" : fmt::format("{}", fmt::join(e.path, ", ")));

    const auto& f = e.footprint;
    if (!f.analysed()) {
        line(out, "footprint",
             fmt::format("not analysable ({}): {}", policy::to_string(f.trouble),
                         printable(f.trouble_text, 512)));
        return out;
    }
    out += f.touches.empty() && f.effects.empty() ? "footprint  touches nothing\n" : "footprint\n";
    for (const auto& t : f.touches) {
        std::string columns;
        if (!t.columns.empty())
            columns =
                fmt::format(" ({})", printable(fmt::format("{}", fmt::join(t.columns, ", ")), 512));
        out += fmt::format("  {:<10}{:<9} {}{}{}\n", policy::to_string(t.act),
                           policy::to_string(t.what.kind), object_text(t.what), columns,
                           t.via_path ? "  [by search_path]" : "");
    }
    for (const auto& effect : f.effects)
        out += fmt::format("  session: {} {}\n", effect_name(effect.what),
                           printable(fmt::format("{}", fmt::join(effect.values, ", ")), 512));
    if (d.good_before)
        line(out, "until",
             fmt::format("decided anew on {}: a share ends",
                         policy::yaml::format_date(*d.good_before)));
    return out;
}

std::string explained_json(const explained& e) {
    using json = nlohmann::ordered_json;
    const auto& d = e.decision;
    const auto& f = e.footprint;
    json touches = json::array();
    for (const auto& t : f.touches)
        touches.push_back({{"action", policy::to_string(t.act)},
                           {"kind", policy::to_string(t.what.kind)},
                           {"database", t.what.database},
                           {"schema", t.what.schema},
                           {"name", t.what.name},
                           {"columns", t.columns},
                           {"via_path", t.via_path}});
    json effects = json::array();
    for (const auto& effect : f.effects)
        effects.push_back({{"effect", effect_name(effect.what)}, {"values", effect.values}});
    json out = {{"verdict", policy::to_string(d.verdict)},
                {"reason", policy::to_string(d.why)},
                {"rule", d.rule},
                {"owner", d.owner != nullptr ? json(d.owner->name) : json()},
                {"message", d.message},
                {"detail", d.detail},
                {"hint", d.hint},
                {"service", e.service->name},
                {"server", e.server},
                {"database", e.database},
                {"mode", e.service->mode == policy::mode::enforce ? "enforce" : "observe"},
                {"today", policy::yaml::format_date(e.today)},
                {"decided_anew_on",
                 d.good_before ? json(policy::yaml::format_date(*d.good_before)) : json()},
                {"footprint",
                 {{"analysed", f.analysed()},
                  {"problem", policy::to_string(f.trouble)},
                  {"problem_text", f.trouble_text},
                  {"statements", f.statements},
                  {"literals_immaterial", f.literals_immaterial},
                  {"path", e.path},
                  {"touches", touches},
                  {"effects", effects}}}};
    return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace ringfence::cli
