#include "proxy/cli/application.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
    const char* no_colour = std::getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe): one thread
    ringfence::cli::console io{std::cin, std::cout, std::cerr};
    io.colour = ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
    io.terminal = ::isatty(STDIN_FILENO) == 1;
    const int status = ringfence::cli::run(argc, argv, io);
    std::cout.flush();
    // A report that did not reach its reader is no success.
    return std::cout ? status : ringfence::cli::finding;
}
