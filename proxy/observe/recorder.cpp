#include "proxy/observe/recorder.h"

namespace ringfence::observe {

void label_source::set(known_names names) {
    auto fresh = std::make_shared<const known_names>(std::move(names));
    const std::lock_guard lock(mutex_);
    names_.swap(fresh);
}

std::shared_ptr<const known_names> label_source::get() const {
    const std::lock_guard lock(mutex_);
    return names_;
}

service_counters& recorder::of(std::string_view service) {
    if (const auto found = services_.find(service); found != services_.end())
        return *found->second;
    const std::lock_guard lock(mutex_);
    return *services_.emplace(std::string(service), std::make_unique<service_counters>())
                .first->second;
}

void recorder::statement(const policy::service& who, policy::verdict verdict,
                         session::cache_outcome outcome) {
    auto& counters = of(who.name);
    (verdict == policy::verdict::allow ? counters.allowed : counters.denied).add();
    decisions_[static_cast<std::size_t>(outcome)].add();
}

void recorder::completed(const policy::service& who, std::chrono::nanoseconds took) {
    of(who.name).completed.add(took);
}

void recorder::traffic(std::size_t from_client, std::size_t from_server) {
    if (from_client != 0)
        from_clients_.add(from_client);
    if (from_server != 0)
        from_servers_.add(from_server);
}

void recorder::violated(const session::violation& v) {
    const auto names = names_.get();
    violation_key key;
    key[0] = v.who.name;
    if (v.decision.owner != nullptr)
        key[1] = v.decision.owner->name;
    key[2] = v.server;
    if (const auto& touch = v.decision.offending) {
        key[3] = names->schema_label(v.server, touch->what);
        key[4] = policy::to_string(touch->act);
    } else {
        key[4] = "none";
    }
    key[5] = policy::to_string(v.decision.why);
    key[6] = v.mode == policy::mode::enforce ? "enforce" : "observe";
    key[7] = v.caught_by_server ? "server" : "analysis";
    {
        const std::lock_guard lock(mutex_);
        ++violations_[std::move(key)];
    }
    if (audit_ != nullptr)
        audit_->record(v);
}

violation_counts recorder::violations() const {
    const std::lock_guard lock(mutex_);
    return violations_;
}

std::uint64_t recorder::decisions(session::cache_outcome outcome) const {
    return decisions_[static_cast<std::size_t>(outcome)].value();
}

} // namespace ringfence::observe
