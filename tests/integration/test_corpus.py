"""The corpus through a real ringfence to a real PostgreSQL, by the simple and by the extended protocol. (The analyser
alone: tests/unit/policy/sql/corpus_test.cpp.)"""
import pytest

from harness import canary, corpus, postgres, ringfence as rf

# What an honest case needs that another one makes; sent by the same client, in the same transaction.
BEFORE = {
    "honest_definitions: table as": "DROP TABLE orders.copy",
    "honest_pgbench: pgbench 2": "DROP TABLE orders.pgbench_history",
    "honest_pgbench: pgbench 3": "DROP TABLE orders.pgbench_tellers",
    "honest_pgbench: pgbench 4": "DROP TABLE orders.pgbench_accounts",
    "honest_pgbench: pgbench 5": "DROP TABLE orders.pgbench_branches",
    "honest_pgbench: pgbench 10": "TRUNCATE orders.pgbench_accounts",
    "honest_pg_dump: restore 14": "DROP TABLE orders.order_lines",
    "honest_pg_dump: restore 15": "DROP TABLE orders.orders CASCADE",
    "honest_pg_dump: restore 16": "ALTER TABLE orders.orders ALTER id DROP IDENTITY",
    "honest_queries: insert defaults": "ALTER TABLE orders.orders ALTER user_id DROP NOT NULL",
    "honest_queries: insert many": "TRUNCATE orders.order_lines",
    "honest_definitions: partition": "CREATE TABLE orders.log (at date) PARTITION BY RANGE (at)",
    "honest_definitions: validate": "ALTER TABLE orders.order_lines ADD CONSTRAINT c CHECK (line > 0) NOT VALID",
    "honest_definitions: rename": "ALTER TABLE orders.orders ADD COLUMN note text",
    "honest_definitions: refresh": "CREATE MATERIALIZED VIEW orders.sums AS SELECT 1 AS n; "
                                   "CREATE UNIQUE INDEX ON orders.sums (n)",
    "honest_definitions: add a value": "CREATE TYPE orders.mood AS ENUM ('good')",
    "honest_definitions: trigger": "CREATE FUNCTION orders.touch() RETURNS trigger LANGUAGE plpgsql "
                                   "AS 'BEGIN RETURN NEW; END'",
    "honest_queries: fetch": "DECLARE c CURSOR FOR SELECT 1",
    "honest_queries: execute": "PREPARE p AS SELECT $1::int",
    "honest_queries: own sequence": "SELECT nextval('orders.orders_id_seq')",
    "honest_session: release": "SAVEPOINT a",
    "honest_session: rollback to": "SAVEPOINT a",
}
OUTSIDE = "25001"                # cannot run inside a transaction block
TIDY = "DROP INDEX IF EXISTS orders.i; CREATE INDEX i ON orders.orders (status)"
FAIL_ANYWAY = {
    "honest_pg_dump: restore 11": 'schema "orders" already exists',
    "honest_session: pool's reset": "DISCARD ALL cannot run inside a transaction block",     # that two statements are
}
PROTOCOLS = ("simple", "extended")
CASES = [case for case in corpus.cases() if not case.confined and case.reads_all_settings]


@pytest.fixture(scope="module")
def server():
    made = canary.Server()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def proxy(server):
    made = rf.Ringfence(server, policies=corpus.policies(), arguments=["--today", corpus.TODAY])
    yield made
    made.remove()


def run(proxy, case, protocol):
    """In a session of its own: the answer, and every byte that the client received."""
    with corpus.Client(proxy.host, proxy.port) as client:
        client.login(corpus.LOGINS[case.service], case.database, postgres.PASSWORD)
        if case.path is not None:
            assert not corpus.error(client.simple(case.set_path))
        client.simple("BEGIN")
        if before := BEFORE.get(str(case)):
            assert not corpus.error(client.simple(before)), case
        answer = client.go(case.sql, protocol)
        if not client.ended:
            client.simple("ROLLBACK")
        if corpus.code(answer) == OUTSIDE:
            answer = client.go(case.sql, protocol)
            proxy.postgres.sql(TIDY)
        return answer, bytes(client.received)


@pytest.fixture(scope="module")
def answers(proxy):
    """(case, protocol) -> (fields of the error or None, every byte)"""
    found = {}
    for case in CASES:
        for protocol in PROTOCOLS:
            answer, received = run(proxy, case, protocol)
            found[case, protocol] = corpus.error(answer), received
    return found


def wrong(case, fields):
    """What is not as the case wants it, or None."""
    if "\0" in case.sql:                            # no text of the protocol: the session is ended
        return None if fields and fields["C"] == "08P01" else fields or "accepted"
    if case.decision == "allow":
        return fields if corpus.by_ringfence(fields) else None
    if case.problem == "syntax":                    # in the server's words, if it knows the same grammar
        return None if fields and fields["C"] == "42601" else fields or "allowed"
    return None if corpus.by_ringfence(fields) and fields["C"] == "42501" else fields or "allowed"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_case_is_decided_as_expected(answers, protocol):
    problems = {case: wrong(case, answers[case, protocol][0]) for case in CASES}
    assert not [(str(case), case.sql, problem) for case, problem in problems.items() if problem]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_order_service_never_receives_a_canary(answers, protocol):
    assert not [(str(case), case.sql) for case in CASES
                if case.service == "order-service" and canary.seen(answers[case, protocol][1])]


def test_every_honest_case_really_works_by_one_of_the_protocols(answers, server, record_property):
    honest = [case for case in CASES if case.decision == "allow"]
    served = {p: sum(answers[case, p][0] is None for case in honest) for p in PROTOCOLS}
    record_property("served", served)
    print(f"{len(honest)} honest cases, served: {served}")
    failed = {str(case): answers[case, "simple"][0] for case in honest if all(answers[case, p][0] for p in PROTOCOLS)}
    if not server.session.parameters["server_version"].startswith("15."):        # its catalogue was recorded
        failed = {name: fields for name, fields in failed.items() if fields["C"] not in ("42703", "42883", "42P01")}
    assert {name: fields["M"] for name, fields in failed.items()} == FAIL_ANYWAY
