#include "proxy/session/mysql/login_memory.h"

namespace ringfence::session::mysql {

shared_rsa_key::key_ptr shared_rsa_key::known() const {
    const std::lock_guard lock(mutex_);
    return key_;
}

shared_rsa_key::key_ptr shared_rsa_key::make() {
    const std::lock_guard one_at_a_time(making_);
    if (key_ptr there = known())
        return there;
    auto made = std::make_shared<const auth::rsa_key>(auth::rsa_key::generate());
    const std::lock_guard lock(mutex_);
    key_ = made;
    return made;
}

login_memory& login_memory::of_process() {
    static login_memory all;
    return all;
}

} // namespace ringfence::session::mysql
