#include "proxy/net/catalogue_keeper.h"

#include <algorithm>
#include <utility>

namespace ringfence::net {
namespace {

constexpr auto after_ddl = std::chrono::milliseconds(50); // several statements, one reading
constexpr auto between = std::chrono::milliseconds(500);  // … and no more often than this
constexpr auto after_failure = std::chrono::seconds(2);
// A reading that takes long is made less often: at most a sixth of the time is for it.
constexpr int pause_for_work = 5;

} // namespace

catalogue_keeper::catalogue_keeper(reactor& r, resolver& names, settings s, publish p)
    : reactor_(r), resolver_(names), settings_(s), publish_(std::move(p)) {}

catalogue_keeper::~catalogue_keeper() = default;

catalogue_keeper::entry& catalogue_keeper::entry_for(const server_target_ptr& target,
                                                     const std::string& database) {
    auto& e = entries_[{target->server.name, database}];
    if (e == nullptr) {
        e = std::make_unique<entry>();
        e->server = target->server.name;
        e->database = database;
        e->source = make_catalogue_source(target->server.engine, e->server, database);
        if (e->source->every_login())
            add_all_logins(*e);
    }
    return *e;
}

void catalogue_keeper::add_all_logins(entry& e) const {
    for (const auto& target : targets_)
        if (target->server.name == e.server)
            e.logins.insert_or_assign(target->login.user, target);
}

void catalogue_keeper::want(server_target_ptr target, std::string database,
                            std::function<void()> then) {
    reactor_.post([this, target = std::move(target), database = std::move(database),
                   then = std::move(then)]() mutable {
        entry& e = entry_for(target, database);
        const std::string login = target->login.user;
        e.logins[login] = std::move(target);
        if (e.facts != nullptr && e.facts->logins.contains(login))
            return then();
        // Others can read, it cannot: the timer tries again, not each of its sessions.
        if (e.facts != nullptr && e.source->every_login() && e.query == nullptr &&
            e.asked.contains(login))
            return then();
        e.waiting.emplace_back(login, std::move(then));
        if (e.query == nullptr)
            read(e);
    });
}

void catalogue_keeper::changed(std::string server, std::string database) {
    reactor_.post([this, key = std::pair(std::move(server), std::move(database))] {
        const auto found = entries_.find(key);
        if (found == entries_.end())
            return;
        entry& e = *found->second;
        if (e.query != nullptr)
            e.again = true;
        else
            read_after(e, std::max<clock::duration>(after_ddl,
                                                    e.began + pause(e, between) - clock::now()));
    });
}

void catalogue_keeper::set_ownership(ownership o) {
    reactor_.post([this, o = std::move(o)] {
        ownership_ = o;
        for (auto& [key, e] : entries_) {
            e->renewed = true;
            read_again(*e);
        }
    });
}

void catalogue_keeper::read_again(entry& e) {
    if (e.query != nullptr)
        e.again = true;
    else
        read(e);
}

void catalogue_keeper::retarget(std::vector<server_target_ptr> current) {
    reactor_.post([this, current = std::move(current)]() mutable {
        targets_ = std::move(current);
        for (auto& [key, e] : entries_) {
            if (e->source->every_login()) {
                e->logins.clear();
                add_all_logins(*e);
                if (!e->logins.empty())
                    read_again(*e);
                continue;
            }
            for (auto& [login, target] : e->logins)
                for (const auto& fresh : targets_)
                    if (fresh->server.name == e->server && fresh->login.user == login)
                        target = fresh;
        }
    });
}

void catalogue_keeper::read_after(entry& e, clock::duration d) {
    reactor_.cancel(e.timer);
    e.timer = reactor_.after(d, [this, &e] {
        e.timer = reactor::no_timer;
        read(e);
    });
}

void catalogue_keeper::read(entry& e) {
    reactor_.cancel(e.timer);
    e.timer = reactor::no_timer;
    if (e.logins.empty())
        return; // none is configured any more
    e.again = false;
    e.began = clock::now();
    e.asked.clear();
    for (const auto& [login, target] : e.logins)
        e.asked.insert(login);
    // Who asked last is the most likely to be able to log in.
    e.source->begin(e.logins, e.waiting.empty() ? std::string() : e.waiting.back().first,
                    ownership_, std::exchange(e.renewed, false), e.began);
    next_part(e);
}

void catalogue_keeper::next_part(entry& e) {
    // We may be called by the query.
    if (e.query != nullptr)
        reactor_.defer([q = std::shared_ptr<server_query>(std::move(e.query))] {});
    auto part = e.source->next();
    if (part) {
        e.query = std::make_unique<server_query>(
            reactor_, resolver_, std::move(part->as), std::move(part->script),
            settings_.connect_timeout, part->timeout, [this, &e](const server_query::answer& a) {
                e.source->answered(a);
                next_part(e);
            });
        e.query->start();
        return;
    }
    catalogue_source::outcome made;
    try {
        made = e.source->finish(clock::now(), settings_.max_age);
    } catch (const std::exception& problem) { // out of memory, out of threads
        made = {.facts = e.facts, .error = problem.what(), .read = e.read};
    }
    finished(e, std::move(made));
}

catalogue_keeper::clock::duration catalogue_keeper::pause(const entry& e,
                                                          clock::duration usual) const {
    // Two readings may fail before the facts are too old.
    const auto longest = std::max(usual, clock::duration(settings_.max_age) / 3);
    return std::clamp(pause_for_work * e.took, usual, longest);
}

void catalogue_keeper::finished(entry& e, catalogue_source::outcome made) {
    const bool good = made.error.empty();
    const bool changed = e.facts != made.facts;
    e.took = clock::now() - e.began;
    e.facts = std::move(made.facts);
    e.read = made.read;
    note(e, good);
    publish_({e.server, e.database, e.facts, std::move(made.error), changed});

    auto told = std::move(e.waiting);
    e.waiting.clear();
    for (auto& [login, then] : told)
        if (e.asked.contains(login) || !e.logins.contains(login))
            then();
        else
            e.waiting.emplace_back(login, std::move(then)); // it came while we read
    if (!e.waiting.empty())
        return read(e);
    // Where one login of many cannot read, its answers of before count for a while.
    if (!good && (e.facts == nullptr || !e.source->every_login()))
        return read_after(e, std::min<clock::duration>(after_failure, settings_.refresh));
    read_after(e, e.again ? pause(e, between) : pause(e, settings_.refresh));
}

void catalogue_keeper::note(const entry& e, bool good) {
    const std::lock_guard lock(mutex_);
    known_[{e.server, e.database}] = {e.facts != nullptr, e.read};
    auto& [read, failed] = counts_[e.server];
    ++(good ? read : failed);
}

std::vector<catalogue_keeper::figures> catalogue_keeper::look() const {
    const std::lock_guard lock(mutex_);
    std::vector<figures> all;
    for (const auto& [server, counts] : counts_) {
        figures f{.server = server,
                  .read = counts.first,
                  .failed = counts.second,
                  .oldest = clock::now()};
        for (const auto& [key, state] : known_) {
            if (key.first != server)
                continue;
            ++f.databases;
            f.unknown += state.first ? 0U : 1U;
            if (state.first)
                f.oldest = std::min(f.oldest, state.second);
        }
        all.push_back(std::move(f));
    }
    return all;
}

} // namespace ringfence::net
