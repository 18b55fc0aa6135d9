// The JSON Schemas for editors and the loader know the same keys and words.
#include "policy/keys.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <span>
#include <string>

namespace ringfence::policy {
namespace {

using nlohmann::json;
using names = std::set<std::string>;

json read(const std::string& file) {
    std::ifstream in(std::string(RINGFENCE_SOURCE_DIR "/policy/schema/") + file);
    return json::parse(in);
}

names keys_of(const json& object) {
    EXPECT_EQ(object.at("additionalProperties"), false);
    names out;
    for (const auto& [key, value] : object.at("properties").items()) {
        out.insert(key);
        EXPECT_TRUE(value.contains("description") || value.contains("$ref")) << key;
    }
    return out;
}

names words(std::span<const std::string_view> list) {
    return {list.begin(), list.end()};
}

TEST(schema, of_org_yaml_has_the_keys_that_the_loader_reads) {
    const auto s = read("org.schema.json");
    EXPECT_EQ(keys_of(s), words(keys::org));
    EXPECT_EQ(keys_of(s["properties"]["servers"]["additionalProperties"]), words(keys::server));
    EXPECT_EQ(keys_of(s["properties"]["defaults"]), words(keys::defaults));
    EXPECT_EQ(keys_of(s["properties"]["common"]["items"]), words(keys::resource));
    EXPECT_EQ(s["properties"]["engines"]["items"]["enum"].get<names>(), words(keys::engines));
    EXPECT_EQ(s["properties"]["defaults"]["properties"]["mode"]["enum"].get<names>(),
              words(keys::modes));
    EXPECT_EQ(s["required"].get<names>(), (names{"version", "engines", "servers"}));
}

TEST(schema, of_a_service_has_the_keys_that_the_loader_reads) {
    const auto s = read("service.schema.json");
    const auto& p = s["properties"];
    EXPECT_EQ(keys_of(s), words(keys::service));
    EXPECT_EQ(keys_of(p["identities"]["items"]), words(keys::identity));
    EXPECT_EQ(keys_of(p["owns"]["items"]), words(keys::resource));
    EXPECT_EQ(keys_of(p["publishes"]["items"]), words(keys::publication));
    EXPECT_EQ(keys_of(p["shares"]["items"]), words(keys::share));
    EXPECT_EQ(keys_of(p["limits"]), words(keys::limits));
    EXPECT_EQ(p["mode"]["enum"].get<names>(), words(keys::modes));
    EXPECT_EQ(p["dynamic_sql"]["enum"].get<names>(), words(keys::dynamic_sql));
    EXPECT_EQ(p["shares"]["items"]["properties"]["access"]["enum"].get<names>(),
              words(keys::access));
    EXPECT_EQ(s["required"].get<names>(), (names{"service", "team"}));
    EXPECT_EQ(p["shares"]["items"]["required"].get<names>(),
              (names{"with", "server", "database", "access", "reason", "until"}));
}

} // namespace
} // namespace ringfence::policy
