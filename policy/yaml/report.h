// Collects what is wrong with one file, with places, so that all errors are told at once.
#pragma once

#include "policy/loader.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy::yaml {

struct position { // counts from 1; 0: the file as a whole
    int line = 0;
    int column = 0;
};

class report {
public:
    // What the file holds is told in messages, for people to find it, unless it may be a secret.
    enum class content : std::uint8_t { told, secret };

    explicit report(std::string file, content c = content::told)
        : file_(std::move(file)), content_(c) {}

    void error(std::string_view rule, position, std::string message);
    void warning(std::string_view rule, position, std::string message);
    void add(severity, std::string_view rule, position, std::string message);

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] bool secret() const { return content_ == content::secret; }
    [[nodiscard]] source_place place(position at) const { return {file_, at.line, at.column}; }
    [[nodiscard]] const std::vector<diagnostic>& findings() const { return findings_; }
    [[nodiscard]] bool failed() const { return errors_ != 0; }

private:
    // A file of garbage must not make a report that is larger than the file.
    static constexpr std::size_t max_findings = 500;

    std::string file_;
    content content_;
    std::vector<diagnostic> findings_;
    std::size_t errors_ = 0;
};

} // namespace ringfence::policy::yaml
