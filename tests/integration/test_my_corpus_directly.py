"""The corpus' attacks on MariaDB and MySQL are real: sent directly, by an account that may do everything, each leaks, alters,
or is at least accepted.

How that is told: a leak shows the canary, at once or to what a thief would send next, or an answer that depends on the rows
of others. What alters has changed an object, a row, an account, a setting of the server or of the session, or has ended the
session."""
import collections

import pytest

from harness import my_canary, my_corpus, my_wire
from harness.my_server import ADMIN, PASSWORD
from my_attacks_directly import BEFORE, FIRST, REFUSED

SYSTEM = "('mysql', 'sys', 'information_schema', 'performance_schema')"
OBJECTS = [
    f"SELECT table_schema, table_name, table_type, engine, create_options, table_comment FROM tables "
    f"WHERE table_schema NOT IN {SYSTEM} ORDER BY 1, 2",
    f"SELECT table_schema, table_name, index_name, column_name FROM statistics WHERE table_schema NOT IN {SYSTEM} "
    "ORDER BY 1, 2, 3, 4",
    "SELECT schema_name, default_collation_name FROM schemata ORDER BY 1",
    f"SELECT routine_schema, routine_name, routine_type, routine_definition FROM routines "
    f"WHERE routine_schema NOT IN {SYSTEM} ORDER BY 1, 2, 3",
    f"SELECT trigger_schema, trigger_name, action_statement FROM triggers WHERE trigger_schema NOT IN {SYSTEM} "
    "ORDER BY 1, 2",
    "SELECT event_schema, event_name, status, event_definition FROM events ORDER BY 1, 2",
    f"SELECT table_schema, table_name, view_definition FROM views WHERE table_schema NOT IN {SYSTEM} ORDER BY 1, 2",
    "SELECT user, host, authentication_string FROM mysql.user ORDER BY 1, 2", "SELECT * FROM mysql.servers",
    "SELECT plugin_name, plugin_status FROM plugins ORDER BY 1", "SHOW GRANTS FOR orders",
    "SELECT constraint_schema, table_name, constraint_name FROM referential_constraints ORDER BY 1, 2, 3",
    "CHECKSUM TABLE users.secrets, users.accounts, users.addresses, stock.levels, stock.reservations, monolith.user_mail, "
    "monolith.sessions, orders.o, orders.accounts",
]
NO_ROWS = ("DELETE FROM users.secrets", "DELETE FROM users.`select`", "UPDATE users.accounts SET password = -id",
           "DELETE FROM users.accounts WHERE id > 1", "DELETE FROM stock.levels")
SCHEMAS = 7                                              # so many of these, and the last, are about schemas
GLOBAL = "SHOW GLOBAL VARIABLES"
SESSION = "SHOW SESSION VARIABLES"
# They change by themselves, or with each statement.
VOLATILE = {"timestamp", "pseudo_thread_id", "last_insert_id", "identity", "insert_id", "rand_seed1", "rand_seed2",
            "error_count", "warning_count", "in_transaction", "last_gtid", "gtid_binlog_pos", "gtid_current_pos",
            "gtid_binlog_state", "gtid_executed", "gtid_purged", "statement_id", "original_commit_timestamp", "log_seq_num"}
# What a thief would send next.
FOLLOW_UPS = ("SHOW WARNINGS", "START TRANSACTION", "SELECT * FROM x", "SELECT * FROM v", "SELECT * FROM secrets",
              "SELECT * FROM o",
              "SELECT @x", "EXECUTE p", "EXECUTE q", "CALL p()", "CALL p('SELECT * FROM users.secrets')",
              "SELECT f()", "HANDLER secrets READ FIRST", "HANDLER tables READ FIRST", "HANDLER h READ FIRST",
              "INSERT INTO o (a) VALUES ('9')", "SELECT * FROM o", "SELECT * FROM users.x",
              "SELECT * FROM orders.s", "ROLLBACK")


@pytest.fixture(scope="module")
def server(my_server):
    made = my_canary.Corpus(type(my_server))
    yield made
    made.remove()


class Direct:
    def __init__(self, corpus):
        self.corpus, self.server = corpus, corpus.server
        self.admin = self.connect()
        self.words = {"KILL 5": "KILL {0}", "KILL QUERY 5": "KILL QUERY {0}", "CONNECTION 5": "CONNECTION {0}",
                      "/etc/passwd": str(corpus.file), "DIRECTORY='/tmp'": f"DIRECTORY='{self.server.folder}/space'",
                      "'/tmp/x'": f"'{self.server.folder}/exported'",
                      "'x.csv'": f"'{corpus.file}'", "INFILE 'x'": f"INFILE '{corpus.file}'"}
        self.before = self.objects()

    def connect(self):
        return my_wire.Connection(self.server.host, self.server.port, 20).login(ADMIN, "information_schema", PASSWORD)

    def objects(self):
        found = [[r.error or r.rows for r in self.admin.query(sql)] for sql in OBJECTS]
        return found, self.variables(self.admin, GLOBAL), (self.server.folder / "exported").exists()

    @staticmethod
    def variables(client, sql):
        return {name: value for name, value in client.one(sql).rows if name.lower() not in VOLATILE}

    def text(self, case):
        text = case.text.replace(b"= ?", b"= 'users'")
        for word, real in self.words.items():
            real = real.replace("{0}", str(self.corpus.session.greeting.id))
            text = text.replace(word.encode(), real.encode())
        return text

    def session(self, client):
        try:
            return self.state(client)
        except (EOFError, ConnectionError):
            client.ended = True

    def state(self, client):
        state = client.one("SELECT database(), current_user(), @@character_set_client")
        prepared = client.one("EXECUTE p")
        return (state.rows, self.variables(client, SESSION), client.one("SELECT current_role()").rows, prepared.failed
                and prepared.code == 1243)

    def judge(self, case):
        """{"leaks", "alters"}, {"succeeds"}, or a text: why the server refused it."""
        self.admin.query("USE orders")
        for sql in BEFORE.get(str(case), ()):
            assert (made := self.admin.one(sql)).ok, (case, sql, made)
        self.admin.query("USE information_schema")
        before = self.objects() if str(case) in BEFORE else self.before
        client = my_corpus.Client.of(self.server.host, self.server.port, case)
        with client:
            for sql in FIRST.get(str(case), ()):
                assert client.one(sql).ok
            session = self.session(client)
            client.received.clear()
            found = client.text(self.text(case))
            failed = my_corpus.error(found)
            did = {"leaks"} if my_canary.seen(bytes(client.received).replace(case.text, b"")) and not failed else set()
            if client.ended or not failed and self.session(client) != session:
                did.add("alters")
            if not failed and not client.ended and not did:
                client.received.clear()
                for sql in FOLLOW_UPS:
                    client.text(sql.encode())
                    if client.ended:
                        break
                if my_canary.seen(client.received):
                    did.add("leaks")
        after = self.after()
        if after != before:
            did.add("alters")
        if after != self.before:
            self.repair(after)
        elif self.corpus.session_died():
            did.add("alters")
        if failed and not did:
            return f"{failed.code} {failed.message}"
        return did or ({"leaks"} if self.depends(case) else {"succeeds"})

    def depends(self, case):
        """Whether the answer is another one where others have no rows; not if it is never the same."""
        here, again, there = (self.answer(case, world) for world in ((), (), NO_ROWS))
        return here == again != there

    def answer(self, case, world):
        with my_corpus.Client.of(self.server.host, self.server.port, case) as client:
            for sql in (*FIRST.get(str(case), ()), "START TRANSACTION", *world):
                client.text(sql.encode())
            try:
                return [(r.error, r.rows, r.affected) for r in client.text(self.text(case))]
            finally:
                if not client.ended:
                    client.text(b"ROLLBACK")

    def after(self):
        """None: the server is gone."""
        try:
            return self.objects() if self.server.process.alive() else None
        except (EOFError, ConnectionError):
            return None

    def repair(self, after):
        """Schemas are made anew; for all else, the whole server is."""
        (self.server.folder / "exported").unlink(missing_ok=True)
        if after is None or (after[0][SCHEMAS:-1], after[1]) != (self.before[0][SCHEMAS:-1], self.before[1]):
            self.corpus.restore()
            self.admin = self.connect()
        else:
            try:
                self.corpus.fill()
            except AssertionError:                      # an attack from which MySQL 9 dies a little later
                self.corpus.restore()
                self.admin = self.connect()
        self.before = self.objects()


@pytest.fixture(scope="module")
def found(server):
    """{name of the attack: what it does}"""
    direct = Direct(server)
    return {str(case): direct.judge(case) for case in my_corpus.cases(server.server.flavour)
            if case.decision == "deny" and case.problem != "syntax"}


def test_every_attack_is_real(server, found, record_property):
    flavour = server.server.flavour
    count = collections.Counter("refused" if isinstance(did, str) else " and ".join(sorted(did)) for did in found.values())
    record_property("attacks", dict(count))
    print(f"{flavour}: {len(found)} attacks, sent directly:", dict(count))
    refused = {name: did for name, did in found.items() if isinstance(did, str)}
    expected = REFUSED[flavour].keys() | REFUSED["both"].keys()
    assert {n: refused[n] for n in refused.keys() - expected} == {}, "refused; or to add to BEFORE"
    assert expected - refused.keys() == set(), "the server accepts these"
