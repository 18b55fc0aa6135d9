#include "policy/loader.h"

#include "policy/draft.h"
#include "policy/files.h"
#include "policy/lint_files.h"
#include "policy/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <tuple>

namespace ringfence::policy {

namespace {

struct parsed_file {
    yaml::report out;
    std::optional<yaml::node> root;

    explicit parsed_file(std::string name) : out(std::move(name)) {}
};

// What the file calls its service, before anything is checked: others may name it.
std::string_view own_name(const yaml::node& root) {
    for (const auto& entry : root.entries)
        if (entry.key == "service")
            return entry.value.text;
    return {};
}

// What a file that cannot be read would call it: its faults are not those of the files that name
// it.
std::string_view stem(std::string_view file) {
    const auto name = file.substr(file.find('/') + 1);
    return name.substr(0, name.rfind('.'));
}

bool is_service_file(const parsed_file& f) {
    return f.out.file() != org_file_name;
}

std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

snapshot_ptr build(org_draft org, std::vector<service_draft>& services) {
    auto all = std::make_shared<snapshot>();
    all->id = next_id();
    all->approved_engines = std::move(org.approved_engines);
    all->servers = std::move(org.servers);
    all->common = std::move(org.common);
    all->max_share_days = org.max_share_days;
    for (auto& s : services)
        all->services.push_back(s.model);
    return all;
}

std::vector<diagnostic> gather(std::deque<parsed_file>& files, std::vector<diagnostic> findings) {
    for (const auto& f : files)
        findings.insert(findings.end(), f.out.findings().begin(), f.out.findings().end());
    std::stable_sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) {
        return std::tie(a.place.file, a.place.line, a.place.column) <
               std::tie(b.place.file, b.place.line, b.place.column);
    });
    return findings;
}

load_result load_files(policy_files input, date today, const load_options& options) {
    std::sort(input.files.begin(), input.files.end()); // findings do not depend on who listed them
    std::deque<parsed_file> files;                     // addresses are kept
    parsed_file* org_file = nullptr;
    for (const auto& [name, text] : input.files) {
        auto& f = files.emplace_back(name);
        f.root = yaml::parse(text, f.out);
        if (name == org_file_name)
            org_file = &f;
    }
    auto& org_report =
        org_file != nullptr ? org_file->out : files.emplace_back(std::string(org_file_name)).out;
    if (org_file == nullptr && !input.org_unreadable)
        org_report.error("missing-file", {}, "the file is missing");

    org_draft org;
    if (org_file != nullptr && org_file->root)
        read_org(*org_file->root, org_report, org);

    reading context{&org, {}, today, options};
    for (const auto& f : files)
        if (is_service_file(f))
            context.services.push_back(f.root ? own_name(*f.root) : stem(f.out.file()));
    std::vector<service_draft> services;
    for (auto& f : files)
        if (f.root && is_service_file(f)) {
            auto& s = services.emplace_back();
            s.model.file = f.out.file();
            read_service(*f.root, f.out, context, s);
        }

    const policy_set set{org, org_report, services, today, options};
    lint_identities(set);
    lint_ownership(set);
    lint_lending(set);
    auto all = build(org, services);
    lint_routing(set, *all);

    load_result result;
    result.findings = gather(files, input.findings);
    if (std::none_of(result.findings.begin(), result.findings.end(),
                     [](const auto& d) { return d.severity == severity::error; }))
        result.policies = std::move(all);
    return result;
}

} // namespace

std::string_view to_string(severity s) {
    switch (s) {
    case severity::error:
        return "error";
    case severity::warning:
        return "warning";
    case severity::information:
        return "information";
    }
    return "error";
}

std::string to_string(const diagnostic& d) {
    std::string place = printable(d.place.file, 256);
    if (d.place.line != 0)
        place += fmt::format(":{}:{}", d.place.line, d.place.column);
    return fmt::format("{}: {}: {} [{}]", place, to_string(d.severity), d.message, d.rule);
}

load_result load(const std::filesystem::path& folder, date today, const load_options& options) {
    return load_files(read_folder(folder), today, options);
}

load_result load(const std::vector<std::pair<std::string, std::string>>& files, date today,
                 const load_options& options) {
    policy_files input;
    for (const auto& [name, text] : files)
        add_file(input, name, text);
    return load_files(std::move(input), today, options);
}

} // namespace ringfence::policy
