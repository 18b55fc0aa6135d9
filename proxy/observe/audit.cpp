#include "proxy/observe/audit.h"

#include "policy/text.h"
#include "proxy/observe/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace ringfence::observe {

namespace {

std::size_t size_of(const audit_event& e) {
    return sizeof(e) + e.statement.size() + e.rule.size() + e.message.size() + e.object.size();
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

struct audit_log::state {
    explicit state(settings s) : given(std::move(s)) {}
    ~state() { close_file(); }
    state(const state&) = delete;

    const settings given;
    int fd = -1;         // of the writing thread, once it runs
    bool usable = false; // set before the thread runs
    std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> dropped{0};

    std::mutex mutex; // held for a swap or a push only, never for I/O
    std::condition_variable filled;
    std::condition_variable emptied;
    std::vector<audit_event> queue;
    std::size_t queued_bytes = 0;
    bool busy = false;
    bool reopen = false;
    bool stopping = false;
    bool ended = false;

    bool open_file() {
        if (given.file == "-") {
            fd = STDOUT_FILENO;
            return true;
        }
        const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
        const int opened = ::open(given.file.c_str(), flags, 0640);
        if (opened < 0)
            return false; // what was open stays in use
        close_file();
        fd = opened;
        return true;
    }

    void close_file() {
        if (fd > STDERR_FILENO)
            ::close(fd);
        fd = -1;
    }

    void write(const std::vector<audit_event>& events) {
        std::string text;
        std::uint64_t lines = 0;
        const auto put = [&] {
            (write_all(fd, text) ? written : dropped).fetch_add(lines);
            text.clear();
            lines = 0;
        };
        for (const auto& event : events) {
            text += audit_line(event);
            ++lines;
            if (text.size() > 64 * 1024)
                put();
        }
        if (lines != 0)
            put();
    }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            filled.wait(lock, [this] { return !queue.empty() || reopen || stopping; });
            if (queue.empty() && !reopen && stopping)
                break;
            std::vector<audit_event> taken;
            taken.swap(queue);
            queued_bytes = 0;
            const bool again = std::exchange(reopen, false);
            busy = true;
            lock.unlock();
            write(taken); // what came before the reopening belongs into the old file
            if (again && !open_file())
                log(log_level::error,
                    "the audit file could not be opened anew; the former stays in use",
                    {{"file", given.file.string()},
                     {"problem", std::generic_category().message(errno)}});
            lock.lock();
            busy = false;
            emptied.notify_all();
        }
        ended = true;
        emptied.notify_all();
    }
};

audit_log::audit_log(settings s, std::string& error)
    : state_(std::make_shared<state>(std::move(s))) {
    if (state_->given.file.empty())
        return;
    if (!state_->open_file()) {
        error = "audit file " + policy::printable(state_->given.file.string(), 512) + ": " +
                std::generic_category().message(errno);
        return;
    }
    state_->usable = true;
    std::thread([shared = state_] { shared->run(); }).detach();
}

audit_log::~audit_log() {
    if (!enabled())
        return;
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->filled.notify_all();
    state_->emptied.wait_for(lock, std::chrono::seconds(3), [this] { return state_->ended; });
}

bool audit_log::enabled() const {
    return state_->usable;
}
std::uint64_t audit_log::written() const {
    return state_->written.load();
}
std::uint64_t audit_log::dropped() const {
    return state_->dropped.load();
}

void audit_log::record(const session::decided_statement& v) {
    if (!enabled())
        return;
    audit_event event = make_event(v, std::chrono::system_clock::now());
    event.statement = v.statement.substr(0, state_->given.max_statement_bytes);
    record(std::move(event));
}

bool audit_log::wants_allowed() const {
    return state_->given.statements && enabled();
}

void audit_log::record(audit_event event) {
    if (!enabled())
        return;
    const std::size_t bytes = size_of(event);
    bool was_empty = false;
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->queue.size() >= state_->given.max_queued_lines ||
            state_->queued_bytes + bytes > state_->given.max_queued_bytes || state_->stopping) {
            state_->dropped.fetch_add(1);
            return;
        }
        was_empty = state_->queue.empty();
        state_->queued_bytes += bytes;
        state_->queue.push_back(std::move(event));
    }
    if (was_empty)
        state_->filled.notify_one();
}

void audit_log::reopen() {
    if (!enabled())
        return;
    const std::lock_guard lock(state_->mutex);
    state_->reopen = true;
    state_->filled.notify_one();
}

bool audit_log::flush(std::chrono::milliseconds patience) {
    std::unique_lock lock(state_->mutex);
    return state_->emptied.wait_for(lock, patience, [this] {
        return state_->queue.empty() && !state_->busy && !state_->reopen;
    });
}

} // namespace ringfence::observe
