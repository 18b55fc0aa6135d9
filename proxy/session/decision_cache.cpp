#include "proxy/session/decision_cache.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <random>

namespace ringfence::session {
namespace {

// What an entry costs beside its text: node, control block, a typical verdict with its copy of the
// text.
constexpr std::size_t entry_overhead = 512;
// Longer texts are rarely sent twice, and a few of them would push everything else out.
constexpr std::size_t longest_key = 64 * 1024;

std::uint64_t process_secret() {
    static const std::uint64_t secret = [] {
        std::random_device device;
        return (std::uint64_t{device()} << 32) ^ device();
    }();
    return secret;
}

} // namespace

std::size_t decision_cache::hash::operator()(key_view k) const noexcept {
    return XXH3_64bits_withSeed(k.text.data(), k.text.size(),
                                process_secret() + k.space * 0x9e3779b97f4a7c15U);
}

const verdict_ptr* decision_cache::find(std::uint64_t space, std::string_view text) {
    if (auto it = young_.find(key_view{space, text}); it != young_.end())
        return &it->second;
    auto it = old_.find(key_view{space, text});
    if (it == old_.end())
        return nullptr;
    verdict_ptr kept = std::move(it->second);
    old_.erase(it);
    insert(space, text, std::move(kept));
    it = young_.find(key_view{space, text});
    return it == young_.end() ? nullptr : &it->second;
}

void decision_cache::insert(std::uint64_t space, std::string_view text, verdict_ptr value) {
    const std::size_t cost = 2 * text.size() + entry_overhead;
    if (text.size() > longest_key || cost > max_bytes_ / 2)
        return;
    young_bytes_ += cost;
    if (young_bytes_ > max_bytes_ / 2) {
        old_ = std::move(young_);
        young_ = {};
        young_bytes_ = cost;
    }
    young_.insert_or_assign(key{space, std::string(text)}, std::move(value));
}

} // namespace ringfence::session
