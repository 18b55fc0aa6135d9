"""SCRAM-SHA-256 (RFC 7677), just enough for a client and for verifiers."""
import base64
import functools
import hashlib
import hmac
import os

ROUNDS = 4096


@functools.lru_cache(maxsize=None)
def salted(password, salt, rounds):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)


def b64(data):
    return base64.b64encode(data).decode()


def verifier(password, salt=None):
    salt = salt or os.urandom(16)
    secret = salted(password, salt, ROUNDS)
    client_key = hmac.digest(secret, b"Client Key", "sha256")
    server_key = hmac.digest(secret, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ROUNDS}:{b64(salt)}${b64(hashlib.sha256(client_key).digest())}:{b64(server_key)}"


class Client:
    """One exchange. The messages are text."""

    def __init__(self, password):
        self.password = password
        self.nonce = b64(os.urandom(18))
        self.bare = f"n=,r={self.nonce}"

    def first(self):
        return "n,," + self.bare

    def final(self, server_first):
        fields = dict(part.split("=", 1) for part in server_first.split(","))
        assert fields["r"].startswith(self.nonce), "foreign nonce"
        secret = salted(self.password, base64.b64decode(fields["s"]), int(fields["i"]))
        without_proof = f"c=biws,r={fields['r']}"
        signed = ",".join((self.bare, server_first, without_proof)).encode()
        client_key = hmac.digest(secret, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        self.expected = hmac.digest(hmac.digest(secret, b"Server Key", "sha256"), signed, "sha256")
        return without_proof + ",p=" + b64(bytes(a ^ b for a, b in zip(client_key, signature)))

    def verify(self, server_final):
        assert server_final == "v=" + b64(self.expected), "wrong server signature"
