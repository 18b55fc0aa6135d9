// Keeps what is known of each database (PostgreSQL) or server (MySQL: its database is empty) in use
// up to date: reads the catalogue when it is first asked for, after DDL, and by timer. Works on a
// reactor of its own; no session waits for it but the first.
#pragma once

#include "policy/sql/facts.h"
#include "proxy/net/catalogue_source.h"
#include "proxy/net/server_query.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::net {

// One reading of a catalogue, for the log and the metrics.
struct catalogue_reading {
    std::string server, database;
    sql::facts_ptr facts; // what holds from now on; null: nothing is known
    std::string error;    // why it, or a part of it, could not be read; empty: all was
    bool changed = false; // other facts than before
};

class catalogue_keeper {
public:
    struct settings {
        std::chrono::milliseconds refresh{30'000};
        std::chrono::milliseconds max_age{600'000}; // older facts are none
        std::chrono::milliseconds connect_timeout{15'000};
    };
    using publish = std::function<void(const catalogue_reading&)>; // on the reactor's thread

    catalogue_keeper(reactor&, resolver&, settings, publish);
    ~catalogue_keeper();
    catalogue_keeper(const catalogue_keeper&) = delete;

    // From any thread.

    // `then` is called, on the reactor's thread, when the rights of this login in this database
    // have been read and published, or could not be.
    void want(server_target_ptr, std::string database, std::function<void()> then);
    // Something was defined there: read it again soon.
    void changed(std::string server, std::string database);
    using ownership = catalogue_ownership;
    void set_ownership(ownership);
    // At the start and after a reload: all logins, with their present passwords.
    void retarget(std::vector<server_target_ptr> current);

    struct figures {
        std::string server;
        unsigned databases = 0, unknown = 0;
        std::uint64_t read = 0, failed = 0;
        std::chrono::steady_clock::time_point oldest; // of the readings that hold
    };
    [[nodiscard]] std::vector<figures> look() const;

private:
    using clock = std::chrono::steady_clock;
    struct entry {
        std::string server, database;
        std::unique_ptr<catalogue_source> source;
        catalogue_source::targets logins;
        std::vector<std::pair<std::string, std::function<void()>>> waiting; // login, whom to tell
        std::unique_ptr<server_query> query;
        std::set<std::string, std::less<>> asked; // the logins of the last reading
        sql::facts_ptr facts;
        bool again = false;   // something changed while it was read
        bool renewed = false; // the ownership
        clock::time_point began, read;
        clock::duration took{};
        reactor::timer_id timer = reactor::no_timer;
    };

    [[nodiscard]] entry& entry_for(const server_target_ptr&, const std::string& database);
    void add_all_logins(entry&) const;
    void read_again(entry&);
    void read(entry&);
    void read_after(entry&, clock::duration);
    void next_part(entry&);
    [[nodiscard]] clock::duration pause(const entry&, clock::duration usual) const;
    void finished(entry&, catalogue_source::outcome);
    void note(const entry&, bool good);

    reactor& reactor_;
    resolver& resolver_;
    settings settings_;
    publish publish_;
    ownership ownership_;
    std::vector<server_target_ptr> targets_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<entry>> entries_;
    mutable std::mutex mutex_; // guards figures_
    std::map<std::pair<std::string, std::string>, std::pair<bool, clock::time_point>> known_;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>, std::less<>> counts_;
};

} // namespace ringfence::net
