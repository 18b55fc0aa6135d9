// How the catalogue of one place is read, by engine: which statements, as whom, and what the
// answers make known. No I/O: catalogue_keeper carries the statements.
#pragma once

#include "policy/sql/facts.h"
#include "proxy/net/server_query.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::net {

// What the policies say that matters here.
struct catalogue_ownership {
    // Several services own tables of the schema.
    std::function<bool(std::string_view server, std::string_view database, std::string_view)>
        divided;
    // Schemas that are lent as a whole: published, common.
    std::function<std::vector<std::string>(std::string_view server, std::string_view database)>
        lent;
};

class catalogue_source {
public:
    using clock = std::chrono::steady_clock;
    using targets = std::map<std::string, server_target_ptr, std::less<>>; // by login

    // One connection's part of a reading.
    struct task {
        pool_key_ptr as;
        std::unique_ptr<server_query::script> script; // may refer to the source
        std::chrono::milliseconds timeout;
    };
    struct outcome {
        // What holds from now on; null: nothing is known. The same pointer as long as nothing has
        // changed for any decision: who remembers decisions looks at it.
        sql::facts_ptr facts;
        std::string error;      // why it, or a part of it, could not be read; empty: all was
        clock::time_point read; // the age of the facts
    };

    virtual ~catalogue_source() = default;

    // A reading. `first`: the login that most likely can log in; empty: any. `renewed`: the
    // ownership is another than at the last reading. Pre: there are logins.
    virtual void begin(const targets& logins, const std::string& first, const catalogue_ownership&,
                       bool renewed, clock::time_point now) = 0;
    // Nothing: finish. Pre: the task before was answered.
    [[nodiscard]] virtual std::optional<task> next() = 0;
    virtual void answered(const server_query::answer&) = 0;
    // Facts older than `max_age` are none. May throw: then nothing has changed.
    [[nodiscard]] virtual outcome finish(clock::time_point now, clock::duration max_age) = 0;
    // One login cannot see what all others do, so that each must read.
    [[nodiscard]] virtual bool every_login() const = 0;
};

// `database` is empty where a catalogue is the whole server's.
[[nodiscard]] std::unique_ptr<catalogue_source>
make_catalogue_source(policy::engine, std::string server, std::string database);

} // namespace ringfence::net
