#define ZLIB_CONST // what it reads is const
#include "proxy/net/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace ringfence::net {
namespace {

class deflater {
public:
    deflater() = default;
    ~deflater() {
        if (level_ != 0)
            deflateEnd(&stream_);
    }
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;

    // Null: out of memory.
    [[nodiscard]] z_stream* fresh(int level) {
        if (level_ == level && deflateReset(&stream_) == Z_OK)
            return &stream_;
        if (level_ != 0)
            deflateEnd(&stream_);
        stream_ = {};
        level_ = deflateInit(&stream_, level) == Z_OK ? level : 0;
        return level_ != 0 ? &stream_ : nullptr;
    }

private:
    z_stream stream_{};
    int level_ = 0; // 0: there is none yet
};

class inflater {
public:
    inflater() = default;
    ~inflater() {
        if (there_)
            inflateEnd(&stream_);
    }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;

    [[nodiscard]] z_stream* fresh() {
        if (there_)
            return inflateReset(&stream_) == Z_OK ? &stream_ : nullptr;
        there_ = inflateInit(&stream_) == Z_OK;
        return there_ ? &stream_ : nullptr;
    }

private:
    z_stream stream_{};
    bool there_ = false;
};

struct free_zstd {
    void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
    void operator()(ZSTD_DCtx* c) const { ZSTD_freeDCtx(c); }
};

void between(z_stream& s, std::span<const std::byte> from, std::span<std::byte> to) {
    s.next_in = reinterpret_cast<const Bytef*>(from.data());
    s.avail_in = static_cast<uInt>(from.size());
    s.next_out = reinterpret_cast<Bytef*>(to.data());
    s.avail_out = static_cast<uInt>(to.size());
}

std::size_t deflate_into(int level, std::span<const std::byte> plain, std::span<std::byte> into) {
    thread_local deflater mine;
    z_stream* s = mine.fresh(level);
    if (s == nullptr)
        return 0;
    between(*s, plain, into);
    return deflate(s, Z_FINISH) == Z_STREAM_END ? into.size() - s->avail_out : 0;
}

bool inflate_into(std::span<const std::byte> packed, std::span<std::byte> into) {
    thread_local inflater mine;
    z_stream* s = mine.fresh();
    if (s == nullptr)
        return false;
    between(*s, packed, into);
    return inflate(s, Z_FINISH) == Z_STREAM_END && s->avail_in == 0 && s->avail_out == 0;
}

std::size_t zstd_into(int level, std::span<const std::byte> plain, std::span<std::byte> into) {
    thread_local const std::unique_ptr<ZSTD_CCtx, free_zstd> mine(ZSTD_createCCtx());
    if (mine == nullptr)
        return 0;
    const std::size_t n =
        ZSTD_compressCCtx(mine.get(), into.data(), into.size(), plain.data(), plain.size(), level);
    return ZSTD_isError(n) != 0 ? 0 : n;
}

bool unzstd_into(std::span<const std::byte> packed, std::span<std::byte> into) {
    // The library also reads formats from before version 1, and frames that are to be skipped. No
    // client sends such, and their decoders are not for hostile bytes.
    constexpr std::array magic{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}};
    static_assert(ZSTD_MAGICNUMBER == 0xFD2FB528U);
    if (packed.size() < magic.size() || !std::equal(magic.begin(), magic.end(), packed.begin()))
        return false;
    thread_local const std::unique_ptr<ZSTD_DCtx, free_zstd> mine(ZSTD_createDCtx());
    return mine != nullptr &&
           ZSTD_findFrameCompressedSize(packed.data(), packed.size()) == packed.size() &&
           ZSTD_decompressDCtx(mine.get(), into.data(), into.size(), packed.data(),
                               packed.size()) == into.size();
}

} // namespace

std::size_t pack_bound(compression::method how, std::size_t size) {
    return how == compression::method::zlib ? compressBound(size) : ZSTD_compressBound(size);
}

std::size_t pack(compression c, std::span<const std::byte> plain, std::span<std::byte> into) {
    const int level = std::clamp(c.level, 1, most_level);
    return c.how == compression::method::zlib ? deflate_into(level, plain, into)
                                              : zstd_into(level, plain, into);
}

bool unpack(compression::method how, std::span<const std::byte> packed, std::span<std::byte> into) {
    return how == compression::method::zlib ? inflate_into(packed, into)
                                            : unzstd_into(packed, into);
}

} // namespace ringfence::net
