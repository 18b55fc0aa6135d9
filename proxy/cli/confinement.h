// Which backend logins are confined to what their services may do: for the log and the metrics. The
// sessions judge for themselves, from the same facts.
#pragma once

#include "proxy/net/catalogue_keeper.h"
#include "proxy/observe/family.h"
#include "proxy/session/credentials.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace ringfence::cli {

class confinement {
public:
    // New facts about one database. Logs what has changed.
    void read(const net::catalogue_reading&, const policy::snapshot&, const session::credentials&,
              policy::date today);
    // New policies, credentials or a new day.
    void judge(const policy::snapshot&, const session::credentials&, policy::date today);

    [[nodiscard]] observe::family metric() const;

private:
    void judge_in(const std::pair<std::string, std::string>& place, const policy::snapshot&,
                  const session::credentials&, policy::date today);

    std::map<std::pair<std::string, std::string>, sql::facts_ptr> facts_; // server, database
    std::map<std::pair<std::string, std::string>, std::string> errors_;
    // Server, database, service -> why not; empty: confined.
    std::map<std::tuple<std::string, std::string, std::string>, std::string> why_not_;
};

[[nodiscard]] std::vector<observe::family>
catalogue_families(const std::vector<net::catalogue_keeper::figures>&);

} // namespace ringfence::cli
