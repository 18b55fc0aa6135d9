// The audit log's queue, thread and file.
#include "../../policy/shop.h"
#include "../temporary_folder.h"

#include "proxy/observe/audit.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>

namespace ringfence::observe {
namespace {

using namespace std::chrono_literals;
using ringfence::test::contents;
using ringfence::test::temporary_folder;
using testing::HasSubstr;
using testing::Not;

audit_event event(std::string service) {
    audit_event e;
    e.service = std::move(service);
    return e;
}

audit_log::settings into(std::filesystem::path file) {
    audit_log::settings s;
    s.file = std::move(file);
    return s;
}

std::vector<std::string> services_in(const std::string& text) {
    std::vector<std::string> out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = text.find('\n', at);
        out.push_back(nlohmann::json::parse(text.substr(at, end - at))["service"]);
        at = end + 1;
    }
    return out;
}

TEST(audit_log, writes_in_order_and_counts) {
    const temporary_folder t;
    std::string error;
    audit_log log(into(t / "audit.jsonl"), error);
    EXPECT_EQ(error, "");
    ASSERT_TRUE(log.enabled());
    for (const auto* name : {"a", "b", "c"})
        log.record(event(name));
    ASSERT_TRUE(log.flush(30s));
    EXPECT_EQ(log.written(), 3U);
    EXPECT_EQ(log.dropped(), 0U);
    EXPECT_THAT(services_in(contents(t / "audit.jsonl")), testing::ElementsAre("a", "b", "c"));
    struct stat s {};
    ASSERT_EQ(::stat((t / "audit.jsonl").c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 07137U, 0U); // 0640, less the umask
}

TEST(audit_log, appends_to_what_is_there) {
    const temporary_folder t;
    const auto file = t.write("audit.jsonl", "{\"service\":\"before\"}\n");
    std::string error;
    {
        audit_log log(into(file), error);
        log.record(event("after"));
    } // the end writes what is queued
    EXPECT_THAT(services_in(contents(file)), testing::ElementsAre("before", "after"));
}

TEST(audit_log, takes_statements_over_and_redacts_them) {
    const temporary_folder t;
    const auto policies = policy::test::shop();
    const auto& who = *policies->find_service("order-service");
    const auto decision = policy::test::ask(
        policies, who.name, policy::test::table(policy::action::read, "users", "accounts"));
    std::string error;
    auto given = into(t / "audit.jsonl");
    given.max_statement_bytes = 40;
    audit_log log(given, error);
    const std::string statement =
        "SELECT a FROM users.accounts WHERE b = 'sekret, which is cut in the middle'";
    log.record(session::decided_statement{who, "login orders", "unix", "shop-pg", "shop", decision,
                                          policy::mode::enforce, statement});
    ASSERT_TRUE(log.flush(30s));
    const auto text = contents(t / "audit.jsonl");
    EXPECT_THAT(text, Not(HasSubstr("sekret")));
    EXPECT_THAT(text, HasSubstr("SELECT a FROM users.accounts WHERE b = "));
    EXPECT_THAT(text, HasSubstr("\"identity\":\"login orders\""));
    EXPECT_THAT(text, HasSubstr("\"peer\":\"unix\""));
}

TEST(audit_log, allowed_statements_are_wanted_only_if_asked_for) {
    const temporary_folder t;
    std::string error;
    auto given = into(t / "audit.jsonl");
    EXPECT_FALSE(audit_log(given, error).wants_allowed());
    given.statements = true;
    EXPECT_TRUE(audit_log(given, error).wants_allowed());
    given.file.clear();
    EXPECT_FALSE(audit_log(given, error).wants_allowed());
    EXPECT_EQ(error, "");
}

TEST(audit_log, without_a_file_does_nothing) {
    std::string error;
    audit_log log(into({}), error);
    EXPECT_EQ(error, "");
    EXPECT_FALSE(log.enabled());
    log.record(event("a"));
    log.reopen();
    EXPECT_TRUE(log.flush(0s));
    EXPECT_EQ(log.written() + log.dropped(), 0U);
}

TEST(audit_log, a_file_that_cannot_be_opened_is_one_clear_error) {
    const temporary_folder t;
    std::string error;
    audit_log missing(into(t / "none/audit.jsonl"), error);
    EXPECT_EQ(error,
              "audit file " + (t / "none/audit.jsonl").string() + ": No such file or directory");
    EXPECT_FALSE(missing.enabled());
    missing.record(event("a"));
    EXPECT_EQ(missing.dropped(), 0U);
    audit_log folder(into(t.path()), error);
    EXPECT_EQ(error, "audit file " + t.path().string() + ": Is a directory");
}

TEST(audit_log, what_cannot_be_written_is_counted_as_dropped) {
    std::string error;
    audit_log log(into("/dev/full"), error);
    ASSERT_EQ(error, "");
    log.record(event("a"));
    log.record(event("b"));
    ASSERT_TRUE(log.flush(30s));
    EXPECT_EQ(log.written(), 0U);
    EXPECT_EQ(log.dropped(), 2U);
}

TEST(audit_log, is_opened_anew_after_a_rename) {
    const temporary_folder t;
    std::string error;
    audit_log log(into(t / "audit.jsonl"), error);
    log.record(event("first"));
    ASSERT_TRUE(log.flush(30s));
    std::filesystem::rename(t / "audit.jsonl", t / "audit.jsonl.1");
    log.record(event("still the old file"));
    log.reopen();
    ASSERT_TRUE(log.flush(30s));
    log.record(event("new"));
    ASSERT_TRUE(log.flush(30s));
    EXPECT_THAT(services_in(contents(t / "audit.jsonl.1")),
                testing::ElementsAre("first", "still the old file"));
    EXPECT_THAT(services_in(contents(t / "audit.jsonl")), testing::ElementsAre("new"));
}

TEST(audit_log, keeps_the_former_file_when_it_cannot_be_opened_anew) {
    const temporary_folder t;
    std::filesystem::create_directory(t / "log");
    std::string error;
    audit_log log(into(t / "log/audit.jsonl"), error);
    std::filesystem::rename(t / "log", t / "moved");
    testing::internal::CaptureStderr();
    log.reopen();
    ASSERT_TRUE(log.flush(30s));
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, HasSubstr("the audit file could not be opened anew"));
    EXPECT_THAT(said, HasSubstr("No such file or directory"));
    log.record(event("a"));
    ASSERT_TRUE(log.flush(30s));
    EXPECT_THAT(services_in(contents(t / "moved/audit.jsonl")), testing::ElementsAre("a"));
}

// A pipe that is full and that nobody reads: the writer blocks in it, as on a disk that hangs.
struct blocked {
    temporary_folder t;
    std::filesystem::path pipe = t / "pipe";
    int fd = -1;
    std::size_t filler = 0;

    blocked() {
        EXPECT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
        fd = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        EXPECT_GE(fd, 0);
        while (::write(fd, "\n", 1) == 1) // full to the last byte
            ++filler;
    }
    ~blocked() { ::close(fd); }
    blocked(const blocked&) = delete;

    std::string drain() const {
        std::string out;
        char buffer[64 * 1024];
        for (;;) {
            const auto n = ::read(fd, buffer, sizeof buffer);
            if (n <= 0)
                return out;
            out.append(buffer, static_cast<std::size_t>(n));
        }
    }
};

TEST(audit_log, a_full_queue_drops_and_counts_and_never_waits) {
    for (const bool by_bytes : {false, true}) {
        const blocked b;
        std::string error;
        auto given = into(b.pipe);
        if (by_bytes)
            given.max_queued_bytes = 64 * 1024;
        else
            given.max_queued_lines = 50;
        audit_log log(given, error);
        ASSERT_EQ(error, "");
        audit_event e = event("a");
        e.message = std::string(500, 'm');
        std::uint64_t recorded = 0;
        for (; log.dropped() == 0 && recorded < 1'000'000; ++recorded)
            log.record(e);
        EXPECT_GT(log.dropped(), 0U);
        EXPECT_FALSE(log.flush(0s));
        std::string text;
        while (!log.flush(1ms)) // what was queued is written once the disk takes it
            text += b.drain();
        text += b.drain();
        text.erase(0, b.filler);
        EXPECT_EQ(log.written() + log.dropped(), recorded);
        EXPECT_EQ(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')),
                  log.written());
        EXPECT_EQ(services_in(text).size(), log.written());
    }
}

TEST(audit_log, from_many_threads) {
    const temporary_folder t;
    std::string error;
    audit_log log(into(t / "audit.jsonl"), error);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&log] {
            for (int n = 0; n < 500; ++n) {
                log.record(event("s"));
                if (n % 100 == 0)
                    log.reopen();
            }
        });
    for (auto& thread : threads)
        thread.join();
    ASSERT_TRUE(log.flush(30s));
    EXPECT_EQ(log.written(), 2000U);
    EXPECT_EQ(services_in(contents(t / "audit.jsonl")).size(), 2000U);
}

} // namespace
} // namespace ringfence::observe
