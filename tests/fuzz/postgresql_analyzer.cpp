// Any text gives a footprint: without a crash, and never one that says nothing about a text it did
// not understand. A statement with its literals taken out, when they are said not to matter, has
// the same footprint.
#include "policy/sql/analyzer.h"
#include "policy/sql/large_stack.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace ringfence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const sql::scope scope{.database = "shop",
                                  .path = {"orders"},
                                  .settable = {"orders", "extensions"},
                                  .backend_login = "shop_admin"};
    sql::with_large_stack([&] {
        const auto found = sql::analyze_postgresql(text, scope);
        if (!found.analysed()) {
            if (found.trouble_text.empty())
                std::abort();
            return;
        }
        std::string skeleton;
        if (!found.literals_immaterial || !sql::literal_skeleton_postgresql(text, skeleton))
            return;
        const auto bare = sql::analyze_postgresql(skeleton, scope);
        if (!bare.analysed() || bare.touches != found.touches ||
            bare.effects.size() != found.effects.size())
            std::abort();
    });
    return 0;
}
