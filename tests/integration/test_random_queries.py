"""Random queries of SQLsmith, judged by the server: what passes must touch nothing foreign, and what touches nothing
foreign must pass. The server's word is pgaudit's record, and what it allows a login that has rights on its own only."""
import collections
import os
import re
import signal
import time

import pytest

from harness import pgaudit, postgres as pg, processes, ringfence as rf, wire
from harness.wire import query

SECONDS = int(os.environ.get("RINGFENCE_SQLSMITH_SECONDS", "15"))      # for all tests of this file together
SEED = int(os.environ.get("RINGFENCE_SQLSMITH_SEED", "1"))
BATCH = 400                                                            # queries of one seed

OWN = {"orders", "users_api_v1", "extensions"}
CATALOGUE = {"pg_catalog", "information_schema"}
# A superuser sees in them what the server hides from others.
REVEALING = {f"pg_catalog.{name}" for name in (
    "pg_stat_activity", "pg_stats", "pg_stats_ext", "pg_stats_ext_exprs", "pg_statistic", "pg_statistic_ext_data",
    "pg_user_mapping", "pg_user_mappings", "pg_largeobject", "pg_sequences", "pg_file_settings",
    "pg_hba_file_rules")}


@pytest.fixture(autouse=True)
def time_limit():
    """Longer than that of other tests, when asked to be."""
    def expired(*_):
        raise TimeoutError("a query hangs")
    previous = signal.signal(signal.SIGALRM, expired)
    signal.alarm(SECONDS + 90)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="module")
def audited():
    """The shop with pgaudit, `native`: a login that has by GRANT what order-service has by policy; and a database
    `alone` in which there is nothing else, so that what SQLsmith makes there is about nothing else."""
    server = pg.Postgres(pgaudit.CONF)
    server.sql(f"""
        CREATE ROLE native LOGIN PASSWORD '{pg.PASSWORD}';
        GRANT USAGE ON SCHEMA orders, users_api_v1, extensions TO native;
        GRANT ALL ON ALL TABLES IN SCHEMA orders TO native;
        GRANT ALL ON ALL SEQUENCES IN SCHEMA orders TO native;
        GRANT SELECT ON ALL TABLES IN SCHEMA users_api_v1 TO native;""")
    server.sql("CREATE DATABASE alone")
    own = processes.run([pg.program("pg_dump"), "-h", server.folder, "-p", server.port, "-U", "postgres", "-d", "shop",
                         "--schema=orders", "--schema-only"]).stdout
    server.sql(own, "alone")
    server.sql("""CREATE SCHEMA users_api_v1; CREATE VIEW users_api_v1.accounts AS
                  SELECT 1::bigint AS id, ''::text AS full_name, now() AS created_at""", "alone")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def proxy(audited):
    proxy = rf.Ringfence(audited)
    yield proxy
    proxy.remove()


def target(host, port, user, database):
    return f"--target=host={host} port={port} user={user} password='{pg.PASSWORD}' dbname={database} connect_timeout=10"


def batches(share, *options):
    """Lists of queries that SQLsmith makes from the catalogue that it sees, for a share of the time."""
    seed, end = SEED, time.monotonic() + SECONDS * share
    while time.monotonic() < end:
        made = processes.run(["sqlsmith", "--dry-run", f"--max-queries={BATCH}", f"--seed={seed}", *options]).stdout
        queries = [text for text in re.split(r";\n", made) if text.strip()]
        assert len(queries) == BATCH
        yield queries
        seed += 1


class Client:
    """Runs one query after the other and leaves no trace."""

    def __init__(self, host, port, user):
        self.where = host, port, user
        self.connection = None

    def run(self, text):
        """The error's fields, or None."""
        if self.connection is None:
            host, port, user = self.where
            self.connection = wire.Connection(host, port).login(user, "shop", pg.PASSWORD)
            self.connection.ask(query("SET statement_timeout = '200ms'"))
        self.connection.ask(query("BEGIN"))
        answer = self.connection.ask(query(text))
        while self.connection.ask(query("ROLLBACK"))[-1].body != b"I":
            pass          # a timeout that comes a moment too late hits the ROLLBACK
        return next((m.fields for m in answer if m.kind == b"E"), None)

    def run_or_reconnect(self, text):
        """For a connection that a query can end, such as one with pg_terminate_backend."""
        try:
            return self.run(text)
        except (EOFError, ConnectionError):
            self.connection = None
            return {"C": "57P01", "M": "connection ended"}


Outcome = collections.namedtuple("Outcome", "text through direct touched")


def denied(error):
    return error is not None and error["M"].startswith("ringfence:")


def replay(audited, proxy, lists):
    """What became of each query through ringfence and directly as `native`, and what pgaudit says of the latter."""
    log = pgaudit.Log(audited)
    through = Client(proxy.host, proxy.port, "orders")
    direct = Client(audited.host, audited.port, "native")
    done = []
    for texts in lists:
        for text in texts:
            tagged = f"/* {len(done)} */ {text}"
            done.append((text, through.run(tagged), direct.run_or_reconnect(tagged)))
    touched = {pgaudit.tag(text): names for text, names in log.touched("native")}
    return log, [Outcome(*each, touched.get(number)) for number, each in enumerate(done)]


def foreign(names):
    """Of the names that pgaudit recorded for one query, those that are nobody's business. A view is recorded with what
    it reads."""
    behind = {"users.accounts"} if "users_api_v1.accounts" in names else set()
    return {name for name in names - behind
            if name in REVEALING or not (name.split(".")[0] in OWN | CATALOGUE or name.startswith("pg_temp"))}


def assert_sound(log):
    found = [(sorted(foreign(names)), text) for text, names in log.touched("ringfence") if foreign(names)]
    assert not found, f"{len(found)} queries touched what is foreign, such as {found[0]}"


class Names:
    """Which functions and relations are refused on their own."""

    def __init__(self, proxy):
        self.client = Client(proxy.host, proxy.port, "orders")
        self.known = {}

    def refused(self, text):
        """Those of a query, also where the server left them out since they have no effect. SQLsmith qualifies names."""
        functions = set(re.findall(r"\b((?:pg_catalog|extensions)\.\w+)\(", text))
        relations = set(re.findall(r"\b((?:pg_catalog|information_schema|users|billing|catalog)\.\w+)\b(?!\()", text))
        return ({f for f in functions for count in range(1, 6)         # some only with so many arguments
                 if self._refused(f"SELECT {f}({', '.join(['user_id'] * count)}) FROM orders.orders LIMIT 0")} |
                {r for r in relations if self._refused(f"SELECT * FROM {r} LIMIT 0")})

    def _refused(self, text):
        if text not in self.known:
            self.known[text] = denied(self.client.run(text))
        return self.known[text]


def false_denials(proxy, outcomes):
    """Denied, although the server let it run with rights on its own only and saw nothing foreign in it. Second: of
    these, the ones in which nothing is refused by its name, either."""
    names = Names(proxy)
    own = [o for o in outcomes if denied(o.through) and (o.direct is None or o.direct["C"] != "42501") and
           o.touched is not None and not foreign(o.touched)]
    return own, [o for o in own if not names.refused(o.text)]


def report(capsys, what, outcomes, own, false):
    ran = [o for o in outcomes if o.touched is not None and not foreign(o.touched)]
    with capsys.disabled():
        print(f"\n{what}: {len(outcomes)} queries, {sum(denied(o.through) for o in outcomes)} denied; of {len(ran)} "
              f"that touch nothing foreign {len(own)} denied, {len(false)} of them without a name that is refused")


def assert_as_the_server(outcomes):
    """What passes, the server allows to a login that has rights on its own only."""
    found = [(o.direct["M"], o.text) for o in outcomes
             if not denied(o.through) and o.direct is not None and o.direct["C"] == "42501"]
    assert not found, f"{len(found)} queries passed that the server denies, such as {found[0]}"


def shown(outcomes):
    return f"{len(outcomes)} false denials, such as {outcomes[0].through['M']}: {outcomes[0].text}" if outcomes else ""


def test_queries_about_everything_that_the_service_sees(audited, proxy, capsys):
    """The catalogue shows the tables of the others and thousands of functions: nearly all of these are denied."""
    log, outcomes = replay(audited, proxy, batches(0.3, target(proxy.host, proxy.port, "orders", "shop")))
    own, false = false_denials(proxy, outcomes)
    report(capsys, "everything", outcomes, own, false)
    assert_sound(log)
    assert_as_the_server(outcomes)
    assert not false, shown(false)
    assert proxy.alive()


def test_queries_about_the_tables_of_all_services(audited, proxy, capsys):
    log, outcomes = replay(audited, proxy, batches(0.15, target(proxy.host, proxy.port, "orders", "shop"),
                                                   "--exclude-catalog"))
    own, false = false_denials(proxy, outcomes)
    report(capsys, "all services", outcomes, own, false)
    assert_sound(log)
    assert_as_the_server(outcomes)
    assert not false, shown(false)
    assert proxy.alive()


def test_queries_about_the_services_own_are_not_denied(audited, proxy, capsys):
    log, outcomes = replay(audited, proxy, batches(0.35, target(audited.host, audited.port, "orders", "alone"),
                                                   "--exclude-catalog"))
    own, false = false_denials(proxy, outcomes)
    report(capsys, "own", outcomes, own, false)
    assert_sound(log)
    assert_as_the_server(outcomes)
    assert not false, shown(false)
    assert sum(not denied(o.through) for o in outcomes) > len(outcomes) / 2


def test_sqlsmith_as_a_client(audited, proxy):
    log = pgaudit.Log(audited)
    end, seed = time.monotonic() + SECONDS * 0.2, SEED + 1_000_000
    while time.monotonic() < end:
        done = processes.run(["sqlsmith", target(proxy.host, proxy.port, "orders", "shop"), f"--max-queries={BATCH}",
                              f"--seed={seed}", "--verbose"], seconds=90)
        assert "ringfence: order-service may not" in done.stderr
        seed += 1
    processes.wait_until(lambda: proxy.metric("ringfence_connections") == 0, "all have gone")
    assert_sound(log)
    assert proxy.alive()
