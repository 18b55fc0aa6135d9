"""A client of MySQL's protocol that says exactly what a test wants, also what no decent client would say."""
import socket
import ssl
import struct
import zlib

import zstandard
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from . import my_passwords as passwords
from .my_results import Column, Result, lenenc, lenenc_text, rows_of

BIG = 0xFFFFFF                                  # a packet of this size is continued by the next one

LONG_PASSWORD, FOUND_ROWS, LONG_FLAG, WITH_DB = 1, 2, 4, 8
COMPRESS, LOCAL_FILES, IGNORE_SPACE, PROTOCOL_41 = 1 << 5, 1 << 7, 1 << 8, 1 << 9
INTERACTIVE, TLS, TRANSACTIONS, SECURE = 1 << 10, 1 << 11, 1 << 13, 1 << 15
MULTI_STATEMENTS, MULTI_RESULTS, PS_MULTI_RESULTS = 1 << 16, 1 << 17, 1 << 18
PLUGINS, ATTRIBUTES, LENENC_AUTH, EXPIRED = 1 << 19, 1 << 20, 1 << 21, 1 << 22
TRACK, NO_EOF, OPTIONAL_METADATA, ZSTD, QUERY_ATTRIBUTES = 1 << 23, 1 << 24, 1 << 25, 1 << 26, 1 << 27
# MariaDB's, in bytes of their own; it clears LONG_PASSWORD to say that they are there.
MARIADB_PROGRESS, MARIADB_BULK, MARIADB_METADATA, MARIADB_CACHE = 1 << 32, 1 << 34, 1 << 35, 1 << 36

USUAL = (LONG_PASSWORD | LONG_FLAG | PROTOCOL_41 | TRANSACTIONS | SECURE | MULTI_STATEMENTS | MULTI_RESULTS |
         PS_MULTI_RESULTS | PLUGINS | LENENC_AUTH | NO_EOF)

(SLEEP, QUIT, INIT_DB, QUERY, FIELD_LIST, CREATE_DB, DROP_DB, REFRESH, SHUTDOWN, STATISTICS, PROCESS_INFO, CONNECT,
 PROCESS_KILL, DEBUG, PING, TIME, DELAYED_INSERT, CHANGE_USER, BINLOG_DUMP, TABLE_DUMP, CONNECT_OUT, REGISTER_SLAVE,
 STMT_PREPARE, STMT_EXECUTE, STMT_SEND_LONG_DATA, STMT_CLOSE, STMT_RESET, SET_OPTION, STMT_FETCH, DAEMON,
 BINLOG_DUMP_GTID, RESET_CONNECTION, CLONE) = range(33)
MARIADB_BULK_EXECUTE = 0xFA


class Refused(Exception):
    """An error packet during login."""

    def __init__(self, error):
        super().__init__(error.message)
        self.code, self.state, self.message = error.code, error.state, error.message


class Greeting:
    def __init__(self, body):
        self.body = body
        self.protocol = body[0]
        end = body.index(b"\0", 1)
        self.version = body[1:end].decode()
        self.id, first = struct.unpack_from("<I8s", body, end + 1)
        low, self.collation, self.status, high, size = struct.unpack_from("<HBHHB", body, end + 14)
        self.capabilities = low | high << 16
        if not self.capabilities & LONG_PASSWORD:
            self.capabilities |= struct.unpack_from("<I", body, end + 28)[0] << 32
        rest = body[end + 32:]
        self.nonce = first + rest[:max(12, size - 9)]
        self.plugin = rest[max(13, size - 8):].split(b"\0")[0].decode()


class Connection:
    """`plugin`: the first that the client tries; None: the one of the greeting."""

    def __init__(self, host, port, seconds=10, greeting=True):
        self.socket = socket.create_connection((host, port), seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.sequence, self.compression, self.frame = bytearray(), 0, None, 0
        self.received = bytearray()             # every byte, after TLS and compression
        self.capabilities = USUAL
        self.greeting = None
        if greeting:
            body = self.packet()
            if body[:1] == b"\xff":
                raise Refused(Result(body, self.capabilities & ~PROTOCOL_41))
            self.greeting = Greeting(body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    # Packets.

    def write(self, data):
        """Bytes as they are, but for compression."""
        if self.compression:
            for at in range(0, max(len(data), 1), BIG):
                piece = data[at:at + BIG]
                packed = self.compression[0](piece) if len(piece) >= 50 else b""
                size = len(piece) if 0 < len(packed) < len(piece) else 0
                body = packed if size else piece
                self.socket.sendall(struct.pack("<I", len(body))[:3] + bytes([self.frame % 256]) +
                                    struct.pack("<I", size)[:3] + body)
                self.frame += 1
        else:
            self.socket.sendall(data)

    def send(self, body, sequence=None):
        """One message; in several packets if it is that long."""
        self.write(self.framed(body, sequence))

    def framed(self, body, sequence=None):
        if sequence is not None:
            self.sequence = sequence
            self.frame = 0 if sequence == 0 else self.frame
        out = bytearray()
        for at in range(0, len(body) + 1, BIG):
            piece = body[at:at + BIG]
            out += struct.pack("<I", len(piece))[:3] + bytes([self.sequence % 256]) + piece
            self.sequence += 1
        return bytes(out)

    def _fill(self, count):
        while len(self.buffer) < count:
            if self.compression:
                head = self._exactly(7)
                size = int.from_bytes(head[4:], "little")
                data = self._exactly(int.from_bytes(head[:3], "little"))
                assert head[3] == self.frame % 256, f"compressed packet {head[3]}, not {self.frame % 256}"
                self.frame += 1
                data = self.compression[1](data, size) if size else data
            else:
                data = self.socket.recv(1 << 16)
                if not data:
                    raise EOFError("closed by the other side")
            self.buffer += data
            self.received += data

    def _exactly(self, count):
        data = bytearray()
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError("closed by the other side")
            data += piece
        return bytes(data)

    def packet(self):
        """The next whole message; its sequence ids must be right. Inside of compressed packets they mean nothing."""
        body = bytearray()
        while True:
            self._fill(4)
            size = int.from_bytes(self.buffer[:3], "little")
            seen = self.buffer[3]
            assert self.compression or seen == self.sequence % 256, f"packet {seen}, not {self.sequence % 256}"
            self.sequence = seen + 1
            self._fill(4 + size)
            body += self.buffer[4:4 + size]
            del self.buffer[:4 + size]
            if size < BIG:
                return bytes(body)

    def closed(self):
        """Reads what is left; true when the other side ends the connection."""
        try:
            while self.socket.recv(1 << 16):
                pass
            return True
        except (ConnectionResetError, ssl.SSLError, BrokenPipeError):
            return True
        except TimeoutError:
            return False

    # Login.

    def start_tls(self, context, capabilities=USUAL):
        self.send(struct.pack("<IIB23x", (capabilities | TLS) & 0xFFFFFFFF, 1 << 24, 45))
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        return self

    def login(self, user, database, password, **options):
        """`tls`: a context. `add` and `without`: capabilities. `attributes`: of the connection."""
        self.send(self.response(user, database, password, **options))
        return self.authenticate(password)

    def response(self, user, database, password, tls=None, add=0, without=0, plugin=None, attributes=None, collation=45,
                 answer=None):
        """The HandshakeResponse; the TLS handshake, if there is one, has been made then."""
        self.capabilities = (USUAL | add) & ~without
        if attributes is not None:
            self.capabilities |= ATTRIBUTES
        if database is not None:
            self.capabilities |= WITH_DB
        self.capabilities &= self.greeting.capabilities | LONG_PASSWORD | TLS
        if self.capabilities >> 32:
            self.capabilities &= ~LONG_PASSWORD
        if tls:
            self.capabilities |= TLS
            self.start_tls(tls, self.capabilities)
        self.plugin = plugin or self.greeting.plugin
        if answer is None:
            answer = self.answer_to(self.plugin, self.greeting.nonce[:20], password)
        body = struct.pack("<IIB19xI", self.capabilities & 0xFFFFFFFF, 1 << 24, collation, self.capabilities >> 32)
        body += user.encode() + b"\0"
        body += (lenenc(len(answer)) if self.capabilities & LENENC_AUTH else bytes([len(answer)])) + answer
        if self.capabilities & WITH_DB:
            body += (database or "").encode() + b"\0"
        if self.capabilities & PLUGINS:
            body += self.plugin.encode() + b"\0"
        if self.capabilities & ATTRIBUTES:
            pairs = b"".join(lenenc_text(k) + lenenc_text(v) for k, v in (attributes or {}).items())
            body += lenenc(len(pairs)) + pairs
        if self.capabilities & ZSTD:
            body += b"\x03"
        return body

    @staticmethod
    def answer_to(plugin, nonce, password):
        if plugin == passwords.NATIVE:
            return passwords.native_answer(password, nonce)
        if plugin == passwords.CACHING:
            return passwords.caching_answer(password, nonce)
        return b""

    def authenticate(self, password):
        """Everything up to OK. `steps` says what happened: "switch", "fast", "full", "key"."""
        self.steps = []
        nonce = self.greeting.nonce[:20]
        while True:
            body = self.packet()
            kind = body[:1]
            if kind == b"\xff":
                raise Refused(Result(body, self.capabilities))
            if kind == b"\0":
                self.session = Result(body, self.capabilities)
                self._start_compression()
                return self
            if kind == b"\xfe":
                plugin, nonce = body[1:].split(b"\0", 1)
                self.plugin, nonce = plugin.decode(), nonce[:20]
                self.steps.append("switch " + self.plugin)
                self.send(self.answer_to(self.plugin, nonce, password))
            elif body == b"\x01\x03":
                self.steps.append("fast")
            elif body == b"\x01\x04":
                self.steps.append("full")
                if isinstance(self.socket, ssl.SSLSocket):
                    self.send(password.encode() + b"\0")
                else:
                    self.send(b"\x02")
                    key = serialization.load_pem_public_key(self.packet()[1:])
                    self.steps.append("key")
                    self.send(sealed(key, password, nonce))
            else:
                raise AssertionError(f"not part of a login: {body[:40]!r}")

    def _start_compression(self):
        if self.capabilities & ZSTD and not self.capabilities & COMPRESS:
            self.compression = (zstandard.ZstdCompressor().compress,
                                lambda data, size: zstandard.ZstdDecompressor().decompress(data, max_output_size=size))
        elif self.capabilities & COMPRESS:
            self.compression = (zlib.compress, lambda data, size: zlib.decompress(data))

    # Commands.

    def command(self, number, body=b""):
        self.send(bytes([number]) + body, sequence=0)

    def result(self, binary=False, known=None):
        """The next result; its rows, too. `known`: columns that the server may leave out."""
        body = self.packet()
        if body[:1] in (b"\0", b"\xff", b"\xfb") or (body[:1] == b"\xfe" and len(body) < 9):
            return Result(body, self.capabilities)
        return rows_of(self, body, binary, known)

    def results(self, binary=False, known=None):
        found = [self.result(binary, known)]
        while found[-1].more:
            found.append(self.result(binary))
        return found

    def ask(self, number, body=b""):
        """A command that is answered by results: all of them."""
        self.command(number, body)
        return self.results()

    def query(self, sql, attributes=None):
        """All results. With query attributes, if they were agreed on."""
        if self.capabilities & QUERY_ATTRIBUTES:
            return self.ask(QUERY, attributes_of(attributes or {}) + encoded(sql))
        return self.ask(QUERY, encoded(sql))

    def one(self, sql):
        """Its only result."""
        found, = self.query(sql)
        return found

    def value(self, sql):
        found = self.one(sql)
        assert not found.failed, found
        return found.rows[0][0]

    def load(self, sql, data):
        """LOAD DATA LOCAL: the name that the server asks for, and the result."""
        self.command(QUERY, encoded(sql))
        asked = self.result()
        if asked.failed:
            return None, asked
        for at in range(0, len(data), 1 << 16):
            self.send(data[at:at + (1 << 16)])
        self.send(b"")
        return asked.file, self.result()

    def change_user(self, user, database, password):
        answer = self.answer_to(self.plugin, self.greeting.nonce[:20], password)
        self.command(CHANGE_USER, user.encode() + b"\0" + bytes([len(answer)]) + answer + (database or "").encode() +
                     b"\0" + struct.pack("<H", 45) + self.plugin.encode() + b"\0" +
                     (lenenc(0) if self.capabilities & ATTRIBUTES else b""))
        return self.authenticate(password)

    # Prepared statements.

    def prepare(self, sql):
        """The statement, or the error. MySQL 9 may say OK and no more: for a SET that wants a privilege."""
        self.command(STMT_PREPARE, encoded(sql))
        body = self.packet()
        if body[:1] == b"\0" and len(body) < 12:
            return None
        if body[:1] == b"\xff":
            return Result(body, self.capabilities)
        return Prepared(self, body)

    def closed_quietly(self):
        """Nothing answers; the next command must."""
        return self.ask(PING)[0].ok


class Prepared:
    failed = False

    def __init__(self, connection, body):
        self.connection = connection
        self.id, columns, self.parameters, _, self.warnings = struct.unpack_from("<IHHBH", body, 1)
        eof = not connection.capabilities & NO_EOF
        for count in (self.parameters, columns):
            self.columns = [Column(connection.packet(), connection.capabilities) for _ in range(count)]
            if eof and count:
                connection.packet()

    def body(self, values=(), cursor=0, types=True):
        """Of STMT_EXECUTE. Texts, numbers, None."""
        out = struct.pack("<IBI", self.id, cursor, 1)
        attributes = bool(self.connection.capabilities & QUERY_ATTRIBUTES)
        if attributes and (values or cursor & 8):
            out += lenenc(len(values))
        if values:
            nulls = bytearray((len(values) + 7) // 8)
            for n, value in enumerate(values):
                if value is None:
                    nulls[n // 8] |= 1 << n % 8
            out += bytes(nulls) + bytes([types])
            if types:
                for value in values:
                    out += (b"\x08\0" if isinstance(value, int) else b"\xfd\0") + (b"\0" if attributes else b"")
            out += b"".join(parameter(v) for v in values if v is not None)
        return out

    def execute(self, *values, cursor=0):
        """All results; with a cursor its rows are still to be fetched."""
        self.connection.command(STMT_EXECUTE, self.body(values, cursor))
        return self.connection.results(True, self.columns)

    def fetch(self, count):
        """The next rows of a cursor, or why not."""
        self.connection.command(STMT_FETCH, struct.pack("<II", self.id, count))
        return rows_of(self.connection, None, True, self.columns)

    def long_data(self, number, data):
        self.connection.command(STMT_SEND_LONG_DATA, struct.pack("<IH", self.id, number) + data)

    def reset(self):
        return self.connection.ask(STMT_RESET, struct.pack("<I", self.id))[0]

    def close(self):
        self.connection.command(STMT_CLOSE, struct.pack("<I", self.id))


def encoded(sql):
    return sql if isinstance(sql, bytes) else sql.encode()


def parameter(value):
    return struct.pack("<q", value) if isinstance(value, int) else lenenc_text(value)


def attributes_of(pairs):
    """What stands before the text of a COM_QUERY."""
    out = lenenc(len(pairs)) + lenenc(1)
    if pairs:
        out += bytes((len(pairs) + 7) // 8) + b"\x01"
        out += b"".join(b"\xfd\0" + lenenc_text(name) for name in pairs)
        out += b"".join(lenenc_text(value) for value in pairs.values())
    return out


def sealed(key, password, nonce):
    mixed = passwords.xor(password.encode() + b"\0", nonce * (len(password) // len(nonce) + 1))
    return key.encrypt(mixed, padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))


