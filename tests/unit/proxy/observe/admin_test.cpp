// The admin listener, asked over a real connection on any free port.
#include "proxy/observe/admin.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <thread>

namespace ringfence::observe {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct running {
    std::string why_not;
    asio::io_context io;
    std::unique_ptr<admin_server> server;
    std::thread thread;

    explicit running(admin_server::settings s = {}) {
        s.port = 0;
        std::string error;
        server = std::make_unique<admin_server>(
            io, s,
            admin_content{[] { return std::string("metric 1\n"); },
                          []() -> std::string { throw std::runtime_error("no page"); },
                          [this] { return why_not; }},
            error);
        EXPECT_EQ(error, "");
    }
    ~running() {
        io.stop();
        if (thread.joinable())
            thread.join();
    }
    running(const running&) = delete;

    void start() {
        thread = std::thread([this] { io.run(); });
    }

    tcp::socket connect() {
        if (!thread.joinable())
            start();
        tcp::socket s(clients);
        s.connect({asio::ip::address_v4::loopback(), server->port()});
        return s;
    }
    static std::string rest_of(tcp::socket& s) {
        std::string out;
        boost::system::error_code ec;
        asio::read(s, asio::dynamic_buffer(out), ec);
        return out;
    }
    std::string ask(const std::string& request) {
        auto s = connect();
        asio::write(s, asio::buffer(request));
        return rest_of(s);
    }
    std::string get(const std::string& path, const std::string& verb = "GET") {
        return ask(verb + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }

private:
    asio::io_context clients;
};

TEST(admin, metrics_and_health) {
    running r;
    const auto metrics = r.get("/metrics");
    EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(metrics, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_THAT(metrics, EndsWith("\r\n\r\nmetric 1\n"));
    EXPECT_THAT(r.get("/metrics?name[]=x"), EndsWith("metric 1\n"));
    EXPECT_THAT(r.get("/healthz"), EndsWith("\r\n\r\nok\n"));
    EXPECT_THAT(r.get("/readyz"), EndsWith("\r\n\r\nready\n"));
}

TEST(admin, not_ready_is_503_with_the_reason) {
    running r;
    r.why_not = "draining";
    const auto answer = r.get("/readyz");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\ndraining\n"));
    EXPECT_THAT(r.get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST(admin, nothing_else_is_answered) {
    running r;
    EXPECT_THAT(r.get("/etc/passwd"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(r.get("/metrics/"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(r.get("/%2e%2e/x"), Not(HasSubstr("%2e")));
    for (const auto* verb : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
        const auto answer = r.get("/metrics", verb);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << verb;
        EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n")) << verb;
    }
}

TEST(admin, head_has_no_body) {
    running r;
    const auto answer = r.get("/metrics", "HEAD");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 9\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(admin, hostile_requests) {
    running r;
    EXPECT_THAT(r.ask("\x16\x03\x01\x02\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(r.ask("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(r.ask("GET /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(r.get("/"), ""); // the page throws: the connection closes, the listener goes on
    EXPECT_THAT(r.get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST(admin, one_connection_for_several_requests) {
    running r;
    EXPECT_THAT(r.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                      "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                testing::AllOf(HasSubstr("\r\n\r\nok\nHTTP/1.1 200"), EndsWith("ready\n")));
}

TEST(admin, a_silent_client_is_dropped) {
    admin_server::settings s;
    s.timeout = std::chrono::milliseconds(50);
    running r(s);
    auto silent = r.connect();
    EXPECT_EQ(running::rest_of(silent), ""); // returns when the other side closes
}

TEST(admin, too_many_connections_are_closed) {
    admin_server::settings s;
    s.max_connections = 1;
    running r(s);
    auto first = r.connect();
    asio::write(first, asio::buffer(std::string("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")));
    std::string answer;
    boost::system::error_code ec;
    asio::read(
        first, asio::dynamic_buffer(answer),
        [&](const auto&, std::size_t) { return answer.ends_with("ok\n"); }, ec);
    auto second = r.connect();
    EXPECT_EQ(running::rest_of(second), "");
}

TEST(admin, an_address_that_cannot_be_bound_is_one_clear_error) {
    running r;
    asio::io_context io;
    std::string error;
    admin_server::settings s;
    s.port = r.server->port();
    const admin_server taken(io, s, {}, error);
    EXPECT_EQ(error,
              "admin listener 127.0.0.1:" + std::to_string(s.port) + ": Address already in use");
    s.address = "localhost.example";
    s.port = 0;
    const admin_server wrong(io, s, {}, error);
    EXPECT_THAT(error, StartsWith("admin listener localhost.example:0: "));
}

TEST(admin, stop_closes_everything) {
    asio::io_context io;
    std::string error;
    admin_server::settings s;
    s.port = 0;
    admin_server server(io, s, {}, error);
    asio::io_context clients;
    tcp::socket client(clients);
    client.connect({asio::ip::address_v4::loopback(), server.port()});
    io.poll();
    server.stop();
    io.run(); // returns: nothing is left to wait for
    EXPECT_EQ(running::rest_of(client), "");
    server.stop();
}

} // namespace
} // namespace ringfence::observe
