"""MariaDB's own test suite as the judge of the analyser of MySQL and MariaDB: what the server takes for a statement must
be read to the last token, and what the server says it touches must be in the footprint."""
import collections
import os
import signal
import time

import pytest

from harness import agreement, audited_suite, scratch_mariadb, server_audit

ALL = os.environ.get("RINGFENCE_AGREEMENT") == "all"                  # takes hours
SEED = int(os.environ.get("RINGFENCE_AGREEMENT_SEED", "1"))
READ_FILES, RUN_FILES = 1500, 40
SECONDS = 4 * 3600 if ALL else 120


@pytest.fixture(autouse=True)
def time_limit():
    """Longer than that of other tests, when asked to be."""
    def expired(*_):
        raise TimeoutError("a statement hangs")
    previous = signal.signal(signal.SIGALRM, expired)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture
def analyser():
    one = agreement.Analyser()
    yield one
    one.close()


def sample(files, count):
    assert files, f"there is no {agreement.SUITE}: the package mariadb-test-data is missing"
    step = 1 if ALL else len(files) // count          # as many of each suite as it has
    return files[SEED % step::step]


def table(counts):
    lines = [f"{'statement':<22}{'accepted':>9}{'refused by rule':>17}{'not read':>10}"]
    kinds = sorted(counts, key=lambda k: (-counts[k]["not read"], -counts[k]["accepted"]))
    for kind in [k for k in kinds if counts[k]["not read"] or counts[k]["accepted"] >= 200]:
        c = counts[kind]
        share = f"{100 * c['not read'] / c['accepted']:.2f}%"
        lines.append(f"{kind:<22}{c['accepted']:>9}{c['refused']:>17}{c['not read']:>10} {share:>7}")
    return "\n".join(lines)


def test_what_the_server_takes_for_a_statement_is_read(analyser, capsys):
    server = scratch_mariadb.Mariadb()
    try:
        counts, other = collections.defaultdict(collections.Counter), []
        names = 0
        asked = agreement.Server(server)
        for path in sample(agreement.files(), READ_FILES):
            for case in asked.cases(path, path.name):
                if case.error in agreement.NO_SQL:
                    continue
                found = analyser.footprint(case.text, schema="test", sql_mode=case.sql_mode, charset=case.charset)
                count = counts[agreement.kind(case.text)]
                count["accepted"] += 1
                if agreement.names_in_another_character_set(found):
                    count["not read"] += 1
                    names += 1
                elif found["trouble"] == "syntax":
                    count["not read"] += 1
                    other.append(f"{case.file} {case.line}: {found['why']}: {case.text[:200]}")
                elif found["trouble"] != "none":
                    count["refused"] += 1
    finally:
        server.remove()
    accepted = sum(c["accepted"] for c in counts.values())
    with capsys.disabled():
        print(f"\n{accepted} statements that MariaDB accepts; not read: {names} with names in another character set than "
              f"UTF-8, {len(other)} others\n{table(counts)}")
    assert accepted > 10_000
    assert names + len(other) <= 0.02 * accepted
    assert len(other) <= 0.001 * accepted, "\n".join(other[:20])


@pytest.fixture(scope="module")
def run():
    """The suite for real: what the server touched past the footprints, and what it refused a login with their rights."""
    analyser, server = agreement.Analyser(), scratch_mariadb.Mariadb(*server_audit.OPTIONS)
    done = audited_suite.Run(server, analyser, least=True)
    until = None if ALL else time.monotonic() + 60
    try:
        for path in sample(audited_suite.files(), RUN_FILES):
            done.file(path, str(path.relative_to(agreement.SUITE)), agreement.SUITE, until, 100_000 if ALL else 400)
    finally:
        server.remove()
        analyser.close()
    return done


def test_what_the_server_says_it_touches_is_in_the_footprint(run, capsys):
    with capsys.disabled():
        print("\n" + ", ".join(f"{what}: {count}" for what, count in run.counts.most_common()))
    assert run.counts["events"] > 1000
    assert not run.misses, "\n".join(map(str, run.misses[:20]))


def test_a_login_with_the_rights_of_the_footprint_needs_no_others(run):
    """Down to columns: where the server wants more rights, the footprint lacks something."""
    assert run.counts["asked with least rights"] > 100
    assert not run.refused, "\n".join(map(str, run.refused[:20]))
