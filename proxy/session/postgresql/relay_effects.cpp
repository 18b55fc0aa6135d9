// What a session remembers of its statements: the search_path that they set, what they prepared.
#include "proxy/session/postgresql/relay.h"

namespace ringfence::session::postgresql {

void relay::look() {
    const auto& path = path_ ? path_->possible() : id().search_path;
    std::string key;
    add_to_key(key, std::to_string(id().server_major));
    for (const auto& schema : path)
        add_to_key(key, schema);
    desk_.look(env().view_of(id(), key, [&](view& made) { fill_scope(made, path); }));
}

void relay::fill_scope(view& made, const std::vector<std::string>& path) const {
    auto& scope = made.scope.emplace<sql::scope>();
    scope.database = id().database;
    scope.path = path;
    scope.backend_login = id().backend_login;
    scope.server_major = id().server_major;
    if (made.who == nullptr)
        return;
    policy::path_rights rights =
        policy::paths_of(*made.policies, *made.who, id().server, id().database);
    scope.settable = std::move(rights.settable);
    scope.any_path = rights.whole_database;
    // Who owns the whole database cannot reach anything by its objects.
    scope.needs_objects = env().settings.needs_catalogue && !rights.whole_database;
    const auto known = env().facts_of(id().server, id().database);
    if (known == nullptr)
        return;
    scope.objects = rights.whole_database ? nullptr : known->objects;
    scope.confined = env().is_confined(id(), known);
    const auto login = known->logins.find(id().backend_login);
    scope.reads_all_settings = login == known->logins.end() || login->second.reads_all_settings;
}

bool relay::refresh_view() {
    if (desk_.stale()) {
        look();
        mixed_ = mixed_ || (prepared_ && prepared_->size() > 0);
    }
    return desk_.served();
}

// Pre: `mixed_`.
verdict_ptr relay::stale_denial(std::string_view name) {
    const std::vector<verdict_ptr>* possible = prepared_ ? prepared_->find(name) : nullptr;
    if (possible == nullptr) {
        verdict_ptr unknown =
            desk_.refusal("prepared before a change",
                          id().service + " may not run a statement that was prepared "
                                         "before its search_path or the policies changed",
                          "prepare the statement again");
        return unknown->forwards() ? nullptr : unknown;
    }
    std::vector<verdict_ptr> renewed;
    renewed.reserve(possible->size());
    for (const verdict_ptr& old : *possible) {
        verdict_ptr v = old->view == desk_.sees().id ? old : desk_.decide_now(old->text);
        if (v->view != old->view)
            desk_.report(*v, old->text);
        if (!v->forwards())
            return v;
        renewed.push_back(std::move(v));
    }
    prepared_->renew(name, std::move(renewed));
    return nullptr;
}

// Pre: the statement was sent. What it changes counts from now on, because later messages may
// already see it.
void relay::apply(const verdict& v, when at) {
    using kind = policy::session_effect::kind;
    for (const policy::session_effect& effect : v.effects) {
        switch (effect.what) {
        case kind::search_path:
        case kind::reset_search_path: {
            if (!path_)
                path_ = std::make_unique<path_tracker>(id().search_path);
            const auto& list = effect.what == kind::search_path ? effect.values : id().search_path;
            if (at == when::when_bound)
                path_->parsed_unnamed(path_tracker::setting{list, effect.lasting});
            else
                moved_path(at == when::now ? path_->sent(list, effect.lasting)
                                           : path_->prepared(list));
            break;
        }
        case kind::prepare: {
            if (effect.values.empty())
                break;
            if (!prepared_)
                prepared_ = std::make_unique<prepared_statements>();
            const verdict_ptr inner = desk_.decide_now(effect.text);
            // More names than are kept: unknown ones are refused as soon as it matters.
            static_cast<void>(
                prepared_->parsed(effect.values.front(), inner, env().settings.max_prepared));
            apply(*inner, when::any_time);
            break;
        }
        case kind::deallocate:
            // Merely prepared, it may never run: to remember too much is safe.
            if (!prepared_ || at != when::now)
                break;
            if (effect.values.empty())
                prepared_->closed_all();
            else
                prepared_->closed(effect.values.front());
            break;
        case kind::execute: // decided before the statement was sent
            break;
        case kind::defines:
            defined_ = true;
            break;
        case kind::schema:
        case kind::sql_mode:
        case kind::character_set:
            break; // never of PostgreSQL's statements
        }
    }
}

void relay::moved_path(bool changed) {
    if (!changed)
        return;
    look();
    mixed_ = mixed_ || (prepared_ && prepared_->size() > 0);
}

} // namespace ringfence::session::postgresql
