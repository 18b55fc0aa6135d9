// The client's side of MySQL's compressed protocol, as a test plays it: frames made and read with
// the libraries themselves.
#pragma once

#include "proxy/net/compression.h"
#include "proxy/session/output.h"
#include "proxy/wire/mysql/compression.h"
#include "proxy/wire/mysql/packet.h"

#include <gtest/gtest.h>

#include <zlib.h>
#include <zstd.h>

#include <random>
#include <string>
#include <string_view>

namespace ringfence::net {

using method = compression::method;

inline std::string repeated(std::size_t n) {
    std::string s;
    while (s.size() < n)
        s += "select name from orders where id = " + std::to_string(s.size()) + "; ";
    s.resize(n);
    return s;
}
inline std::string noise(std::size_t n) {
    std::mt19937 random(7);
    std::string s(n, '\0');
    for (char& c : s)
        c = static_cast<char>(random());
    return s;
}

inline std::string packed_by(method how, std::string_view plain) {
    std::string out;
    if (how == method::zlib) {
        uLongf size = compressBound(plain.size());
        out.resize(size);
        EXPECT_EQ(compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                            reinterpret_cast<const Bytef*>(plain.data()), plain.size(), 6),
                  Z_OK);
        out.resize(size);
    } else {
        out.resize(ZSTD_compressBound(plain.size()));
        out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
    }
    return out;
}
inline std::string framed(std::uint8_t sequence, std::string_view payload, std::size_t unpacked) {
    std::string out;
    wire::mysql::encode_compressed_header(out, {static_cast<std::uint32_t>(payload.size()),
                                                sequence, static_cast<std::uint32_t>(unpacked)});
    return out += payload;
}
inline std::string raw_frame(std::uint8_t sequence, std::string_view plain) {
    return framed(sequence, plain, 0);
}
inline std::string packed_frame(method how, std::uint8_t sequence, std::string_view plain) {
    return framed(sequence, packed_by(how, plain), plain.size());
}
inline std::string packet(std::uint8_t id, std::string_view payload) {
    std::string out;
    wire::mysql::writer(out).u24(static_cast<std::uint32_t>(payload.size())).u8(id).raw(payload);
    return out;
}

// What the proxy sent: reads complete frames, and takes them off.
struct frame_reader {
    method how;
    std::uint8_t expected = 1;
    std::string plain = {};
    unsigned frames = 0, packed = 0;

    void read(std::string& in) {
        for (;;) {
            wire::mysql::compressed_header h;
            const auto found =
                wire::mysql::read_compressed_header(session::as_bytes(in), expected, h);
            ASSERT_NE(found, wire::mysql::outcome::malformed) << "frame " << frames;
            if (found != wire::mysql::outcome::ok || in.size() < h.size())
                return;
            const std::string body = in.substr(wire::mysql::compressed_header_size, h.payload);
            if (h.unpacked == 0) {
                plain += body;
            } else {
                EXPECT_LT(body.size(), h.unpacked);
                const std::size_t at = plain.size();
                plain.resize(at + h.unpacked);
                if (how == method::zlib) {
                    uLongf size = h.unpacked;
                    ASSERT_EQ(uncompress(reinterpret_cast<Bytef*>(plain.data() + at), &size,
                                         reinterpret_cast<const Bytef*>(body.data()), body.size()),
                              Z_OK);
                    ASSERT_EQ(size, h.unpacked);
                } else {
                    ASSERT_EQ(
                        ZSTD_decompress(plain.data() + at, h.unpacked, body.data(), body.size()),
                        h.unpacked);
                }
                ++packed;
            }
            ++frames;
            ++expected;
            in.erase(0, h.size());
        }
    }
};

} // namespace ringfence::net
