// A folder for one test, removed with all that is in it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace ringfence::test {

class temporary_folder {
public:
    temporary_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "ringfence-test-XXXXXX").string();
        const char* made = ::mkdtemp(name.data());
        if (made == nullptr)
            std::abort();
        path_ = made;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
        return path_ / name;
    }

    // A file below the folder, for its owner only unless `mode` says otherwise.
    std::filesystem::path write(std::string_view name, std::string_view text,
                                unsigned mode = 0600) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        {
            std::ofstream out(file, std::ios::binary);
            out << text;
        }
        std::filesystem::permissions(file, std::filesystem::perms(mode));
        return file;
    }

private:
    std::filesystem::path path_;
};

inline std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace ringfence::test
