// From a text to a verdict, and from a verdict to what it changes in the session.
#include "proxy/session/relay_state.h"

namespace ringfence::session {
namespace {

// Texts up to here are looked up before they go to the analysis pool; beyond, even the look-up
// takes too long.
constexpr std::size_t longest_looked_up = 256 * 1024;

} // namespace

bool relay::state::refresh_view() {
    if (view == nullptr || generation != env.generation) {
        view = env.view_of(id, path ? path->possible() : id.search_path);
        generation = env.generation;
        mixed = mixed || (prepared && prepared->size() > 0);
    }
    return view->who != nullptr;
}

judgement relay::state::judge_here(std::string_view text, std::string_view skeleton) {
    const auto began = clock::now();
    judgement made = judge(*view, text, skeleton, env.settings.sql);
    env.reports.analysed(clock::now() - began);
    return made;
}

verdict_ptr relay::state::decide(std::string_view text) {
    if (arrived) {
        verdict_ptr v = std::move(arrived);
        arrived.reset();
        // The policies changed while it was worked out: work it out again.
        if (v->view == view->id)
            return v;
    }
    std::string& skeleton = env.skeleton;
    skeleton.clear();
    if (text.size() <= longest_looked_up) {
        const lookup seen = look_up(env.cache, *view, text, skeleton);
        if (seen.found) {
            decided(*seen.found, text, seen.outcome);
            return seen.found;
        }
        if (text.size() <= env.settings.inline_bytes) {
            const std::string_view usable = seen.skeleton_usable ? std::string_view(skeleton) : "";
            judgement made = judge_here(text, usable);
            remember(env.cache, *view, text, usable, made);
            decided(*made.made, text, cache_outcome::miss);
            return std::move(made.made);
        }
    }
    auto work = std::make_shared<job>();
    work->text = text;
    work->in = view;
    work->owner = this;
    pending = work;
    paused = pause::verdict;
    env.pool.submit(
        [work, caps = env.settings.sql] {
            if (!sql::literal_skeleton_postgresql(work->text, work->skeleton))
                work->skeleton.clear();
            const auto began = clock::now();
            work->made = judge(*work->in, work->text, work->skeleton, caps);
            work->took = clock::now() - began;
        },
        [work] {
            state* owner = work->owner;
            if (owner == nullptr)
                return;
            owner->env.reports.analysed(work->took); // here: counters have one writer, the worker
            remember(owner->env.cache, *work->in, work->text, work->skeleton, work->made);
            owner->decided(*work->made.made, work->text, cache_outcome::miss);
            owner->arrived = work->made.made;
            owner->pending.reset();
            owner->wake();
        });
    return nullptr;
}

verdict_ptr relay::state::decide_now(std::string_view text) {
    std::string skeleton;
    const lookup seen = look_up(env.cache, *view, text, skeleton);
    if (seen.found)
        return seen.found;
    if (!seen.skeleton_usable)
        skeleton.clear();
    judgement made = judge_here(text, skeleton);
    remember(env.cache, *view, text, skeleton, made);
    return std::move(made.made);
}

// Pre: `mixed`.
verdict_ptr relay::state::stale_denial(std::string_view name) {
    const std::vector<verdict_ptr>* possible = prepared ? prepared->find(name) : nullptr;
    if (possible == nullptr) {
        verdict_ptr unknown = refusal("prepared before a change",
                                      id.service + " may not run a statement that was prepared "
                                                   "before its search_path or the policies changed",
                                      "prepare the statement again");
        return unknown->forwards() ? nullptr : unknown;
    }
    std::vector<verdict_ptr> renewed;
    renewed.reserve(possible->size());
    for (const verdict_ptr& old : *possible) {
        verdict_ptr v = old->view == view->id ? old : decide_now(old->text);
        if (v->view != old->view)
            report(*v, old->text);
        if (!v->forwards())
            return v;
        renewed.push_back(std::move(v));
    }
    prepared->renew(name, std::move(renewed));
    return nullptr;
}

verdict_ptr relay::state::refusal(std::string rule, std::string message, std::string hint) const {
    auto made = std::make_shared<verdict>();
    made->decision.verdict = policy::verdict::deny;
    made->decision.why = policy::reason::not_analysed;
    made->decision.rule = std::move(rule);
    made->decision.message = std::move(message);
    made->decision.hint = std::move(hint);
    made->trouble = policy::problem::statement_kind;
    made->mode = view->who->mode;
    made->view = view->id;
    report(*made, {});
    return made;
}

decided_statement relay::state::described(const policy::decision& d, std::string_view text) const {
    return {.who = *view->who,
            .identity = id.identity,
            .peer = id.peer,
            .server = id.server,
            .database = id.database,
            .decision = d,
            .mode = view->who->mode,
            .statement = text,
            .caught_by_server = false,
            .trouble = policy::problem::none};
}

void relay::state::decided(const verdict& v, std::string_view text, cache_outcome how) const {
    env.reports.statement(*view->who, v.decision.verdict, how);
    if (v.decision.allowed() && env.reports.wants_allowed())
        env.reports.allowed(described(v.decision, text));
}

void relay::state::report(const verdict& v, std::string_view text) const {
    if (v.decision.allowed())
        return;
    auto what = described(v.decision, text);
    what.mode = v.mode;
    what.trouble = v.trouble;
    env.reports.violated(what);
}

// Pre: the statement was sent. What it changes counts from now on, because later messages may
// already see it.
void relay::state::apply(const verdict& v, when at) {
    using kind = policy::session_effect::kind;
    for (const policy::session_effect& effect : v.effects) {
        switch (effect.what) {
        case kind::search_path:
        case kind::reset_search_path: {
            if (!path)
                path = std::make_unique<path_tracker>(id.search_path);
            const auto& list = effect.what == kind::search_path ? effect.values : id.search_path;
            if (at == when::when_bound)
                path->parsed_unnamed(path_tracker::setting{list, effect.lasting});
            else
                moved_path(at == when::now ? path->sent(list, effect.lasting)
                                           : path->prepared(list));
            break;
        }
        case kind::prepare: {
            if (effect.values.empty())
                break;
            if (!prepared)
                prepared = std::make_unique<prepared_statements>();
            const verdict_ptr inner = decide_now(effect.text);
            // More names than are kept: unknown ones are refused as soon as it matters.
            static_cast<void>(
                prepared->parsed(effect.values.front(), inner, env.settings.max_prepared));
            apply(*inner, when::any_time);
            break;
        }
        case kind::deallocate:
            // Merely prepared, it may never run: to remember too much is safe.
            if (!prepared || at != when::now)
                break;
            if (effect.values.empty())
                prepared->closed_all();
            else
                prepared->closed(effect.values.front());
            break;
        case kind::execute: // decided before the statement was sent
            break;
        case kind::defines:
            defined = true;
            break;
        case kind::schema:
        case kind::sql_mode:
        case kind::character_set:
        case kind::kill:
            break; // never of PostgreSQL's statements
        }
    }
}

void relay::state::moved_path(bool changed) {
    if (!changed)
        return;
    view = env.view_of(id, path->possible());
    generation = env.generation;
    mixed = mixed || (prepared && prepared->size() > 0);
}

bool relay::state::begin_work() {
    if (busy)
        return true;
    const unsigned limit = view->who->limits.max_statements_in_flight;
    if (limit != 0) {
        unsigned in_flight = usage->statements.load();
        for (;;) {
            if (in_flight < limit) {
                if (usage->statements.compare_exchange_weak(in_flight, in_flight + 1))
                    break;
                continue;
            }
            usage->waiting.fetch_add(1);
            // A slot that was freed before this session could be seen waiting would wake nobody.
            in_flight = usage->statements.load();
            if (in_flight < limit) {
                usage->waiting.fetch_sub(1);
                continue;
            }
            paused = pause::slot;
            waiter = env.next_waiter++;
            env.waiting[id.service].push_back({waiter, [this] {
                                                   waiter = 0;
                                                   usage->waiting.fetch_sub(1);
                                                   wake();
                                               }});
            return false;
        }
        counted = true;
    }
    busy = true;
    since = clock::now();
    return true;
}

void relay::state::end_work() {
    if (!busy)
        return;
    busy = false;
    if (!counted)
        return;
    counted = false;
    usage->statements.fetch_sub(1);
    if (usage->waiting.load() > 0 && env.self.on_slot_freed)
        env.self.on_slot_freed(id.service);
}

} // namespace ringfence::session
