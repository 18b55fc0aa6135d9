#include "policy/sql/reach.h"

#include <algorithm>
#include <set>
#include <utility>

namespace ringfence::sql {

using policy::action;
using policy::object;
using policy::object_kind;
using policy::touch;

namespace {

// Stands for every schema that the caller may have on its path: what an unqualified name in a body
// means is known when it runs. No identifier has a zero byte.
constexpr std::string_view callers_schema{"\0", 1};

// The schema that an object is in. On MySQL a database is one.
const std::string& unit_of(const object& o) {
    return o.schema.empty() ? o.database : o.schema;
}

std::string key_of(object_kind kind, std::string_view schema, std::string_view name) {
    std::string key(1, static_cast<char>('0' + static_cast<int>(kind)));
    key += schema;
    key += '\1';
    key += name;
    return key;
}

std::string key_of(const object& o) {
    return key_of(o.kind, unit_of(o), o.name);
}

bool unresolved(const touch& t) {
    return t.what.schema == callers_schema;
}

touch needs(std::string facility) {
    return {.act = action::execute,
            .what = {object_kind::server, {}, {}, std::move(facility)},
            .columns = {}};
}

std::uint8_t use_of(const touch& t) {
    switch (t.act) {
    case action::read:
        return use::read;
    case action::write:
        return use::write;
    case action::execute:
        return use::execute;
    case action::define:
        return t.what.kind == object_kind::function ? use::define : std::uint8_t{0};
    case action::reference:
        break;
    }
    return 0;
}

// What running the definition touches. Who only names an object (a type, a regclass constant) takes
// nothing from it, and what defines it has been decided when it was made.
std::vector<touch> touches_of(const catalogue_link& link, const reach::analysis& analyse) {
    if (link.what == catalogue_link::kind::opaque)
        return {needs(link.note)};
    std::vector<touch> kept = link.touches;
    if (link.definition.empty())
        return kept;
    const auto found = analyse(link);
    if (!found.analysed())
        return {needs("code that cannot be analysed")};
    const bool others_rows = link.what == catalogue_link::kind::inheritance;
    for (const auto& t : found.touches)
        if (others_rows
                ? t.what.kind == object_kind::table && (use_of(t) & link.on) != 0
                : t.act == action::read || t.act == action::write || t.act == action::execute)
            kept.push_back(t);
    return kept;
}

// What is written to a view is written to the tables that it shows.
std::vector<touch> written(std::vector<touch> touches) {
    const auto count = touches.size();
    for (std::size_t i = 0; i < count; ++i)
        if (touches[i].act == action::read && touches[i].what.kind == object_kind::table) {
            touches.push_back(touches[i]);
            touches.back().act = action::write;
        }
    return touches;
}

bool leads_out(const touch& t, const object& carrier) {
    if (t.what.kind == object_kind::server || t.what.kind == object_kind::database)
        return true;
    if (unresolved(t)) // in a schema of the caller's, so only what is lent for reading could object
        return t.act != action::read && t.act != action::execute;
    return unit_of(t.what) != unit_of(carrier);
}

} // namespace

reach::analysis reach::of_postgresql(std::string_view database, unsigned server_major) {
    scope where;
    where.database = database;
    where.path = {std::string(callers_schema)};
    where.settable = where.path;
    where.backend_login = callers_schema; // "$user"
    where.server_major = server_major;
    return [where = std::move(where)](const catalogue_link& link) {
        return analyze_postgresql(link.definition, where);
    };
}

// What a definition does is asked of no session: it has a mode, a schema and a login of its own.
reach::analysis reach::of_mysql(mysql_scope server) {
    server.objects = nullptr;
    server.needs_objects = false;
    server.confined = false;
    server.charset = "utf8mb4"; // as the catalogue hands it out
    return [server = std::move(server)](const catalogue_link& link) {
        auto where = server;
        where.schema = link.carrier.database;
        where.backend_login = link.maker.substr(0, link.maker.rfind('@'));
        // A mode that is not known reads as another grammar does: not at all.
        where.mode =
            mysql_mode_of(link.mode, where.flavour).value_or(mysql_mode{.foreign_grammar = true});
        return analyze_mysql(link.definition, where);
    };
}

std::shared_ptr<const reach> reach::of(const std::vector<catalogue_link>& links,
                                       const analysis& analyse,
                                       const std::function<bool(std::string_view)>& divided,
                                       relations lent,
                                       std::optional<std::set<std::string, std::less<>>> seen) {
    std::map<std::string, carrier, std::less<>> all;
    for (const auto& link : links) {
        auto& c = all[key_of(link.carrier)];
        c.what = link.carrier;
        auto touches = touches_of(link, analyse);
        const bool view = link.what == catalogue_link::kind::view;
        if (view && (link.on & use::write) != 0)
            c.entries.push_back({link.what, use::write, link.runs_as, written(touches)});
        const auto on = static_cast<std::uint8_t>(view ? link.on & ~use::write : link.on);
        c.entries.push_back({link.what, on, link.runs_as, std::move(touches)});
    }

    // What stays within its schema, however far it leads there, is left out.
    std::set<std::string, std::less<>> kept;
    std::set<std::string, std::less<>> kept_names; // without their schemas
    const auto keep = [&](const carrier& c) {
        return kept.insert(key_of(c.what)).second &&
               (kept_names.insert(key_of(c.what.kind, {}, c.what.name)), true);
    };
    const auto matters = [&](const touch& t, const object& from) {
        return leads_out(t, from) ||
               (unresolved(t) ? kept_names.contains(key_of(t.what.kind, {}, t.what.name))
                              : kept.contains(key_of(t.what)));
    };
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [key, item] : all) {
            const carrier& c = item; // clang 14 lets no lambda have the other name
            if (kept.contains(key))
                continue;
            const object& from = c.what; // clang 14 captures no structured binding
            bool out = from.kind == object_kind::database || divided(unit_of(from));
            for (const auto& e : c.entries)
                out = out || std::any_of(e.touches.begin(), e.touches.end(),
                                         [&](const touch& t) { return matters(t, from); });
            if (out)
                grew = keep(c) || grew;
        }
    }
    std::erase_if(all, [&](const auto& item) { return !kept.contains(item.first); });
    auto made = std::make_shared<reach>();
    made->carriers_ = std::move(all);
    made->lent_ = std::move(lent);
    made->seen_ = std::move(seen);
    return made;
}

// One footprint while it grows.
class reach::extension {
public:
    extension(const reach& known, policy::footprint& f, const caller& c)
        : known_(known), out_(f), caller_(c) {}

    void run() {
        // What a confined login does by itself, the server rules on.
        const bool foreign = !caller_.confined;
        const auto named = out_.touches.size();
        for (std::size_t i = 0; i < named; ++i) {
            const touch t = out_.touches[i]; // a copy: the list grows
            plan(t, foreign);
            look_inside(t);
            if (out_.cascades)
                drop_dependents(t);
        }
        if (std::any_of(out_.effects.begin(), out_.effects.end(), [](const auto& e) {
                return e.what == policy::session_effect::kind::defines;
            }))
            steps_.push_back(
                {{object_kind::database, caller_.database, {}, {}}, use::define, foreign});
        for (std::size_t i = 0; i < steps_.size() && out_.analysed(); ++i)
            follow(step(steps_[i]));
    }

private:
    using kind = catalogue_link::kind;
    static constexpr std::size_t most_touches = 20'000;

    // A use whose consequences are to be looked up.
    struct step {
        object what;
        std::uint8_t how = 0;
        bool foreign = false; // done with rights that are not the login's own
    };

    void plan(const touch& t, bool foreign) {
        const auto how = use_of(t);
        if (how == 0 || !is_here(t.what))
            return;
        if (t.what.kind == object_kind::schema && caller_.of_rights)
            for (const auto& [key, c] : known_.carriers_)
                if (unit_of(c.what) == unit_of(t.what))
                    steps_.push_back({c.what, how, foreign});
        steps_.push_back({t.what, how, foreign});
    }

    void look_inside(const touch& t) {
        const bool used = t.what.kind != object_kind::schema || caller_.of_rights;
        if (used && use_of(t) != 0 && is_here(t.what) && known_.seen_ &&
            !known_.seen_->contains(unit_of(t.what)))
            add(needs("objects whose definitions ringfence may not read"), t.what);
    }

    [[nodiscard]] bool is_here(const object& o) const {
        return o.kind != object_kind::server &&
               (caller_.database.empty() || o.database == caller_.database);
    }

    void follow(const step& now) {
        auto key = key_of(now.what);
        const auto found = known_.carriers_.find(key);
        if (found == known_.carriers_.end())
            return;
        key += static_cast<char>('0' + now.how);
        key += now.foreign ? 'f' : 'o';
        if (!followed_.insert(std::move(key)).second)
            return;
        for (const auto& e : found->second.entries) {
            if ((e.on & now.how) == 0)
                continue;
            const bool others = !e.runs_as.empty() && e.runs_as != caller_.login;
            for (const auto& t : e.touches)
                each_meaning(t, [&](const touch& meant) {
                    if (now.foreign || others)
                        add(meant, now.what);
                    else
                        plan(meant, false);
                });
        }
    }

    template <class F>
    void each_meaning(const touch& t, F&& f) {
        if (!unresolved(t))
            return f(t);
        auto meant = t;
        meant.via_path = true;
        for (const auto& schema : caller_.schemas) {
            if (t.what.kind == object_kind::table && known_.lacks(schema, t.what.name))
                continue;
            meant.what.schema = schema;
            f(meant);
        }
    }

    void add(touch t, const object& through) {
        if (!t.through)
            t.through = through;
        std::string key = key_of(t.what) + '\1' + key_of(*t.through);
        key += static_cast<char>('0' + static_cast<int>(t.act));
        for (const auto& column : t.columns)
            key += '\1' + column;
        if (!added_.insert(std::move(key)).second)
            return;
        if (out_.touches.size() >= most_touches) {
            out_.trouble = policy::problem::limit;
            out_.trouble_text = "it reaches too many objects through views and functions";
            return;
        }
        plan(t, true);
        out_.touches.push_back(t);
        look_inside(t);
    }

    // Whose definitions name what is dropped, or whose rows refer to what is emptied.
    void drop_dependents(const touch& root) {
        const bool emptied = root.act == action::write;
        if (!emptied && root.act != action::define)
            return;
        const auto goes = [&](const object& o) {
            add({.act = emptied ? action::write : action::define, .what = o, .columns = {}},
                root.what);
        };
        for (const auto& [key, c] : known_.carriers_)
            for (const auto& e : c.entries) {
                if (e.what == kind::inheritance && key == key_of(root.what) && !emptied)
                    for (const auto& child : e.touches)
                        goes(child.what);
                if (c.what.kind == object_kind::table && depends(e, root, emptied))
                    goes(c.what);
            }
    }

    static bool depends(const entry& e, const touch& root, bool emptied) {
        if (e.what == kind::inheritance || e.what == kind::cascade ||
            (emptied && e.what != kind::reference))
            return false;
        return std::any_of(e.touches.begin(), e.touches.end(), [&](const touch& t) {
            if (t.what.database != root.what.database || t.what.schema != root.what.schema)
                return false;
            return root.what.kind == object_kind::schema ||
                   (t.what.kind == root.what.kind && t.what.name == root.what.name);
        });
    }

    const reach& known_;
    policy::footprint& out_;
    const caller& caller_;
    std::vector<step> steps_;
    std::set<std::string> followed_;
    std::set<std::string> added_;
};

bool reach::lacks(std::string_view schema, std::string_view relation) const {
    const auto known = lent_.find(schema);
    return known != lent_.end() && !known->second.contains(relation);
}

void reach::extend(policy::footprint& f, const caller& c) const {
    extension(*this, f, c).run();
}

void reach::extend(policy::footprint& f, const scope& s) const {
    if (carriers_.empty() && !seen_) // most servers have nothing that reaches across
        return;
    caller c{.database = s.database,
             .login = s.backend_login,
             .confined = s.confined,
             .schemas = s.settable};
    c.schemas.insert(c.schemas.end(), s.path.begin(), s.path.end());
    extend(f, c);
}

void reach::extend(policy::footprint& f, const mysql_scope& s) const {
    if (carriers_.empty() && !seen_)
        return;
    extend(f, caller{.database = {}, .login = s.account, .confined = s.confined});
}

} // namespace ringfence::sql
