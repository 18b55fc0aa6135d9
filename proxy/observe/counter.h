// Counters with one writer: the worker that owns them. Any thread may read; no locked instruction
// on the data path.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfence::observe {

class counter {
public:
    void add(std::uint64_t n = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// Upper bounds in nanoseconds, rising; what is above the last one falls into a bucket of its own.
template <std::size_t N>
using bounds = std::array<std::int64_t, N>;

inline constexpr bounds<14> analysis_bounds{
    1'000,   2'500,   5'000,     10'000,    25'000,     50'000,      100'000,
    250'000, 500'000, 1'000'000, 5'000'000, 25'000'000, 100'000'000, 1'000'000'000};
inline constexpr bounds<14> statement_bounds{
    50'000,      100'000,       250'000,        500'000,       1'000'000,
    2'500'000,   5'000'000,     10'000'000,     50'000'000,    100'000'000,
    500'000'000, 1'000'000'000, 10'000'000'000, 60'000'000'000};

template <const auto& Bounds>
class histogram {
public:
    static constexpr std::size_t size = Bounds.size() + 1;

    void add(std::chrono::nanoseconds took) {
        const std::int64_t n = took.count() < 0 ? 0 : took.count();
        std::size_t i = 0;
        while (i < Bounds.size() && n > Bounds[i])
            ++i;
        buckets_[i].add();
        sum_.add(static_cast<std::uint64_t>(n));
    }

    [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const { return buckets_[i].value(); }
    [[nodiscard]] std::uint64_t sum() const { return sum_.value(); } // nanoseconds

private:
    std::array<counter, size> buckets_;
    counter sum_;
};

} // namespace ringfence::observe
