#include "proxy/session/mysql/question.h"

namespace ringfence::session::mysql {

question::next question::feed(bytes in, output&) {
    switch (answer_.feed(in)) {
    case text_answer::next::complete:
        return next::answered;
    case text_answer::next::failed:
        return next::failed;
    case text_answer::next::more:
        break;
    }
    return next::more;
}

cleaning::cleaning(server_login::settings s, std::shared_ptr<const server_state> before,
                   std::string_view backend_key)
    : settings_(std::move(s)), before_(std::move(before)),
      admitted_(settings_, settings_.tls != tls_mode::disable) {
    wire::mysql::reader key(as_bytes(backend_key));
    key.u32();
    plugin_ = key.cstring();
    nonce_ = key.rest();
}

void cleaning::start(output& to_server) {
    begin_anew(admitted_, settings_, *before_, plugin_, nonce_, to_server);
}

cleaning::next cleaning::feed(bytes in, output& to_server) {
    switch (admitted_.feed(in, to_server)) {
    case admission::next::more:
        return next::more;
    case admission::next::failed:
        return next::dirty;
    case admission::next::done:
        break;
    }
    server_state after = *before_;
    return admitted_.describe(after) && after.alike(*before_) ? next::clean : next::dirty;
}

} // namespace ringfence::session::mysql
