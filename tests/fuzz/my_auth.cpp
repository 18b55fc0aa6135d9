// Passwords of MySQL and MariaDB. Input: lines; the first word says what the rest is: "verifier
// TEXT", as in mysql.user; "clear HEX", a password's packet; "native HEX" or "sha2 HEX", a client's
// answer; "sealed HEX", what should be a password under our RSA key; "key TEXT", what should be a
// server's, with "\" for the ends of its lines; "ed25519 HEX", a server's nonce; "parsec HEX", a
// server's salt. Checked: nobody who does not know the password is let in, what is made has its
// size, and a verifier that parses is written back as one that parses the same.
#include "check.h"
#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mariadb_ed25519.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/parsec.h"
#include "proxy/auth/rsa_exchange.h"
#include "proxy/auth/sha2_verifier.h"

#include <algorithm>

using namespace ringfence::auth;
using namespace ringfence::fuzz;

namespace {

const std::string nonce = "0123456789abcdefghij";
// The seeds hold answers of another password to this nonce, but not of this one.
const std::string password = "a password that no seed holds";

void verifier_text(std::string_view line) {
    if (const auto v = parse_sha2_verifier(line)) {
        const auto again = parse_sha2_verifier(to_string(*v));
        check(again && again->rounds == v->rounds && again->salt == v->salt &&
              again->digest == v->digest);
        check(v->rounds >= least_rounds && v->rounds <= most_rounds && v->salt.size() == 20);
    }
    if (const auto hash = parse_native_verifier(line))
        check(hash->size() == 20 && parse_native_verifier(format_native_verifier(*hash)) == hash);
}

void run(std::string_view script) {
    static const rsa_key key = rsa_key::generate();
    static const std::string sha2 = sha2_digest(password);
    static const std::string native = *parse_native_verifier(make_native_verifier(password));
    while (!script.empty()) {
        std::string_view line = take_until(script, '\n');
        const auto word = take_until(line, ' ');
        const std::string said = from_hex(line);
        if (word == "verifier") {
            verifier_text(line);
        } else if (word == "clear") {
            if (const auto p = password_in(said))
                check(p->size() + 1 == said.size() && !p->empty());
        } else if (word == "native") {
            check(!check_native_answer(said, nonce, native));
        } else if (word == "sha2") {
            check(!check_sha2_answer(said, nonce, sha2));
        } else if (word == "sealed") {
            static_cast<void>(key.open_password(said, nonce));
        } else if (word == "key") {
            std::string pem(line);
            std::replace(pem.begin(), pem.end(), '\\', '\n');
            static_cast<void>(seal_password(pem, password, nonce));
        } else if (word == "ed25519") {
            const std::string answer = ed25519_answer(password, said);
            check(answer.size() == (said.size() == ed25519_nonce_size ? 64U : 0U));
        } else if (word == "parsec") {
            const std::string answer = parsec_answer(password, std::string(32, 's'), said);
            check(answer.empty() || answer.size() == 96);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 8 * 1024)
        run(text(data, size));
    return 0;
}
