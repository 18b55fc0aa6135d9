#include "proxy/session/view.h"

namespace ringfence::session {
namespace {

// Skeletons and whole texts are different keys even where they are the same bytes.
std::uint64_t texts(const view& v) {
    return 2 * v.id;
}
std::uint64_t skeletons(const view& v) {
    return 2 * v.id + 1;
}

// A skeleton is worth analysing in place of its text only when it is so much shorter that the
// text's own length would be what the limits object to.
bool analyse_skeleton(std::string_view text, std::string_view skeleton, const sql::limits& caps) {
    return !skeleton.empty() && text.size() > caps.max_bytes / 4 &&
           skeleton.size() <= text.size() / 2;
}

policy::footprint analyse(const view& in, std::string_view text, const sql::limits& caps) {
    if (const auto* scope = std::get_if<sql::scope>(&in.scope))
        return sql::analyze_postgresql(text, *scope, caps);
    return sql::analyze_mysql(text, std::get<sql::mysql_scope>(in.scope), caps);
}

verdict_ptr make_verdict(const view& in, policy::footprint&& found, std::string_view text) {
    auto made = std::make_shared<verdict>();
    made->decision = policy::decide(*in.policies, *in.who, in.server, found, in.today);
    made->mode = in.who->mode;
    made->trouble = found.trouble;
    made->trouble_at = found.trouble_at;
    made->trouble_words = std::move(found.trouble_words);
    made->effects = std::move(found.effects);
    made->view = in.id;
    made->text = text;
    return made;
}

} // namespace

bool skeleton_of(const view& in, std::string_view text, std::string& out) {
    if (std::holds_alternative<sql::scope>(in.scope))
        return sql::literal_skeleton_postgresql(text, out);
    out.clear();
    return false;
}

lookup look_up(decision_cache& cache, const view& in, std::string_view text,
               std::string& skeleton) {
    lookup result;
    if (skeleton_of(in, text, skeleton)) {
        if (const verdict_ptr* known = cache.find(skeletons(in), skeleton)) {
            if (*known)
                return {*known, cache_outcome::skeleton, false};
            // Each text with this skeleton is decided by itself: its literals matter.
        } else {
            result.skeleton_usable = true;
            return result;
        }
    }
    if (const verdict_ptr* known = cache.find(texts(in), text); known != nullptr && *known)
        return {*known, cache_outcome::exact, false};
    return result;
}

judgement judge(const view& in, std::string_view text, std::string_view skeleton,
                const sql::limits& caps) {
    if (analyse_skeleton(text, skeleton, caps)) {
        // A constant of many megabytes is no reason to refuse a statement whose meaning it cannot
        // change.
        policy::footprint found = analyse(in, skeleton, caps);
        if (found.analysed() && found.literals_immaterial)
            return {make_verdict(in, std::move(found), skeleton), true};
    }
    policy::footprint found = analyse(in, text, caps);
    const bool immaterial = found.analysed() && found.literals_immaterial && !skeleton.empty();
    return {make_verdict(in, std::move(found), immaterial ? skeleton : text), immaterial};
}

void remember(decision_cache& cache, const view& in, std::string_view text,
              std::string_view skeleton, const judgement& made) {
    if (!skeleton.empty())
        cache.insert(skeletons(in), skeleton, made.literals_immaterial ? made.made : nullptr);
    if (!made.literals_immaterial)
        cache.insert(texts(in), text, made.made);
}

} // namespace ringfence::session
