// The checks that take all files together. Findings go to the report of the file that is to be
// changed.
#pragma once

#include "policy/draft.h"

#include <vector>

namespace ringfence::policy {

struct policy_set {
    const org_draft& org;
    yaml::report& org_report;
    std::vector<service_draft>& services; // ordered by file
    date today;
    load_options options;
};

void lint_identities(const policy_set&); // duplicate-service, duplicate-identity
void lint_ownership(const policy_set&);  // two-owners, redundant-ownership, common-owned
void lint_lending(const policy_set&);    // share-not-owned, publish-not-owned, cross-domain-share
// ambiguous-server. `all` holds the same policies.
void lint_routing(const policy_set&, const snapshot& all);

} // namespace ringfence::policy
