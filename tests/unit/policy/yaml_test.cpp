#include "policy/yaml/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace ringfence::policy::yaml {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

struct attempt {
    report out{"x.yaml"};
    std::optional<node> root;

    explicit attempt(std::string_view text) : root(parse(text, out)) {}
    [[nodiscard]] std::string rule() const {
        return out.findings().empty() ? "" : out.findings().front().rule;
    }
    [[nodiscard]] std::pair<int, int> at() const {
        const auto& place = out.findings().at(0).place;
        return {place.line, place.column};
    }
};

TEST(yaml, every_value_knows_its_place) {
    const attempt a("one: 1\ntwo:\n  - x\n  - {three: \"3\"}\n");
    ASSERT_TRUE(a.root);
    ASSERT_EQ(a.root->entries.size(), 2U);
    const auto& two = a.root->entries[1];
    EXPECT_EQ(two.key, "two");
    EXPECT_EQ(two.at.line, 2);
    const auto& three = two.value.items.at(1).entries.at(0);
    EXPECT_EQ(three.at.line, 4);
    EXPECT_EQ(three.at.column, 6);
    EXPECT_TRUE(three.value.quoted);
    EXPECT_FALSE(a.root->entries[0].value.quoted);
}

TEST(yaml, a_duplicate_key_is_an_error_and_the_first_value_stays) {
    const attempt a("mode: enforce\nmode: observe\n");
    EXPECT_EQ(a.rule(), "duplicate-key");
    EXPECT_EQ(a.at(), std::pair(2, 1));
    ASSERT_TRUE(a.root);
    ASSERT_EQ(a.root->entries.size(), 1U);
    EXPECT_EQ(a.root->entries[0].value.text, "enforce");
}

TEST(yaml, broken_yaml_is_told_with_its_place) {
    const attempt a("a: 1\nb: [1, 2\nc: 3\n");
    EXPECT_EQ(a.rule(), "yaml-syntax");
    EXPECT_GE(a.at().first, 2);
    EXPECT_FALSE(a.root);
    EXPECT_EQ(attempt("a: b: c").rule(), "yaml-syntax");
    EXPECT_EQ(attempt("a: 'x").rule(), "yaml-syntax");
    EXPECT_EQ(attempt("\ta: 1").rule(), "yaml-syntax");
}

TEST(yaml, aliases_that_would_multiply_a_document_are_refused) {
    const attempt bomb("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n");
    EXPECT_EQ(bomb.rule(), "yaml-feature");
    EXPECT_EQ(attempt("a: *unknown").out.findings().size(), 1U);
    EXPECT_EQ(attempt("a: !!str 5").rule(), "yaml-feature");
    EXPECT_EQ(attempt("a: 1\n---\na: 2\n").rule(), "yaml-feature");
    EXPECT_EQ(attempt("? [a, b]\n: 1\n").rule(), "yaml-feature");
    EXPECT_EQ(attempt("~: 1\n").rule(), "yaml-feature");
}

TEST(yaml, nesting_is_bounded_in_every_style) {
    for (const auto* open : {"[", "{a: ", "- "}) {
        std::string text;
        for (int i = 0; i < 100'000; ++i)
            text += open;
        const attempt a(text);
        EXPECT_EQ(a.rule(), "too-deep") << open;
        EXPECT_FALSE(a.root);
    }
    std::string block;
    for (std::size_t i = 0; i < 400; ++i)
        block += std::string(i, ' ') + "a:\n";
    EXPECT_EQ(attempt(block).rule(), "too-deep");
}

TEST(yaml, garbage_and_other_encodings_are_refused) {
    EXPECT_EQ(attempt(std::string_view("a: \0b", 5)).rule(), "bad-encoding");
    EXPECT_EQ(attempt("a: \xff\xfe").rule(), "bad-encoding");
    EXPECT_EQ(attempt(std::string_view("\xff\xfe"
                                       "a\0:\0",
                                       6))
                  .rule(),
              "bad-encoding");
    EXPECT_EQ(attempt("\x7f"
                      "ELF\x02\x01\x01")
                  .rule(),
              "bad-encoding");
    EXPECT_EQ(attempt("a: 1\nb: \x1b[2J").at(), std::pair(2, 4));
    EXPECT_TRUE(attempt("\xef\xbb\xbf"
                        "a: 1")
                    .root); // a byte order mark is harmless
}

TEST(yaml, a_file_has_at_most_one_mebibyte_and_a_bounded_number_of_values) {
    EXPECT_EQ(attempt(std::string(max_bytes + 1, '#')).rule(), "too-large");
    std::string many = "a:\n";
    for (std::size_t i = 0; i <= max_nodes; ++i)
        many += "- x\n";
    EXPECT_EQ(attempt(many).rule(), "too-large");
}

TEST(yaml, an_empty_file_is_told_so) {
    EXPECT_EQ(attempt("").rule(), "empty-file");
    EXPECT_EQ(attempt("# only a comment\n").rule(), "empty-file");
    EXPECT_EQ(attempt("---\n").rule(), "empty-file");
}

TEST(yaml, a_report_of_garbage_is_bounded) {
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += "a: 1\n";
    const attempt a(text);
    EXPECT_EQ(a.out.findings().size(), 501U);
    EXPECT_EQ(a.out.findings().back().rule, "too-many-findings");
}

constexpr std::array<std::string_view, 3> colours{"red", "green", "blue"};
constexpr std::array<std::string_view, 8> known{"text", "number", "flag", "time",
                                                "list", "colour", "day",  "other"};

struct typed : attempt {
    std::optional<object_reader> read;
    explicit typed(std::string_view text) : attempt(text) {
        if (root)
            read.emplace(*root, "a test", known, out);
    }
};

TEST(yaml_reader, what_is_right_is_read) {
    typed t("text: hello\nnumber: 5\nflag: true\ntime: 500ms\nlist: [a, b]\ncolour: blue\n");
    EXPECT_EQ(t.read->need_text("text"), "hello");
    EXPECT_EQ(t.read->number("number", 0, 1, 10), 5U);
    EXPECT_TRUE(t.read->boolean("flag", false));
    EXPECT_EQ(t.read->duration("time", 0ms), 500ms);
    EXPECT_EQ(t.read->texts("list"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(t.read->choice("colour", colours, 0), 2U);
    EXPECT_EQ(t.read->text("other", "fallback"), "fallback");
    EXPECT_FALSE(t.out.failed());
}

TEST(yaml_reader, an_unknown_key_is_an_error_with_a_proposal) {
    typed t("colur: red\n");
    ASSERT_EQ(t.rule(), "unknown-key");
    EXPECT_EQ(t.at(), std::pair(1, 1));
    EXPECT_THAT(t.out.findings()[0].message, HasSubstr("did you mean 'colour'?"));
    EXPECT_THAT(typed("zzzzzz: 1\n").out.findings()[0].message, HasSubstr("known keys: text, "));
}

TEST(yaml_reader, a_missing_key_is_told_at_its_mapping) {
    typed t("text: x\n");
    EXPECT_EQ(t.read->need("day"), nullptr);
    EXPECT_EQ(t.rule(), "missing-key");
    EXPECT_THAT(t.out.findings()[0].message, HasSubstr("'day'"));
}

TEST(yaml_reader, a_wrong_type_is_an_error_and_never_a_guess) {
    for (const auto* number : {"-1", "11", "5x", "'5'", "[5]", "{a: 5}", "0x5", "1e1", "", "true",
                               "99999999999999999999"}) {
        typed t(std::string("number: ") + number + "\n");
        EXPECT_EQ(t.read->number("number", 7, 1, 10), 7U) << number;
        EXPECT_EQ(t.rule(), "wrong-type") << number;
        EXPECT_EQ(t.at().first, 1);
    }
    for (const auto* flag : {"yes", "on", "1", "True", "'true'", "[true]"}) {
        typed t(std::string("flag: ") + flag + "\n");
        EXPECT_FALSE(t.read->boolean("flag", false));
        EXPECT_EQ(t.rule(), "wrong-type") << flag;
    }
    typed list("list: a\n");
    EXPECT_TRUE(list.read->texts("list").empty());
    EXPECT_EQ(list.rule(), "wrong-type");
    typed colour("colour: gren\n");
    EXPECT_EQ(colour.read->choice("colour", colours, 1), 1U);
    EXPECT_THAT(colour.out.findings()[0].message, HasSubstr("did you mean 'green'?"));
    EXPECT_EQ(typed("[a]").rule(), "wrong-type");
}

TEST(yaml_reader, texts_hold_no_control_characters_even_when_escaped) {
    for (const auto* text : {R"("a\nb")", R"("a\x00b")", R"("\e[2J")", R"("")", "''", "~"}) {
        typed t(std::string("text: ") + text + "\n");
        EXPECT_EQ(t.read->text("text"), "") << text;
        EXPECT_TRUE(t.out.failed()) << text;
    }
    EXPECT_TRUE(typed("text: " + std::string(1025, 'x')).read->text("text").empty());
    EXPECT_EQ(typed("text: no").read->text("text"), "no"); // Norway is a text
}

TEST(yaml_reader, a_list_names_nothing_twice) {
    typed t("list: [a, b, a]\n");
    EXPECT_EQ(t.read->texts("list").size(), 2U);
    EXPECT_EQ(t.rule(), "duplicate-value");
    EXPECT_EQ(t.at(), std::pair(1, 14));
}

TEST(yaml_values, durations_have_a_unit_and_an_end) {
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("5s"), 5s);
    EXPECT_EQ(parse_duration("2m"), 2min);
    EXPECT_EQ(parse_duration("24h"), 24h);
    EXPECT_EQ(parse_duration("0s"), 0s);
    for (const auto* bad : {"5", "s", "", "-5s", "1.5s", "5 s", "5S", "25h", "5d", "4294967296s",
                            "99999999999999999999ms", "5s5s"})
        EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(yaml_values, dates_are_days_that_exist) {
    ASSERT_TRUE(parse_date("2027-03-31"));
    EXPECT_EQ(format_date(*parse_date("2027-03-31")), "2027-03-31");
    EXPECT_TRUE(parse_date("2028-02-29"));
    for (const auto* bad :
         {"2027-02-29", "2027-13-01", "2027-00-10", "2027-3-31", "31.03.2027", "2027/03/31",
          "20270331", "2027-03-31T00:00", "never", "", "+027-03-31", "2027-03-32", " 2027-03-31"})
        EXPECT_FALSE(parse_date(bad)) << bad;
}

} // namespace
} // namespace ringfence::policy::yaml
