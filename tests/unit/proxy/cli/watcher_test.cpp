// Files that change under a running proxy.
#include "../temporary_folder.h"

#include "proxy/cli/watcher.h"

namespace ringfence::cli {
namespace {

using ringfence::test::temporary_folder;

// A change is told at the second look: the first finds the file perhaps half written.
bool told(watcher& w) {
    const bool early = w.changed();
    return !early && w.changed();
}

TEST(watcher, tells_each_change_once_when_it_is_over) {
    const temporary_folder t;
    const auto file = t.write("a", "1");
    watcher w({file});
    EXPECT_FALSE(told(w));
    t.write("a", "22");
    EXPECT_FALSE(w.changed());
    t.write("a", "333");
    EXPECT_FALSE(w.changed());
    EXPECT_TRUE(w.changed());
    EXPECT_FALSE(told(w));
}

TEST(watcher, what_was_read_in_between_is_no_news) {
    const temporary_folder t;
    watcher w({t.write("a", "1")});
    t.write("a", "22");
    w.settle();
    EXPECT_FALSE(told(w));
}

TEST(watcher, files_that_come_go_or_are_in_a_folder) {
    const temporary_folder t;
    t.write("policies/services/a.yaml", "1");
    watcher w({t / "policies", t / "late", ""});
    t.write("late", "1");
    EXPECT_TRUE(told(w));
    std::filesystem::remove(t / "late");
    EXPECT_TRUE(told(w));
    t.write("policies/services/b.yaml", "1");
    EXPECT_TRUE(told(w));
    t.write("policies/.hidden", "1");
    EXPECT_FALSE(told(w));
}

TEST(watcher, a_symbolic_link_that_is_swapped) {
    const temporary_folder t;
    t.write("one/f", "1");
    t.write("two/f", "1");
    std::filesystem::create_symlink("one", t / "now");
    watcher w({t / "now/f"});
    std::filesystem::create_symlink("two", t / "next");
    std::filesystem::rename(t / "next", t / "now");
    EXPECT_TRUE(told(w));
}

TEST(watcher, other_files_from_now_on) {
    const temporary_folder t;
    const auto a = t.write("a", "1"), b = t.write("b", "1");
    watcher w({a});
    EXPECT_FALSE(w.watch({a}));
    EXPECT_TRUE(w.watch({a, b}));
    EXPECT_FALSE(told(w));
    t.write("b", "22");
    EXPECT_TRUE(told(w));
    EXPECT_TRUE(w.watch({b}));
    t.write("a", "22");
    EXPECT_FALSE(told(w));
}

} // namespace
} // namespace ringfence::cli
