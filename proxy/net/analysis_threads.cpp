#include "proxy/net/analysis_threads.h"

#include <system_error>

namespace ringfence::net {

analysis_threads::analysis_threads(unsigned count) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, sql::required_stack + 1024 * 1024);
    for (unsigned i = 0; i < count; ++i) {
        pthread_t thread{};
        const int failed = pthread_create(&thread, &attributes, &analysis_threads::run, this);
        if (failed != 0)
            throw std::system_error(failed, std::generic_category(), "an analysis thread");
        threads_.push_back(thread);
    }
    pthread_attr_destroy(&attributes);
}

analysis_threads::~analysis_threads() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    more_.notify_all();
    for (const pthread_t t : threads_)
        pthread_join(t, nullptr);
}

void analysis_threads::lane::submit(std::function<void()> work, std::function<void()> done) {
    {
        const std::lock_guard lock(all_.mutex_);
        all_.jobs_.push_back([work = std::move(work), done = std::move(done), back = back_] {
            work();
            back->post(done);
        });
    }
    all_.more_.notify_one();
}

void* analysis_threads::run(void* self) {
    pthread_setname_np(pthread_self(), "rf-analysis");
    static_cast<analysis_threads*>(self)->loop();
    return nullptr;
}

void analysis_threads::loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
        more_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty())
            return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        lock.lock();
    }
}

} // namespace ringfence::net
