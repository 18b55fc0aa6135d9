"""Verifiers and answers of MySQL's two password methods."""
import base64
import functools
import hashlib
import os
import string

NATIVE, CACHING = "mysql_native_password", "caching_sha2_password"
_ITOA64 = "./" + string.digits + string.ascii_uppercase + string.ascii_lowercase


def sha1(*parts):
    return hashlib.sha1(b"".join(parts)).digest()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def native_verifier(password):
    return "*" + sha1(sha1(password.encode())).hex().upper()


def native_answer(password, nonce):
    once = sha1(password.encode())
    return xor(once, sha1(nonce, sha1(once))) if password else b""


def caching_answer(password, nonce):
    once = sha256(password.encode())
    return xor(once, sha256(sha256(once), nonce)) if password else b""


@functools.lru_cache(maxsize=None)
def caching_verifier(password, salt=None, rounds=5000):
    """$A$<rounds/1000, three hexadecimal digits>$<salt of 20 bytes><43 characters of SHA-256 crypt>"""
    salt = (salt or base64.b64encode(os.urandom(15)).decode()).encode()
    assert len(salt) == 20
    return f"$A${rounds // 1000:03X}${salt.decode()}{_sha256_crypt(password.encode(), salt, rounds)}"


def verifiers(password):
    return [native_verifier(password), caching_verifier(password)]


def hexadecimal(verifier):
    """As SHOW CREATE USER prints it under print_identified_with_as_hex."""
    return "0x" + verifier.encode().hex().upper()


def _repeat(piece, size):
    return (piece * (size // len(piece) + 1))[:size]


def _sha256_crypt(key, salt, rounds):
    """U. Drepper, "Unix crypt using SHA-256 and SHA-512", with a longer salt."""
    b = sha256(key, salt, key)
    a = key + salt + _repeat(b, len(key))
    bits = len(key)
    while bits:
        a += b if bits & 1 else key
        bits >>= 1
    a = sha256(a)
    p = _repeat(sha256(key * len(key)), len(key))
    s = _repeat(sha256(salt * (16 + a[0])), len(salt))
    for n in range(rounds):
        a = sha256(p if n % 2 else a, s if n % 3 else b"", p if n % 7 else b"", a if n % 2 else p)
    text = ""
    for i in range(10):
        x, y, z = [(0, 10, 20), (21, 1, 11), (12, 22, 2), (3, 13, 23), (24, 4, 14), (15, 25, 5), (6, 16, 26), (27, 7, 17),
                   (18, 28, 8), (9, 19, 29)][i]
        text += _in_base64(a[x] << 16 | a[y] << 8 | a[z], 4)
    return text + _in_base64(a[31] << 8 | a[30], 3)


def _in_base64(value, count):
    return "".join(_ITOA64[value >> 6 * i & 63] for i in range(count))
