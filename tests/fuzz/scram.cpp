// Both sides of SCRAM against a peer that does not know the password. Input: lines; the first word
// says whose: "server MECHANISM FIRST", then "final TEXT"; or "challenge TEXT", then "signature
// TEXT".
// "@" in a text stands for the nonce that the other side must repeat. Checked: nobody is let in, no
// server is believed, and a verifier that parses is written back as one that parses the same.
#include "check.h"
#include "proxy/auth/scram_client.h"
#include "proxy/auth/scram_server.h"

#include <optional>

using namespace ringfence::auth;
using namespace ringfence::fuzz;

namespace {

std::string with_nonce(std::string_view line, std::string_view nonce) {
    std::string out;
    for (const char c : line.substr(0, 4096))
        if (c == '@' && out.size() < 8192)
            out += nonce;
        else
            out += c;
    return out;
}

std::string nonce_in(std::string_view message) {
    const auto at = message.find("r=");
    if (at == std::string_view::npos)
        return {};
    const auto rest = message.substr(at + 2);
    return std::string(rest.substr(0, rest.find(',')));
}

// Only what costs little to hash: the fuzzer is to find more than the price of PBKDF2.
bool cheap(std::string_view challenge) {
    const auto at = challenge.rfind(",i=");
    return at == std::string_view::npos || challenge.size() - at <= 6;
}

void run(std::string_view script) {
    static const std::vector<std::string> known = {make_scram_verifier("secret", 2)};
    const std::string hash(32, 'h');
    std::optional<scram_server> server;
    std::string challenge;
    scram_client client("secret", {}, false);
    const std::string client_nonce = nonce_in(client.first());
    while (!script.empty()) {
        std::string_view line = take_until(script, '\n');
        const auto word = take_until(line, ' ');
        if (word == "server" || word == "decoy") {
            const auto mechanism = take_until(line, ' ');
            const bool decoy = word == "decoy";
            server.emplace(decoy ? std::vector<std::string>{} : known,
                           scram_decoy{"key", "ghost", known.front()},
                           mechanism == scram_plus ? hash : "");
            challenge = server->first(mechanism, line).data;
        } else if (word == "final" && server) {
            check(server->final(with_nonce(line, nonce_in(challenge))).status !=
                  scram_server::status::accepted);
        } else if (word == "challenge") {
            const std::string said = with_nonce(line, client_nonce);
            if (cheap(said))
                static_cast<void>(client.final(said));
        } else if (word == "signature") {
            check(!client.verify(line));
        } else if (const auto v = parse_verifier(line)) {
            const auto again = parse_verifier(to_string(*v));
            check(again && again->stored_key == v->stored_key && again->salt == v->salt &&
                  again->iterations == v->iterations && again->server_key == v->server_key);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 16 * 1024)
        run(text(data, size));
    return 0;
}
