// What a session prepared by the binary protocol, by the server's ids. A statement keeps the schema
// in which it was prepared. Its text is read again by the server when its tables have changed, in
// the sql_mode of that moment: so both readings must be allowed when it runs.
#pragma once

#include "proxy/session/mysql/server_state.h"
#include "proxy/session/view.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace ringfence::session::mysql {

struct prepared_statement {
    verdict_ptr made;
    reading in; // when it was prepared
    // Another mode could read it otherwise. Null: it reads alike in all.
    std::shared_ptr<const std::string> text;
    std::uint64_t checked = 0; // the view of the session in which it may run
};

class prepared_statements {
public:
    // Pre: no more than `max` of the configuration.
    void add(std::uint32_t id, prepared_statement s) {
        by_id_.insert_or_assign(id, std::move(s));
        last_ = id;
    }
    void close(std::uint32_t id) {
        by_id_.erase(id);
        if (last_ == id)
            last_.reset();
    }
    // A Prepare failed or was refused: what MariaDB takes for the last one is none.
    void no_last() { last_.reset(); }

    [[nodiscard]] prepared_statement* find(std::uint32_t id) {
        const auto it = by_id_.find(id);
        return it == by_id_.end() ? nullptr : &it->second;
    }
    [[nodiscard]] std::optional<std::uint32_t> last() const { return last_; }
    [[nodiscard]] std::size_t size() const { return by_id_.size(); }

private:
    std::unordered_map<std::uint32_t, prepared_statement> by_id_;
    std::optional<std::uint32_t> last_;
};

} // namespace ringfence::session::mysql
