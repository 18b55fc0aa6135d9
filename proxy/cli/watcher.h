// Notices that files changed, by asking the file system now and then: works on every mount, also
// where Kubernetes swaps a symbolic link, and needs no descriptor a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ringfence::cli {

// What the file system says of files and folders (name, inode, size, time of change); changes when
// one of them does.
[[nodiscard]] std::string print_of(const std::vector<std::filesystem::path>& files);

class watcher {
public:
    explicit watcher(std::vector<std::filesystem::path> files);

    // True once after each change, when the files look the same as at the call before: so nothing
    // is read that is still being written.
    [[nodiscard]] bool changed();
    void settle(); // what is there now has been read
    // Others from now on; what is there now counts as read. False: they are the same as before.
    bool watch(std::vector<std::filesystem::path> files);

private:
    std::vector<std::filesystem::path> files_;
    std::string read_;
    std::string last_;
};

} // namespace ringfence::cli
