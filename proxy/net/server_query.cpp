#include "proxy/net/server_query.h"

#include <array>
#include <utility>

namespace ringfence::net {
namespace {

constexpr std::size_t most_answer_bytes = std::size_t{512} * 1024 * 1024;

class one_text final : public server_query::script {
public:
    explicit one_text(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] std::string next() override { return std::exchange(text_, {}); }
    void take(std::vector<server_query::rows>) override {}

private:
    std::string text_;
};

} // namespace

std::unique_ptr<server_query::script> server_query::just(std::string text) {
    return std::make_unique<one_text>(std::move(text));
}

server_query::server_query(reactor& r, resolver& names, pool_key_ptr key, std::unique_ptr<script> s,
                           std::chrono::milliseconds connect_timeout,
                           std::chrono::milliseconds query_timeout, done d)
    : reactor_(r), protocol_(protocol_of(key->target->server.engine)), script_(std::move(s)),
      query_timeout_(query_timeout), done_(std::move(d)) {
    connector_.emplace(r, names, std::move(key), connect_timeout,
                       [this](server_connection_ptr made, const server_connector::failure& why) {
                           connected(std::move(made), why);
                       });
}

server_query::~server_query() {
    *alive_ = false;
    reactor_.cancel(timer_);
    watch_.stop();
}

void server_query::start() {
    connector_->start();
}

void server_query::connected(server_connection_ptr made, const server_connector::failure& why) {
    if (made == nullptr)
        return fail(why.sentence);
    connection_ = std::move(made);
    answer_.server = connection_->state;
    ask();
    if (finished_)
        return;
    timer_ = reactor_.after(query_timeout_, [this] {
        timer_ = reactor::no_timer;
        fail("the server took too long to answer");
    });
    watch_.start(
        reactor_, connection_->socket.fd(), watch::readable | watch::writable,
        [](void* self, std::uint32_t events) {
            static_cast<server_query*>(self)->on_event(events);
        },
        this);
}

void server_query::ask() {
    std::string text = script_->next();
    if (text.empty())
        return finish();
    question_ = protocol_.make_question(std::move(text), *connection_->state);
    question_->start(out_);
    take_output();
}

void server_query::on_event(std::uint32_t events) {
    if ((events & watch::writable) != 0)
        send();
    if (!finished_ && (events & watch::readable) != 0)
        read();
}

void server_query::send() {
    while (!unsent_.empty()) {
        const auto r = connection_->socket.write(session::as_bytes(unsent_));
        if (r.outcome == transport::outcome::again)
            break;
        if (r.outcome != transport::outcome::ok)
            return fail("the server closed the connection");
        unsent_.erase(0, r.size);
    }
    watch_.want(watch::readable | (unsent_.empty() ? 0U : watch::writable));
}

void server_query::read() {
    std::array<std::byte, std::size_t{16} * 1024> buffer;
    while (!finished_) {
        const auto r = connection_->socket.read(buffer);
        if (r.outcome == transport::outcome::again)
            return;
        if (r.outcome != transport::outcome::ok)
            return fail("the server closed the connection");
        received_bytes_ += r.size;
        if (received_bytes_ > most_answer_bytes)
            return fail("the server's answer is too long");
        switch (question_->feed({buffer.data(), r.size}, out_)) {
        case session::question::next::more:
            take_output();
            break;
        case session::question::next::answered:
            script_->take(question_->take_results());
            ask();
            break;
        case session::question::next::failed:
            if (!question_->refused() || !script_->refused())
                return fail(question_->error());
            ask();
            break;
        }
        if (!finished_ && !unsent_.empty())
            send();
    }
}

void server_query::take_output() {
    for (std::size_t i = 0; i < out_.count(); ++i)
        unsent_ += session::as_text(out_[i]);
    out_.clear();
}

void server_query::fail(std::string why) {
    answer_.error = std::move(why);
    finish();
}

void server_query::finish() {
    if (std::exchange(finished_, true))
        return;
    watch_.stop();
    reactor_.cancel(timer_);
    // We may be inside the connector, or inside a loop over the socket.
    reactor_.defer([this, alive = alive_] {
        if (!*alive)
            return;
        if (connection_ != nullptr) {
            const std::string bye = protocol_.goodbye();
            static_cast<void>(connection_->socket.write(session::as_bytes(bye)));
        }
        connection_.reset();
        done_(std::move(answer_));
    });
}

} // namespace ringfence::net
