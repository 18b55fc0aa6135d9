// The catalogue of one MySQL or MariaDB server. It shows an account only what it has rights on, so
// each login reads for itself, one after the other, and what they see is put together. The login of
// one service failing to read takes nothing from the others but what only it would see.
#pragma once

#include "proxy/catalog/mysql.h"
#include "proxy/net/catalogue_source.h"

namespace ringfence::net {

class mysql_catalogue final : public catalogue_source {
public:
    explicit mysql_catalogue(std::string server) : server_(std::move(server)) {}

    void begin(const targets&, const std::string& first, const catalogue_ownership&, bool renewed,
               clock::time_point now) override;
    [[nodiscard]] std::optional<task> next() override;
    void answered(const server_query::answer&) override;
    [[nodiscard]] outcome finish(clock::time_point now, clock::duration max_age) override;
    [[nodiscard]] bool every_login() const override { return true; }

private:
    class steps;
    struct known {
        catalog::mysql::answer said;
        clock::time_point read;
        bool everything = false; // nothing on the server is hidden from it
    };
    void drop_older_than(clock::time_point);
    [[nodiscard]] std::map<std::string, catalog::mysql::answer, std::less<>> answers() const;

    std::string server_;
    // The reading under way.
    targets logins_;
    std::vector<std::string> order_; // of the logins
    std::size_t at_ = 0;
    std::unique_ptr<catalog::mysql::reading> reading_; // of login number `at_`
    bool all_seen_ = false;                            // by a login that has read
    catalogue_ownership ownership_;
    bool rebuild_ = false;
    clock::time_point began_;
    std::string error_;
    // What holds.
    std::map<std::string, known, std::less<>> known_; // by login
    std::map<std::string, catalog::mysql::definitions, std::less<>> definitions_;
    std::optional<catalog::mysql::snapshot> last_;
    sql::facts_ptr facts_;
};

} // namespace ringfence::net
