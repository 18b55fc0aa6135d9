#include "proxy/net/catalogue_source.h"

#include "proxy/net/mysql_catalogue.h"
#include "proxy/net/postgresql_catalogue.h"

#include <utility>

namespace ringfence::net {

std::unique_ptr<catalogue_source> make_catalogue_source(policy::engine e, std::string server,
                                                        std::string database) {
    if (e == policy::engine::mysql)
        return std::make_unique<mysql_catalogue>(std::move(server));
    return std::make_unique<postgresql_catalogue>(std::move(server), std::move(database));
}

} // namespace ringfence::net
