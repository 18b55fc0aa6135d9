// policy/README.md, the reference, is complete: every rule, key, reason and word of the loader is
// in it.
#include "policy/decision.h"
#include "policy/keys.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace ringfence::policy {
namespace {

const std::filesystem::path folder = std::filesystem::path(RINGFENCE_SOURCE_DIR) / "policy";

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(reference, lists_every_lint_rule) {
    const auto reference = text_of(folder / "README.md");
    const std::regex rule("\"([a-z]+(-[a-z]+)+)\"");
    std::set<std::string> rules;
    for (const auto& sources : {folder, folder / "yaml"})
        for (const auto& file : std::filesystem::directory_iterator(sources))
            if (file.path().extension() == ".cpp") {
                const auto source = text_of(file.path());
                for (std::sregex_iterator i(source.begin(), source.end(), rule), end; i != end; ++i)
                    rules.insert((*i)[1]);
            }
    EXPECT_GT(rules.size(), 40U);
    for (const auto& name : rules)
        EXPECT_NE(reference.find("| `" + name + "` | "), std::string::npos) << name;
}

TEST(reference, names_every_key_and_every_reason) {
    const auto reference = text_of(folder / "README.md");
    const auto has = [&](std::string_view word) {
        EXPECT_TRUE(reference.find("`" + std::string(word) + "`") != std::string::npos ||
                    reference.find("." + std::string(word) + "`") != std::string::npos)
            << word;
    };
    for (const auto key : keys::org)
        if (key != "defaults")
            has(key);
    for (const auto key : keys::defaults)
        has(key);
    for (const auto key : keys::service)
        has(key);
    for (const auto key : keys::share)
        has(key);
    for (const auto key : keys::limits)
        has(key);
    for (int i = 0; i <= static_cast<int>(reason::not_analysed); ++i)
        has(to_string(static_cast<reason>(i)));
}

} // namespace
} // namespace ringfence::policy
