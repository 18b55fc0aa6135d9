"""MariaDB's test suite, run for real on a throw-away server: is what the server touches in the footprint?"""
import collections
import itertools
import re
import time

from . import agreement, least_rights, mysql_asking, mysqltest, server_audit
from .suite_catalogue import PREPARED, SYSTEM, UNKNOWN, Catalogue, place

# Nothing here is about what statements touch, or it needs several servers or what is not installed.
LEFT_OUT = ("compat/oracle", "suite/rpl", "galera", "wsrep", "binlog", "multi_source", "mroonga", "rocksdb", "spider",
            "plugin/connect", "oqgraph", "suite/s3", "encryption", "mariabackup", "large_tests", "atomic", "federated",
            "perfschema_stress", "stress", "suite/mtr", "include/", "auth_gssapi", "cracklib", "feedback")
# What would end the server or this connection, wait, lock everybody out, let others work, or write outside.
NOT_RUN = re.compile(
    rb"\b(shutdown|kill|sleep|start\s+(all\s+)?(slave|replica)|change\s+master|stop\s+(all\s+)?(slave|replica)|"
    rb"install|uninstall|xa\s|event_scheduler|server_audit|set\s+password|(alter|drop|rename)\s+user|"
    rb"backup\s|outfile|dumpfile|get_lock|master_(pos|gtid)_wait|benchmark|handlersocket|debug\w*|binlog)|"
    rb"\bset\b.*\b(global|persist|autocommit|debug|timestamp|pseudo|max_statement_time|init_connect)\b|"
    rb"\b(global)\s+\w+\s*:?=|@@global\.\w+\s*:?=|"
    rb"(insert|update|delete|replace|truncate|drop|alter|create|rename|lock|use)\b[^;]*\bmysql\b", re.I | re.S)
DROPS_TRIGGERS = re.compile(rb"\s*(drop\s+trigger|call|execute)\b", re.I)
PREPARES = re.compile(rb"\s*prepare\s+`?(\w+)`?\s+from\b", re.I)
LITERAL = re.compile(rb"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*\"""", re.S)
# What may be read without a touch.
PUBLIC = re.compile(r"performance_schema\.(global|session)_(status|variables)|mysql\.(time_zone|help_)\w*")
COVERED_BY = {"READ": {"read", "write", "define"}, "WRITE": {"write", "define"}, "CREATE": {"define"},
              "ALTER": {"define"}, "DROP": {"define"}, "RENAME": {"define"}}

Miss = collections.namedtuple("Miss", "text file line schema event touches")


def files(suite=agreement.SUITE):
    return agreement.files(suite, LEFT_OUT)


class Run:
    """One file after the other; `misses` are events that no footprint has."""

    def __init__(self, server, analyser, least=False):
        self.server, self.analyser, self.least = server, analyser, least
        self.login, self.refused = None, []
        self.misses, self.unknown, self.counts = [], [], collections.Counter()
        self.client = self.log = None
        self.triggers = {}

    def file(self, path, name, root, until=None, most=2500):
        """At most so many statements, and until that time."""
        self._begin()
        for s in itertools.islice(mysqltest.statements(path, name, root), most):
            if until is not None and time.monotonic() > until:
                return
            if NOT_RUN.search(s.text):
                self.counts["not run"] += 1
                continue
            try:
                self._statement(s)
            except (OSError, EOFError):
                self.counts["connection lost"] += 1
                self._renew()
                return

    def _begin(self):
        if self.client is not None:
            self.client.close()
        try:
            self.client = self.server.connect()
            self.client.query("SET NAMES utf8mb4")
            for row in self.client.query("SHOW DATABASES"):
                if row[0].decode() not in SYSTEM:
                    self.client.query(b"DROP DATABASE `" + row[0].replace(b"`", b"``") + b"`")
            self.client.query("CREATE DATABASE test")
        except (OSError, EOFError, mysql_asking.Refused):
            self._renew()
        self.client.use("test")
        self.client.query("SET NAMES latin1")
        if self.login:
            self.login.close()
        self.login = least_rights.Login(self.server) if self.least else None
        self.log = server_audit.Log(self.server)
        self.prepared, self.opened, self.reaching, self.catalogue = {}, set(), set(), None

    def _renew(self):
        self.server.renew()
        self.client = self.server.connect()
        self.client.query("CREATE DATABASE test")

    def _statement(self, s):
        row, = self.client.query("SELECT DATABASE(), @@sql_mode, @@character_set_client")
        scope = {"schema": (row[0] or b"").decode("utf-8", "replace"), "sql_mode": row[1].decode(),
                 "charset": row[2].decode()}
        found = self.analyser.footprint(s.text, **scope)
        if self.least and found["trouble"] == "none":
            self._ask_least(s, scope, found)
        self.triggers = self._triggers(s.text)
        self.log.events()
        try:
            self.client.query(s.text)
            self.counts["ran"] += 1
        except mysql_asking.Refused:
            self.counts["failed"] += 1
        events = self.log.events()
        if found["trouble"] != "none" or any(e["what"] in ("defines", "execute") for e in found["effects"]) or \
                re.match(rb"\s*(call|begin)\b", s.text, re.I):
            self.catalogue = None
        if found["trouble"] != "none" or self._of_a_denied_one(found):
            self.counts["denied"] += 1
            if prepares := PREPARES.match(s.text):
                self.prepared.pop(prepares.group(1).decode().lower(), None)
            return
        if any(t["kind"] == "server" for t in found["touches"]):      # a MERGE table may be a temporary one
            self.reaching.update(place(t) for t in found["touches"] if t["action"] == "define")
        touches = found["touches"] + self._before(s, found)
        missed = [e for e in events if not covered(e, touches, s.text, scope["schema"])]
        self.counts["events"] += len(events)
        if missed:
            self._judge(s, scope, missed, touches)

    def _ask_least(self, s, scope, found):
        if not least_rights.CHECKED.match(s.text):
            return
        self.counts["asked with least rights"] += 1
        if message := self.login.refuses(s.text, scope, found["touches"]):
            self.refused.append(least_rights.Refused(s.text, s.file, s.line, message, found["touches"]))

    def _of_a_denied_one(self, found):
        return any(e["what"] == "execute" and e["values"][0] not in self.prepared for e in found["effects"])

    # What EXECUTE and HANDLER … READ touch was decided with an earlier statement.
    def _before(self, s, found):
        more, text = [], s.text
        for effect in found["effects"]:
            if effect["what"] == "prepare":
                self.prepared[effect["values"][0]] = found["touches"], s.text, self._reached(found["touches"])
            elif effect["what"] == "execute":
                touches, text, reached = self.prepared[effect["values"][0]]
                more += touches      # tables of triggers that are gone stay locked by what was prepared before
                more += [{"action": "define", "kind": "table" if name else "schema", "schema": schema, "name": name}
                         for schema, name in reached]
        if re.search(rb"\bhandler\b", text, re.I):
            for t in found["touches"]:
                self.opened.add((t["schema"], t["name"]))
            more += [{"action": "read", "kind": "table", "schema": a, "name": b} for a, b in self.opened]
        return more

    # DROP TRIGGER does not name the table, and nobody knows it any more afterwards.
    def _triggers(self, text):
        if not DROPS_TRIGGERS.match(text):
            return {}
        rows = self.client.query("SELECT trigger_schema, trigger_name, event_object_schema, event_object_table"
                                 " FROM information_schema.triggers")
        return {(a.decode("utf-8", "replace"), b.decode("utf-8", "replace")): (c.decode("utf-8", "replace"),
                                                                               d.decode("utf-8", "replace"))
                for a, b, c, d in rows}

    def _judge(self, s, scope, missed, touches):
        reached = self._reached(touches)
        for e in missed:
            if (e.schema, e.table) in reached or (e.schema, None) in reached:
                self.counts["indirect"] += 1
            elif UNKNOWN in reached:
                self.counts["indirect, not analysed"] += 1
                self.unknown.append((s.file, s.line, s.text, e, self.catalogue.unknown))
            else:
                self.misses.append(Miss(s.text, s.file, s.line, scope["schema"], e,
                                        [(t["action"], t["schema"], t["name"]) for t in touches]))

    def _reached(self, touches):
        if self.catalogue is None:
            other = self.server.connect()
            try:
                other.query("SET lock_wait_timeout = 0")
                self.catalogue = Catalogue(other, self.analyser)
                for table in self.reaching:
                    self.catalogue.edges[table].append(UNKNOWN)
                for trigger, table in self.triggers.items():
                    self.catalogue.edges[trigger].append(table)
            finally:
                other.close()
        reached = self.catalogue.reached(place(t) for t in touches)
        for _, _, at_that_time in self.prepared.values() if PREPARED in reached else ():
            reached |= at_that_time
        return reached


def covered(event, touches, text, current):
    if event.table.startswith("#sql") or any(t["kind"] == "server" for t in touches):
        return True                  # a facility of the server is nobody's but the server's owner's
    if event.schema in SYSTEM:       # the server's own bookkeeping, unless the statement names it
        if not re.match(rb"\s*(prepare|execute)\b", text, re.I):
            text = LITERAL.sub(b"", text)
        named = [re.search(rb"\b" + re.escape(n.encode()) + rb"\b", text, re.I) for n in (event.schema, event.table)]
        return PUBLIC.fullmatch(f"{event.schema}.{event.table}") or not ((named[0] or current in SYSTEM) and named[1])
    for t in touches:
        if t["schema"] != event.schema or t["action"] not in COVERED_BY[event.what]:
            continue
        if t["kind"] == "schema" or (t["kind"] == "table" and t["name"] == event.table):
            return True
    return False
