"""Whether the server and the analyser take the same texts for SQL: MariaDB's test suite, asked of both."""
import collections
import json
import pathlib
import re
import subprocess

from . import mysql_asking, mysqltest, ringfence

SUITE = pathlib.Path("/usr/share/mysql/mysql-test")
ANALYSE = pathlib.Path(ringfence.BINARY).parents[1] / "tests/tools/analyse_lines"

# Errors of the server's lexer and grammar: the text is no statement.
NO_SQL = {1064, 1065, 1149, 1235}
# Raised in the midst of reading the text, so that nobody knows whether the rest is a statement: variables, labels and
# types that are not there (1308, 1327, 4161), names given twice (1330, 1333), misplaced statements (1303, 1314), broken
# encoding (1300), arguments and values that a rule of the grammar refuses.
NO_SQL |= {1253, 1300, 1303, 1308, 1313, 1314, 1323, 1327, 1330, 1333, 1367, 1386, 1470, 1479, 1480, 1583, 1901, 4161}

NOT_PREPARABLE = 1295           # a statement all the same
INNER = re.compile(rb"""\s*(?:PREPARE\s+\S+\s+FROM|EXECUTE\s+IMMEDIATE)\s+('.*'|".*")\s*\Z""", re.I | re.S)

Case = collections.namedtuple("Case", "text file line sql_mode charset error")

# What decides how later texts are read, and what the suite computes it from. Runs for real.
SETTING = re.compile(rb"set\s+(?!.*\b(global|persist|password|statement)\b)"
                     rb"(names|character|charset|@\w|.*(sql_mode|character_set))", re.I | re.S)


def files(suite=SUITE, leave_out=("compat/oracle",)):
    return [p for p in sorted(suite.rglob("*.test")) if not any(part in str(p) for part in leave_out)]


class Server:
    """Asks for one file after the other."""

    def __init__(self, server):
        self.server = server
        self.client = None
        self.known = {}

    def cases(self, path, name):
        self._begin()
        mode, charset = self._reading()
        for s in mysqltest.statements(path, name):
            key = s.text, mode, charset
            if key not in self.known:
                self.known[key] = self._prepare(s.text)
                yield Case(s.text, s.file, s.line, mode, charset, self.known[key])
            if SETTING.match(s.text):
                try:
                    self.client.query(s.text)
                except mysql_asking.Refused:
                    pass
                mode, charset = self._reading()

    def _begin(self):
        if self.client is None:
            self.client = self.server.connect()
            self.client.query("CREATE DATABASE IF NOT EXISTS test")
        self.client.reset()
        self.client.use("test")
        self.client.query("SET NAMES latin1")

    def _reading(self):
        row, = self.client.query("SELECT @@sql_mode, @@character_set_client")
        return row[0].decode(), row[1].decode()

    def _prepare(self, text):
        number = self.client.prepare(text)
        if number == NOT_PREPARABLE and (inner := INNER.match(text)):
            try:
                self.client.query(b"PREPARE agreement FROM " + inner.group(1))
                self.client.query("DEALLOCATE PREPARE agreement")
            except mysql_asking.Refused as refused:
                return refused.number
        return number


class Analyser:
    """The program `analyse_lines`."""

    def __init__(self, version=101119, **scope):
        self.scope = {"version": version, **scope}
        self.process = subprocess.Popen([str(ANALYSE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def footprint(self, text, **scope):
        asked = {**self.scope, **scope}
        try:
            asked["text"] = text.decode()
        except UnicodeDecodeError:
            asked["hex"] = text.hex()
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


KIND_OF_TWO = {"CREATE", "ALTER", "DROP", "SHOW"}
MODIFIERS = re.compile(r"\b(OR REPLACE|TEMPORARY|UNIQUE|FULLTEXT|SPATIAL|AGGREGATE|IGNORE|ONLINE|OFFLINE|"
                       r"(DEFINER|ALGORITHM|SQL SECURITY)\s*=?\s*\S+|FULL|GLOBAL|SESSION|EXTENDED|ALL)\s+")


def kind(text):
    """For the table: the first word; of definitions, two."""
    plain = re.sub(rb"/\*M?!?\d*|\*/|--[^\n]*\n|#[^\n]*\n", b" ", text[:300]).decode("latin-1").upper()
    plain = re.sub(r"\s+", " ", plain).strip(" (")
    first = re.match(r"\w+", plain)
    if not first:
        return "other"
    if first.group() not in KIND_OF_TWO:
        return first.group()
    rest = MODIFIERS.sub("", plain[len(first.group()):].strip() + " ")
    second = re.match(r"\w+", rest)
    return f"{first.group()} {second.group()}" if second else first.group()


def names_in_another_character_set(found):
    """What names these bytes are, a table of the server says: refused, and counted as not read."""
    why = found["why"]
    return found["trouble"] == "unsafe_setting" and ("UTF-8" in why or "depends on the character set" in why)
