// The one way to read and to write wire bytes: little-endian numbers, and the protocol's
// length-encoded ones. A reader never goes past its end: the first read that would makes it bad,
// and it stays bad, so a decoder may read all fields and ask once. MySQL documentation, "Protocol
// Basics: Data Types".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

using bytes = std::span<const std::byte>;

enum class [[nodiscard]] outcome : std::uint8_t{ok, malformed, need_more};

inline std::string_view text_of(bytes b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

// The first byte of a length-encoded integer that is not the number itself.
inline constexpr std::uint8_t lenenc_null = 0xfb;
inline constexpr std::uint8_t lenenc_2 = 0xfc;
inline constexpr std::uint8_t lenenc_3 = 0xfd;
inline constexpr std::uint8_t lenenc_8 = 0xfe;
inline constexpr std::uint8_t lenenc_invalid = 0xff;

class reader {
public:
    explicit reader(bytes in) : in_(in) {}

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool done() const {
        return good_ && in_.empty();
    } // all of it was read, and no more
    [[nodiscard]] std::size_t remaining() const { return in_.size(); }
    // The next byte, which is not taken; nothing at the end.
    [[nodiscard]] std::optional<std::uint8_t> peek() const {
        if (!good_ || in_.empty())
            return std::nullopt;
        return std::to_integer<std::uint8_t>(in_.front());
    }

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

    // A length-encoded integer. NULL and 0xff are none, and make the reader bad. A number may have
    // more bytes than it needs: servers read such ones, too, and as the same number.
    std::uint64_t lenenc() {
        const std::uint8_t first = u8();
        switch (first) {
        case lenenc_2:
            return number(2);
        case lenenc_3:
            return number(3);
        case lenenc_8:
            return number(8);
        case lenenc_null:
        case lenenc_invalid:
            good_ = false;
            return 0;
        default:
            return first;
        }
    }
    // A view into the input.
    std::string_view lenenc_string() {
        const std::uint64_t size = lenenc();
        if (size > in_.size()) { // also where the size does not fit into a std::size_t
            good_ = false;
            return {};
        }
        return take(static_cast<std::size_t>(size));
    }
    // Nothing: NULL.
    std::optional<std::string_view> lenenc_string_or_null() {
        if (peek() != lenenc_null)
            return lenenc_string();
        u8();
        return std::nullopt;
    }

    // Up to and without the terminating zero. A view into the input.
    std::string_view cstring() {
        const auto end = std::find(in_.begin(), in_.end(), std::byte{0});
        if (!good_ || end == in_.end()) {
            good_ = false;
            return {};
        }
        const std::string_view text =
            text_of(in_.first(static_cast<std::size_t>(end - in_.begin())));
        in_ = in_.subspan(text.size() + 1);
        return text;
    }
    // The same, but the end of the input may stand for the zero.
    std::string_view cstring_or_rest() {
        return std::find(in_.begin(), in_.end(), std::byte{0}) == in_.end() ? rest() : cstring();
    }

    // A view into the input.
    std::string_view take(std::size_t n) {
        if (!good_ || n > in_.size()) {
            good_ = false;
            return {};
        }
        const std::string_view text = text_of(in_.first(n));
        in_ = in_.subspan(n);
        return text;
    }
    std::string_view rest() { return take(in_.size()); }
    // What was not read yet; nothing if the reader is bad.
    [[nodiscard]] bytes left() const { return good_ ? in_ : bytes{}; }

private:
    std::uint64_t number(std::size_t n) {
        std::uint64_t value = 0;
        unsigned shift = 0;
        for (const char c : take(n)) {
            value |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
            shift += 8;
        }
        return value;
    }

    bytes in_;
    bool good_ = true;
};

// Appends to `out`. A payload only: packet.h frames it.
class writer {
public:
    explicit writer(std::string& out) : out_(out) {}

    writer& u8(std::uint8_t v) { return number(v, 1); }
    writer& u16(std::uint16_t v) { return number(v, 2); }
    writer& u24(std::uint32_t v) { return number(v, 3); }
    writer& u32(std::uint32_t v) { return number(v, 4); }
    writer& u64(std::uint64_t v) { return number(v, 8); }
    writer& zeros(std::size_t n) {
        out_.append(n, '\0');
        return *this;
    }
    writer& lenenc(std::uint64_t v) {
        if (v < lenenc_null)
            return u8(static_cast<std::uint8_t>(v));
        if (v <= 0xffff)
            return u8(lenenc_2).number(v, 2);
        if (v <= 0xffffff)
            return u8(lenenc_3).number(v, 3);
        return u8(lenenc_8).number(v, 8);
    }
    writer& raw(std::string_view v) {
        out_ += v;
        return *this;
    }
    writer& lenenc_string(std::string_view v) { return lenenc(v.size()).raw(v); }
    // A zero inside would end the string early for its reader: it is cut there.
    writer& cstring(std::string_view v) {
        out_ += v.substr(0, v.find('\0'));
        out_ += '\0';
        return *this;
    }

private:
    writer& number(std::uint64_t v, unsigned n) {
        for (unsigned i = 0; i < n; ++i)
            out_ += static_cast<char>((v >> (8 * i)) & 0xff);
        return *this;
    }

    std::string& out_;
};

} // namespace ringfence::wire::mysql
