#include "proxy/session/postgresql/prepared.h"

#include <algorithm>

namespace ringfence::session::postgresql {

bool prepared_statements::parsed(std::string_view name, verdict_ptr text, std::size_t max) {
    auto it = names_.find(name);
    if (it == names_.end()) {
        if (names_.size() >= max)
            return false;
        it = names_.emplace(std::string(name), entry{}).first;
    }
    entry& e = it->second;
    e.closing = false;
    if (!e.possible.empty() && e.possible.back() == text)
        return true;
    std::erase(e.possible, text);
    if (e.possible.size() >= max_possible) {
        e.possible.erase(e.possible.begin());
        e.overflow = true;
    }
    e.possible.push_back(std::move(text));
    if (e.possible.size() > 1 && !e.touched) {
        e.touched = true;
        touched_.emplace_back(name);
    }
    return true;
}

void prepared_statements::closed(std::string_view name) {
    auto it = names_.find(name);
    if (it == names_.end())
        return;
    it->second.closing = true;
    if (!it->second.touched) {
        it->second.touched = true;
        touched_.emplace_back(name);
    }
}

void prepared_statements::closed_all() {
    for (auto& [name, e] : names_) {
        e.closing = true;
        if (!e.touched) {
            e.touched = true;
            touched_.push_back(name);
        }
    }
}

const std::vector<verdict_ptr>* prepared_statements::find(std::string_view name) const {
    auto it = names_.find(name);
    return it == names_.end() || it->second.overflow ? nullptr : &it->second.possible;
}

void prepared_statements::renew(std::string_view name, std::vector<verdict_ptr> now) {
    if (auto it = names_.find(name); it != names_.end())
        it->second.possible = std::move(now);
}

void prepared_statements::settle() {
    for (const std::string& name : touched_) {
        auto it = names_.find(name);
        if (it == names_.end())
            continue;
        entry& e = it->second;
        e.touched = false;
        if (clean_ && e.closing) {
            names_.erase(it);
            continue;
        }
        e.closing = false;
        if (clean_ && e.possible.size() > 1) {
            e.possible.erase(e.possible.begin(), e.possible.end() - 1);
            e.overflow = false;
        }
    }
    touched_.clear();
    if (touched_.capacity() > 64)
        touched_.shrink_to_fit();
    clean_ = true;
}

} // namespace ringfence::session::postgresql
