"""ringfence with a superuser's login, against the server's own opinion of a role that owns order-service's schema and
no more. Where the server answers that role 42501, ringfence must have denied; where it serves the role, ringfence must
have allowed. What differs is listed in native_differences.py, by name and with its reason.

    RINGFENCE_VARIATIONS=100000 RINGFENCE_SEED=7 …        an hour instead of seconds"""
import collections
import itertools
import json
import os
import re
import signal

import pytest

import native_differences as differences
from harness import canary, corpus, postgres, ringfence as rf, scram, variations

COUNT = int(os.environ.get("RINGFENCE_VARIATIONS", 3000))
SEED = int(os.environ.get("RINGFENCE_SEED", 20261121))
CLIENTS = corpus.FOLDER.parent / "clients.jsonl"         # recorded by record_clients.py

# What order-service owns, what is published to it, and what is common, as PostgreSQL's own roles and grants say it.
NATIVE = """
CREATE ROLE native_orders LOGIN PASSWORD '{verifier}';
ALTER ROLE native_orders SET search_path = orders;
REASSIGN OWNED BY ringfence TO native_orders;
ALTER SCHEMA orders OWNER TO native_orders;
DO $$
DECLARE r regclass;
BEGIN
    FOR r IN SELECT oid FROM pg_class WHERE relnamespace = 'orders'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO native_orders', r);
    END LOOP;
END $$;
ALTER TABLE public.order_archive OWNER TO native_orders;
GRANT USAGE ON SCHEMA users_api_v1, extensions TO native_orders;
GRANT SELECT ON ALL TABLES IN SCHEMA users_api_v1, extensions TO native_orders;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA extensions TO native_orders"""
# What a rollback leaves behind; and what would end the transaction around it.
LASTING = re.compile(r"prepare|advisory|commit|discard|dblink", re.I)
TRANSACTION = re.compile(r"\b(commit|rollback|end|abort|begin|start|prepare\s+transaction)\b\s*(;|$|transaction|work)",
                         re.I)
OUTSIDE = "25001"
TIDY = "DROP INDEX IF EXISTS orders.i; CREATE INDEX i ON orders.orders (status)"

FUNCTIONS = """
SELECT format('SELECT %I.%I(%s)', nspname, proname,
              (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n)
               FROM unnest(proargtypes) WITH ORDINALITY a(t, n)))
FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
WHERE prokind = 'f' AND nspname IN ('pg_catalog', 'information_schema', 'extensions')
  AND NOT prorettype = ANY ('{internal,trigger,event_trigger}'::regtype[])"""
RELATIONS = """
SELECT format('SELECT * FROM %I.%I LIMIT 50', nspname, relname)
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'v', 'm') AND nspname IN ('pg_catalog', 'information_schema', 'extensions')"""
SETTINGS = """
SELECT format(s, name) FROM pg_settings, unnest(ARRAY['SHOW %s', 'SELECT current_setting(%L)',
    'SET LOCAL %s TO DEFAULT', 'RESET %s', 'SELECT setting, reset_val FROM pg_settings WHERE name = %L']) AS s"""


@pytest.fixture(scope="module")
def server():
    made = canary.Server()
    made.sql(NATIVE.format(verifier=scram.verifier(postgres.PASSWORD)))
    yield made
    made.remove()


@pytest.fixture(scope="module")
def proxy(server):
    made = rf.Ringfence(server, policies=corpus.policies(), arguments=["--today", corpus.TODAY])
    yield made
    made.remove()


@pytest.fixture(autouse=True)
def time_limit():
    """In place of the one of all tests: the long run takes as long as it was told to."""
    signal.alarm(120 + COUNT // 20)
    yield
    signal.alarm(0)


class Side:
    """One login, whose sessions are used for many statements."""

    def __init__(self, host, port, login):
        self.where, self.login, self.client = (host, port), login, None

    def ask(self, sql, path, tidy):
        """The answer in a transaction that is rolled back, and every byte. `tidy` is called after what ran outside."""
        if self.client is None or self.client.ended:
            self.client = corpus.Client(*self.where).login(self.login, "shop", postgres.PASSWORD)
        client = self.client
        if path:
            client.simple(path)
        client.simple("BEGIN")
        client.received.clear()
        answer = client.simple(sql)
        client.simple("ROLLBACK")
        if tidy and corpus.code(answer) == OUTSIDE:
            answer = client.simple(sql)
            tidy()
        if path or LASTING.search(sql):
            client.simple("DISCARD ALL")
        return answer, bytes(client.received)


Verdict = collections.namedtuple("Verdict", "ringfence native message")


def compare(ringfence, native):
    """allowed, denied, or (of the server) neither: it answered another error, or ended the session."""
    ours, theirs = corpus.error(ringfence), corpus.error(native)
    by_us = corpus.by_ringfence(ours)
    opinion = "allowed" if theirs is None else "denied" if theirs["C"] == "42501" else "neither"
    message = f'{ours["M"]}\n{ours.get("D", "")}' if by_us else theirs["M"] if theirs else ""
    return Verdict("denied" if by_us else "allowed", opinion, message)


def statements(body, server):
    """(text, statement that sets the path or None)"""
    cases = [c for c in corpus.cases() if c.service == "order-service" and not c.confined and "\0" not in c.sql]
    clients = [json.loads(line) for line in CLIENTS.read_text().splitlines()]
    if body == "corpus":
        return [(c.sql, c.path is not None and c.set_path) for c in cases]
    if body == "clients":
        return [(text, None) for text in clients]
    if body == "variations":
        texts = [t for t in [c.sql for c in cases] + clients if len(t) < 2500 and not TRANSACTION.search(t)]
        return ((t, None) for t in itertools.islice(variations.Variations(texts, SEED), COUNT))
    query = {"functions": FUNCTIONS, "relations": RELATIONS, "settings": SETTINGS}[body]
    return [(text, None) for text in server.sql(query).splitlines()]


@pytest.mark.parametrize("body", ["corpus", "clients", "functions", "relations", "settings", "variations"])
def test_ringfence_and_the_server_agree_but_for_what_is_listed(server, proxy, record_property, body):
    ours = Side(proxy.host, proxy.port, "orders")
    theirs = Side(server.host, server.port, "native_orders")
    tidy = (lambda: server.sql(TIDY)) if body in ("corpus", "clients") else None
    counts, listed, leaks, shown, alarms = collections.Counter(), collections.Counter(), [], [], []
    for sql, path in statements(body, server):
        answer, received = ours.ask(sql, path, tidy)
        verdict = compare(answer, theirs.ask(sql, path, tidy)[0])
        counts[verdict.ringfence, verdict.native] += 1
        if canary.seen(received):
            shown.append(sql)
        if "neither" in verdict or verdict.ringfence == verdict.native:
            continue
        if why := differences.name(verdict, sql):
            listed[why] += 1
        else:
            (leaks if verdict.native == "denied" else alarms).append((sql, verdict.message))
    record_property("verdicts", {" / ".join(k): n for k, n in counts.items()})
    print(f"\n{body}, ringfence / server:", {" / ".join(k): n for k, n in counts.items()})
    for why, n in listed.most_common():
        print(f"    {n:5} {why}")
    wrong = {"a canary was received": shown, "the server denies, ringfence allows": leaks,
             "the server allows, ringfence denies": alarms}
    assert not any(wrong.values()), json.dumps(wrong, indent=1)
