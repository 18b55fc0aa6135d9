#include "proxy/cli/hash_password.h"

#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/sha2_verifier.h"
#include "proxy/auth/verifier.h"

#include <termios.h>
#include <unistd.h>

#include <istream>
#include <ostream>

namespace ringfence::cli {

namespace {

constexpr std::size_t max_password = 1000; // what a login accepts

// The terminal does not show what is typed while this lives.
class no_echo {
public:
    explicit no_echo(bool wanted) : active_(wanted && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!active_)
            return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~no_echo() {
        if (active_)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    no_echo(const no_echo&) = delete;

private:
    termios before_{};
    bool active_;
};

std::string read_line(console& io, std::string_view prompt) {
    if (io.terminal)
        io.err << prompt << std::flush;
    const no_echo quiet(io.terminal);
    std::string line;
    char c = 0;
    while (line.size() <= max_password && io.in.get(c) && c != '\n')
        line += c;
    if (line.ends_with('\r'))
        line.pop_back();
    if (io.terminal)
        io.err << "\n";
    return line;
}

int refuse(console& io, std::string_view sentence) {
    io.err << "ringfence hash-password: " << sentence << "\n";
    return wrong_use;
}

// What is wrong with the options of MySQL's methods; empty: nothing.
std::string_view wrong_options(const hash_options& o) {
    if (o.method == hash_method::scram)
        return {};
    if (!o.salt_of.empty())
        return "--salt-of is for --method scram: two passwords of MySQL need no common salt";
    if (o.method == hash_method::native)
        return o.iterations != 0 ? "--method native has no --iterations" : "";
    const bool fits = o.iterations % 1000 == 0 && o.iterations >= auth::least_rounds &&
                      o.iterations <= auth::most_rounds;
    return o.iterations == 0 || fits
               ? ""
               : "--iterations of --method caching-sha2 are thousands, from 5000 to 4095000";
}

} // namespace

int hash_password(const hash_options& o, console& io) {
    if (const auto wrong = wrong_options(o); !wrong.empty())
        return refuse(io, wrong);
    auth::verifier former;
    if (!o.salt_of.empty()) {
        const auto parsed = auth::parse_verifier(o.salt_of);
        if (!parsed)
            return refuse(io, "--salt-of wants a whole verifier: SCRAM-SHA-256$…");
        former = *parsed;
        if (o.iterations != 0 && o.iterations != former.iterations)
            return refuse(io, "--iterations must be those of the verifier in --salt-of");
    }
    const std::string password = read_line(io, "Password: ");
    if (password.empty())
        return refuse(io, "no password on the input");
    if (password.size() > max_password)
        return refuse(io, "the password is longer than 1000 bytes");
    if (o.method != hash_method::scram && password.size() > auth::longest_mysql_password)
        return refuse(io, "the password is longer than the 256 bytes that MySQL takes");
    if (io.terminal && read_line(io, "Again: ") != password)
        return refuse(io, "the two passwords differ");
    if (o.method == hash_method::native) {
        io.out << auth::make_native_verifier(password) << "\n";
        return fine;
    }
    if (o.method == hash_method::caching_sha2) {
        io.out << auth::make_sha2_verifier(password,
                                           o.iterations != 0 ? o.iterations : auth::default_rounds)
               << "\n";
        return fine;
    }
    unsigned iterations = o.iterations != 0 ? o.iterations : former.iterations;
    if (iterations == 0)
        iterations = auth::default_iterations;
    io.out << auth::make_scram_verifier(password, iterations, former.salt) << "\n";
    return fine;
}

} // namespace ringfence::cli
