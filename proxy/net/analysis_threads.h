// Threads with large stacks for long texts, so that they hold up their own session only.
#pragma once

#include "proxy/net/worker.h"
#include "proxy/session/environment.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace ringfence::net {

// Each worker gets a `lane`, which knows the reactor that the results go to.
class analysis_threads {
public:
    explicit analysis_threads(unsigned count);
    ~analysis_threads(); // work that was submitted is finished first

    class lane : public session::analysis_pool {
    public:
        explicit lane(analysis_threads& all) : all_(all) {}
        void lead_to(reactor& r) { back_ = &r; }
        void submit(std::function<void()> work, std::function<void()> done) override;

    private:
        analysis_threads& all_;
        reactor* back_ = nullptr;
    };

private:
    static void* run(void* self);
    void loop();

    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::vector<pthread_t> threads_;
};

} // namespace ringfence::net
