#include "proxy/net/server_pool.h"

#include <algorithm>

namespace ringfence::net {

struct server_pool::ticket {
    pool_key_ptr key;
    notify later;
    bool done = false;
    std::list<ticket_ptr>::iterator place;
};

namespace {

bool same(const pool_key& a, const pool_key& b) {
    return a.target == b.target && a.database == b.database && a.parameters == b.parameters;
}

} // namespace

bool server_pool::too_old(const server_connection& c, clock::time_point now) const {
    if (timeouts_.server_lifetime.count() > 0 && now - c.born >= timeouts_.server_lifetime)
        return true;
    if (timeouts_.server_idle.count() > 0 && now - c.idle_since >= timeouts_.server_idle)
        return true;
    return !current_.empty() &&
           std::find(current_.begin(), current_.end(), c.key->target) == current_.end();
}

server_pool::answer server_pool::acquire(const pool_key_ptr& key, notify later) {
    std::vector<server_connection_ptr> dead; // closed as the last thing
    answer result;
    const std::lock_guard lock(mutex_);
    group& g = groups_[key->group()];
    const auto now = clock::now();
    // The most recently used first: the others may grow old and be closed.
    for (auto i = g.idle.size(); i-- > 0;) {
        auto& c = g.idle[i];
        const bool fits = same(*c->key, *key);
        const bool usable = !too_old(*c, now) && (!fits || c->socket.quiet());
        if (usable && !fits)
            continue;
        server_connection_ptr taken = std::move(c);
        g.idle.erase(g.idle.begin() + static_cast<std::ptrdiff_t>(i));
        if (usable) {
            result.granted = true;
            result.now.connection = std::move(taken);
            return result;
        }
        --g.places;
        dead.push_back(std::move(taken));
    }
    if (g.places >= key->target->server.pool_size && !g.idle.empty()) {
        // An idle connection with other start-up parameters makes room.
        dead.push_back(std::move(g.idle.front()));
        g.idle.pop_front();
        --g.places;
    }
    if (g.places < key->target->server.pool_size) {
        ++g.places;
        result.granted = true;
        return result;
    }
    result.waiting = std::make_shared<ticket>(ticket{key, std::move(later), false, {}});
    g.waiting.push_back(result.waiting);
    result.waiting->place = std::prev(g.waiting.end());
    return result;
}

bool server_pool::withdraw(const ticket_ptr& t) {
    const std::lock_guard lock(mutex_);
    if (t->done)
        return false;
    t->done = true;
    groups_[t->key->group()].waiting.erase(t->place);
    return true;
}

// Pre: the lock is held, and the place is free or held by `c`. Returns what to do after the lock is
// gone.
std::function<void()> server_pool::hand_on(group& g, server_connection_ptr c) {
    if (g.waiting.empty()) {
        if (c == nullptr)
            --g.places;
        else
            g.idle.push_back(std::move(c));
        return {};
    }
    ticket_ptr next = g.waiting.front();
    g.waiting.pop_front();
    next->done = true;
    auto given = std::make_shared<grant>();
    std::shared_ptr<server_connection> unfit;
    if (c != nullptr && same(*c->key, *next->key))
        given->connection = std::move(c);
    else
        unfit = std::move(c);
    return [next, given, unfit]() mutable {
        unfit.reset(); // close before the other opens: the server may be at its limit
        next->later(std::move(*given));
    };
}

void server_pool::give_back(server_connection_ptr c) {
    std::function<void()> then;
    {
        const std::lock_guard lock(mutex_);
        group& g = groups_[c->key->group()];
        c->idle_since = clock::now();
        if (too_old(*c, c->idle_since))
            c.reset();
        then = hand_on(g, std::move(c));
    }
    if (then)
        then();
}

void server_pool::lost(const pool_key& key) {
    std::function<void()> then;
    {
        const std::lock_guard lock(mutex_);
        then = hand_on(groups_[key.group()], nullptr);
    }
    if (then)
        then();
}

void server_pool::sweep() {
    std::vector<server_connection_ptr> dead;
    const std::lock_guard lock(mutex_);
    const auto now = clock::now();
    for (auto& [name, g] : groups_) {
        for (auto& c : g.idle) {
            if (!too_old(*c, now) && c->socket.quiet())
                continue;
            dead.push_back(std::move(c));
            --g.places;
        }
        std::erase(g.idle, nullptr);
    }
    std::erase_if(groups_,
                  [](const auto& g) { return g.second.places == 0 && g.second.waiting.empty(); });
    for (auto& [engine, all] : states_)
        std::erase_if(all, [](const auto& s) { return s.expired(); });
    std::erase_if(keys_, [](const auto& k) { return k.second.expired(); });
}

void server_pool::retire(const std::vector<server_target_ptr>& current) {
    {
        const std::lock_guard lock(mutex_);
        current_ = current;
    }
    sweep();
}

std::vector<server_pool::figures> server_pool::look() const {
    const std::lock_guard lock(mutex_);
    std::vector<figures> all;
    for (const auto& [name, g] : groups_) {
        const auto a = name.find('\0');
        const auto b = name.find('\0', a + 1);
        const auto idle = static_cast<unsigned>(g.idle.size());
        all.push_back({name.substr(0, a), name.substr(a + 1, b - a - 1), name.substr(b + 1),
                       g.places - idle, idle, static_cast<unsigned>(g.waiting.size())});
    }
    return all;
}

pool_key_ptr server_pool::intern(pool_key_ptr key) {
    std::string all = key->group();
    for (const auto& [name, value] : key->parameters)
        (all += '\0').append(name).append(1, '\0').append(value);
    const std::lock_guard lock(mutex_);
    auto& kept = keys_[all];
    if (auto known = kept.lock(); known && same(*known, *key))
        return known;
    kept = key;
    return key;
}

session::server_state_ptr server_pool::intern(policy::engine engine,
                                              session::server_state_ptr state) {
    const std::lock_guard lock(mutex_);
    auto& all = states_[engine];
    for (const auto& s : all)
        if (auto known = s.lock(); known && known->alike(*state))
            return known;
    std::erase_if(all, [](const auto& s) { return s.expired(); });
    all.push_back(state);
    return state;
}

} // namespace ringfence::net
