#include "proxy/session/decider.h"

#include <algorithm>

namespace ringfence::session {
namespace {

// Texts up to here are looked up before they go to the analysis pool; beyond, even the look-up
// takes too long.
constexpr std::size_t longest_looked_up = 256 * 1024;

} // namespace

decider::decider(environment::state& env, session_identity id, std::function<void()> wake)
    : env_(env), id_(std::move(id)), wake_(std::move(wake)), usage_(env.usages.of(id_.service)) {}

decider::~decider() {
    if (pending_)
        pending_->owner = nullptr;
    if (waiter_ != 0) {
        usage_->waiting.fetch_sub(1);
        if (auto it = env_.waiting.find(id_.service); it != env_.waiting.end())
            std::erase_if(it->second, [this](const auto& w) { return w.id == waiter_; });
    }
    end_work();
}

void decider::look(view_ptr v) {
    view_ = std::move(v);
    generation_ = env_.generation;
}

bool decider::resume() {
    // `wake` may come for a slot that another session was faster to take: the message simply waits
    // again.
    if (pending_ == nullptr && waiter_ == 0)
        paused_ = pause::none;
    return paused_ == pause::none;
}

judgement decider::judge_here(const view& in, std::string_view text, std::string_view skeleton) {
    const auto began = clock::now();
    judgement made = judge(in, text, skeleton, env_.settings.sql);
    env_.reports.analysed(clock::now() - began);
    return made;
}

verdict_ptr decider::decide(std::string_view text) {
    if (arrived_) {
        verdict_ptr v = std::move(arrived_);
        arrived_.reset();
        // The policies changed while it was worked out: work it out again.
        if (v->view == view_->id)
            return v;
    }
    std::string& skeleton = env_.skeleton;
    skeleton.clear();
    if (text.size() <= longest_looked_up) {
        const lookup seen = look_up(env_.cache, *view_, text, skeleton);
        if (seen.found) {
            decided(*seen.found, text, seen.outcome);
            return seen.found;
        }
        if (text.size() <= env_.settings.inline_bytes) {
            const std::string_view usable = seen.skeleton_usable ? std::string_view(skeleton) : "";
            judgement made = judge_here(*view_, text, usable);
            remember(env_.cache, *view_, text, usable, made);
            decided(*made.made, text, cache_outcome::miss);
            return std::move(made.made);
        }
    }
    submit(text);
    return nullptr;
}

void decider::submit(std::string_view text) {
    auto work = std::make_shared<job>();
    work->text = text;
    work->in = view_;
    work->owner = this;
    pending_ = work;
    paused_ = pause::verdict;
    env_.pool.submit(
        [work, caps = env_.settings.sql] {
            if (!skeleton_of(*work->in, work->text, work->skeleton))
                work->skeleton.clear();
            const auto began = clock::now();
            work->made = judge(*work->in, work->text, work->skeleton, caps);
            work->took = clock::now() - began;
        },
        [work] {
            decider* owner = work->owner;
            if (owner == nullptr)
                return;
            // Here: counters have one writer, the worker.
            owner->env_.reports.analysed(work->took);
            remember(owner->env_.cache, *work->in, work->text, work->skeleton, work->made);
            owner->decided(*work->made.made, work->text, cache_outcome::miss);
            owner->arrived_ = work->made.made;
            owner->pending_.reset();
            owner->wake_();
        });
}

verdict_ptr decider::decide_now(const view& in, std::string_view text) {
    std::string skeleton;
    const lookup seen = look_up(env_.cache, in, text, skeleton);
    if (seen.found)
        return seen.found;
    if (!seen.skeleton_usable)
        skeleton.clear();
    judgement made = judge_here(in, text, skeleton);
    remember(env_.cache, in, text, skeleton, made);
    return std::move(made.made);
}

verdict_ptr decider::refusal(std::string rule, std::string message, std::string hint) const {
    auto made = std::make_shared<verdict>();
    made->decision.verdict = policy::verdict::deny;
    made->decision.why = policy::reason::not_analysed;
    made->decision.rule = std::move(rule);
    made->decision.message = std::move(message);
    made->decision.hint = std::move(hint);
    made->trouble = policy::problem::statement_kind;
    made->mode = view_->who->mode;
    made->view = view_->id;
    report(*made, {});
    return made;
}

decided_statement decider::described(const policy::decision& d, std::string_view text) const {
    return {.who = *view_->who,
            .identity = id_.identity,
            .peer = id_.peer,
            .server = id_.server,
            .database = id_.database,
            .decision = d,
            .mode = view_->who->mode,
            .statement = text,
            .caught_by_server = false,
            .trouble = policy::problem::none,
            .engine = id_.engine};
}

void decider::decided(const verdict& v, std::string_view text, cache_outcome how) const {
    env_.reports.statement(*view_->who, v.decision.verdict, how);
    if (v.decision.allowed() && env_.reports.wants_allowed())
        env_.reports.allowed(described(v.decision, text));
}

void decider::report(const verdict& v, std::string_view text) const {
    if (v.decision.allowed())
        return;
    auto what = described(v.decision, text);
    what.mode = v.mode;
    what.trouble = v.trouble;
    env_.reports.violated(what);
}

void decider::caught_by_server(std::string_view text) const {
    if (!served())
        return;
    policy::decision d;
    d.why = policy::reason::foreign;
    d.rule = "the server's own privileges";
    d.message = id_.service + " was refused by the server itself";
    auto what = described(d, text);
    what.caught_by_server = true;
    env_.reports.violated(what);
}

bool decider::begin_work() {
    if (busy_)
        return true;
    const unsigned limit = view_->who->limits.max_statements_in_flight;
    if (limit != 0) {
        unsigned in_flight = usage_->statements.load();
        for (;;) {
            if (in_flight < limit) {
                if (usage_->statements.compare_exchange_weak(in_flight, in_flight + 1))
                    break;
                continue;
            }
            usage_->waiting.fetch_add(1);
            // A slot that was freed before this session could be seen waiting would wake nobody.
            in_flight = usage_->statements.load();
            if (in_flight < limit) {
                usage_->waiting.fetch_sub(1);
                continue;
            }
            paused_ = pause::slot;
            waiter_ = env_.next_waiter++;
            env_.waiting[id_.service].push_back({waiter_, [this] {
                                                     waiter_ = 0;
                                                     usage_->waiting.fetch_sub(1);
                                                     wake_();
                                                 }});
            return false;
        }
        counted_ = true;
    }
    busy_ = true;
    since_ = clock::now();
    return true;
}

void decider::end_work() {
    if (!busy_)
        return;
    busy_ = false;
    if (!counted_)
        return;
    counted_ = false;
    usage_->statements.fetch_sub(1);
    if (usage_->waiting.load() > 0 && env_.self.on_slot_freed)
        env_.self.on_slot_freed(id_.service);
}

void decider::work_completed() {
    if (!busy_ || !served())
        return;
    const auto now = clock::now();
    env_.reports.completed(*view_->who, now - since_);
    since_ = now;
}

std::optional<decider::clock::time_point> decider::deadline() const {
    if (!busy_ || !served())
        return std::nullopt;
    const auto limit = view_->who->limits.statement_timeout;
    if (limit.count() == 0)
        return std::nullopt;
    return since_ + limit;
}

} // namespace ringfence::session
