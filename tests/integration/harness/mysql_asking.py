"""A client that asks a MySQL or MariaDB server what it thinks of a statement: over its socket file, as root without a
password, one question at a time. No library in between, so that every byte arrives as it is."""
import socket
import struct

LONG_PASSWORD, LONG_FLAG, LOCAL_FILES, PROTOCOL_41, SECURE, AUTH = 1, 4, 128, 512, 0x8000, 0x80000
MULTI_STATEMENTS, MULTI_RESULTS = 0x10000, 0x20000
CAPABILITIES = (LONG_PASSWORD | LONG_FLAG | LOCAL_FILES | PROTOCOL_41 | SECURE | AUTH | MULTI_STATEMENTS |
                MULTI_RESULTS)
QUERY, INIT_DB, PREPARE, CLOSE, RESET = 3, 2, 22, 25, 31
LATIN1 = 8


class Refused(Exception):
    def __init__(self, number, message):
        super().__init__(f"{number} {message}")
        self.number, self.message = number, message


class Client:
    def __init__(self, path, user="root", seconds=30):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.buffer = b""
        greeting = self._packet()
        self.version = greeting[1:greeting.index(0, 1)].decode()
        self._send(struct.pack("<IIB23x", CAPABILITIES, 1 << 24, LATIN1) + user.encode() + b"\0\0" +
                   b"mysql_native_password\0", sequence=1)
        answer = self._packet()
        if answer[0] == 0xfe:
            self._send(b"", sequence=3)
            answer = self._packet()
        self._raise(answer)

    def close(self):
        self.socket.close()

    def query(self, text):
        """The rows of the first result, each a list of bytes or None. Raises Refused."""
        self._send(bytes([QUERY]) + self._bytes(text))
        rows, more = self._result()
        while more:
            more = self._result()[1]
        return rows

    def prepare(self, text):
        """The number of the error with which the server refuses to prepare it; 0: it does not refuse."""
        try:
            self._prepared(text)
            return 0
        except Refused as refused:
            return refused.number

    def why_not_prepared(self, text, numbers):
        """The message, if the error is one of these; else None."""
        try:
            self._prepared(text)
        except Refused as refused:
            return refused.message if refused.number in numbers else None

    def _prepared(self, text):
        self._send(bytes([PREPARE]) + self._bytes(text))
        answer = self._packet()
        self._raise(answer)
        statement, columns, parameters = struct.unpack_from("<IHH", answer, 1)
        for count in (parameters, columns):
            for _ in range(count + 1 if count else 0):
                self._packet()
        self._send(bytes([CLOSE]) + struct.pack("<I", statement))

    def use(self, schema):
        self._send(bytes([INIT_DB]) + schema.encode())
        self._raise(self._packet())

    def reset(self):
        self._send(bytes([RESET]))
        self._raise(self._packet())

    @staticmethod
    def _bytes(text):
        return text if isinstance(text, bytes) else text.encode()

    def _send(self, body, sequence=0):
        assert len(body) < 0xffffff
        self.socket.sendall(struct.pack("<I", len(body))[:3] + bytes([sequence]) + body)

    def _packet(self):
        body = b""
        while True:
            head = self._read(4)
            length = int.from_bytes(head[:3], "little")
            body += self._read(length)
            if length < 0xffffff:
                return body

    def _read(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the server has closed the connection")
            self.buffer += more
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    @staticmethod
    def _raise(packet):
        if packet[0] == 0xff:
            at = 9 if packet[3:4] == b"#" else 3
            raise Refused(struct.unpack_from("<H", packet, 1)[0], packet[at:].decode("latin-1"))

    @staticmethod
    def _integer(packet, at):
        first = packet[at]
        if first < 0xfb:
            return first, at + 1
        if first == 0xfb:
            return None, at + 1
        size = {0xfc: 2, 0xfd: 3, 0xfe: 8}[first]
        return int.from_bytes(packet[at + 1:at + 1 + size], "little"), at + 1 + size

    def _result(self):
        """Rows, and whether there is another result."""
        first = self._packet()
        self._raise(first)
        if first[0] == 0xfb:                     # LOAD DATA LOCAL: nothing
            self._send(b"", sequence=2)
            first = self._packet()
            self._raise(first)
        if first[0] == 0:
            _, at = self._integer(first, 1)
            _, at = self._integer(first, at)
            return [], bool(struct.unpack_from("<H", first, at)[0] & 8)
        columns, _ = self._integer(first, 0)
        while self._packet()[0] != 0xfe:
            pass
        rows = []
        while True:
            packet = self._packet()
            self._raise(packet)
            if packet[0] == 0xfe and len(packet) < 9:
                return rows, bool(struct.unpack_from("<H", packet, 3)[0] & 8)
            row, at = [], 0
            for _ in range(columns):
                size, at = self._integer(packet, at)
                row.append(None if size is None else packet[at:at + size])
                at += size or 0
            rows.append(row)
