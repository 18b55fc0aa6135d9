// The catalogue of one PostgreSQL database: any login sees all of it, in one snapshot.
#pragma once

#include "proxy/catalog/postgresql.h"
#include "proxy/net/catalogue_source.h"

namespace ringfence::net {

class postgresql_catalogue final : public catalogue_source {
public:
    postgresql_catalogue(std::string server, std::string database)
        : server_(std::move(server)), database_(std::move(database)) {}

    void begin(const targets&, const std::string& first, const catalogue_ownership&, bool renewed,
               clock::time_point now) override;
    [[nodiscard]] std::optional<task> next() override;
    void answered(const server_query::answer&) override;
    [[nodiscard]] outcome finish(clock::time_point now, clock::duration max_age) override;
    [[nodiscard]] bool every_login() const override { return false; }

private:
    class one_question;
    [[nodiscard]] bool understand();

    std::string server_, database_;
    // The reading under way.
    server_target_ptr as_; // null: it has been asked
    catalog::postgresql::subject asked_;
    catalogue_ownership ownership_;
    bool rebuild_ = false;
    clock::time_point began_;
    std::vector<server_query::rows> results_;
    unsigned server_major_ = 0;
    std::string error_;
    // What holds.
    catalog::postgresql::answer last_;
    sql::facts_ptr facts_;
    clock::time_point read_;
};

} // namespace ringfence::net
