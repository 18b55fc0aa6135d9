"""What a server of MySQL's protocol answers."""
import struct

PROTOCOL_41, TRACK, NO_EOF, OPTIONAL_METADATA, MARIADB_METADATA, MARIADB_CACHE = (
    1 << 9, 1 << 23, 1 << 24, 1 << 25, 1 << 35, 1 << 36)
IN_TRANSACTION, AUTOCOMMIT, MORE_RESULTS, CURSOR, LAST_ROW, NO_BACKSLASH, STATE_CHANGED = (
    1, 2, 8, 64, 128, 512, 1 << 14)
# Binary values of a fixed size.
FIXED = {1: "<b", 2: "<h", 3: "<i", 9: "<i", 8: "<q", 13: "<h", 4: "<f", 5: "<d"}


def lenenc(value):
    if value < 251:
        return bytes([value])
    for mark, size in ((0xFC, 2), (0xFD, 3), (0xFE, 8)):
        if value < 1 << 8 * size:
            return bytes([mark]) + value.to_bytes(size, "little")
    raise ValueError(value)


def lenenc_text(text):
    data = text if isinstance(text, bytes) else text.encode()
    return lenenc(len(data)) + data


def take_lenenc(data, at):
    """(value or None for NULL, the place after it)"""
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(data[at], 0)
    if size:
        return int.from_bytes(data[at + 1:at + 1 + size], "little"), at + 1 + size
    return (None if data[at] == 0xFB else data[at]), at + 1


def take_text(data, at):
    size, at = take_lenenc(data, at)
    return (None, at) if size is None else (data[at:at + size], at + size)


class Result:
    """OK, an error, a file that is asked for, or rows."""

    def __init__(self, body, capabilities):
        self.body = body
        self.failed = body[:1] == b"\xff"
        self.file = body[1:].decode() if body[:1] == b"\xfb" else None
        self.ok = not self.failed and self.file is None
        self.rows, self.columns, self.status, self.warnings, self.info, self.changes = None, [], 0, 0, b"", b""
        self.affected = self.insert_id = 0
        if self.failed:
            self.code, = struct.unpack_from("<H", body, 1)
            known = capabilities & PROTOCOL_41 and body[3:4] == b"#"
            self.state = body[4:9].decode() if known else "HY000"
            self.message = body[9 if known else 3:].decode(errors="replace")
        elif self.ok and body[:1] == b"\xfe" and len(body) == 5 and not capabilities & NO_EOF:
            self.warnings, self.status = struct.unpack_from("<HH", body, 1)
        elif self.ok:
            self._ok(capabilities)

    def _ok(self, capabilities):
        self.affected, at = take_lenenc(self.body, 1)
        self.insert_id, at = take_lenenc(self.body, at)
        self.status, self.warnings = struct.unpack_from("<HH", self.body, at)
        at += 4
        if at < len(self.body):
            self.info, at = take_text(self.body, at)
            if capabilities & TRACK and self.status & STATE_CHANGED:
                self.changes, at = take_text(self.body, at)

    @property
    def more(self):
        return not self.failed and bool(self.status & MORE_RESULTS)

    @property
    def error(self):
        """(code, SQLSTATE, message), or None."""
        return (self.code, self.state, self.message) if self.failed else None

    def __repr__(self):
        return f"{self.code} {self.state} {self.message}" if self.failed else f"{self.body[:60]!r} {self.rows!r:.200}"


class Column:
    def __init__(self, body, capabilities):
        at, texts = 0, []
        for _ in range(6):
            text, at = take_text(body, at)
            texts.append(text.decode(errors="replace"))
        _, self.schema, self.table, self.org_table, self.name, self.org_name = texts
        if capabilities & MARIADB_METADATA:
            _, at = take_text(body, at)
        self.body = body
        self.type = body[at + 1 + 2 + 4]


def rows_of(connection, first, binary, known=None):
    """Columns and rows. Without `first`, rows only: of a cursor."""
    capabilities = connection.capabilities
    columns = _columns(connection, first, known) if first else known
    if first and (not capabilities & NO_EOF):
        end = connection.packet()
        if struct.unpack_from("<H", end, 3)[0] & CURSOR:
            return _with_rows(Result(end, capabilities), columns, [])
    rows = []
    while True:
        body = connection.packet()
        last = body[:1] == b"\xfe" and len(body) < 0xFFFFFF
        if body[:1] == b"\xff" or last:
            return _with_rows(Result(body, capabilities), columns, rows)
        rows.append(_binary(body, columns) if binary else _text(body, columns))


def _columns(connection, first, known):
    """They may be left out: MariaDB's caching of prepared statements, MySQL's optional metadata."""
    count, at = take_lenenc(first, 0)
    if connection.capabilities & (OPTIONAL_METADATA | MARIADB_CACHE) and first[at] == 0:
        return known or [None] * count
    return [Column(connection.packet(), connection.capabilities) for _ in range(count)]


def _with_rows(result, columns, rows):
    result.columns, result.rows = columns, rows
    return result


def _text(body, columns):
    at, row = 0, []
    for _ in columns:
        value, at = take_text(body, at)
        row.append(None if value is None else value.decode(errors="surrogateescape"))
    assert at == len(body), "a row that is longer than its columns"
    return row


def _binary(body, columns):
    at, row = 1 + (len(columns) + 9) // 8, []
    for n, column in enumerate(columns):
        if body[1 + (n + 2) // 8] >> (n + 2) % 8 & 1:
            row.append(None)
        elif form := FIXED.get(column.type):
            row.append(struct.unpack_from(form, body, at)[0])
            at += struct.calcsize(form)
        elif column.type in (7, 10, 11, 12):                # dates and times: as they are
            row.append(body[at:at + 1 + body[at]])
            at += 1 + body[at]
        else:
            value, at = take_text(body, at)
            row.append(value.decode(errors="surrogateescape"))
    return row
