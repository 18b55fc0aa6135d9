"""The corpus' attacks are real: sent directly, by a superuser, each leaks, alters, or is at least accepted.

How that is told: a leak shows the canary, or an answer that depends on the rows of others; a probe shows an answer that
depends on whether something of others exists. What alters has written something (a transaction id was assigned), has
changed the session's role, path or settings, or has ended the session."""
import collections

import pytest

from attacks_directly import BEFORE, OUTSIDE, REFUSED
from harness import canary, corpus, postgres, processes, wire


@pytest.fixture(scope="module")
def server():
    made = canary.Server()
    yield made
    made.remove()


# What a thief would send next.
FOLLOW_UPS = ("SELECT orders.f()", "SELECT orders.f('secret.txt')", "FETCH ALL FROM c", "EXECUTE p", "TABLE accounts",
              "SELECT schema_to_xml('orders', true, false, '')")
STATE = """SELECT current_user, session_user, current_schemas(true),
    (SELECT md5(string_agg(name || setting, ',')) FROM pg_settings WHERE name NOT LIKE 'transaction%'),
    (SELECT string_agg(last_value::text, ',') FROM pg_sequences),
    (SELECT count(*) FROM pg_prepared_xacts),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND pid = pg_backend_pid())"""
SERVER = "SELECT pg_current_wal_insert_lsn(), pg_read_file('postgresql.auto.conf')"
IN_TRANSACTION = "25001"
UNDO = ("DROP DATABASE shop_copy WITH (FORCE)", "DROP DATABASE IF EXISTS evil", "DROP TABLESPACE IF EXISTS evil",
        "ALTER SYSTEM RESET ALL")
# Two other worlds: with other rows of others, and without others.
OTHER_ROWS = """
    DELETE FROM users.accounts WHERE id < 10;
    UPDATE users.accounts SET email = 'x' || id, password_hash = 'y', birthday = NULL;
    INSERT INTO users.accounts SELECT 1000 + n, 'z' || n, 'z', 'z', NULL, now() FROM generate_series(1, 500) n;
    TRUNCATE public.user_sessions, billing.invoices, nobody.things;
    ALTER SEQUENCE users.accounts_id_seq RESTART 7777;
    ALTER SUBSCRIPTION feed CONNECTION 'host=x password=secret'"""
NO_OTHERS = "DROP SCHEMA users, billing, catalog, nobody CASCADE; DROP TABLE public.user_sessions"


class Direct:
    def __init__(self, server):
        self.server = server
        (server.folder / "space").mkdir()
        self.oid = server.sql("SELECT 'users.accounts'::regclass::oid")
        self.empty = processes.own(server.folder / "space")
        self.exported = server.folder / "exported"
        server.sql("ALTER ROLE orders SET statement_timeout = '4s'")
        self.words = {
            "/etc/passwd": str(server.file), "/tmp/evil.so', 'f": "$libdir/pgcrypto', 'pg_random_uuid",
            "/tmp/evil.so": "auto_explain", "LOCATION '/tmp": f"LOCATION '{self.empty}",
            "/tmp/x": str(self.exported), "PROGRAM 'id'": f"PROGRAM 'cat {server.file}'",
            "'a' AS x": f"'{server.file}' AS x",
            "16400::regclass": f"{self.oid}::regclass", "pg_toast_16400": f"pg_toast_{self.oid}",
            "dbname=shop": f"dbname=shop host={server.folder} port={server.port} user=postgres",
            "host=evil": "host=127.0.0.1 port=1"}

    def text(self, case):
        sql = case.sql
        for word, real in self.words.items():
            sql = sql.replace(word, real)
        if "$1" in sql:
            sql = f"PREPARE q (text) AS {sql}; EXECUTE q ('TABLE users.accounts')"
        return sql

    def connect(self, database="shop"):
        client = corpus.Client(self.server.host, self.server.port)
        return client.login("orders", database, postgres.PASSWORD)

    def attempt(self, case, world="", more=FOLLOW_UPS):
        """In a transaction that is rolled back: the answer, and what it did."""
        with self.connect() as c:
            self.prepare(c, case, world)
            before = self.state(c)
            answer, did = self.attack(c, self.text(case))
            if corpus.code(answer) == "00000" and not c.ended:
                if self.state(c) != before:
                    did.add("alters")
                c.received.clear()
                for text in () if did >= {"leaks"} else more:
                    c.simple("SAVEPOINT more")
                    c.simple(text)
                    c.simple("ROLLBACK TO more")
                if canary.seen(c.received):
                    did.add("leaks")
            return answer, did

    def prepare(self, c, case, world):
        if case.path is not None:
            c.simple(case.set_path)
        c.simple("BEGIN")
        for text in (BEFORE.get(str(case), ""), world):
            assert not corpus.error(made := c.simple(text)), (case, corpus.error(made))
        c.simple("SAVEPOINT attack")

    def outside(self, case):
        """What cannot run in a transaction runs in a copy of the database."""
        self.server.sql("CREATE DATABASE shop_copy TEMPLATE shop", "postgres")
        try:
            self.others(case, 0, "shop_copy")
            with self.connect("shop_copy") as c:
                before = self.state(c), self.server.sql(SERVER, "postgres")
                answer, did = self.attack(c, self.text(case).replace("DATABASE shop", "DATABASE shop_copy"))
                if corpus.code(answer) == "00000" and (self.state(c), self.server.sql(SERVER, "postgres")) != before:
                    did.add("alters")
                return answer, did
        finally:
            for text in UNDO:
                self.server.sql(text, "postgres")

    def others(self, case, which, database="shop"):
        if text := OUTSIDE.get(str(case), ("", ""))[which]:
            self.server.sql(text, database)

    def attack(self, c, sql):
        c.received.clear()
        answer = c.simple(sql)
        did = {"leaks"} if canary.seen(c.received) else set()
        if c.ended or self.exported.exists():
            self.exported.unlink(missing_ok=True)
            did.add("alters")
        return answer, did

    @staticmethod
    def state(client):
        return wire.rows(client.simple(STATE))

    def depends(self, case, world):
        """Whether the answer is another one in another world; not if it is never the same."""
        if "COMMIT" in case.sql:                                 # and would keep the other world
            return False

        def shown(found):
            answer, _ = found
            return [(m.kind, m.body) for m in answer if m.kind in (b"D", b"d", b"C")] + [corpus.code(answer)]
        here, again, there = (shown(self.attempt(case, w, more=())) for w in ("", "", world))
        return here == again != there

    def judge(self, case):
        """{"leaks", "alters"}, {"probes"}, {"succeeds"}, or a text: why the server refused it."""
        if case.sql.split()[0] != "COMMIT":                      # which runs in a copy, and they too
            self.others(case, 0)
        try:
            answer, did = self.attempt(case)
            if corpus.code(answer) == IN_TRANSACTION:
                answer, did = self.outside(case)
            elif not did and not corpus.error(answer):
                did = {"leaks"} if self.depends(case, OTHER_ROWS) else \
                      {"probes"} if self.depends(case, NO_OTHERS) else {"succeeds"}
        finally:
            self.others(case, 1)
        fields = corpus.error(answer)
        return did or (f'{fields["C"]} {fields["M"]}' if fields else {"succeeds"})


def test_every_attack_is_real(server, record_property):
    direct = Direct(server)
    found = {str(c): direct.judge(c) for c in corpus.cases() if c.decision == "deny" and c.problem != "syntax"}
    count = collections.Counter("refused" if isinstance(did, str) else " and ".join(sorted(did))
                                for did in found.values())
    record_property("attacks", dict(count))
    print(f"{len(found)} attacks, sent directly:", dict(count))
    refused = {name: did for name, did in found.items() if isinstance(did, str)}
    assert {n: refused[n] for n in refused.keys() - REFUSED.keys()} == {}, "refused; or to add to BEFORE"
    assert REFUSED.keys() - refused.keys() == set(), "the server accepts these"
