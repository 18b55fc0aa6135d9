// Files that the configuration names: certificates, keys, and who may read them.
#include "../temporary_folder.h"
#include "made_certificate.h"
#include "written.h"

#include "proxy/certificates.h"
#include "proxy/files.h"

#include <sys/stat.h>
#include <unistd.h>

namespace ringfence::config::test {
namespace {

using ringfence::test::temporary_folder;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(certificates, a_pair_that_fits) {
    const temporary_folder t;
    const made_certificate m;
    const auto c = t.write("c.pem", m.certificate), k = t.write("k.pem", m.key);
    EXPECT_EQ(certificate_problem(c), "");
    EXPECT_EQ(key_pair_problem(c, k), "");
}

TEST(certificates, every_problem_names_its_file_and_no_key) {
    const temporary_folder t;
    const made_certificate m, other;
    const auto c = t.write("c.pem", m.certificate), k = t.write("k.pem", m.key);
    const auto garbage = t.write("garbage.pem", "no PEM at all");
    const auto missing = t / "missing.pem";
    EXPECT_EQ(certificate_problem(missing), missing.string() + ": No such file or directory");
    EXPECT_EQ(certificate_problem(garbage), garbage.string() + ": no certificate in PEM format");
    EXPECT_EQ(certificate_problem(k), k.string() + ": no certificate in PEM format");
    EXPECT_EQ(certificate_problem(t.path()), t.path().string() + ": not a file");
    EXPECT_EQ(key_pair_problem(garbage, k), garbage.string() + ": no certificate in PEM format");
    EXPECT_EQ(key_pair_problem(c, missing), missing.string() + ": No such file or directory");
    EXPECT_EQ(key_pair_problem(c, garbage),
              garbage.string() + ": no private key in PEM format without a passphrase");
    const auto locked = t.write("locked.pem", m.encrypted_key);
    EXPECT_EQ(key_pair_problem(c, locked),
              locked.string() + ": no private key in PEM format without a passphrase");
    const auto wrong = t.write("other.pem", other.key);
    EXPECT_EQ(key_pair_problem(c, wrong),
              wrong.string() + ": does not belong to the certificate " + c.string());
}

TEST(certificates, when_they_end) {
    const temporary_folder t;
    const made_certificate m(3600);
    const auto end = certificate_expiry(t.write("c.pem", m.certificate));
    ASSERT_TRUE(end);
    const auto left = *end - std::chrono::system_clock::now();
    EXPECT_GT(left, std::chrono::minutes(50));
    EXPECT_LE(left, std::chrono::hours(1));
    EXPECT_FALSE(certificate_expiry(t / "missing.pem"));
    EXPECT_FALSE(certificate_expiry(t.write("garbage.pem", "x")));
}

TEST(secrets, may_not_be_readable_by_others) {
    const temporary_folder t;
    const auto file = t.write("secret", "x", 0600);
    EXPECT_EQ(secret_problem(file), "");
    ::chmod(file.c_str(), 0400);
    EXPECT_EQ(secret_problem(file), "");
    for (const auto mode : {0604U, 0602U, 0601U, 0644U, 0666U, 0777U}) {
        ::chmod(file.c_str(), mode);
        EXPECT_THAT(secret_problem(file), StartsWith("everybody can read it (mode 0")) << mode;
    }
    ::chmod(file.c_str(), 0640);
    if (::geteuid() == 0) {
        EXPECT_EQ(secret_problem(file), ""); // root owns it
        ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
    }
    EXPECT_THAT(secret_problem(file), HasSubstr("its group can read it (mode 0640); chmod 600"));
    EXPECT_EQ(secret_problem(t.path()), "not a file");
    EXPECT_EQ(secret_problem(t / "none"), "No such file or directory");
}

TEST(files, are_read_whole_or_not_at_all) {
    const temporary_folder t;
    std::string problem;
    EXPECT_EQ(read_file(t.write("a", std::string(40'000, 'x')), 40'000, problem),
              std::string(40'000, 'x'));
    EXPECT_EQ(problem, "");
    EXPECT_FALSE(read_file(t / "a", 39'999, problem));
    EXPECT_EQ(problem, "larger than 39999 bytes");
    ASSERT_EQ(::mkfifo((t / "pipe").c_str(), 0600), 0);
    EXPECT_FALSE(read_file(t / "pipe", 10, problem)); // and does not wait for a writer
    EXPECT_EQ(problem, "not a file");
}

struct tls_folder {
    temporary_folder t;
    made_certificate m;
    tls_folder() {
        t.write("c.pem", m.certificate);
        t.write("k.pem", m.key);
        t.write("ca.pem", m.certificate);
    }
    [[nodiscard]] load_result read() const {
        return load(t.write("ringfence.yaml",
                            "listen: {postgresql: {}}\n"
                            "tls: {certificate: c.pem, key: k.pem, client_ca: ca.pem}\n"
                            "policies: p\ncredentials: c\n"
                            "servers:\n  pg: {host: h, tls: verify-full, ca: ca.pem}\n"));
    }
};

TEST(config_file, looks_at_the_certificates) {
    const tls_folder f;
    const auto r = f.read();
    EXPECT_TRUE(r.config) << all(r.findings);
}

TEST(config_file, a_key_for_everybody_is_refused) {
    const tls_folder f;
    f.t.write("k.pem", f.m.key, 0644);
    const auto r = f.read();
    EXPECT_FALSE(r.config);
    const auto d = only(r.findings);
    EXPECT_EQ(d.rule, "unreadable-file");
    EXPECT_EQ(d.place.line, 2);
    EXPECT_THAT(d.message, HasSubstr("k.pem: everybody can read it (mode 0644)"));
}

TEST(config_file, a_key_of_another_certificate_and_authorities_that_are_none) {
    const tls_folder f;
    f.t.write("k.pem", made_certificate().key);
    f.t.write("ca.pem", "nothing");
    const auto r = f.read();
    EXPECT_FALSE(r.config);
    ASSERT_EQ(r.findings.size(), 3U) << all(r.findings);
    for (const auto& d : r.findings) {
        EXPECT_EQ(d.rule, "bad-certificate");
        EXPECT_THAT(d.message, Not(HasSubstr("PRIVATE")));
    }
    EXPECT_THAT(r.findings[0].message, HasSubstr("does not belong to the certificate"));
    EXPECT_EQ(r.findings[1].place.line, 2);
    EXPECT_EQ(r.findings[2].place.line, 6);
}

} // namespace
} // namespace ringfence::config::test
