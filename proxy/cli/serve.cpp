#include "proxy/cli/serve.h"

#include "proxy/cli/control.h"
#include "proxy/cli/findings.h"
#include "proxy/cli/loaded.h"
#include "proxy/cli/today.h"
#include "proxy/observe/audit.h"
#include "proxy/observe/log.h"

#include <exception>
#include <ostream>

namespace ringfence::cli {

int serve(const serve_options& o, console& io) {
    auto all = load_all(o.config, o.today.value_or(utc_today()));
    if (!all.findings.empty())
        io.err << render(all.findings, format::text, false) << std::flush;
    if (!all.ok()) {
        io.err << "ringfence: not started, because of the errors above\n";
        return finding;
    }
    observe::configure_log(all.config->log_level, all.config->log_format);
    try {
        std::string error;
        observe::audit_log audit(
            {.file = all.config->audit.file, .statements = all.config->audit.statements}, error);
        if (!error.empty())
            throw std::runtime_error(error);
        control plane(std::move(*all.config), audit, o.today);
        plane.start(std::move(all.policies), std::move(all.credentials), std::move(all.secrets));
        plane.run();
    } catch (const std::exception& e) {
        observe::log(observe::log_level::error, "not started", {{"reason", e.what()}});
        return finding;
    }
    return fine;
}

} // namespace ringfence::cli
