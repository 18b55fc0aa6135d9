// The session machine between two hostile peers. Input: a script of lines "c<bytes>", "s<bytes>",
// "d" (a day passes), "p" (new policies), "r" (resume), separated by \xff. Checked: no crash, and
// nothing that names the foreign schema's canary is ever sent to the server in enforce mode.
#include "proxy/session/postgresql/relay.h"
#include "policy/sql/large_stack.h"
#include "proxy/wire/postgresql/frontend.h"
#include "tests/unit/proxy/session/world.h"

#include <cstdint>
#include <cstdlib>

using namespace ringfence;
using namespace ringfence::session;
using namespace ringfence::session::postgresql;

namespace {

struct silent : observer {
    void statement(const policy::service&, policy::verdict, cache_outcome) override {}
    void analysed(std::chrono::nanoseconds) override {}
    void completed(const policy::service&, std::chrono::nanoseconds) override {}
    void violated(const violation&) override {}
    void traffic(std::size_t, std::size_t) override {}
};

void run(std::string_view script) {
    static const policy::snapshot_ptr policies =
        policy::load(test::shop(), test::day(2026, 11, 21)).policies;
    silent seen;
    test::manual_pool pool;
    usage_registry usages;
    environment::settings s;
    s.max_statement_bytes = 64 * 1024;
    s.inline_bytes = 512;
    s.max_prepared = 8;
    environment env(s, policies, seen, pool, usages);
    env.set_today(test::day(2026, 11, 21));
    output to_server, to_client;
    relay r(env,
            {.service = "order-service",
             .server = "shop-pg",
             .database = "shop",
             .peer = "fuzz",
             .identity = "login orders",
             .backend_login = "app",
             .server_major = 15,
             .search_path = {"orders"}},
            [] {});
    int days = 0;
    while (!script.empty()) {
        const auto end = script.find('\xff');
        const std::string step(script.substr(0, end));
        script.remove_prefix(end == std::string_view::npos ? script.size() : end + 1);
        if (step.empty())
            continue;
        const auto bytes = as_bytes(step).subspan(1);
        switch (step[0]) {
        case 'c':
            r.from_client(bytes, to_server, to_client);
            break;
        case 's':
            r.from_server(bytes, to_server, to_client);
            break;
        case 'd':
            env.set_today(test::day(2026, 11, 21) + std::chrono::days(++days * 30));
            break;
        case 'p':
            env.set_policies(policies);
            break;
        case 'r':
            if (!pool.jobs.empty()) {
                auto job = std::move(pool.jobs.front());
                pool.jobs.pop_front();
                job.first();
                job.second();
            }
            r.resume(to_server, to_client);
            break;
        default:
            break;
        }
        static_cast<void>(r.quiescent());
        static_cast<void>(r.deadline());
        const std::string sent = test::drained(to_server);
        static_cast<void>(test::drained(to_client));
        // As a Query of its own, that is: as a parameter's bytes it may pass.
        std::string query;
        wire::postgresql::encode_query(query, "SELECT * FROM users.canary_table");
        if (sent.find(query) != std::string::npos)
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 64 * 1024)
        return 0;
    const std::string_view script(reinterpret_cast<const char*>(data), size);
    static_cast<void>(sql::with_large_stack([&] {
        run(script);
        return 0;
    }));
    return 0;
}
