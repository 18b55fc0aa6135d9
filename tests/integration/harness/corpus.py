"""The cases of tests/corpus/postgresql, and how one is sent."""
import dataclasses
import datetime
import struct

import yaml

from . import canary, postgres, wire

FOLDER = canary.FIXTURE.parent
POLICIES = postgres.SHOP.parent / "policies"
TODAY = "2026-11-21"                                     # the corpus' today: shares have ends
LOGINS = {f"{who}-service": login for who, login in
          {"order": "orders", "user": "users", "billing": "billing", "catalog": "catalog"}.items()}

TEXT = 25
ARRAYS = (1005, 1007, 1009, 1015, 1016, 1028)            # of int2, int4, text, varchar, int8, oid


@dataclasses.dataclass(frozen=True)
class Case:
    file: str
    name: str
    sql: str
    decision: str
    service: str = "order-service"
    database: str = "shop"
    path: tuple = None
    confined: bool = False
    problem: str = "none"
    reads_all_settings: bool = True

    def __str__(self):
        return f"{self.file}: {self.name}"

    @property
    def set_path(self):
        return "SET search_path = " + (", ".join(f'"{s}"' for s in self.path) or "''")


def cases():
    """Without those for a newer server than the installed one."""
    major = int(postgres.program("postgres").parts[-3])
    known = {field.name for field in dataclasses.fields(Case)}
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for body in yaml.load(file.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if body.get("server_major", 0) > major:
                continue
            body = {k: v for k, v in body.items() if k in known}
            if "path" in body:
                body["path"] = tuple(body["path"])
            found.append(Case(file=file.stem, **body))
    return found


def policies():
    """The example shop's, as data for Ringfence(policies=…)."""
    return plain_policies(POLICIES)


def plain_policies(folder):
    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return value.isoformat() if isinstance(value, datetime.date) else value
    files = [folder / "org.yaml", *(folder / "services").glob("*.yaml")]
    return {f.stem: plain(yaml.safe_load(f.read_text())) for f in files}


class Client(wire.Connection):
    """Keeps every byte that it received, and whether the other side has ended the connection."""

    def __init__(self, host, port):
        super().__init__(host, port, 20)
        self.received = bytearray()
        self.ended = False

    def _fill(self):
        before = len(self.buffer)
        super()._fill()
        self.received += self.buffer[before:]

    def answers(self, data, count=1, sync=b""):
        """All messages up to the count-th ReadyForQuery or the end; a COPY FROM STDIN gets no rows."""
        found = []
        while count:
            try:
                self.send(data)
                data = b""
                found.append(self.receive())
            except (EOFError, ConnectionError):
                self.ended = True
                return found
            if found[-1].kind == b"G":
                self.send(wire.message(b"c") + (sync and wire.FLUSH))
            if [m.kind for m in found[-2:]] == [b"G", b"C"]:
                self.send(sync)                  # a server that copies in swallows a Sync
            count -= found[-1].kind == b"Z"
        return found

    def simple(self, sql):
        return self.answers(wire.query(sql))

    def extended(self, sql):
        """Parameters are values that most statements can use."""
        found = self.answers(wire.parse(sql) + wire.describe(b"S") + wire.SYNC)
        if error(found) or self.ended:
            return found
        types = struct.unpack("!" + "I" * (len(body := wire.first(found, b"t").body[2:]) // 4), body)
        values = [b"int4" if t == TEXT else b"{1}" if t in ARRAYS else b"1" for t in types]
        return found + self.answers(wire.bind(values=values) + wire.describe(b"P") + wire.execute() + wire.SYNC,
                                    sync=wire.SYNC)

    def go(self, sql, protocol="simple"):
        return getattr(self, protocol)(sql)


def error(messages):
    """The fields of the first error, or None."""
    return next((m.fields for m in messages if m.kind == b"E"), None)


def code(messages):
    """SQLSTATE; 00000 when all went well."""
    return (error(messages) or {"C": "00000"})["C"]


def by_ringfence(fields):
    return bool(fields) and fields["M"].startswith("ringfence: ")
