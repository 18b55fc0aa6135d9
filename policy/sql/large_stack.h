// PostgreSQL's parser and its parse trees are recursive: they need a stack of known size (sql::required_stack).
#pragma once

#include "policy/sql/analyzer.h"

#include <pthread.h>

#include <exception>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace ringfence::sql {

template <class F>
auto with_large_stack(F work) {
    using result = std::invoke_result_t<F&>;
    struct call {
        F& work;
        std::optional<std::conditional_t<std::is_void_v<result>, bool, result>> value;
        std::exception_ptr thrown;
        static void* run(void* self) {
            auto& c = *static_cast<call*>(self);
            try {
                if constexpr (std::is_void_v<result>) {
                    c.work();
                    c.value.emplace(true);
                } else {
                    c.value.emplace(c.work());
                }
            } catch (...) {
                c.thrown = std::current_exception();
            }
            return nullptr;
        }
    };
    call c{work, {}, {}};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int failed = pthread_attr_setstacksize(&attributes, required_stack);
    pthread_t thread{};
    if (failed == 0) failed = pthread_create(&thread, &attributes, &call::run, &c);
    pthread_attr_destroy(&attributes);
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "a thread for the SQL parser");
    pthread_join(thread, nullptr);
    if (c.thrown) std::rethrow_exception(c.thrown);
    if constexpr (!std::is_void_v<result>) return std::move(*c.value);
}

} // namespace ringfence::sql
