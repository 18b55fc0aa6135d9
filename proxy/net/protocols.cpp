#include "proxy/net/protocols.h"

#include "proxy/session/mysql/protocol.h"
#include "proxy/session/postgresql/protocol.h"

namespace ringfence::net {

const session::protocol& protocol_of(policy::engine engine) {
    return engine == policy::engine::mysql ? session::mysql::protocol()
                                           : session::postgresql::protocol();
}

} // namespace ringfence::net
