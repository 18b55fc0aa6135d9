#include "proxy/net/postgresql_catalogue.h"

#include "policy/sql/large_stack.h"
#include "proxy/session/postgresql/server_state.h"

#include <utility>

namespace ringfence::net {
namespace {

constexpr auto query_timeout = std::chrono::seconds(60);

pool_key_ptr key_for(server_target_ptr target, const std::string& database) {
    auto key = std::make_shared<pool_key>();
    key->target = std::move(target);
    key->database = database;
    key->parameters = {{"application_name", "ringfence catalogue"}, {"client_encoding", "UTF8"},
                       {"default_transaction_read_only", "on"},     {"search_path", ""},
                       {"standard_conforming_strings", "on"},       {"statement_timeout", "60s"}};
    return key;
}

} // namespace

class postgresql_catalogue::one_question final : public server_query::script {
public:
    one_question(std::string text, std::vector<server_query::rows>& results)
        : text_(std::move(text)), results_(results) {}
    [[nodiscard]] std::string next() override { return std::exchange(text_, {}); }
    void take(std::vector<server_query::rows> results) override { results_ = std::move(results); }

private:
    std::string text_;
    std::vector<server_query::rows>& results_;
};

void postgresql_catalogue::begin(const targets& logins, const std::string& first,
                                 const catalogue_ownership& o, bool renewed,
                                 clock::time_point now) {
    asked_ = {};
    for (const auto& [login, target] : logins)
        asked_.logins.push_back(login);
    if (o.lent)
        asked_.lent = o.lent(server_, database_);
    const auto found = logins.find(first);
    as_ = (found != logins.end() ? found : logins.begin())->second;
    ownership_ = o;
    rebuild_ = rebuild_ || renewed;
    began_ = now;
    results_.clear();
    error_.clear();
}

std::optional<catalogue_source::task> postgresql_catalogue::next() {
    const auto as = std::exchange(as_, nullptr);
    if (as == nullptr)
        return std::nullopt;
    return task{.as = key_for(as, database_),
                .script =
                    std::make_unique<one_question>(catalog::postgresql::question(asked_), results_),
                .timeout = query_timeout};
}

void postgresql_catalogue::answered(const server_query::answer& a) {
    error_ = a.error;
    if (error_.empty())
        server_major_ =
            static_cast<const session::postgresql::server_state&>(*a.server).server_major;
}

bool postgresql_catalogue::understand() {
    auto understood = catalog::postgresql::understand(results_, asked_, database_);
    results_.clear();
    if (!understood)
        return false;
    const bool first = facts_ == nullptr;
    const bool same_rights = !first && understood->logins == last_.logins;
    auto objects = first ? nullptr : facts_->objects;
    if (first || rebuild_ || understood->links != last_.links || understood->lent != last_.lent) {
        auto fresh = sql::with_large_stack([&] {
            return sql::reach::of(
                understood->links, database_, server_major_,
                [&](std::string_view schema) {
                    return ownership_.divided && ownership_.divided(server_, database_, schema);
                },
                understood->lent);
        });
        if (objects == nullptr || !(*fresh == *objects))
            objects = std::move(fresh);
    }
    rebuild_ = false;
    if (first || objects != facts_->objects || !same_rights)
        facts_ = std::make_shared<const sql::database_facts>(
            sql::database_facts{std::move(objects), understood->logins});
    last_ = std::move(*understood);
    read_ = began_;
    return true;
}

catalogue_source::outcome postgresql_catalogue::finish(clock::time_point now,
                                                       clock::duration max_age) {
    if (error_.empty() && !understand())
        error_ = "the server's answer is not understood";
    if (!error_.empty() && facts_ != nullptr && now - read_ > max_age) {
        facts_ = nullptr;
        last_ = {};
    }
    return {.facts = facts_, .error = std::move(error_), .read = read_};
}

} // namespace ringfence::net
