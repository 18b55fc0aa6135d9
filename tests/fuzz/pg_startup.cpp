// The packets before the first message, and the `options` in them. Input: a packet with whatever
// follows it. Checked: nothing is read past its end, a StartupMessage means exactly these bytes,
// and what is split from `options` was in it.
#include "check.h"
#include "proxy/session/postgresql/startup_options.h"
#include "proxy/wire/postgresql/startup.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::postgresql;
using ringfence::session::login_request;
using ringfence::session::postgresql::split_options;
using ringfence::session::postgresql::take_parameter;

namespace {

constexpr std::uint32_t cap = 10'000;
constexpr std::size_t most = 64;

void take(std::string_view name, std::string_view value) {
    std::vector<std::pair<std::string, std::string>> settings;
    if (split_options(value, settings))
        for (const auto& [setting, to] : settings)
            check(!setting.empty() && setting.size() + to.size() < value.size());
    login_request request;
    if (take_parameter(name, value, request).empty())
        check(name == "options" || !request.parameters.empty() || name.size() == 7);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    startup_packet p;
    if (decode_startup(input.bytes(), cap, most, p) != outcome::ok)
        return 0;
    check(p.size >= 8 && p.size <= cap && p.size <= size && p.parameters.size() <= most);
    if (p.kind == startup_kind::cancel_request)
        check(p.key.size() >= 8 && p.key.size() <= 260);
    if (p.kind != startup_kind::startup || p.protocol >> 16 != 3)
        return 0;
    std::vector<std::pair<std::string, std::string>> parameters;
    for (const auto& [name, value] : p.parameters) {
        parameters.emplace_back(name, value);
        take(name, value);
    }
    std::string again;
    encode_startup(again, p.protocol, parameters);
    check(again == text(data, p.size));
    return 0;
}
