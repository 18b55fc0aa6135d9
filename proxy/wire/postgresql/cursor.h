// The one way to read and to write wire bytes. A reader never goes past its end: the first read
// that would makes it bad, and it stays bad, so a decoder may read all fields and ask once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ringfence::wire::postgresql {

using bytes = std::span<const std::byte>;

class reader {
public:
    explicit reader(bytes in) : in_(in) {}

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool done() const {
        return good_ && in_.empty();
    } // all of it was read, and no more
    [[nodiscard]] std::size_t remaining() const { return in_.size(); }
    // The bytes ended inside a string: more of them could still make it whole.
    [[nodiscard]] bool unterminated() const { return unterminated_; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return number(4); }

    // Up to and without the terminating zero. A view into the input.
    std::string_view cstring() {
        const auto end = std::find(in_.begin(), in_.end(), std::byte{0});
        if (!good_ || end == in_.end()) {
            unterminated_ = good_;
            good_ = false;
            return {};
        }
        const std::string_view text = view(static_cast<std::size_t>(end - in_.begin()));
        in_ = in_.subspan(text.size() + 1);
        return text;
    }

    // A view into the input.
    std::string_view take(std::size_t n) {
        if (!good_ || n > in_.size()) {
            good_ = false;
            return {};
        }
        const std::string_view text = view(n);
        in_ = in_.subspan(n);
        return text;
    }
    std::string_view rest() { return take(in_.size()); }

private:
    std::string_view view(std::size_t n) const {
        return {reinterpret_cast<const char*>(in_.data()), n};
    }
    std::uint32_t number(std::size_t n) {
        std::uint32_t value = 0;
        for (const char c : take(n))
            value = (value << 8) | static_cast<unsigned char>(c);
        return value;
    }

    bytes in_;
    bool good_ = true;
    bool unterminated_ = false;
};

// Appends one message to `out`; the length is filled in by end().
class writer {
public:
    explicit writer(std::string& out, char type) : out_(out) {
        out_ += type;
        start_ = out_.size();
        u32(0);
    }
    // A start-up packet, which has no type byte.
    explicit writer(std::string& out) : out_(out), start_(out.size()) { u32(0); }

    writer& u8(std::uint8_t v) {
        out_ += static_cast<char>(v);
        return *this;
    }
    writer& u16(std::uint16_t v) {
        u8(static_cast<std::uint8_t>(v >> 8));
        return u8(static_cast<std::uint8_t>(v & 0xff));
    }
    writer& u32(std::uint32_t v) {
        u16(static_cast<std::uint16_t>(v >> 16));
        return u16(static_cast<std::uint16_t>(v & 0xffff));
    }
    writer& raw(std::string_view v) {
        out_ += v;
        return *this;
    }
    // A zero inside would end the string early for its reader: it is cut there.
    writer& cstring(std::string_view v) {
        out_ += v.substr(0, v.find('\0'));
        out_ += '\0';
        return *this;
    }
    void end() {
        const auto n = static_cast<std::uint32_t>(out_.size() - start_);
        for (std::size_t i = 0; i < 4; ++i)
            out_[start_ + i] = static_cast<char>((n >> (24 - 8 * i)) & 0xff);
    }

private:
    std::string& out_;
    std::size_t start_ = 0;
};

} // namespace ringfence::wire::postgresql
