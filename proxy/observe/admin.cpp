#include "proxy/observe/admin.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <list>
#include <utility>

namespace ringfence::observe {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using response = http::response<http::string_body>;

namespace {

response answer(http::status status, std::string_view type, std::string body) {
    response r(status, 11);
    r.set(http::field::content_type, beast::string_view(type.data(), type.size()));
    r.set(http::field::cache_control, "no-store");
    r.set("X-Content-Type-Options", "nosniff");
    r.set("Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    r.body() = std::move(body);
    return r;
}

constexpr std::string_view plain = "text/plain; charset=utf-8";

response route(const http::request<http::empty_body>& request, const admin_content& content) {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        auto r = answer(http::status::method_not_allowed, plain, "only GET is answered here\n");
        r.set(http::field::allow, "GET, HEAD");
        return r;
    }
    const auto whole = request.target();
    const auto path = whole.substr(0, whole.find('?'));
    if (path == "/metrics")
        return answer(http::status::ok, "text/plain; version=0.0.4; charset=utf-8",
                      content.metrics());
    if (path == "/healthz")
        return answer(http::status::ok, plain, "ok\n");
    if (path == "/readyz") {
        const std::string why_not = content.not_ready();
        return why_not.empty() ? answer(http::status::ok, plain, "ready\n")
                               : answer(http::status::service_unavailable, plain, why_not + "\n");
    }
    if (path == "/")
        return answer(http::status::ok, "text/html; charset=utf-8", content.page());
    return answer(http::status::not_found, plain, "there is /metrics, /healthz, /readyz and /\n");
}

} // namespace

struct admin_server::state : std::enable_shared_from_this<state> {
    state(asio::io_context& io, settings s, admin_content c)
        : given(std::move(s)), content(std::move(c)), acceptor(io), pause(io) {}

    const settings given;
    const admin_content content;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    std::list<beast::tcp_stream> connections;
    bool stopped = false;

    error_code listen() {
        error_code ec;
        const auto address = asio::ip::make_address(given.address, ec);
        if (ec)
            return ec;
        const tcp::endpoint where(address, given.port);
        if (acceptor.open(where.protocol(), ec); ec)
            return ec;
        if (acceptor.set_option(tcp::acceptor::reuse_address(true), ec); ec)
            return ec;
        if (acceptor.bind(where, ec); ec)
            return ec;
        acceptor.listen(asio::socket_base::max_listen_connections, ec);
        return ec;
    }

    static asio::awaitable<void> accept(std::shared_ptr<state> self) {
        while (!self->stopped) {
            error_code ec;
            auto socket =
                co_await self->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (self->stopped)
                break;
            if (ec) { // out of descriptors, most likely: do not spin
                self->pause.expires_after(std::chrono::milliseconds(100));
                co_await self->pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
                continue;
            }
            if (self->connections.size() >= self->given.max_connections)
                continue; // closes it
            const auto at = self->connections.emplace(self->connections.end(), std::move(socket));
            asio::co_spawn(self->acceptor.get_executor(), serve(self, at), asio::detached);
        }
    }

    static asio::awaitable<void> serve(std::shared_ptr<state> self,
                                       std::list<beast::tcp_stream>::iterator stream) {
        try {
            co_await self->converse(*stream);
        } catch (const std::exception&) { // a page could not be made: the connection closes
        }
        self->connections.erase(stream);
    }

    asio::awaitable<void> converse(beast::tcp_stream& stream) {
        beast::flat_buffer buffer(given.max_header_bytes);
        for (;;) {
            error_code ec;
            http::request_parser<http::empty_body> parser;
            parser.header_limit(given.max_header_bytes);
            parser.body_limit(std::uint64_t{0});
            stream.expires_after(given.timeout);
            co_await http::async_read(stream, buffer, parser,
                                      asio::redirect_error(asio::use_awaitable, ec));
            bool keep = false;
            response r;
            if (!ec) {
                r = route(parser.get(), content);
                keep = parser.get().keep_alive();
                r.version(parser.get().version());
            } else if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
                r = answer(http::status::request_header_fields_too_large, plain, "too long\n");
            } else if (ec == http::error::body_limit || ec == http::error::unexpected_body) {
                r = answer(http::status::payload_too_large, plain, "no body is expected\n");
            } else if (ec.category() == http::make_error_code(http::error::bad_method).category() &&
                       ec != http::error::end_of_stream) {
                r = answer(http::status::bad_request, plain, "not HTTP\n");
            } else {
                co_return; // closed, or too slow
            }
            r.keep_alive(keep);
            r.prepare_payload();
            if (!ec && parser.get().method() == http::verb::head)
                r.body().clear(); // the length stays
            stream.expires_after(given.timeout);
            http::response_serializer<http::string_body> serializer(r);
            if (!ec && parser.get().method() == http::verb::head)
                co_await http::async_write_header(stream, serializer,
                                                  asio::redirect_error(asio::use_awaitable, ec));
            else
                co_await http::async_write(stream, serializer,
                                           asio::redirect_error(asio::use_awaitable, ec));
            if (ec || !keep)
                break;
        }
        error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
};

admin_server::admin_server(asio::io_context& io, settings s, admin_content content,
                           std::string& error)
    : state_(std::make_shared<state>(io, std::move(s), std::move(content))) {
    if (const error_code ec = state_->listen(); ec) {
        error = "admin listener " + state_->given.address + ":" +
                std::to_string(state_->given.port) + ": " + ec.message();
        return;
    }
    asio::co_spawn(io, state::accept(state_), asio::detached);
}

admin_server::~admin_server() {
    stop();
}

std::uint16_t admin_server::port() const {
    error_code ec;
    return state_->acceptor.local_endpoint(ec).port();
}

void admin_server::stop() {
    if (std::exchange(state_->stopped, true))
        return;
    error_code ec;
    state_->acceptor.close(ec);
    state_->pause.cancel();
    for (auto& connection : state_->connections)
        connection.close();
}

} // namespace ringfence::observe
