// Runs work on a thread whose stack is large enough for libpg_query, whatever the caller's stack
// is.
#pragma once

#include "policy/sql/analyzer.h"

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace ringfence::sql {

namespace detail {

// Runs `work` on a new thread with `required_stack` bytes of stack and waits for it. `work` must
// not throw. Throws std::system_error when the thread cannot be had.
void run_on_large_stack(const std::function<void()>& work);

} // namespace detail

template <class F>
auto with_large_stack(F work) {
    using result = std::invoke_result_t<F&>;
    std::exception_ptr failure;
    if constexpr (std::is_void_v<result>) {
        detail::run_on_large_stack([&]() noexcept {
            try {
                work();
            } catch (...) {
                failure = std::current_exception();
            }
        });
        if (failure)
            std::rethrow_exception(failure);
    } else {
        std::optional<result> answer;
        detail::run_on_large_stack([&]() noexcept {
            try {
                answer.emplace(work());
            } catch (...) {
                failure = std::current_exception();
            }
        });
        if (failure)
            std::rethrow_exception(failure);
        return std::move(*answer);
    }
}

} // namespace ringfence::sql
