#include "packets.h"
#include "proxy/wire/postgresql/backend.h"

#include <gtest/gtest.h>

namespace ringfence::wire::postgresql {
namespace {

using namespace test;

TEST(backend, an_error_without_sqlstate_is_still_an_error) {
    error_fields e;
    ASSERT_EQ(decode_error(view(msg('E', z("SFATAL") + z("Mno more") + '\0')), e), outcome::ok);
    EXPECT_EQ(e.severity, "FATAL");
    EXPECT_EQ(e.sqlstate, "");
    EXPECT_EQ(e.message, "no more");
    EXPECT_EQ(decode_error(view(msg('E', std::string(1, '\0'))), e), outcome::ok);
}

TEST(backend, the_severity_that_is_not_localised_wins) {
    error_fields e;
    ASSERT_EQ(decode_error(view(msg('E', z("SERREUR") + z("VERROR") + z("?new") + '\0')), e),
              outcome::ok);
    EXPECT_EQ(e.severity, "ERROR");
}

TEST(backend, an_error_whose_fields_do_not_end_is_malformed) {
    error_fields e;
    for (const auto& body :
         {std::string(), z("SFATAL"), std::string("SFATAL"), z("SFATAL") + '\0' + "x"})
        EXPECT_EQ(decode_error(view(msg('E', body)), e), outcome::malformed);
}

TEST(backend, a_ready_for_query_has_one_of_three_states) {
    char state = 0;
    for (const char c : {'I', 'T', 'E'}) {
        EXPECT_EQ(decode_ready_for_query(view(msg('Z', std::string(1, c))), state), outcome::ok);
        EXPECT_EQ(state, c);
    }
    for (const std::string_view body : {"", "X", "II"})
        EXPECT_EQ(decode_ready_for_query(view(msg('Z', body)), state), outcome::malformed);
}

TEST(backend, a_cancel_key_is_8_to_260_bytes) {
    std::string_view key;
    for (const std::size_t n : {8U, 36U, 260U})
        EXPECT_EQ(decode_backend_key_data(view(msg('K', std::string(n, 'k'))), key), outcome::ok);
    for (const std::size_t n : {0U, 4U, 7U, 261U})
        EXPECT_EQ(decode_backend_key_data(view(msg('K', std::string(n, 'k'))), key),
                  outcome::malformed);
}

TEST(backend, parameters_and_tags_are_whole) {
    parameter_status p;
    ASSERT_EQ(decode_parameter_status(view(msg('S', z("TimeZone") + z("UTC"))), p), outcome::ok);
    EXPECT_EQ(p.name, "TimeZone");
    EXPECT_EQ(p.value, "UTC");
    EXPECT_EQ(decode_parameter_status(view(msg('S', z("TimeZone"))), p), outcome::malformed);
    EXPECT_EQ(decode_parameter_status(view(msg('S', z("a") + z("b") + z("c"))), p),
              outcome::malformed);
    std::string_view tag;
    EXPECT_EQ(decode_command_complete(view(msg('C', z("SELECT 1"))), tag), outcome::ok);
    EXPECT_EQ(tag, "SELECT 1");
    EXPECT_EQ(decode_command_complete(view(msg('C', "SELECT 1")), tag), outcome::malformed);
}

TEST(backend, an_error_of_ours_names_schema_and_table_and_leaves_out_what_is_empty) {
    std::string out;
    encode_error(out, {.severity = "ERROR",
                       .sqlstate = "42501",
                       .message = "m",
                       .detail = "",
                       .hint = "h",
                       .schema = "users",
                       .table = "accounts"});
    EXPECT_EQ(out, msg('E', z("SERROR") + z("VERROR") + z("C42501") + z("Mm") + z("Hh") +
                                z("susers") + z("taccounts") + '\0'));
}

} // namespace
} // namespace ringfence::wire::postgresql
