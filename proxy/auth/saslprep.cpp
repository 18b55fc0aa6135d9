#include "proxy/auth/saslprep.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfence::auth {
namespace {

struct range {
    std::uint32_t first;
    std::uint32_t last;
};

// RFC 3454, table C.1.2: become a space. Looked at first, as by PostgreSQL: U+200B is in both.
constexpr auto spaces = std::to_array<range>({{0x00a0, 0x00a0},
                                              {0x1680, 0x1680},
                                              {0x2000, 0x200b},
                                              {0x202f, 0x202f},
                                              {0x205f, 0x205f},
                                              {0x3000, 0x3000}});
// Table B.1: become nothing.
constexpr auto nothing = std::to_array<range>({{0x00ad, 0x00ad},
                                               {0x034f, 0x034f},
                                               {0x1806, 0x1806},
                                               {0x180b, 0x180d},
                                               {0x200c, 0x200d},
                                               {0x2060, 0x2060},
                                               {0xfe00, 0xfe0f},
                                               {0xfeff, 0xfeff}});
// Tables C.2.1, C.2.2 and C.3 to C.9, as far as they are not mapped above.
constexpr auto prohibited = std::to_array<range>(
    {{0x0000, 0x001f},   {0x007f, 0x009f},   {0x0340, 0x0341},   {0x06dd, 0x06dd},
     {0x070f, 0x070f},   {0x180e, 0x180e},   {0x200e, 0x200f},   {0x2028, 0x202e},
     {0x2061, 0x2063},   {0x206a, 0x206f},   {0x2ff0, 0x2ffb},   {0xd800, 0xf8ff},
     {0xfdd0, 0xfdef},   {0xfff9, 0xffff},   {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff},
     {0x2fffe, 0x2ffff}, {0x3fffe, 0x3ffff}, {0x4fffe, 0x4ffff}, {0x5fffe, 0x5ffff},
     {0x6fffe, 0x6ffff}, {0x7fffe, 0x7ffff}, {0x8fffe, 0x8ffff}, {0x9fffe, 0x9ffff},
     {0xafffe, 0xaffff}, {0xbfffe, 0xbffff}, {0xcfffe, 0xcffff}, {0xdfffe, 0xdffff},
     {0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0xefffe, 0x10ffff}});

bool in(std::span<const range> table, std::uint32_t c) {
    return std::any_of(table.begin(), table.end(),
                       [c](const range& r) { return c >= r.first && c <= r.last; });
}

// Takes one character off the front. False: not UTF-8 (too long forms and surrogates included).
bool take(std::string_view& text, std::uint32_t& c) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || text.size() < size)
        return false;
    c = size == 1 ? lead : lead & (0x7fU >> size);
    for (const char more : text.substr(1, size - 1)) {
        const auto byte = static_cast<unsigned char>(more);
        if ((byte & 0xc0) != 0x80)
            return false;
        c = (c << 6) | (byte & 0x3fU);
    }
    text.remove_prefix(size);
    return (size < 3 || c >= 0x800) && (size < 4 || c >= 0x10000) && c <= 0x10ffff &&
           (c < 0xd800 || c > 0xdfff);
}

} // namespace

std::string saslprep(std::string_view password) {
    std::string prepared;
    for (std::string_view rest = password; !rest.empty();) {
        const std::string_view before = rest;
        std::uint32_t c = 0;
        if (!take(rest, c) || in(prohibited, c))
            return std::string(password);
        if (in(spaces, c))
            prepared += ' ';
        else if (!in(nothing, c))
            prepared += before.substr(0, before.size() - rest.size());
    }
    return prepared.empty() ? std::string(password) : prepared;
}

} // namespace ringfence::auth
