"""The cases of tests/corpus/mysql, and how one is sent."""
import dataclasses

import yaml

from . import corpus, my_canary, my_wire
from .my_server import PASSWORD

FOLDER = my_canary.FIXTURE.parent
POLICIES = FOLDER / "policies"
TODAY = corpus.TODAY
LATIN1, UTF8 = 8, 45
ENOUGH = 1 << 22


@dataclasses.dataclass(frozen=True)
class Case:
    file: str
    name: str
    sql: str
    decision: str
    service: str = "order-service"
    schema: str = "orders"
    flavour: str = None
    version: int = None
    sql_mode: str = None
    charset: str = "utf8mb4"
    lower_case_table_names: int = 0
    confined: bool = False
    problem: str = "none"

    def __str__(self):
        return f"{self.file}: {self.name}"

    @property
    def text(self):
        return self.sql.encode("latin1" if self.charset == "latin1" else "utf-8")


def cases(flavour):
    """Those that a server of this flavour can be asked: no other version of it, and no other settings of the server."""
    known = {field.name for field in dataclasses.fields(Case)}
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for body in yaml.load(file.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            case = Case(file=file.stem, **{k: v for k, v in body.items() if k in known})
            if (case.flavour in (None, flavour) and not case.version and not case.lower_case_table_names
                    and not case.confined and case.charset in ("utf8mb4", "latin1")):
                found.append(case)
    return found


def policies():
    """Those of the corpus, as data for Ringfence(policies=…)."""
    return corpus.plain_policies(POLICIES)


class Client(my_wire.Connection):
    """Logged in as the case wants it; None if that was refused."""

    @classmethod
    def of(cls, host, port, case, **options):
        made = cls(host, port, 20)
        try:
            made.login(my_canary.LOGINS[case.service], case.schema, PASSWORD, add=my_wire.LOCAL_FILES,
                       collation=LATIN1 if case.charset == "latin1" else UTF8, **options)
        except my_wire.Refused as problem:
            made.socket.close()
            return problem
        if case.sql_mode is not None:
            assert made.one(f"SET sql_mode = '{case.sql_mode}'").ok
        return made

    def text(self, sql):
        """All results; a file that is asked for gets a line."""
        found = []
        try:
            self.command(my_wire.QUERY, sql)
            while not found or found[-1].more:
                found.append(self.result())
                if found[-1].file is not None:
                    self.send(b"1\n")
                    self.send(b"")
                    found[-1] = self.result()
                if len(self.received) > ENOUGH:         # an endless loop
                    raise EOFError
        except (EOFError, ConnectionError):
            self.ended = True
        return found

    ended = False

    def prepared(self, sql):
        """Parameters are values that most statements can use."""
        try:
            statement = self.prepare(sql)
            if not isinstance(statement, my_wire.Prepared):
                return [statement] if statement else []
            self.command(my_wire.STMT_EXECUTE, statement.body([1] * statement.parameters))
            found = []
            while not found or found[-1].more:
                found.append(self.result(True, statement.columns))
                if found[-1].file is not None:
                    self.send(b"1\n")
                    self.send(b"")
                    found[-1] = self.result()
            return found
        except (EOFError, ConnectionError):
            self.ended = True
            return []

    def go(self, sql, protocol="text"):
        return getattr(self, protocol)(sql)


def error(found):
    """The first that failed, or None."""
    return next((r for r in found if r.failed), None)


def by_ringfence(failed):
    return failed is not None and failed.message.startswith("ringfence: ")
