#include "packets.h"
#include "proxy/wire/postgresql/frontend.h"

#include <gtest/gtest.h>

namespace ringfence::wire::postgresql {
namespace {

using namespace test;

TEST(frontend, a_query_is_one_string_and_nothing_behind_it) {
    std::string_view text;
    ASSERT_EQ(decode_query(view(msg('Q', z("SELECT 1"))), text), outcome::ok);
    EXPECT_EQ(text, "SELECT 1");
    EXPECT_EQ(decode_query(view(msg('Q', "SELECT 1")), text), outcome::malformed);
    EXPECT_EQ(decode_query(view(msg('Q', z("SELECT 1") + z("DROP TABLE t"))), text),
              outcome::malformed);
    EXPECT_EQ(decode_query(view(msg('Q')), text), outcome::malformed);
}

TEST(frontend, a_parse_carries_as_many_types_as_it_says) {
    parse p;
    ASSERT_EQ(decode_parse(view(msg('P', z("s") + z("SELECT $1") + u16(1) + u32(23))), p),
              outcome::ok);
    EXPECT_EQ(p.name, "s");
    EXPECT_EQ(p.text, "SELECT $1");
    for (const auto& body : {z("s") + z("x") + u16(0) + u32(23), z("s") + z("x") + u16(1),
                             z("s") + z("x") + u16(0xffff), z("s") + z("x"), z("s") + "x"})
        EXPECT_EQ(decode_parse(view(msg('P', body)), p), outcome::malformed);
}

TEST(frontend, a_target_is_a_kind_and_a_name) {
    target t;
    ASSERT_EQ(decode_target(view(msg('D', "S" + z("name"))), t), outcome::ok);
    EXPECT_EQ(t.kind, 'S');
    EXPECT_EQ(t.name, "name");
    EXPECT_EQ(decode_target(view(msg('D')), t), outcome::malformed);
    EXPECT_EQ(decode_target(view(msg('D', "Sname")), t), outcome::malformed);
    EXPECT_EQ(decode_target(view(msg('D', "S" + z("name") + "x")), t), outcome::malformed);
}

TEST(frontend, the_names_of_a_bind_are_found_as_soon_as_they_are_there) {
    const std::string whole = msg('B', z("portal") + z("statement") + std::string(6, '\0'));
    header head;
    ASSERT_EQ(read_header(view(whole), head), outcome::ok);
    bind_names names;
    const std::size_t enough = header_size + 7 + 10;
    for (std::size_t n = header_size; n < whole.size(); ++n) {
        const auto seen = decode_bind_names(view(whole).first(n), head, names);
        EXPECT_EQ(seen, n < enough ? outcome::need_more : outcome::ok) << n;
    }
    EXPECT_EQ(names.portal, "portal");
    EXPECT_EQ(names.statement, "statement");
}

TEST(frontend, a_bind_whose_names_never_end_is_malformed) {
    const std::string whole = msg('B', z("portal") + "statement");
    header head;
    ASSERT_EQ(read_header(view(whole), head), outcome::ok);
    bind_names names;
    EXPECT_EQ(decode_bind_names(view(whole), head, names), outcome::malformed);
}

TEST(frontend, the_bytes_that_we_send) {
    std::string out;
    encode_query(out, "SELECT 1");
    encode_parse(out, "s", "SELECT 2");
    encode_sync(out);
    encode_terminate(out);
    EXPECT_EQ(out, msg('Q', z("SELECT 1")) + msg('P', z("s") + z("SELECT 2") + u16(0)) + msg('S') +
                       msg('X'));
}

} // namespace
} // namespace ringfence::wire::postgresql
