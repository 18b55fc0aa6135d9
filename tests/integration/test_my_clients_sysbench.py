"""sysbench's tests, as text and with prepared statements: what the benchmark runs is allowed to the last statement."""
import re

import pytest

from harness import processes, service

TESTS = ["oltp_point_select", "oltp_read_only", "oltp_read_write", "oltp_write_only", "oltp_insert", "oltp_delete",
         "oltp_update_index", "oltp_update_non_index", "select_random_points", "select_random_ranges"]


def sysbench(of, test, step, *arguments):
    e = of.endpoint(tls=False)
    size = ["--tables=2", "--table-size=1000"] if "/" not in str(test) else []
    return processes.run(["sysbench", test, f"--mysql-host={e.host}", f"--mysql-port={e.port}", f"--mysql-user={e.login}",
                          f"--mysql-password={e.password}", f"--mysql-db={e.login}", "--threads=2", *size,
                          *arguments, step])


@pytest.fixture(scope="module")
def bench(my_server):
    with service.of(my_server, "sbtest") as made:
        with made.nothing_denied():
            sysbench(made, "oltp_read_write", "prepare")
        yield made
        with made.nothing_denied():
            sysbench(made, "oltp_read_write", "cleanup")
        assert made.server.sql("SELECT count(*) FROM tables WHERE table_schema = 'sbtest'") == "0"


@pytest.mark.parametrize("mode", ["disable", "auto"], ids=["text", "prepared"])
@pytest.mark.parametrize("test", TESTS)
def test_sysbench(bench, test, mode):
    with bench.nothing_denied():
        shown = sysbench(bench, test, "run", f"--db-ps-mode={mode}", "--events=60", "--time=0").stdout
    done(shown, 60)


def done(shown, events):
    assert re.search(rf"total number of events: +{events}\n", shown), shown
    assert "FATAL" not in shown, shown              # deadlocks are no errors to it; what is denied is


def test_sysbench_connects_for_each_query(bench):
    with bench.nothing_denied():
        done(sysbench(bench, service.CLIENTS / "connect.lua", "run", "--events=40", "--time=0").stdout, 40)
