"""A login that may do exactly what a footprint says, down to the columns: what it is refused, the footprint lacks."""
import collections
import re

from . import mysql_asking

LOGIN = "least"
# Statements whose rights the server checks when it prepares them.
CHECKED = re.compile(rb"[\s(]*(select|insert|replace|update|delete|with|values|explain|do|set\s+@)\b", re.I)
NO_RIGHT = {1044, 1142, 1143, 1227, 1370}
# Of tables that are partitioned by their history the server wants the hidden column, to find the partition.
PARTITIONING = re.compile(r"for column 'row_(start|end)' in table")
READ, WRITE = ("SELECT",), ("SELECT", "INSERT", "UPDATE")       # writing includes reading

Refused = collections.namedtuple("Refused", "text file line message touches")


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


class Login:
    def __init__(self, server):
        self.root = server.connect()
        self.root.query("SET NAMES utf8mb4")
        self.root.query("SET lock_wait_timeout = 1")
        self.root.query("SET sql_mode = ''")
        self.root.query(f"CREATE OR REPLACE USER {LOGIN}@localhost")
        self.root.query(f"GRANT EXECUTE, CREATE TEMPORARY TABLES ON *.* TO {LOGIN}@localhost")
        self.client = mysql_asking.Client(server.socket, LOGIN)
        self.client.query("SET lock_wait_timeout = 0")
        self.granted = {}

    def close(self):
        self.root.close()
        self.client.close()

    def refuses(self, text, scope, touches):
        """The server's message, or None: it does not refuse for want of a right, or nobody can tell."""
        rights = self._rights(touches)
        try:
            if rights is None or not self._grant(rights):
                return None
            if scope["schema"]:
                self.root.query(f"GRANT CREATE VIEW ON {quoted(scope['schema'])}.* TO {LOGIN}@localhost")
                self.client.use(scope["schema"])
            self.client.query(f"SET NAMES {scope['charset']}")
            self.client.query(f"SET sql_mode = '{scope['sql_mode']}'")
            message = self.client.why_not_prepared(text, NO_RIGHT)
            return message if message and self._is_there(message, rights) else None
        except mysql_asking.Refused:
            return None

    # A column that is not there is another error, which the server finds later.
    def _is_there(self, message, rights):
        if PARTITIONING.search(message):
            return False
        column = re.search(r"for column '(.*)' in table '(.*)'", message)
        return not column or any(column[1].lower() in self._columns(t) for t in rights if t[1] == column[2])

    # (schema, table) -> {right: columns; None: all}; None if there is more than rows.
    @staticmethod
    def _rights(touches):
        rights = {}
        for t in touches:
            if t["kind"] == "function":
                continue
            if t["kind"] != "table" or t["action"] not in ("read", "write"):
                return None
            of = rights.setdefault((t["schema"], t["name"]), {})
            columns = t.get("columns", ["*"])
            for right in READ if t["action"] == "read" else WRITE:
                if "*" in columns or of.get(right, ()) is None:
                    of[right] = None
                    if right == "INSERT":
                        of["DELETE"] = None
                else:
                    of[right] = sorted({*of.get(right, ()), *columns})
        return rights

    def _grant(self, rights):
        wanted = {}
        for table, of in rights.items():
            if (parts := self._parts(of, self._columns(table))) is None:
                return False
            wanted[table] = parts
        for table, had in list(self.granted.items()):
            if wanted.get(table) != had:
                self._try(f"REVOKE ALL ON {quoted(table[0])}.{quoted(table[1])} FROM {LOGIN}@localhost")
                del self.granted[table]
        for table, parts in wanted.items():
            if table not in self.granted:
                on = f"{quoted(table[0])}.{quoted(table[1])}"
                self.root.query(f"GRANT {', '.join(parts)} ON {on} TO {LOGIN}@localhost")
                self.granted[table] = parts
        return True

    # None: the table or the columns are not there, which is another error.
    @staticmethod
    def _parts(of, there):
        # What is read of a table that is written may be the value that the new row is going to have.
        if "INSERT" in of and None not in (of["INSERT"], of["SELECT"]):
            of["INSERT"] = sorted({*of["INSERT"], *of["SELECT"]})
        parts = []
        for right, columns in of.items():
            if columns is None:
                parts.append(right)
            elif some := [c for c in columns if c.lower() in there]:
                parts.append(f"{right} ({', '.join(map(quoted, some))})")
            else:
                return None
        return parts if there else None

    def _columns(self, table):
        schema, name = (part.replace("\\", "\\\\").replace("'", "''") for part in table)
        rows = self.root.query("SELECT column_name FROM information_schema.columns"
                               f" WHERE table_schema = '{schema}' AND table_name = '{name}'")
        return {row[0].decode().lower() for row in rows}

    def _try(self, text):
        try:
            self.root.query(text)
        except mysql_asking.Refused:
            pass
