#include "proxy/net/mysql_catalogue.h"

#include "policy/sql/large_stack.h"

#include <algorithm>
#include <utility>

namespace ringfence::net {
namespace {

namespace catalogue = catalog::mysql;

// Of all of one login's statements: the first time, one for each view and routine.
constexpr auto reading_timeout = std::chrono::seconds(120);

pool_key_ptr key_for(server_target_ptr target) {
    auto key = std::make_shared<pool_key>();
    key->target = std::move(target);
    return key;
}

bool sees_everything(const catalogue::answer& a) {
    return !a.seen && std::none_of(a.links.begin(), a.links.end(), [](const auto& l) {
        return l.note == catalogue::hidden_definitions;
    });
}

} // namespace

class mysql_catalogue::steps final : public server_query::script {
public:
    explicit steps(catalogue::reading& r) : reading_(r) {}

    [[nodiscard]] std::string next() override { return reading_.next(); }
    void take(std::vector<server_query::rows> results) override {
        static const catalog::rows none;
        reading_.take(results.empty() ? none : results.front());
    }
    [[nodiscard]] bool refused() override {
        reading_.refused();
        return true;
    }

private:
    catalogue::reading& reading_;
};

void mysql_catalogue::begin(const targets& logins, const std::string&, const catalogue_ownership& o,
                            bool renewed, clock::time_point now) {
    logins_ = logins;
    order_.clear();
    for (const auto& [login, target] : logins_)
        order_.push_back(login);
    // After one that sees everything the others need to read their rights only.
    std::stable_partition(order_.begin(), order_.end(), [&](const std::string& login) {
        const auto found = known_.find(login);
        return found != known_.end() && found->second.everything;
    });
    at_ = 0;
    reading_.reset();
    all_seen_ = false;
    ownership_ = o;
    rebuild_ = rebuild_ || renewed;
    began_ = now;
    error_.clear();
    std::erase_if(known_, [&](const auto& k) { return !logins_.contains(k.first); });
    std::erase_if(definitions_, [&](const auto& d) { return !logins_.contains(d.first); });
}

std::optional<catalogue_source::task> mysql_catalogue::next() {
    if (at_ == order_.size())
        return std::nullopt;
    const std::string& login = order_[at_];
    reading_ = std::make_unique<catalogue::reading>(
        all_seen_ ? catalogue::purpose::rights : catalogue::purpose::everything,
        all_seen_ ? catalogue::definitions() : definitions_[login]);
    return task{.as = key_for(logins_.at(login)),
                .script = std::make_unique<steps>(*reading_),
                .timeout = reading_timeout};
}

void mysql_catalogue::answered(const server_query::answer& a) {
    const std::string& login = order_[at_++];
    auto said = a.error.empty() ? reading_->done() : std::nullopt;
    reading_.reset();
    if (!said) {
        if (error_.empty())
            error_ = "as " + login + ": " +
                     (a.error.empty() ? "the server's answers are not understood" : a.error);
        return;
    }
    const bool everything = !all_seen_ && sees_everything(*said);
    if (all_seen_)
        definitions_.erase(login);
    else
        definitions_[login] = std::exchange(said->read, {});
    all_seen_ = all_seen_ || everything;
    known_[login] = {.said = std::move(*said), .read = began_, .everything = everything};
}

void mysql_catalogue::drop_older_than(clock::time_point t) {
    std::erase_if(known_, [&](const auto& k) { return k.second.read < t; });
}

std::map<std::string, catalogue::answer, std::less<>> mysql_catalogue::answers() const {
    std::map<std::string, catalogue::answer, std::less<>> all;
    for (const auto& [login, k] : known_)
        all.emplace(login, k.said);
    return all;
}

catalogue_source::outcome mysql_catalogue::finish(clock::time_point now, clock::duration max_age) {
    drop_older_than(now - max_age);
    outcome made{.facts = nullptr, .error = error_, .read = began_};
    if (known_.empty()) {
        facts_ = nullptr;
        last_.reset();
        return made;
    }
    for (const auto& [login, k] : known_)
        made.read = std::min(made.read, k.read);
    auto all = catalogue::together(answers());
    if (facts_ == nullptr || rebuild_ || last_ != all) {
        auto objects = sql::with_large_stack([&] {
            return catalogue::objects_of(all, [&](std::string_view schema) {
                return ownership_.divided && ownership_.divided(server_, {}, schema);
            });
        });
        if (facts_ != nullptr && *objects == *facts_->objects)
            objects = facts_->objects;
        auto functions = all.server.loadable_functions.value_or(std::vector<std::string>());
        if (facts_ == nullptr || objects != facts_->objects || all.logins != facts_->logins ||
            functions != facts_->loadable_functions)
            facts_ = std::make_shared<const sql::database_facts>(
                sql::database_facts{std::move(objects), all.logins, std::move(functions)});
        last_ = std::move(all);
    }
    rebuild_ = false;
    made.facts = facts_;
    return made;
}

} // namespace ringfence::net
