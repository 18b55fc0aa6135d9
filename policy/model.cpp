#include "policy/model.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

const service* find_identity(const snapshot& policies, identity::kind what, std::string_view name) {
    for (const auto& s : policies.services)
        for (const auto& i : s.identities)
            if (i.what == what && i.name == name)
                return &s;
    return nullptr;
}

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const T& t) { return t.name == name; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace

const service* snapshot::find_service(std::string_view name) const {
    return find_named(services, name);
}

const service* snapshot::find_login(std::string_view login) const {
    return find_identity(*this, identity::kind::login, login);
}

const service* snapshot::find_certificate(std::string_view name) const {
    return find_identity(*this, identity::kind::certificate, name);
}

const server* snapshot::find_server(std::string_view name) const {
    return find_named(servers, name);
}

} // namespace ringfence::policy
