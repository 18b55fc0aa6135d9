#include "proxy/cli/watcher.h"

#include <sys/stat.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace ringfence::cli {

namespace {

void add(std::string& out, const std::filesystem::path& path, int depth) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) {
        out += path.string() + " -\n";
        return;
    }
    if (!S_ISDIR(s.st_mode)) {
        out +=
            fmt::format("{} {} {} {} {}.{} {}.{}\n", path.string(), s.st_dev, s.st_ino, s.st_size,
                        s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
        return;
    }
    out += path.string() + "/\n";
    if (depth == 0)
        return;
    std::vector<std::filesystem::path> inside;
    std::error_code error;
    for (std::filesystem::directory_iterator i(path, error), end; !error && i != end;
         i.increment(error))
        if (!i->path().filename().string().starts_with('.'))
            inside.push_back(i->path());
    std::sort(inside.begin(), inside.end());
    for (const auto& p : inside)
        add(out, p, depth - 1);
}

} // namespace

std::string print_of(const std::vector<std::filesystem::path>& files) {
    std::string out;
    for (const auto& file : files)
        if (!file.empty())
            add(out, file, 2);
    return out;
}

watcher::watcher(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
    settle();
}

bool watcher::changed() {
    std::string now = print_of(files_);
    const bool steady = now == last_;
    last_ = std::move(now);
    if (!steady || last_ == read_)
        return false;
    read_ = last_;
    return true;
}

void watcher::settle() {
    read_ = print_of(files_);
    last_ = read_;
}

bool watcher::watch(std::vector<std::filesystem::path> files) {
    if (files == files_)
        return false;
    files_ = std::move(files);
    settle();
    return true;
}

} // namespace ringfence::cli
