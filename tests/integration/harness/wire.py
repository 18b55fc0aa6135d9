"""A PostgreSQL client that says exactly what a test wants, also what no decent client would say."""
import socket
import ssl
import struct

from . import scram

SSL_REQUEST = struct.pack("!II", 8, 80877103)
GSS_REQUEST = struct.pack("!II", 8, 80877104)
CANCEL = 80877102


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def text(value):
    return value.encode() + b"\0"


def startup(user, database, version=0x00030000, **parameters):
    body = struct.pack("!I", version)
    for key, value in {"user": user, "database": database, **parameters}.items():
        if value is not None:
            body += text(key) + text(value)
    body += b"\0"
    return struct.pack("!I", len(body) + 4) + body


def query(sql):
    return message(b"Q", text(sql))


def parse(sql, name="", types=()):
    return message(b"P", text(name) + text(sql) + struct.pack("!H", len(types)) + b"".join(
        struct.pack("!I", t) for t in types))


def bind(portal="", statement="", values=()):
    body = text(portal) + text(statement) + struct.pack("!HH", 0, len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return message(b"B", body + struct.pack("!H", 0))


def describe(kind, name=""):
    return message(b"D", kind + text(name))


def execute(portal="", rows=0):
    return message(b"E", text(portal) + struct.pack("!I", rows))


def close(kind, name=""):
    return message(b"C", kind + text(name))


FLUSH = message(b"H")
SYNC = message(b"S")
TERMINATE = message(b"X")


def one_shot(sql, values=()):
    """Parse, Bind, Execute with the unnamed statement; no Sync."""
    return parse(sql) + bind(values=values) + execute()


class Refused(Exception):
    """An ErrorResponse during login."""

    def __init__(self, fields):
        super().__init__(fields.get("M"))
        self.fields = fields


class Message:
    def __init__(self, kind, body):
        self.kind, self.body = kind, body

    def __repr__(self):
        return f"{self.kind!r} {self.body[:80]!r}"

    @property
    def fields(self):
        """Of an ErrorResponse or NoticeResponse."""
        return {part[:1].decode(): part[1:].decode() for part in self.body.split(b"\0") if part}

    @property
    def row(self):
        count, = struct.unpack("!H", self.body[:2])
        values, at = [], 2
        for _ in range(count):
            size, = struct.unpack("!i", self.body[at:at + 4])
            at += 4
            values.append(None if size < 0 else self.body[at:at + size].decode())
            at += max(size, 0)
        return values

    @property
    def tag(self):
        return self.body[:-1].decode()


class Connection:
    def __init__(self, host, port, seconds=10):
        self.socket = socket.create_connection((host, port), seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parameters = {}
        self.key = None
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def start_tls(self, context, request=True):
        """With an SSLRequest, or directly as libpq 17 does (the context then offers ALPN)."""
        if request:
            self.send(SSL_REQUEST)
            assert self.socket.recv(1) == b"S"
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        return self

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("closed by the other side")
        self.buffer += data

    def stream(self, count):
        """The next `count` bytes, in pieces, without gathering them."""
        while count:
            piece = self.buffer or self.socket.recv(1 << 20)
            if not piece:
                raise EOFError("closed by the other side")
            self.buffer = piece[count:]
            piece = piece[:count]
            count -= len(piece)
            yield piece

    def receive(self):
        while len(self.buffer) < 5:
            self._fill()
        size = struct.unpack("!I", self.buffer[1:5])[0] + 1
        while len(self.buffer) < size:
            self._fill()
        found = Message(self.buffer[:1], self.buffer[5:size])
        self.buffer = self.buffer[size:]
        return found

    def until(self, *kinds):
        """All messages up to and including the first of these kinds."""
        found = []
        while not found or found[-1].kind not in kinds:
            found.append(self.receive())
        return found

    def ready(self):
        """All messages up to ReadyForQuery."""
        return self.until(b"Z")

    def ask(self, data):
        self.send(data)
        return self.ready()

    def closed(self):
        """Reads what is left; true when the other side ends the connection."""
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionResetError, ssl.SSLError, BrokenPipeError):
            return True
        except TimeoutError:
            return False

    def login(self, user, database, password, version=0x00030000, **parameters):
        self.send(startup(user, database, version, **parameters))
        return self.authenticate(password)

    def authenticate(self, password):
        exchange = scram.Client(password or "")
        while True:
            m = self.receive()
            if m.kind == b"E":
                raise Refused(m.fields)
            if m.kind == b"R":
                kind, = struct.unpack("!I", m.body[:4])
                if kind == 10:
                    first = exchange.first().encode()
                    self.send(message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first))
                elif kind == 11:
                    self.send(message(b"p", exchange.final(m.body[4:].decode()).encode()))
                elif kind == 12:
                    exchange.verify(m.body[4:].decode())
                else:
                    assert kind == 0, f"authentication request {kind}"
            elif m.kind == b"S":
                name, value = m.body.split(b"\0")[:2]
                self.parameters[name.decode()] = value.decode()
            elif m.kind == b"K":
                self.key = m.body
            elif m.kind == b"Z":
                return self


def kinds(messages):
    """The conversation as a string: "12DCZ"."""
    return b"".join(m.kind for m in messages).decode()


def first(messages, kind):
    return next(m for m in messages if m.kind == kind)


def rows(messages):
    return [m.row for m in messages if m.kind == b"D"]
