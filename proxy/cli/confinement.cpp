#include "proxy/cli/confinement.h"

#include "proxy/observe/log.h"

#include <algorithm>
#include <chrono>

namespace ringfence::cli {

using observe::family;
using observe::log;
using observe::log_level;

void confinement::read(const net::catalogue_reading& r, const policy::snapshot& policies,
                       const session::credentials& credentials, policy::date today) {
    const std::pair place(r.server, r.database);
    auto& error = errors_[place];
    if (error != r.error) {
        if (!r.error.empty())
            log(log_level::error, "a catalogue could not be read",
                {{"server", r.server}, {"database", r.database}, {"cause", r.error}});
        else if (!error.empty())
            log(log_level::info, "the catalogue can be read again",
                {{"server", r.server}, {"database", r.database}});
        error = r.error;
    }
    if (!r.changed)
        return;
    if (r.facts == nullptr)
        log(log_level::error,
            "a catalogue has not been read for too long: statements that use its objects are "
            "denied",
            {{"server", r.server}, {"database", r.database}});
    facts_[place] = r.facts;
    judge_in(place, policies, credentials, today);
}

void confinement::judge(const policy::snapshot& policies, const session::credentials& credentials,
                        policy::date today) {
    for (const auto& [place, facts] : facts_)
        judge_in(place, policies, credentials, today);
}

void confinement::judge_in(const std::pair<std::string, std::string>& place,
                           const policy::snapshot& policies,
                           const session::credentials& credentials, policy::date today) {
    const auto& [server, database] = place;
    const auto& facts = facts_[place];
    for (const auto& service : policies.services) {
        const auto* login = credentials.login_for(service.name, server);
        if (login == nullptr || facts == nullptr || !facts->logins.contains(login->user))
            continue;
        const auto why =
            sql::why_not_confined(*facts, login->user, policies, service, server, database, today);
        const auto [known, first] = why_not_.try_emplace({server, database, service.name}, why);
        if (!first && known->second == why)
            continue;
        const bool lost = !first && known->second.empty();
        known->second = why;
        log(lost ? log_level::warning : log_level::info,
            why.empty() ? "backend login is confined"
            : lost      ? "backend login is no longer confined"
                        : "backend login is not confined",
            {{"service", service.name},
             {"server", server},
             {"database", database},
             {"login", login->user},
             {"cause", why}});
    }
}

family confinement::metric() const {
    family f{"ringfence_backend_login_confined",
             "1: in every database that is in use, the server itself keeps the service's login "
             "within its boundary.",
             family::kind::gauge,
             {}};
    std::map<std::pair<std::string, std::string>, bool> all;
    for (const auto& [key, why] : why_not_) {
        auto& confined = all.try_emplace({std::get<2>(key), std::get<0>(key)}, true).first->second;
        confined = confined && why.empty();
    }
    for (const auto& [key, confined] : all)
        f.samples.push_back(
            {{{"service", key.first}, {"server", key.second}}, confined ? 1.0 : 0.0});
    return f;
}

std::vector<family> catalogue_families(const std::vector<net::catalogue_keeper::figures>& all) {
    family reads{"ringfence_catalogue_reads_total",
                 "Readings of servers' catalogues, by outcome.",
                 family::kind::counter,
                 {}};
    family databases{"ringfence_catalogue_databases",
                     "Databases in use, by whether what their objects do is known.",
                     family::kind::gauge,
                     {}};
    family age{"ringfence_catalogue_age_seconds",
               "Age of the oldest reading that decisions rely on.",
               family::kind::gauge,
               {}};
    for (const auto& f : all) {
        reads.samples.push_back(
            {{{"server", f.server}, {"result", "ok"}}, static_cast<double>(f.read)});
        reads.samples.push_back(
            {{{"server", f.server}, {"result", "failed"}}, static_cast<double>(f.failed)});
        databases.samples.push_back({{{"server", f.server}, {"state", "known"}},
                                     static_cast<double>(f.databases - f.unknown)});
        databases.samples.push_back(
            {{{"server", f.server}, {"state", "unknown"}}, static_cast<double>(f.unknown)});
        age.samples.push_back(
            {{{"server", f.server}},
             std::chrono::duration<double>(std::chrono::steady_clock::now() - f.oldest).count()});
    }
    return {reads, databases, age};
}

} // namespace ringfence::cli
