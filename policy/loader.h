// Reads a policy folder (org.yaml, services/*.yaml) into a snapshot, completely or not at all.
#pragma once

#include "policy/model.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ringfence::policy {

enum class severity : std::uint8_t { error, warning, information };

// One finding, with its place: "services/a.yaml:12:5: error: unknown service 'biling-service' (did
// you mean …?)".
struct diagnostic {
    policy::severity severity = policy::severity::error;
    std::string rule; // stable identifier: "unknown-key", "two-owners", "expired-share" …
    source_place place;
    std::string message;
    bool operator==(const diagnostic& o) const {
        return rule == o.rule && place.file == o.place.file && place.line == o.place.line &&
               message == o.message;
    }
};

[[nodiscard]] std::string_view to_string(severity);
[[nodiscard]] std::string to_string(const diagnostic&); // one line, as compilers print it

struct load_result {
    snapshot_ptr policies;            // null if there is any error
    std::vector<diagnostic> findings; // all of them, ordered by file and line
    [[nodiscard]] bool ok() const { return policies != nullptr; }
};

// What may be less than an error for some callers.
struct load_options {
    // An expired share denies whatever the loader says. A proxy that restarts on the day after must
    // come up with a warning, while a review of the policies must fail.
    severity expired_share = severity::error;
    // Routing may also be settled with a listener per server.
    severity ambiguous_server = severity::error;
};

// Never throws for bad input: unreadable files, YAML that is no YAML, wrong types are diagnostics.
// `today` decides what "expired" means.
[[nodiscard]] load_result load(const std::filesystem::path& folder, date today,
                               const load_options& = {});

// The same from memory, for tests, fuzzers and `ringfence diff`: pairs of relative file name and
// text.
[[nodiscard]] load_result load(const std::vector<std::pair<std::string, std::string>>& files,
                               date today, const load_options& = {});

} // namespace ringfence::policy
