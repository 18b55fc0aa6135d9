// The policy loader: any bytes are either a policy without errors or findings with places, and
// whatever loads can be decided with. The input is a set of files, each after a line "=== name";
// without such a line it is one service file.
#include "policy/decision.h"
#include "policy/loader.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace ringfence::policy;
using files = std::vector<std::pair<std::string, std::string>>;

constexpr date today{std::chrono::days(20778)}; // 2026-11-21

void check(bool promise) {
    if (!promise)
        std::abort();
}

files split(std::string_view input) {
    files out;
    constexpr std::string_view mark = "=== ";
    while (!input.empty()) {
        const auto line = input.substr(0, input.find('\n'));
        const auto rest = input.substr(line.size() < input.size() ? line.size() + 1 : line.size());
        if (line.starts_with(mark))
            out.emplace_back(std::string(line.substr(mark.size())), std::string());
        else if (out.empty())
            return {{"org.yaml", "version: 1\nengines: [postgresql, mysql]\nservers:\n"
                                 "  s: {engine: postgresql}\n  m: {engine: mysql}\n"},
                    {"services/a.yaml", std::string(input)}};
        else
            out.back().second.append(line).push_back('\n');
        input = rest;
    }
    return out;
}

// Someone who owns nothing and was lent nothing gets nothing but what is common or published.
void decide_with(const snapshot& policies) {
    for (const auto& who : policies.services)
        for (const auto& owner : policies.services)
            for (const auto& r : owner.owns) {
                footprint f;
                f.touches.push_back({action::write,
                                     {object_kind::table, r.database, r.schema,
                                      r.tables.empty() ? "t" : r.tables.front()},
                                     {},
                                     false});
                const auto d = decide(policies, who, r.server, f, today);
                check(d.allowed() == d.message.empty());
                if (&who == &owner)
                    check(d.allowed());
                else if (d.allowed())
                    check(d.why == reason::shared && d.good_before && *d.good_before > today);
                f.trouble = problem::syntax;
                check(!decide(policies, who, r.server, f, today).allowed());
            }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    const auto result = load(split(input), today);
    bool failed = false;
    for (const auto& d : result.findings) {
        failed = failed || d.severity == severity::error;
        const auto line = to_string(d);
        for (const char c : line)
            check(static_cast<unsigned char>(c) >= 0x20);
        check(!d.rule.empty() && line.size() < 4096);
    }
    check(result.ok() != failed);
    if (result.ok() && result.policies->services.size() < 20)
        decide_with(*result.policies);
    return 0;
}
