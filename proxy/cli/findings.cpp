#include "proxy/cli/findings.h"

#include "policy/text.h"
#include "proxy/observe/version.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ringfence::cli {

namespace {

using json = nlohmann::ordered_json;

std::string dump(const json& j) {
    return j.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string place_text(const policy::source_place& p) {
    const std::string file = policy::printable(p.file, 512);
    return p.line == 0 ? file : fmt::format("{}:{}:{}", file, p.line, p.column);
}

std::string as_text(const diagnostics& all, bool colour) {
    std::string out;
    for (const auto& d : all) {
        const bool bad = d.severity == policy::severity::error;
        const std::string_view on = !colour ? "" : bad ? "\x1b[31;1m" : "\x1b[33;1m";
        out +=
            fmt::format("{}: {}{}:{} {} [{}]\n", place_text(d.place), on,
                        policy::to_string(d.severity), colour ? "\x1b[0m" : "", d.message, d.rule);
    }
    return out;
}

std::string as_json(const diagnostics& all) {
    json list = json::array();
    for (const auto& d : all)
        list.push_back({{"severity", policy::to_string(d.severity)},
                        {"rule", d.rule},
                        {"file", d.place.file},
                        {"line", d.place.line},
                        {"column", d.place.column},
                        {"message", d.message}});
    return dump({{"ok", !has_error(all)}, {"findings", list}});
}

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '[' || c == ']')
            out += '\\';
        out += c == '\n' ? ' ' : c;
        if (c == '<')
            out.replace(out.size() - 1, 1, "&lt;");
    }
    return out;
}

std::string as_markdown(const diagnostics& all) {
    if (all.empty())
        return "No findings.\n";
    std::string out = "| severity | place | finding | rule |\n| --- | --- | --- | --- |\n";
    for (const auto& d : all)
        out += fmt::format("| {} | {} | {} | {} |\n", policy::to_string(d.severity),
                           cell(place_text(d.place)), cell(d.message), cell(d.rule));
    return out;
}

// A relative reference as of RFC 3986.
std::string uri(std::string_view path) {
    std::string out;
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') ||
                           std::string_view("/-._~").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c)
                     : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

// SARIF 2.1.0, as code hosts show it beside the changed lines.
std::string as_sarif(const diagnostics& all) {
    json results = json::array();
    std::vector<std::string> rules;
    for (const auto& d : all) {
        if (std::find(rules.begin(), rules.end(), d.rule) == rules.end())
            rules.push_back(d.rule);
        json location = {{"artifactLocation", {{"uri", uri(d.place.file)}}}};
        if (d.place.line > 0)
            location["region"] = {{"startLine", d.place.line},
                                  {"startColumn", std::max(d.place.column, 1)}};
        const std::string_view level = d.severity == policy::severity::error     ? "error"
                                       : d.severity == policy::severity::warning ? "warning"
                                                                                 : "note";
        results.push_back({{"ruleId", d.rule},
                           {"level", level},
                           {"message", {{"text", d.message}}},
                           {"locations", json::array({{{"physicalLocation", location}}})}});
    }
    json rule_list = json::array();
    for (const auto& rule : rules)
        rule_list.push_back({{"id", rule}});
    return dump(
        {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
         {"version", "2.1.0"},
         {"runs",
          json::array(
              {{{"tool",
                 {{"driver",
                   {{"name", "ringfence"}, {"version", observe::version}, {"rules", rule_list}}}}},
                {"results", results}}})}});
}

} // namespace

void below_folder(diagnostics& all, const std::filesystem::path& folder) {
    for (auto& d : all)
        if (d.place.file != folder.string())
            d.place.file = (folder / d.place.file).lexically_normal().string();
}

bool has_error(const diagnostics& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const auto& d) { return d.severity == policy::severity::error; });
}

std::string render(const diagnostics& all, format how, bool colour) {
    switch (how) {
    case format::text:
        return as_text(all, colour);
    case format::json:
        return as_json(all);
    case format::markdown:
        return as_markdown(all);
    case format::sarif:
        return as_sarif(all);
    }
    return {};
}

} // namespace ringfence::cli
