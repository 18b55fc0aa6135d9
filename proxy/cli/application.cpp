#include "proxy/cli/application.h"

#include "policy/text.h"
#include "policy/yaml/reader.h"
#include "proxy/auth/verifier.h"
#include "proxy/cli/check.h"
#include "proxy/cli/explain.h"
#include "proxy/cli/hash_password.h"
#include "proxy/cli/serve.h"
#include "proxy/cli/today.h"
#include "proxy/observe/version.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

namespace {

const std::map<std::string, format> all_formats{{"text", format::text},
                                                {"json", format::json},
                                                {"markdown", format::markdown},
                                                {"sarif", format::sarif}};
const std::map<std::string, format> two_formats{{"text", format::text}, {"json", format::json}};

CLI::Option* add_format(CLI::App& verb, format& into, const std::map<std::string, format>& known) {
    std::string names;
    for (const auto& [name, value] : known)
        names += (names.empty() ? "" : ", ") + name;
    return verb
        .add_option_function<std::string>(
            "--format",
            [&into, &known, names](const std::string& name) {
                const auto found = known.find(name);
                if (found == known.end())
                    throw CLI::ValidationError("--format", "one of " + names + ", not " + name);
                into = found->second;
            },
            "Output format: " + names)
        ->type_name("FORMAT");
}

template <class Set>
CLI::Option* add_today(CLI::App& verb, Set set) {
    return verb
        .add_option_function<std::string>(
            "--today",
            [set](const std::string& text) {
                const auto day = policy::yaml::parse_date(text);
                if (!day)
                    throw CLI::ValidationError("--today", "a date as YYYY-MM-DD, not " + text);
                set(*day);
            },
            "The day to decide for (UTC)")
        ->type_name("YYYY-MM-DD");
}

struct choice {
    std::function<int()> run;
};

void add_serve(CLI::App& app, choice& chosen, console& io, serve_options& o) {
    auto* verb = app.add_subcommand("serve", "Run the proxy");
    verb->add_option("--config,-c", o.config, "The configuration")
        ->type_name("FILE")
        ->capture_default_str();
    add_today(*verb, [&o](policy::date day) { o.today = day; })->group("");
    verb->footer(
        "Example:\n  ringfence serve --config /etc/ringfence/ringfence.yaml\n\n"
        "SIGHUP reloads policies, credentials and certificates; SIGTERM drains and ends, a "
        "second one ends at once.");
    verb->callback([&] { chosen.run = [&] { return serve(o, io); }; });
}

void add_check(CLI::App& app, choice& chosen, console& io, check_options& o) {
    auto* verb = app.add_subcommand("check", "Load and lint policies, and the configuration");
    auto* folder = verb->add_option("--policies,folder", o.policies,
                                    "The policy folder (default: that of the configuration, or "
                                    "./policies)");
    folder->type_name("DIR");
    verb->add_option("--config,-c", o.config, "Check this configuration and its credentials, too")
        ->type_name("FILE");
    add_format(*verb, o.how, all_formats);
    add_today(*verb, [&o](policy::date day) { o.today = day; });
    verb->footer("Example:\n  ringfence check policies/ --format sarif > findings.sarif\n\n"
                 "Exit status: 0 fine, 1 there are errors, 2 wrong use.");
    verb->callback([&] { chosen.run = [&] { return check(o, io); }; });
}

void add_explain(CLI::App& app, choice& chosen, console& io, explain_options& o) {
    auto* verb = app.add_subcommand("explain", "What a statement touches, and what becomes of it");
    verb->add_option("--policies", o.policies, "The policy folder")
        ->type_name("DIR")
        ->capture_default_str();
    verb->add_option("--service", o.service, "Whose statement it is")
        ->type_name("NAME")
        ->required();
    verb->add_option("--server", o.server, "Where it is sent")->type_name("NAME")->required();
    verb->add_option("--database", o.database,
                     "In which database (default: the one that the service owns something in)")
        ->type_name("NAME");
    verb->add_option_function<std::string>(
            "--flavour",
            [&o](const std::string& name) {
                if (name != "mysql" && name != "mariadb")
                    throw CLI::ValidationError("--flavour", "mysql or mariadb, not " + name);
                o.mariadb = name == "mariadb";
            },
            "On a server of engine mysql: mysql or mariadb (default: mysql)")
        ->type_name("NAME");
    verb->add_option("--sql-mode", o.sql_mode,
                     "On a server of engine mysql: the session's sql_mode")
        ->type_name("LIST");
    verb->add_option("sql", o.sql, "The statement (default: read from the input)")
        ->type_name("SQL");
    add_format(*verb, o.how, two_formats);
    add_today(*verb, [&o](policy::date day) { o.today = day; });
    verb->footer("Example:\n  ringfence explain --service order-service --server shop-pg "
                 "--database shop \\\n      'SELECT email FROM users.accounts'\n\n"
                 "Exit status: 0 allowed, 1 denied, 2 wrong use.");
    verb->callback([&] { chosen.run = [&] { return explain(o, io); }; });
}

void add_hash(CLI::App& app, choice& chosen, console& io, hash_options& o) {
    auto* verb = app.add_subcommand("hash-password", "Make a verifier for the credentials file");
    static const std::map<std::string, hash_method> methods{
        {"scram", hash_method::scram},
        {"caching-sha2", hash_method::caching_sha2},
        {"native", hash_method::native}};
    verb->add_option(
            "--method", o.method,
            "scram, for PostgreSQL (default); caching-sha2, for MySQL and MariaDB; native, "
            "for their clients that know mysql_native_password only")
        ->type_name("METHOD")
        ->transform(CLI::CheckedTransformer(methods));
    verb->add_option("--iterations", o.iterations,
                     "Rounds of the hash (default: 4096; of caching-sha2: 5000; native has none)")
        ->type_name("N")
        ->check(CLI::Range(4096U, auth::most_iterations));
    verb->add_option(
            "--salt-of", o.salt_of,
            "Use the salt of this verifier, so that both work while a password is changed; "
            "needed with scram only")
        ->type_name("VERIFIER");
    verb->footer("Example:\n  ringfence hash-password            # asks for the password\n"
                 "  pwgen -s 32 1 | tee secret | ringfence hash-password --method caching-sha2");
    verb->callback([&] { chosen.run = [&] { return hash_password(o, io); }; });
}

// CLI11 would only say that a verb is required.
bool is_unknown_verb(std::string_view given, const CLI::App& app, console& io) {
    std::vector<std::string> names;
    for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(verb->get_name());
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (given.starts_with('-') || std::find(views.begin(), views.end(), given) != views.end())
        return false;
    const auto hint = policy::did_you_mean(given, views);
    io.err << fmt::format("ringfence: unknown verb '{}'{}\n", policy::printable(given, 64),
                          hint.empty() ? fmt::format("; there is {}", fmt::join(names, ", "))
                                       : hint);
    return true;
}

} // namespace

int run(int argc, const char* const* argv, console& io) {
    try {
        CLI::App app("ringfence: database per service, enforced on shared database servers",
                     "ringfence");
        app.require_subcommand(1);
        app.set_version_flag("--version",
                             fmt::format("ringfence {} (PostgreSQL grammar {}, libpg_query)",
                                         observe::version, observe::grammar));
        app.footer("'ringfence VERB --help' shows the options of a verb, with an example.");
        choice chosen;
        serve_options serve_given;
        check_options check_given;
        explain_options explain_given;
        hash_options hash_given;
        check_given.today = explain_given.today = utc_today();
        add_serve(app, chosen, io, serve_given);
        add_check(app, chosen, io, check_given);
        add_explain(app, chosen, io, explain_given);
        add_hash(app, chosen, io, hash_given);
        if (argc > 1 && is_unknown_verb(argv[1], app, io))
            return wrong_use;
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError& e) {
            return app.exit(e, io.out, io.err) == 0 ? fine : wrong_use;
        }
        return chosen.run();
    } catch (const std::exception& e) {
        io.err << "ringfence: " << e.what() << "\n";
        return finding;
    }
}

} // namespace ringfence::cli
