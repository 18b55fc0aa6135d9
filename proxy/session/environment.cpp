#include "proxy/session/environment_state.h"

#include <mutex>

namespace ringfence::session {

// ----------------------------------------------------------------------------------------------
// usage

struct usage_registry::state {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<service_usage>, std::less<>> by_service;
};

usage_registry::usage_registry() : state_(std::make_unique<state>()) {}
usage_registry::~usage_registry() = default;

std::shared_ptr<service_usage> usage_registry::of(std::string_view service) {
    const std::lock_guard lock(state_->mutex);
    auto it = state_->by_service.find(service);
    if (it == state_->by_service.end())
        it = state_->by_service.emplace(std::string(service), std::make_shared<service_usage>())
                 .first;
    return it->second;
}

// ----------------------------------------------------------------------------------------------
// environment

environment::environment(settings s, policy::snapshot_ptr policies, observer& reports,
                         analysis_pool& pool, usage_registry& usages)
    : state_(new state{.settings = s,
                       .policies = std::move(policies),
                       .today =
                           std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()),
                       .reports = reports,
                       .pool = pool,
                       .usages = usages,
                       .self = *this,
                       .cache = decision_cache(s.cache_bytes),
                       .views = {},
                       .facts = {},
                       .confined = {},
                       .skeleton = {},
                       .keep_alive = {},
                       .keep_alive_too = {},
                       .waiting = {}}) {}

environment::~environment() = default;

void environment::set_policies(policy::snapshot_ptr policies) {
    state_->policies = std::move(policies);
    state_->forget_views();
}

void environment::set_today(policy::date today) {
    if (state_->today == today)
        return;
    state_->today = today;
    state_->forget_views();
}

void environment::set_facts(const std::string& server, const std::string& database,
                            sql::facts_ptr known) {
    auto& held = state_->facts[{server, database}];
    if (held == known)
        return;
    held = std::move(known);
    state_->forget_views();
}

bool environment::knows(const std::string& server, const std::string& database,
                        std::string_view login) const {
    const auto known = state_->facts_of(server, database);
    return known != nullptr && known->logins.contains(login);
}

const policy::snapshot_ptr& environment::policies() const {
    return state_->policies;
}
policy::date environment::today() const {
    return state_->today;
}

void environment::wake(std::string_view service) {
    auto it = state_->waiting.find(service);
    if (it == state_->waiting.end())
        return;
    // Each woken session tries again and queues anew if another was faster.
    auto woken = std::move(it->second);
    state_->waiting.erase(it);
    for (auto& w : woken)
        w.wake();
}

// ----------------------------------------------------------------------------------------------
// views

void environment::state::forget_views() {
    ++generation;
    confined.clear();
    views.clear(); // sessions hold theirs until they see the new generation
}

sql::facts_ptr environment::state::facts_of(const std::string& server,
                                            const std::string& database) const {
    const auto found = facts.find({server, database});
    return found == facts.end() ? nullptr : found->second;
}

bool environment::state::is_confined(const session_identity& id, const sql::facts_ptr& known) {
    const auto* who = policies->find_service(id.service);
    if (who == nullptr || who->dynamic != policy::dynamic_sql::if_confined)
        return false;
    const std::string place = id.engine == policy::engine::mysql ? std::string() : id.database;
    const std::vector<std::string> key{id.service, id.server, place, id.backend_login};
    auto found = confined.find(key);
    if (found == confined.end())
        found = confined
                    .emplace(key, sql::why_not_confined(*known, id.backend_login, *policies, *who,
                                                        id.server, place, today)
                                      .empty())
                    .first;
    return found->second;
}

view_ptr environment::state::view_of(const session_identity& id, std::string_view more,
                                     const std::function<void(view&)>& fill) {
    constexpr std::size_t most_views = 1024;
    std::string key;
    for (const std::string_view part :
         {std::string_view(id.service), std::string_view(id.server), std::string_view(id.database),
          std::string_view(id.backend_login), more})
        add_to_key(key, part);
    if (auto it = views.find(key); it != views.end())
        return it->second;
    if (views.size() >= most_views)
        views.clear();

    auto made = std::make_shared<view>();
    made->id = next_view++;
    made->policies = policies;
    made->who = policies ? policies->find_service(id.service) : nullptr;
    made->server = id.server;
    made->today = today;
    fill(*made);
    views.emplace(std::move(key), made);
    return made;
}

void add_to_key(std::string& key, std::string_view part) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
}

} // namespace ringfence::session
