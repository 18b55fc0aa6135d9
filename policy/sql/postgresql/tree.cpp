#include "policy/sql/postgresql/tree.h"

namespace ringfence::sql::postgresql {

std::vector<std::string_view> strings_of(node_list list) {
    std::vector<std::string_view> texts;
    texts.reserve(list.size());
    for (const auto* item : list)
        if (const auto* text = as<PgQuery__String>(item))
            texts.emplace_back(text->sval);
    return texts;
}

std::string_view kind_of(const ProtobufCMessageDescriptor& d) {
    const std::string_view name = d.name;
    return name.substr(name.rfind('.') + 1);
}

} // namespace ringfence::sql::postgresql
