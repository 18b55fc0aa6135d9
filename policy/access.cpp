#include "policy/access.h"

namespace ringfence::policy {

std::string_view to_string(engine e) {
    switch (e) {
    case engine::postgresql:
        return "postgresql";
    case engine::mysql:
        return "mysql";
    }
    return "unknown";
}

std::string_view to_string(action a) {
    switch (a) {
    case action::read:
        return "read";
    case action::write:
        return "write";
    case action::define:
        return "define";
    case action::execute:
        return "execute";
    case action::reference:
        return "reference";
    }
    return "unknown";
}

std::string_view to_string(object_kind k) {
    switch (k) {
    case object_kind::server:
        return "server";
    case object_kind::database:
        return "database";
    case object_kind::schema:
        return "schema";
    case object_kind::table:
        return "table";
    case object_kind::function:
        return "function";
    case object_kind::type:
        return "type";
    }
    return "unknown";
}

std::string_view to_string(problem p) {
    switch (p) {
    case problem::none:
        return "none";
    case problem::syntax:
        return "syntax";
    case problem::limit:
        return "limit";
    case problem::unknown_node:
        return "unknown_node";
    case problem::statement_kind:
        return "statement_kind";
    case problem::no_schema:
        return "no_schema";
    case problem::unsafe_setting:
        return "unsafe_setting";
    case problem::catalogue:
        return "catalogue";
    case problem::internal_error:
        return "internal_error";
    }
    return "unknown";
}

} // namespace ringfence::policy
