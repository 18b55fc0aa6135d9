// One call of the program, with strings for its streams.
#pragma once

#include "../../policy/shop.h"
#include "../temporary_folder.h"

#include "proxy/cli/application.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace ringfence::cli::test {

struct outcome {
    int status = -1;
    std::string out, err;
};

inline outcome ringfence(const std::vector<std::string>& words, const std::string& input = {},
                         bool colour = false, bool terminal = false) {
    std::vector<const char*> argv{"ringfence"};
    for (const auto& word : words)
        argv.push_back(word.c_str());
    std::istringstream in(input);
    std::ostringstream out, err;
    console io{in, out, err, colour, terminal};
    outcome o;
    o.status = run(static_cast<int>(argv.size()), argv.data(), io);
    o.out = out.str();
    o.err = err.str();
    return o;
}

// The shop's policies in a folder `policies`.
struct shop_folder {
    ringfence::test::temporary_folder t;
    std::string policies = (t / "policies").string();

    shop_folder() {
        for (const auto& [name, text] : policy::test::shop_files())
            t.write("policies/" + name, text);
    }
};

} // namespace ringfence::cli::test
