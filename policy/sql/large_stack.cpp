#include "policy/sql/large_stack.h"

#include <pthread.h>

#include <system_error>

namespace ringfence::sql::detail {
namespace {

void* entry(void* work) {
    (*static_cast<const std::function<void()>*>(work))();
    return nullptr;
}

void check(int error) {
    if (error != 0)
        throw std::system_error(error, std::generic_category(), "a thread with a large stack");
}

} // namespace

void run_on_large_stack(const std::function<void()>& work) {
    pthread_attr_t attributes;
    check(pthread_attr_init(&attributes));
    pthread_t thread{};
    int error = pthread_attr_setstacksize(&attributes, required_stack);
    if (error == 0) {
        auto argument = work; // pthread wants a pointer to something that is not const
        error = pthread_create(&thread, &attributes, entry, &argument);
        if (error == 0)
            error = pthread_join(thread, nullptr);
    }
    pthread_attr_destroy(&attributes);
    check(error);
}

} // namespace ringfence::sql::detail
