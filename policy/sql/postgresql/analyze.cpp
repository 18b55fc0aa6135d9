#include "policy/sql/analyzer.h"
#include "policy/sql/postgresql/walker.h"

#include <algorithm>
#include <exception>

namespace ringfence::sql {

namespace {

policy::footprint not_analysed(policy::problem what, std::string_view why) {
    policy::footprint none;
    none.trouble = what;
    none.trouble_text = why;
    return none;
}

} // namespace

policy::footprint analyze_postgresql(std::string_view text, const scope& s, const limits& caps) {
    try {
        return postgresql::walker(s, caps).run(text);
    } catch (const std::bad_alloc&) {
        return not_analysed(policy::problem::limit, "out of memory");
    } catch (...) {
        return not_analysed(policy::problem::internal_error, "the analyser failed");
    }
}

} // namespace ringfence::sql
