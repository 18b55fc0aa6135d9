// Which schemas may stand in a metric label: those that the policies name. Query text must never
// make a time series.
#pragma once

#include "policy/access.h"
#include "policy/model.h"

#include <set>
#include <string>
#include <string_view>
#include <tuple>

namespace ringfence::observe {

class known_names {
public:
    known_names() = default;
    explicit known_names(const policy::snapshot&);

    // The schema for a label: its name when a policy names it on this server and in this database,
    // "other" when not, and "" for what lies in no schema.
    [[nodiscard]] std::string_view schema_label(std::string_view server,
                                                const policy::object& what) const;

private:
    void add(const policy::resource&);

    std::set<std::tuple<std::string, std::string, std::string>, std::less<>> schemas_;
};

} // namespace ringfence::observe
