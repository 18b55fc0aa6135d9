#include "policy/yaml/report.h"

#include <utility>

namespace ringfence::policy::yaml {

void report::add(severity how_bad, std::string_view rule, position at, std::string message) {
    if (how_bad == severity::error)
        ++errors_;
    if (findings_.size() > max_findings)
        return;
    if (findings_.size() == max_findings) {
        findings_.push_back({severity::error, "too-many-findings", place(at),
                             "more than 500 findings; the rest is not shown"});
        return;
    }
    findings_.push_back({how_bad, std::string(rule), place(at), std::move(message)});
}

void report::error(std::string_view rule, position at, std::string message) {
    add(severity::error, rule, at, std::move(message));
}

void report::warning(std::string_view rule, position at, std::string message) {
    add(severity::warning, rule, at, std::move(message));
}

} // namespace ringfence::policy::yaml
