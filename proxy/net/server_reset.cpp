#include "proxy/net/server_reset.h"

#include "proxy/wire/postgresql/backend.h"
#include "proxy/wire/postgresql/frontend.h"

#include <array>

namespace ringfence::net {
namespace {

namespace pg = wire::postgresql;
constexpr std::size_t most_answer_bytes = 256 * 1024;

} // namespace

server_reset::server_reset(worker& w, server_connection_ptr c)
    : worker_(w), connection_(std::move(c)) {
    pg::encode_query(unsent_, "DISCARD ALL");
}

server_reset::~server_reset() {
    worker_.loop().cancel(timer_);
    watch_.stop();
    if (connection_ == nullptr)
        return;
    const pool_key_ptr key = connection_->key;
    connection_.reset();
    worker_.shared().pool.lost(*key);
}

void server_reset::start() {
    watch_.start(
        worker_.loop(), connection_->socket.fd(), watch::readable,
        [](void* self, std::uint32_t events) {
            static_cast<server_reset*>(self)->on_event(events);
        },
        this);
    timer_ = worker_.loop().after(std::chrono::seconds(15), [this] {
        timer_ = reactor::no_timer;
        finish(false);
    });
    send();
}

void server_reset::on_event(std::uint32_t events) {
    if (connection_ == nullptr)
        return;
    if ((events & watch::writable) != 0)
        send();
    if (connection_ != nullptr && (events & watch::readable) != 0)
        read();
}

void server_reset::send() {
    while (!unsent_.empty()) {
        const auto r = connection_->socket.write(session::as_bytes(unsent_));
        if (r.outcome == transport::outcome::again)
            break;
        if (r.outcome != transport::outcome::ok) {
            finish(false);
            return;
        }
        unsent_.erase(0, r.size);
    }
    watch_.want(watch::readable | (unsent_.empty() ? 0U : watch::writable));
}

void server_reset::read() {
    std::array<std::byte, 4096> buffer;
    for (;;) {
        const auto r = connection_->socket.read(buffer);
        if (r.outcome == transport::outcome::again)
            return;
        if (r.outcome != transport::outcome::ok) {
            finish(false);
            return;
        }
        received_ += session::as_text({buffer.data(), r.size});
        if (received_.size() > most_answer_bytes) {
            finish(false);
            return;
        }
        for (;;) {
            const auto rest = session::as_bytes(received_);
            pg::header head;
            const auto o = pg::read_header(rest, head);
            if (o == pg::outcome::malformed) {
                finish(false);
                return;
            }
            if (o == pg::outcome::need_more || rest.size() < head.size)
                break;
            const auto message = rest.first(head.size);
            std::string_view tag;
            char transaction = 0;
            if (head.type == 'C' && pg::decode_command_complete(message, tag) == pg::outcome::ok)
                discarded_ = tag == "DISCARD ALL";
            if (head.type == 'Z') {
                const bool idle =
                    pg::decode_ready_for_query(message, transaction) == pg::outcome::ok &&
                    transaction == 'I' && received_.size() == head.size;
                finish(discarded_ && idle);
                return;
            }
            if (head.type == 'E') {
                finish(false);
                return;
            }
            received_.erase(0, head.size);
        }
        if (r.size < buffer.size() && !connection_->socket.has_buffered())
            return;
    }
}

void server_reset::finish(bool clean) {
    watch_.stop();
    if (clean)
        worker_.shared().pool.give_back(std::move(connection_));
    worker_.loop().cancel(timer_);
    worker_.loop().defer([&w = worker_, self = this] { w.end_reset(self); });
}

} // namespace ringfence::net
