// ringfence.yaml: keys, defaults, places of errors, and what only shows between keys.
#include "written.h"

#include "../temporary_folder.h"

namespace ringfence::config::test {
namespace {

using ringfence::test::temporary_folder;
using session::tls_mode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(config, defaults) {
    const auto s = good("listen: {postgresql: {}}\n"
                        "tls: {certificate: c.pem, key: k.pem}\n"
                        "policies: policies\ncredentials: credentials.yaml\n"
                        "servers: {pg: {host: db1}}\n");
    ASSERT_EQ(s.net.listen.size(), 1U);
    EXPECT_EQ(s.net.listen[0].address, "0.0.0.0");
    EXPECT_EQ(s.net.listen[0].port, 6432);
    EXPECT_EQ(s.net.listen[0].tls, tls_mode::require);
    EXPECT_EQ(s.net.listen[0].server, "");
    EXPECT_EQ(s.net.unix_listen.directory, "");
    EXPECT_EQ(s.net.unix_listen.mode, 0777U);
    EXPECT_FALSE(s.admin.enabled);
    EXPECT_EQ(s.net.tls.client_ca, "");
    EXPECT_TRUE(s.audit.file.empty());
    EXPECT_FALSE(s.audit.statements);
    EXPECT_EQ(s.log_level, observe::log_level::info);
    EXPECT_EQ(s.log_format, observe::log_format::text);
    const auto pg = s.net.servers.at("pg");
    EXPECT_EQ(pg.name, "pg");
    ASSERT_EQ(pg.hosts.size(), 1U);
    EXPECT_EQ(pg.hosts[0].host, "db1");
    EXPECT_EQ(pg.hosts[0].port, 0); // the engine's own
    EXPECT_EQ(pg.target, net::session_attrs::any);
    EXPECT_EQ(pg.tls, tls_mode::prefer);
    EXPECT_EQ(pg.ca, "");
    EXPECT_EQ(pg.pool_size, 20U);
}

TEST(config, admin_listens_on_the_loopback_unless_told) {
    const auto s = good(with_listen("{postgresql: {tls: disable}, admin: {}}"));
    EXPECT_TRUE(s.admin.enabled);
    EXPECT_EQ(s.admin.address, "127.0.0.1");
    EXPECT_EQ(s.admin.port, 9127);
    EXPECT_EQ(
        good(with_listen("{postgresql: {tls: disable}, admin: {address: '::'}}")).admin.address,
        "::");
}

TEST(config, relative_paths_are_relative_to_the_file) {
    const auto s = good("listen: {postgresql: {}, unix_socket_dir: run}\n"
                        "tls: {certificate: tls/../c.pem, key: /abs/k.pem, client_ca: ./ca.crt}\n"
                        "policies: ../policies/\ncredentials: c.yaml\n"
                        "servers: {pg: {host: db1, ca: ca.pem}}\n"
                        "audit: {file: log/audit.jsonl}\n");
    EXPECT_EQ(s.net.tls.certificate, "/etc/ringfence/c.pem");
    EXPECT_EQ(s.net.tls.key, "/abs/k.pem");
    EXPECT_EQ(s.net.tls.client_ca, "/etc/ringfence/ca.crt");
    EXPECT_EQ(s.policies, "/etc/policies/");
    EXPECT_EQ(s.credentials, "/etc/ringfence/c.yaml");
    EXPECT_EQ(s.net.servers.at("pg").ca, "/etc/ringfence/ca.pem");
    EXPECT_EQ(s.audit.file, "/etc/ringfence/log/audit.jsonl");
    EXPECT_EQ(s.net.unix_listen.directory, "/etc/ringfence/run");
}

TEST(config, audit_and_log) {
    const auto s = good(with("audit: {file: '-', statements: true}\n"
                             "log: {level: warning, format: json}\n"));
    EXPECT_EQ(s.audit.file, "-");
    EXPECT_TRUE(s.audit.statements);
    EXPECT_EQ(s.log_level, observe::log_level::warning);
    EXPECT_EQ(s.log_format, observe::log_format::json);
    EXPECT_EQ(good(with("log: {level: debug}\n")).log_level, observe::log_level::debug);
    EXPECT_EQ(good(with("log: {level: error}\n")).log_level, observe::log_level::error);
    expect_refused(with("audit: {statements: true}\n"), "missing-key", 5, 8, "'file'");
    expect_refused(with("audit: {file: ''}\n"), "wrong-type", 5, 15, "'file' must be a text");
    expect_refused(with("audit: {file: a, statements: yes}\n"), "wrong-type", 5, 30,
                   "'statements' must be true or false");
    expect_refused(with("log: {level: warn}\n"), "wrong-value", 5, 14,
                   "one of debug, info, warning, error, not 'warn'");
    expect_refused(with("log: {format: xml}\n"), "wrong-value", 5, 15, "one of text, json");
}

TEST(config, what_must_be_there) {
    const auto r = read("workers: 1\n");
    EXPECT_FALSE(r.config);
    std::vector<std::string> messages;
    for (const auto& d : r.findings) {
        EXPECT_EQ(d.rule, "missing-key");
        messages.push_back(d.message);
    }
    EXPECT_THAT(messages, ElementsAre("missing key 'listen'", "missing key 'policies'",
                                      "missing key 'credentials'", "missing key 'servers'"));
}

TEST(config, misspelt_keys_at_every_level_have_a_place_and_a_proposal) {
    expect_refused(with("worker: 1\n"), "unknown-key", 5, 1, "did you mean 'workers'?");
    expect_refused(with("  \nquery_wait_timout: 5s\n"), "unknown-key", 6, 1,
                   "did you mean 'query_wait_timeout'?");
    expect_refused(with_listen("{postgresql: {tls: disable, adress: 1}}"), "unknown-key", 1, 37,
                   "did you mean 'address'?");
    expect_refused(with_listen("{postgresql: {tls: disable}, unix_socket_path: /x}"), "unknown-key",
                   1, 38, "unknown key 'unix_socket_path' in listen");
    expect_refused(with_listen("{postgresql: {tls: disable}, admin: {prot: 1}}"), "unknown-key", 1,
                   46, "did you mean 'port'?");
    expect_refused(with_server("{host: h, pool: {sise: 3}}"), "unknown-key", 4, 32,
                   "did you mean 'size'?");
    expect_refused(with_server("{host: h, sslmode: require}"), "unknown-key", 4, 25,
                   "known keys: host, hosts, port");
    expect_refused(with("audit: {file: a, statments: true}\n"), "unknown-key", 5, 18,
                   "did you mean 'statements'?");
    expect_refused(with("limits: {max_prepared_statement: 3}\n"), "unknown-key", 5, 10,
                   "did you mean 'max_prepared_statements'?");
    expect_refused(with("tls: {certificate: c, key: k, ca: x}\n"), "unknown-key", 5, 31,
                   "unknown key 'ca' in tls");
    expect_refused(with("log: {levle: info}\n"), "unknown-key", 5, 7, "did you mean 'level'?");
}

TEST(config, duplicate_keys_at_every_level) {
    expect_refused(with("workers: 1\nworkers: 2\n"), "duplicate-key", 6, 1, "'workers'");
    expect_refused(with_server("{host: h, host: i}"), "duplicate-key", 4, 25, "'host'");
    expect_refused("listen: {postgresql: {tls: disable}}\npolicies: p\ncredentials: c\n"
                   "servers:\n  pg: {host: a}\n  pg: {host: b}\n",
                   "duplicate-key", 6, 3, "'pg'");
}

TEST(config, all_errors_are_told_at_once_in_the_order_of_the_file) {
    const auto r = read("listen: {postgresql: {prt: 1, tls: maybe}}\n"
                        "workers: many\n"
                        "policies: []\n"
                        "servers: {pg: {port: 99999}}\n"
                        "drain_timeout: 5\n"
                        "drain_timeout: 6s\n");
    EXPECT_FALSE(r.config);
    std::vector<std::string> rules;
    int line = 0;
    for (const auto& d : r.findings) {
        EXPECT_GE(d.place.line, line);
        line = d.place.line;
        rules.push_back(d.rule);
    }
    EXPECT_THAT(rules, testing::UnorderedElementsAre("unknown-key", "wrong-value", "missing-key",
                                                     "missing-key", "wrong-type", "wrong-type",
                                                     "wrong-type", "missing-key", "wrong-type",
                                                     "duplicate-key"))
        << all(r.findings);
}

TEST(config, what_is_no_configuration) {
    EXPECT_EQ(refused("").rule, "empty-file");
    EXPECT_EQ(refused("- a\n").rule, "wrong-type");
    EXPECT_EQ(refused("just text\n").rule, "wrong-type");
    EXPECT_EQ(refused("listen: {postgresql\n").rule, "yaml-syntax");
    EXPECT_EQ(refused(with("log: &a {level: info}\n")).rule, "yaml-feature");
    EXPECT_EQ(refused(with("---\na: 1\n")).rule, "yaml-feature");
    EXPECT_EQ(refused(with("# \xff\n")).rule, "bad-encoding");
    EXPECT_EQ(refused(std::string("a: \0b\n", 6)).rule, "bad-encoding");
}

TEST(config, every_tls_mode_of_listeners_and_servers) {
    const std::vector<std::pair<const char*, tls_mode>> modes{
        {"disable", tls_mode::disable},     {"allow", tls_mode::allow},
        {"prefer", tls_mode::prefer},       {"require", tls_mode::require},
        {"verify-ca", tls_mode::verify_ca}, {"verify-full", tls_mode::verify_full}};
    for (const auto& [name, mode] : modes) {
        const std::string text = "listen: {postgresql: {tls: " + std::string(name) +
                                 "}}\ntls: {certificate: c, key: k, client_ca: a}\n"
                                 "policies: p\ncredentials: c\nservers: {pg: {host: h, tls: " +
                                 name + "}}\n";
        const auto s = good(text);
        EXPECT_EQ(s.net.listen.at(0).tls, mode) << name;
        EXPECT_EQ(s.net.servers.at("pg").tls, mode) << name;
    }
    expect_refused(with_server("{host: h, tls: verify_full}"), "wrong-value", 4, 30,
                   "did you mean 'verify-full'?");
    expect_refused(with_server("{host: h, tls: true}"), "wrong-value", 4, 30, "not 'true'");
}

TEST(config, a_listener_that_wants_tls_needs_a_certificate) {
    for (const auto* mode : {"{}", "{tls: require}"})
        expect_refused(with_listen("{postgresql: " + std::string(mode) + "}"), "missing-key", 1, 9,
                       "the listener on port 6432 requires TLS");
    for (const auto* mode : {"disable", "allow", "prefer"})
        static_cast<void>(good(with_listen("{postgresql: {tls: " + std::string(mode) + "}}")));
    for (const auto* mode : {"verify-ca", "verify-full"})
        expect_refused(with_listen("{postgresql: {tls: " + std::string(mode) + "}}",
                                   "tls: {certificate: c, key: k}\n"),
                       "missing-key", 1, 9, "'tls: {client_ca: …}'");
    expect_refused(with("tls: {certificate: c}\n"), "missing-key", 5, 6, "missing key 'key'");
}

TEST(config, hosts_in_every_spelling) {
    const auto hosts = [](const std::string& text) {
        std::vector<std::string> out;
        const auto s = good(with_server(text));
        const auto pg = s.net.servers.at("pg");
        for (const auto& e : pg.hosts)
            out.push_back(e.host + "|" + std::to_string(e.port));
        return out;
    };
    EXPECT_THAT(hosts("{host: db1}"), ElementsAre("db1|0")); // the engine's own
    EXPECT_THAT(hosts("{host: 'db1:5433', port: 7}"), ElementsAre("db1|5433"));
    EXPECT_THAT(hosts("{hosts: [db1, 'db2:6000', 10.0.0.7, '[::1]:5433', '[fe80::1]', '::1', "
                      "'fe80::1%eth0', /run/postgresql], port: 7}"),
                ElementsAre("db1|7", "db2|6000", "10.0.0.7|7", "::1|5433", "fe80::1|7", "::1|7",
                            "fe80::1%eth0|7", "/run/postgresql|7"));
}

TEST(config, what_is_no_host) {
    for (const auto* wrong :
         {"'db1:'", "'db1:0'", "'db1:65536'", "'db1:-1'", "'db1:x'", "'db1:5432x'", "':5432'",
          "'[::1'", "'[]:1'", "'[::1]5432'", "'[::1]:'", "'db1:5432:5433'", "'a b'", "'db1/shop'",
          "'postgres://db1'"})
        expect_refused(with_server("{host: " + std::string(wrong) + "}"), "wrong-value", 4, 22,
                       "is no host, host:port");
    expect_refused(with_server("{host: 'db1,db2'}"), "wrong-value", 4, 22,
                   "several hosts are a list under 'hosts'");
    expect_refused(with_server("{host: h, hosts: [a]}"), "missing-key", 4, 32,
                   "either 'host' or 'hosts'");
    expect_refused(with_server("{port: 1}"), "missing-key", 4, 15, "either 'host' or 'hosts'");
    expect_refused(with_server("{host: [a, b]}"), "wrong-type", 4, 22, "'host' must be a text");
    expect_refused(with_server("{hosts: a}"), "wrong-type", 4, 23, "'hosts' must be a list");
    expect_refused(with_server("{hosts: []}"), "wrong-value", 4, 23, "1 to 16");
    std::string many;
    for (int i = 0; i < 16; ++i)
        many += (i == 0 ? "h" : ", h") + std::to_string(i);
    EXPECT_EQ(good(with_server("{hosts: [" + many + "]}")).net.servers.at("pg").hosts.size(), 16U);
    expect_refused(with_server("{hosts: [" + many + ", h16]}"), "wrong-value", 4, 23, "1 to 16");
}

TEST(config, session_attributes_and_pool_mode) {
    const std::vector<std::pair<const char*, net::session_attrs>> names{
        {"any", net::session_attrs::any},
        {"read-write", net::session_attrs::read_write},
        {"read-only", net::session_attrs::read_only},
        {"primary", net::session_attrs::primary},
        {"standby", net::session_attrs::standby},
        {"prefer-standby", net::session_attrs::prefer_standby}};
    for (const auto& [name, value] : names)
        EXPECT_EQ(good(with_server("{host: h, target_session_attrs: " + std::string(name) + "}"))
                      .net.servers.at("pg")
                      .target,
                  value);
    expect_refused(with_server("{host: h, target_session_attrs: master}"), "wrong-value", 4, 47,
                   "one of any, read-write");
    static_cast<void>(good(with_server("{host: h, pool: {mode: session}}")));
    expect_refused(with_server("{host: h, pool: {mode: transaction}}"), "wrong-value", 4, 38,
                   "must be one of session");
}

TEST(config, a_listener_per_server) {
    const auto s = good("listen: {postgresql: [{tls: disable, server: a}, {tls: disable, port: "
                        "6433, server: b}]}\n"
                        "policies: p\ncredentials: c\nservers: {a: {host: h}, b: {host: h}}\n");
    ASSERT_EQ(s.net.listen.size(), 2U);
    EXPECT_EQ(s.net.listen[0].server, "a");
    EXPECT_EQ(s.net.listen[1].server, "b");
    EXPECT_EQ(s.net.listen[1].port, 6433);
    expect_refused(with_listen("{postgresql: {tls: disable, server: pgg}}"), "unknown-server", 1, 9,
                   "unknown server 'pgg' in a listener (did you mean 'pg'?)");
}

TEST(config, two_listeners_on_one_address) {
    expect_refused(with_listen("{postgresql: [{tls: disable}, {tls: disable, port: 6432}]}"),
                   "two-listeners", 1, 60, "two listeners on 0.0.0.0 port 6432");
    const auto s = good(with_listen("{postgresql: [{tls: disable, port: 0}, {tls: disable, port: "
                                    "0}, {tls: disable, address: '::'}]}"));
    EXPECT_EQ(s.net.listen.size(), 3U);
    EXPECT_EQ(s.net.unix_listen.port, 6432); // 0 is no number for a socket's name
}

TEST(config, the_number_of_listeners_is_bounded) {
    const auto several = [](int n) {
        std::string list;
        for (int i = 1; i <= n; ++i)
            list += (i == 1 ? "{tls: disable, port: " : ", {tls: disable, port: ") +
                    std::to_string(i) + "}";
        return with_listen("{postgresql: [" + list + "]}");
    };
    EXPECT_EQ(good(several(256)).net.listen.size(), 256U);
    expect_refused(several(257), "wrong-value", 1, 22, "1 to 256 listeners");
    expect_refused(several(0), "wrong-value", 1, 22, "1 to 256 listeners");
}

TEST(config, something_must_be_listened_on) {
    expect_refused(with_listen("{admin: {}}"), "missing-key", 1, 9, "nothing to listen on");
    const auto s = good(with_listen("{unix_socket_dir: /run/r}"));
    EXPECT_TRUE(s.net.listen.empty());
    EXPECT_EQ(s.net.unix_listen.directory, "/run/r");
    EXPECT_EQ(s.net.unix_listen.port, 6432);
    EXPECT_EQ(good(with_listen("{postgresql: {tls: disable, port: 7000}, unix_socket_dir: /run/r}"))
                  .net.unix_listen.port,
              7000);
}

TEST(config, a_listener_of_each_engine) {
    const auto s = good(with_listen("{postgresql: {tls: disable}, mysql: {tls: disable}}"));
    ASSERT_EQ(s.net.listen.size(), 2U);
    EXPECT_EQ(s.net.listen[0].engine, policy::engine::postgresql);
    EXPECT_EQ(s.net.listen[0].port, 6432);
    EXPECT_EQ(s.net.listen[1].engine, policy::engine::mysql);
    EXPECT_EQ(s.net.listen[1].port, 6033);
}

TEST(config, servers_know_their_place) {
    const auto s = good(with(""));
    EXPECT_EQ(s.server_places.at("pg").file, "ringfence.yaml");
    EXPECT_EQ(s.server_places.at("pg").line, 4);
    EXPECT_EQ(s.server_places.at("pg").column, 11);
    expect_refused("listen: {postgresql: {tls: disable}}\npolicies: p\ncredentials: c\n"
                   "servers: {}\n",
                   "wrong-value", 4, 10, "at least one server");
}

TEST(config, hostile_names_are_made_printable) {
    const auto r = read(with("\"\xe2\x80\xae"
                             "evil\\e[31m\": 1\n"));
    EXPECT_FALSE(r.config);
    EXPECT_THAT(all(r.findings), Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(all(r.findings), Not(HasSubstr("\x1b")));
}

TEST(config_file, is_read_from_its_folder) {
    const temporary_folder t;
    const auto file = t.write("ringfence.yaml", with(""));
    const auto r = load(file);
    ASSERT_TRUE(r.config) << all(r.findings);
    EXPECT_EQ(r.config->credentials, t / "credentials.yaml");
    EXPECT_EQ(r.config->server_places.at("pg").file, file.string());
}

TEST(config_file, that_cannot_be_read_is_one_clear_error) {
    const temporary_folder t;
    const auto missing = load(t / "none.yaml");
    EXPECT_FALSE(missing.config);
    EXPECT_EQ(only(missing.findings).rule, "unreadable-file");
    EXPECT_EQ(only(missing.findings).message, "No such file or directory");
    EXPECT_EQ(only(missing.findings).place.file, (t / "none.yaml").string());
    EXPECT_EQ(only(load(t.path()).findings).message, "not a file");
    t.write("large.yaml", std::string(1024 * 1024 + 1, '#'));
    EXPECT_EQ(only(load(t / "large.yaml").findings).message, "larger than 1048576 bytes");
}

} // namespace
} // namespace ringfence::config::test
