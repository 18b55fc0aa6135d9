// The decision: a pure function of (snapshot, service, place, footprint, today). Knows neither SQL
// nor sockets.
#pragma once

#include "policy/access.h"
#include "policy/model.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

enum class verdict : std::uint8_t { allow, deny };

// Why. Bounded: it is a metric label and an audit field. The first group allows.
enum class reason : std::uint8_t {
    owned,
    published,
    shared,
    common,
    system,   // the engine's own catalogue, on the analyser's allow list
    no_touch, // nothing outside the session is touched
    foreign,  // another service owns it, nothing was lent
    unowned,  // no service owns it, or the policies do not know it
    share_expired,
    share_read_only, // lent for reading; the statement writes or defines
    column_not_shared,
    publication_read_only,
    common_read_only,
    server_facility, // a server-wide facility; only the owner of the whole server may use it
    not_analysed,    // footprint::trouble says why
};

[[nodiscard]] std::string_view to_string(verdict);
[[nodiscard]] std::string_view to_string(reason);
[[nodiscard]] bool allows(reason);

// An answer carries its reason. The texts are empty for an allowed statement.
struct decision {
    policy::verdict verdict = policy::verdict::deny;
    policy::reason why = reason::not_analysed;
    std::string
        rule; // "user-service owns shop-pg/shop/users", "services/user-service.yaml:21 shares …"
    const service* owner = nullptr; // of the offending touch; lives as long as the snapshot
    std::optional<touch> offending; // the first touch that was denied
    std::string message;            // "order-service may not read users.accounts"
    std::string detail;
    std::string hint;
    // When this decision must be taken again although the snapshot is the same: the day after the
    // last day of the nearest share that it leaned on. Unset: never.
    std::optional<date> good_before;

    [[nodiscard]] bool allowed() const { return verdict == policy::verdict::allow; }
};

// Pre: `who` is a service of `policies`; `server` is a server's name. Every touch must be allowed;
// the first that is not decides the texts. A footprint that was not analysed is denied. The
// engine's own schemas (pg_catalog, information_schema …) never appear as touches: the analyser has
// ruled on them.
[[nodiscard]] decision decide(const snapshot& policies, const service& who, std::string_view server,
                              const footprint& what, date today);

// The schemas that an unqualified name of this service may mean in this database, in the order of
// the policy file: `home`, where its sessions start, are those it owns whole, or else those where
// it owns tables by patterns; `settable` are all of these, common ones and published ones: it may
// put them on its search_path. `whole_database`: it owns the database or server, so any schema
// goes.
struct path_rights {
    std::vector<std::string> home;
    std::vector<std::string> settable;
    bool whole_database = false;
};
[[nodiscard]] path_rights paths_of(const snapshot& policies, const service& who,
                                   std::string_view server, std::string_view database);

// The servers of this engine on which `who` may use `database`: first those where it owns something
// in a database of that name, only if there is none those that it owns whole, and only then by
// shares and publications. An empty `database` means: any (MySQL connections need not name one).
// More than one is an ambiguity, which lint reports.
[[nodiscard]] std::vector<std::string> servers_for(const snapshot& policies, const service& who,
                                                   engine, std::string_view database, date today);

// It owns everything on the server, whatever that is.
[[nodiscard]] bool owns_server(const service& who, std::string_view server);

// The owner of an object, or null.
[[nodiscard]] const service* owner_of(const snapshot& policies, std::string_view server,
                                      const object&);

// The first day after `today` on which a share of this snapshot that concerns `who` ends; decisions
// for `who` stay the same until then.
[[nodiscard]] std::optional<date> next_change(const snapshot& policies, const service& who,
                                              date today);

} // namespace ringfence::policy
