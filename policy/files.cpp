#include "policy/files.h"

#include "policy/text.h"
#include "policy/yaml/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

namespace ringfence::policy {

namespace {

namespace fs = std::filesystem;

void refuse(policy_files& into, std::string_view rule, const std::string& name,
            std::string message) {
    into.findings.push_back(
        {severity::error, std::string(rule), {printable(name, 256), 0, 0}, std::move(message)});
}

// At most one byte more than a policy file may have: enough for the parser to see that it is too
// large.
std::optional<std::string> read_capped(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) // a pipe would make us wait
        return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    std::string text(yaml::max_bytes + 1, '\0');
    if (!in || (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && in.bad()))
        return std::nullopt;
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

void read_one(policy_files& into, const fs::path& path, const std::string& name) {
    auto text = read_capped(path);
    if (text)
        return add_file(into, name, std::move(*text));
    into.org_unreadable = into.org_unreadable || name == org_file_name;
    refuse(into, "unreadable-file", name, "the file cannot be read");
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view e) { return name.ends_with(e); });
}

} // namespace

void add_file(policy_files& into, std::string name, std::string text) {
    constexpr std::string_view folder = "services/", ending = ".yaml";
    const std::string_view view = name;
    const bool service = view.starts_with(folder) && view.ends_with(ending) &&
                         view.size() > folder.size() + ending.size() &&
                         view.find('/', folder.size()) == std::string_view::npos &&
                         printable(view, 256) == view;
    if (!service && view != org_file_name)
        return refuse(into, "unread-file", name, "a policy is org.yaml and services/*.yaml only");
    if (std::any_of(into.files.begin(), into.files.end(),
                    [&](const auto& f) { return f.first == name; }))
        return refuse(into, "unread-file", name, "the file is given twice");
    into.files.emplace_back(std::move(name), std::move(text));
}

policy_files read_folder(const fs::path& folder) {
    policy_files found;
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        refuse(found, "missing-file", folder.string(), "there is no such folder");
        found.org_unreadable = true;
        return found;
    }
    if (fs::exists(fs::symlink_status(folder / org_file_name, error)))
        read_one(found, folder / org_file_name, std::string(org_file_name));
    std::vector<std::string> names;
    for (fs::directory_iterator i(folder / "services", error), end; !error && i != end;
         i.increment(error)) {
        const auto name = i->path().filename().string();
        std::error_code ignored;
        // A file that looks like a policy and is not read would be a surprise.
        if (name.starts_with('.'))
            continue;
        if (ends_with_any(name, {".yaml", ".yml", ".YAML", ".YML", ".json"}) ||
            i->is_directory(ignored))
            names.push_back(name);
    }
    if (error && error != std::errc::no_such_file_or_directory)
        refuse(found, "unreadable-file", "services", "the folder cannot be read");
    if (names.size() > max_files) {
        refuse(found, "too-large", "services", "more than 10000 files");
        return found;
    }
    std::sort(names.begin(), names.end());
    for (const auto& name : names)
        if (name.ends_with(".yaml"))
            read_one(found, folder / "services" / name, "services/" + name);
        else
            refuse(found, "unread-file", "services/" + name,
                   "only files called services/*.yaml are read");
    return found;
}

} // namespace ringfence::policy
