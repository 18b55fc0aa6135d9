#include "proxy/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fmt/format.h>
#include <system_error>

namespace ringfence::config {

std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes,
                                     std::string& problem) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        problem = std::generic_category().message(errno);
        return std::nullopt;
    }
    struct stat s {};
    std::optional<std::string> text;
    if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
        problem = "not a file";
    } else {
        text.emplace();
        char buffer[16 * 1024];
        for (;;) {
            const auto n = ::read(fd, buffer, sizeof buffer);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                problem = std::generic_category().message(errno);
            if (n <= 0)
                break;
            text->append(buffer, static_cast<std::size_t>(n));
            if (text->size() > max_bytes) {
                problem = fmt::format("larger than {} bytes", max_bytes);
                break;
            }
        }
        if (!problem.empty())
            text.reset();
    }
    ::close(fd);
    return text;
}

std::string secret_problem(const std::filesystem::path& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0)
        return std::generic_category().message(errno);
    if (!S_ISREG(s.st_mode))
        return "not a file";
    if ((s.st_mode & S_IRWXO) != 0)
        return fmt::format(
            "everybody can read it (mode {:04o}); chmod 600, or 640 when root owns it",
            s.st_mode & 07777U);
    if ((s.st_mode & S_IRWXG) != 0 && s.st_uid != 0)
        return fmt::format("its group can read it (mode {:04o}); chmod 600, or let root own it",
                           s.st_mode & 07777U);
    return {};
}

} // namespace ringfence::config
