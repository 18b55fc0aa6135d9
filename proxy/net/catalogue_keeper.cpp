#include "proxy/net/catalogue_keeper.h"

#include "policy/sql/large_stack.h"
#include "proxy/session/postgresql/server_state.h"

#include <algorithm>

namespace ringfence::net {
namespace {

constexpr auto after_ddl = std::chrono::milliseconds(50); // several statements, one reading
constexpr auto between = std::chrono::milliseconds(500);  // … and no more often than this
constexpr auto after_failure = std::chrono::seconds(2);
constexpr auto query_timeout = std::chrono::seconds(60);
// A reading that takes long is made less often: at most a sixth of the time is for it.
constexpr int pause_for_work = 5;

unsigned major_of(const session::server_state_ptr& server) {
    return static_cast<const session::postgresql::server_state&>(*server).server_major;
}

pool_key_ptr key_for(const server_target_ptr& target, const std::string& database) {
    auto key = std::make_shared<pool_key>();
    key->target = target;
    key->database = database;
    key->parameters = {{"application_name", "ringfence catalogue"}, {"client_encoding", "UTF8"},
                       {"default_transaction_read_only", "on"},     {"search_path", ""},
                       {"standard_conforming_strings", "on"},       {"statement_timeout", "60s"}};
    return key;
}

} // namespace

catalogue_keeper::catalogue_keeper(reactor& r, resolver& names, settings s, publish p)
    : reactor_(r), resolver_(names), settings_(s), publish_(std::move(p)) {}

catalogue_keeper::~catalogue_keeper() = default;

void catalogue_keeper::want(server_target_ptr target, std::string database,
                            std::function<void()> then) {
    reactor_.post([this, target = std::move(target), database = std::move(database),
                   then = std::move(then)]() mutable {
        auto& e = entries_[{target->server.name, database}];
        if (e == nullptr) {
            e = std::make_unique<entry>();
            e->server = target->server.name;
            e->database = database;
        }
        const std::string login = target->login.user;
        e->logins[login] = std::move(target);
        if (e->facts != nullptr && e->facts->logins.contains(login))
            return then();
        e->waiting.emplace_back(login, std::move(then));
        if (e->query == nullptr)
            read(*e);
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
            e->rebuild = true;
            if (e->query != nullptr)
                e->again = true;
            else
                read(*e);
        }
    });
}

void catalogue_keeper::retarget(std::vector<server_target_ptr> current) {
    reactor_.post([this, current = std::move(current)] {
        for (auto& [key, e] : entries_)
            for (auto& [login, target] : e->logins)
                for (const auto& fresh : current)
                    if (fresh->server.name == e->server && fresh->login.user == login)
                        target = fresh;
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
    e.again = false;
    e.began = clock::now();
    e.asked = {};
    for (const auto& [login, target] : e.logins)
        e.asked.logins.push_back(login);
    if (ownership_.lent)
        e.asked.lent = ownership_.lent(e.server, e.database);
    // Who asked last is the most likely to be able to log in; else any.
    const auto& as =
        e.waiting.empty() ? e.logins.begin()->second : e.logins.at(e.waiting.back().first);
    e.query = std::make_unique<server_query>(
        reactor_, resolver_, key_for(as, e.database), catalog::postgresql::question(e.asked),
        settings_.connect_timeout, query_timeout,
        [this, &e](server_query::answer a) { answered(e, std::move(a)); });
    e.query->start();
}

catalogue_keeper::clock::duration catalogue_keeper::pause(const entry& e,
                                                          clock::duration usual) const {
    // Two readings may fail before the facts are too old.
    const auto longest = std::max(usual, clock::duration(settings_.max_age) / 3);
    return std::clamp(pause_for_work * e.took, usual, longest);
}

// Empty: the facts are those of now.
std::string catalogue_keeper::take(entry& e, server_query::answer& a, bool& changed) {
    if (!a.error.empty())
        return std::move(a.error);
    auto understood = catalog::postgresql::understand(a.results, e.asked, e.database);
    if (!understood)
        return "the server's answer is not understood";
    a.results.clear();
    const bool first = e.facts == nullptr;
    const bool same_rights = !first && understood->logins == e.last.logins;
    auto objects = first ? nullptr : e.facts->objects;
    if (first || e.rebuild || understood->links != e.last.links ||
        understood->lent != e.last.lent) {
        auto fresh = sql::with_large_stack([&] {
            return sql::reach::of(
                understood->links, e.database, major_of(a.server),
                [&](std::string_view schema) {
                    return ownership_.divided && ownership_.divided(e.server, e.database, schema);
                },
                understood->lent);
        });
        // The same pointer as long as nothing has changed for any decision: who remembers
        // decisions looks at it.
        if (objects == nullptr || !(*fresh == *objects))
            objects = std::move(fresh);
    }
    e.rebuild = false;
    changed = first || objects != e.facts->objects || !same_rights;
    if (changed)
        e.facts = std::make_shared<const sql::database_facts>(
            sql::database_facts{std::move(objects), understood->logins});
    e.last = std::move(*understood);
    e.read = e.began;
    return {};
}

void catalogue_keeper::answered(entry& e, server_query::answer a) {
    bool changed = false;
    std::string error;
    try {
        error = take(e, a, changed);
    } catch (const std::exception& problem) { // out of memory, out of threads
        error = problem.what();
    }
    const bool good = error.empty();
    e.took = clock::now() - e.began;
    if (!good && e.facts != nullptr && clock::now() - e.read > settings_.max_age) {
        e.facts = nullptr;
        e.last = {};
        changed = true;
    }
    note(e, good);
    publish_({e.server, e.database, e.facts, std::move(error), changed});

    auto told = std::move(e.waiting);
    e.waiting.clear();
    for (auto& [login, then] : told)
        if (!good || (e.facts != nullptr && e.facts->logins.contains(login)))
            then();
        else
            e.waiting.emplace_back(login, std::move(then)); // it came while we read
    // We are called by the query.
    reactor_.defer([q = std::shared_ptr<server_query>(std::move(e.query))] {});
    if (!e.waiting.empty())
        return read(e);
    if (!good)
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
