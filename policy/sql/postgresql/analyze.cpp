#include "policy/sql/analyzer.h"
#include "policy/sql/postgresql/walker.h"
#include "policy/sql/reach.h"

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

bool uses_objects(const policy::footprint& f) {
    return std::any_of(f.touches.begin(), f.touches.end(), [](const policy::touch& t) {
        return t.what.kind == policy::object_kind::table ||
               t.what.kind == policy::object_kind::function;
    });
}

} // namespace

policy::footprint analyze_postgresql(std::string_view text, const scope& s, const limits& caps) {
    try {
        auto found = postgresql::walker(s, caps).run(text);
        if (!found.analysed())
            return found;
        if (s.objects != nullptr)
            s.objects->extend(found, s);
        else if (s.needs_objects && uses_objects(found))
            return not_analysed(policy::problem::catalogue,
                                "what the objects of this database do is not known: its catalogue "
                                "could not be read");
        return found;
    } catch (const std::bad_alloc&) {
        return not_analysed(policy::problem::limit, "out of memory");
    } catch (...) {
        return not_analysed(policy::problem::internal_error, "the analyser failed");
    }
}

} // namespace ringfence::sql
