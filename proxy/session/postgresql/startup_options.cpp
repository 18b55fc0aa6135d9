#include "proxy/session/postgresql/startup_options.h"

#include "policy/sql/postgresql/settings.h"
#include "policy/text.h"

#include <algorithm>

namespace ringfence::session::postgresql {
namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string set(std::string name, std::string_view value, login_request& request) {
    using kind = sql::setting_rule::kind;
    const auto rule = sql::find_setting(name);
    const bool fine = rule.what == kind::search_path ||
                      ((rule.what == kind::allowed || rule.what == kind::checked) &&
                       sql::setting_value_allowed(name, value));
    if (!fine)
        return "ringfence: the start-up parameter \"" + policy::printable(name, 63) +
               "\" may not be set to this value";
    const auto known = std::find_if(request.parameters.begin(), request.parameters.end(),
                                    [&name](const auto& p) { return p.first == name; });
    if (known != request.parameters.end())
        known->second = value; // the last one counts, as on the server
    else
        request.parameters.emplace_back(std::move(name), value);
    return {};
}

} // namespace

bool split_options(std::string_view options,
                   std::vector<std::pair<std::string, std::string>>& out) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < options.size();) {
        if (is_space(options[at])) {
            ++at;
            continue;
        }
        std::string word;
        while (at < options.size() && !is_space(options[at])) {
            if (options[at] == '\\' && ++at == options.size())
                break;
            word += options[at++];
        }
        words.push_back(std::move(word));
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string_view assignment = words[i];
        if (assignment == "-c") {
            if (++i == words.size())
                return false;
            assignment = words[i];
        } else if (assignment.starts_with("-c") || assignment.starts_with("--")) {
            assignment.remove_prefix(2);
        } else {
            return false;
        }
        const auto equals = assignment.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return false;
        std::string name = lower(assignment.substr(0, equals));
        std::replace(name.begin(), name.end(), '-', '_');
        out.emplace_back(std::move(name), assignment.substr(equals + 1));
    }
    return true;
}

std::string take_parameter(std::string_view name, std::string_view value, login_request& request) {
    const std::string folded = lower(name);
    if (folded != "options")
        return set(folded, value, request);
    std::vector<std::pair<std::string, std::string>> settings;
    if (!split_options(value, settings))
        return "ringfence: the start-up parameter \"options\" may hold only -c name=value and "
               "--name=value";
    for (auto& [option, setting] : settings)
        if (std::string refused = set(std::move(option), setting, request); !refused.empty())
            return refused;
    return {};
}

} // namespace ringfence::session::postgresql
