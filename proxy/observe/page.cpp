#include "proxy/observe/page.h"

#include "policy/yaml/reader.h"
#include "proxy/observe/time_text.h"
#include "proxy/observe/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace ringfence::observe {

namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ringfence</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --line: #d0d5dd; --dim: #667085; --bad: #b42318; --good: #067647; }
@media (prefers-color-scheme: dark) { :root { --line: #344054; --dim: #98a2b3; --bad: #f97066; --good: #47cd89; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); } .bad { color: var(--bad); } .good { color: var(--good); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; color: var(--dim); } .n { text-align: right; font-variant-numeric: tabular-nums; }
</style></head><body>
)";

struct cell {
    std::string text;
    std::string_view style = {};
};

cell number(std::uint64_t n, bool bad = false) {
    return {fmt::format("{}", n), bad && n != 0 ? "n bad" : "n"};
}

class table {
public:
    table(std::string& out, std::string_view title, std::initializer_list<cell> columns)
        : out_(out) {
        out_ += fmt::format("<h2>{}</h2><div class=\"scroll\"><table><thead>", title);
        row(columns, "th");
        out_ += "</thead><tbody>";
    }
    ~table() { out_ += "</tbody></table></div>\n"; }
    table(const table&) = delete;

    void row(std::initializer_list<cell> cells, std::string_view tag = "td") {
        out_ += "<tr>";
        for (const auto& c : cells)
            out_ += fmt::format("<{0} class=\"{1}\">{2}</{0}>", tag, c.style, escape_html(c.text));
        out_ += "</tr>";
    }

private:
    std::string& out_;
};

void services(std::string& out, const policy::snapshot& policies, const metrics& counts) {
    table t(out, "Services", {{"service"}, {"team"}, {"mode"}, {"allowed", "n"}, {"denied", "n"}});
    for (const auto& s : policies.services) {
        const auto totals = counts.totals(s.name);
        const bool enforce = s.mode == policy::mode::enforce;
        t.row({{s.name},
               {s.team},
               {enforce ? "enforce" : "observe", enforce ? "" : "bad"},
               number(totals.allowed),
               number(totals.denied, true)});
    }
}

void violations(std::string& out, const metrics& counts) {
    const auto all = counts.violations();
    std::vector<std::pair<std::uint64_t, const violation_key*>> sorted;
    for (const auto& [key, count] : all)
        sorted.emplace_back(count, &key);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    constexpr std::size_t most = 50;
    if (sorted.size() > most)
        sorted.resize(most);
    table t(out, "Violations since the start",
            {{"service"},
             {"owner"},
             {"server"},
             {"schema"},
             {"action"},
             {"reason"},
             {"mode"},
             {"caught by"},
             {"count", "n"}});
    for (const auto& [count, key] : sorted) {
        const auto& k = *key;
        t.row({{k[0]}, {k[1]}, {k[2]}, {k[3]}, {k[4]}, {k[5]}, {k[6]}, {k[7]}, number(count)});
    }
    if (sorted.empty())
        t.row({{"none", "dim"}});
}

void shares(std::string& out, const policy::snapshot& policies, policy::date today) {
    table t(out, "Shares", {{"owner"}, {"lent to"}, {"what"}, {"access"}, {"until"}, {"reason"}});
    bool any = false;
    for (const auto& owner : policies.services)
        for (const auto& s : owner.shares) {
            any = true;
            std::string what = s.what.server + "/" + s.what.database;
            if (!s.what.schema.empty())
                what += "/" + s.what.schema;
            for (const auto& [name, columns] : s.tables)
                what += " " + name;
            const bool over = s.until < today;
            t.row(
                {{owner.name},
                 {s.with},
                 {what},
                 {std::string(policy::to_string(s.access))},
                 {policy::yaml::format_date(s.until) + (over ? " (over)" : ""), over ? "bad" : ""},
                 {s.reason}});
        }
    if (!any)
        t.row({{"none", "dim"}});
}

void pools(std::string& out, const page_facts& facts) {
    table t(out, "Server connections",
            {{"server"}, {"active", "n"}, {"idle", "n"}, {"waiting clients", "n"}});
    for (const auto& p : facts.pools)
        t.row({{p.server}, number(p.active), number(p.idle), number(p.waiting, true)});
}

} // namespace

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '&':
            out += "&amp;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string status_page(const policy::snapshot& policies, const metrics& counts,
                        const page_facts& facts) {
    std::string out(head);
    out += fmt::format("<h1>ringfence {}</h1>\n", escape_html(version));
    out += facts.not_ready.empty()
               ? std::string("<p class=\"good\">ready</p>")
               : fmt::format("<p class=\"bad\">{}</p>", escape_html(facts.not_ready));
    out += fmt::format("<p>Policies of {}, {} services. Today is {} (UTC).</p>\n",
                       rfc3339(counts.last_success()), policies.services.size(),
                       policy::yaml::format_date(facts.today));
    if (!counts.policies_valid())
        out +=
            "<p class=\"bad\">The policy files changed and were refused; the policies above stay "
            "in force. The log names every error.</p>\n";
    services(out, policies, counts);
    violations(out, counts);
    shares(out, policies, facts.today);
    pools(out, facts);
    out += "<p class=\"dim\">Also here: /metrics, /healthz, /readyz</p></body></html>\n";
    return out;
}

} // namespace ringfence::observe
