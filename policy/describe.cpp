#include "policy/describe.h"

namespace ringfence::policy {

namespace {

// On MySQL the database is the schema.
std::string dotted(const object& o) {
    return o.schema.empty() ? o.database : o.database + '.' + o.schema;
}

} // namespace

std::string describe(const touch& t) {
    std::string line(to_string(t.act));
    line += ' ';
    switch (t.what.kind) {
    case object_kind::server:
        line += "server \"" + t.what.name + '"';
        break;
    case object_kind::database:
        line += "database " + t.what.database;
        break;
    case object_kind::schema:
        line += "schema " + dotted(t.what);
        break;
    case object_kind::function:
    case object_kind::type:
        line += std::string(to_string(t.what.kind)) + ' ';
        [[fallthrough]];
    case object_kind::table:
        line += dotted(t.what) + '.' + t.what.name;
        break;
    }
    if (!t.columns.empty()) {
        line += '(';
        for (const auto& column : t.columns)
            line += (&column == &t.columns.front() ? "" : ",") + column;
        line += ')';
    }
    if (t.via_path)
        line += '~';
    if (t.through)
        line += " through " +
                (t.through->schema.empty() ? t.through->database : t.through->schema) + '.' +
                t.through->name;
    return line;
}

} // namespace ringfence::policy
