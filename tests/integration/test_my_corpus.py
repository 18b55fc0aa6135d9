"""The corpus on MariaDB and MySQL, through ringfence with real sessions, as text and prepared. (The analyser alone:
tests/unit/policy/sql/mysql/corpus_test.cpp.)"""
import collections

import pytest

from harness import my_canary, my_corpus, my_wire, ringfence as rf, service
from harness.my_server import PASSWORD
from my_honest_directly import BEFORE, FAIL_ANYWAY, FIRST

enforced = pytest.mark.skipif(service.DIRECT, reason="nobody denies")
PROTOCOLS = ("text", "prepared")
DENIED, NOT_SQL = (1142, 1044, 1227), 1064
NOT_PREPARED = (1295, 1064)                              # the server prepares one statement, and not every kind
READS = ("SELECT", "SHOW", "SET", "EXPLAIN", "DESC", "USE", "HELP", "WITH", "VALUES", "TABLE", "CHECKSUM", "/*", "(", "DO ")


@pytest.fixture(scope="module")
def corpus(my_server):
    made = my_canary.Corpus(type(my_server))
    yield made
    made.remove()


@pytest.fixture(scope="module")
def proxy(corpus):
    """RINGFENCE_DIRECT=1: the server itself, which shows whether the honest cases are."""
    if service.DIRECT:
        yield corpus.server
        return
    made = rf.Ringfence(corpus.server, policies=my_corpus.policies(), arguments=["--today", my_corpus.TODAY],
                        credentials={"services": {**{login: None for login in rf.LOGINS},
                                                  **{login: rf.client(PASSWORD, "mysql")
                                                     for login in my_canary.LOGINS.values()}}})
    yield made
    made.remove()


@pytest.fixture(scope="module")
def cases(corpus):
    return my_corpus.cases(corpus.server.flavour)


STATE = """CHECKSUM TABLE users.secrets, users.accounts, users.addresses, stock.levels, monolith.user_mail,
    monolith.sessions, users.c0ffee5ec4e7; SHOW TABLES FROM users; SELECT user FROM mysql.user; SHOW DATABASES"""
Answer = collections.namedtuple("Answer", "failed ended received")


def run(proxy, corpus, case, protocol):
    """In a session of its own: the error or None, whether it was ended, and every byte that the client received."""
    for sql in BEFORE.get(str(case), ()) if case.decision == "allow" else ():
        corpus.server.sql(sql, case.schema)
    client = my_corpus.Client.of(proxy.host, proxy.port, case)
    if isinstance(client, my_wire.Refused):
        return Answer(client, False, b"")
    with client:
        for sql in FIRST.get(str(case), ()):
            assert client.one(sql).ok, (case, client.one(sql))
        client.received.clear()
        found = client.go(case.text, protocol)
        return Answer(my_corpus.error(found), client.ended, bytes(client.received))


@pytest.fixture(scope="module")
def answers(proxy, corpus, cases):
    """(case, protocol) -> Answer; what is denied first, since nothing of it may have an effect."""
    found = {}
    denied = [case for case in cases if case.decision == "deny"]
    for protocol in PROTOCOLS if not service.DIRECT else ():
        found.update({(case, protocol): run(proxy, corpus, case, protocol) for case in denied})
    found["state"] = corpus.server.sql(STATE)
    for protocol in PROTOCOLS:
        for case in cases:
            if case.decision == "allow":
                found[case, protocol] = run(proxy, corpus, case, protocol)
                if str(case) in BEFORE or not case.sql.upper().lstrip().startswith(READS):
                    corpus.fill()
    return found


def wrong(case, answer, protocol):
    """What is not as the case wants it, or None."""
    failed = answer.failed
    ours = failed is not None and failed.message.startswith("ringfence: ")
    if answer.ended:
        return "the session was ended"
    if case.decision == "allow":
        return failed if ours else None
    if failed is None:
        return "allowed"
    if failed.code == NOT_SQL:                           # in the server's words, if it knows the same grammar
        return None if case.problem == "syntax" or protocol == "prepared" else failed
    if protocol == "prepared" and failed.code in NOT_PREPARED:
        return None
    return None if failed.state == "42000" and (ours and failed.code in DENIED or failed.code == 1044) else failed


@enforced
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_case_is_decided_as_expected(answers, cases, protocol):
    problems = {case: wrong(case, answers[case, protocol], protocol) for case in cases}
    assert not [(str(case), case.sql, problem) for case, problem in problems.items() if problem]


@enforced
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_order_service_never_receives_a_canary(answers, cases, protocol):
    assert not [(str(case), case.sql) for case in cases if case.service == "order-service"
                and my_canary.seen(answers[case, protocol].received)]


@enforced
def test_what_was_denied_had_no_effect(answers, corpus):
    corpus.fill()
    assert answers["state"] == corpus.server.sql(STATE)


def test_every_honest_case_really_works_by_one_of_the_protocols(answers, cases, corpus, record_property):
    honest = [case for case in cases if case.decision == "allow"]
    served = {p: sum(answers[case, p].failed is None for case in honest) for p in PROTOCOLS}
    record_property("served", served)
    print(f"{len(honest)} honest cases, served: {served}")
    failed = {str(case): answers[case, "text"].failed.code for case in honest
              if all(answers[case, p].failed for p in PROTOCOLS)}
    flavour = corpus.server.flavour
    assert failed == {**FAIL_ANYWAY["both"], **FAIL_ANYWAY[flavour]}
