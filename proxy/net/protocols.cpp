#include "proxy/net/protocols.h"

#include "proxy/session/postgresql/protocol.h"

namespace ringfence::net {

const session::protocol& protocol_of(policy::engine) {
    return session::postgresql::protocol();
}

} // namespace ringfence::net
