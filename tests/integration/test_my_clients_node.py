"""mysql2 and MariaDB's connector; Knex and TypeORM on top of the first."""
import json
import os

import pytest

from harness import processes, service

enforced = "RINGFENCE_DIRECT" not in os.environ
MESSAGE = "ringfence: order-service may not read users.accounts"


@pytest.fixture
def fresh(my_server):
    """A service whose database is empty."""
    with service.of(my_server, "fresh") as made:
        yield made


def run(modules, endpoint, script):
    return json.loads(processes.run(["node", modules / script], env=endpoint.environment(), cwd=modules).stdout)


def test_mysql2(my_endpoint, modules):
    seen = run(modules, my_endpoint, "mysql2.mjs")
    denied, mixed = seen.pop("denied"), seen.pop("mixed")
    assert seen == {
        "text": 3000, "interpolated": 2, "prepared": 6, "values": 6, "rows": list(range(6, 16)), "inserted": [1, True, 0],
        "many": [1, "ok", 1], "missing": [1146, "42S02", "ER_NO_SUCH_TABLE"], "after": {"one": 1, "d": "orders"},
        "streamed": 3000, "loaded": 2, "info": "Rows matched: 2  Changed: 2  Warnings: 0", "pool": sum(range(40))}
    if enforced:
        assert denied["errno"] == mixed == 1142 and denied["state"] == "42000"
        assert denied["code"] == "ER_TABLEACCESS_DENIED_ERROR" and denied["message"].startswith(MESSAGE)


def test_mariadbs_connector(my_endpoint, modules):
    seen = run(modules, my_endpoint, "mariadb.mjs")
    denied, mixed = seen.pop("denied", None), seen.pop("mixed")
    assert seen == {
        "text": 3000, "placed": 2, "prepared": 6, "pipelined": sum(range(50)), "rows": list(range(6, 16)), "batch": 2000,
        "sum": sum(range(2000)), "nulls": 286, "many": [1, "ok", 1], "streamed": 3000,
        "after": {"one": 1, "d": "orders"}, "pool": sum(range(40))}
    if enforced:
        assert mixed == [1, 1142, 2, 1142, 3]
        assert denied["errno"] == 1142 and denied["state"] == "42000" and denied["message"].startswith(MESSAGE)


def test_knex_migrates_and_queries(fresh, modules):
    seen = run(modules, fresh.endpoint(), "my_knex.mjs")
    assert seen.pop("denied", None) == (1142 if enforced else None)
    fresh.assert_denied(fresh.denied(), 1 if enforced else 0)
    assert seen == {
        "up": ["1_first", "2_second"], "status": 0, "version": "2", "rolledBack": 2, "again": ["1_first"], "pending": 0,
        "has": [True, False, True], "columns": ["author_id", "id", "price", "published", "sold", "title"],
        "joined": ["book 1", "book 2", "book 3"], "sum": 2790, "expensive": 19, "cte": 4, "json": 9,
        "merged": "novelist", "rank": 90, "qualified": 5, "transaction": 30, "streamed": 90,
        "left": ["knex_migrations", "knex_migrations_lock"]}


def test_typeorm_synchronizes_queries_and_migrates(fresh, modules):
    seen = run(modules, fresh.endpoint(), "my_typeorm.mjs")
    assert seen.pop("denied", None) == (1142 if enforced else None)
    fresh.assert_denied(fresh.denied(), 1 if enforced else 0)
    assert seen == {
        "again": 0, "found": [3, 3, 3, 3, 3], "version": 2, "alive": 24, "owners": 2, "grouped": ["24", "24"],
        "locked": 3, "generated": True, "pending": True, "ran": 1, "left": 0,
        "tables": ["owners", "people", "pets", "toys"], "schema": [True, True, "fresh"]}
    assert fresh.server.sql("SELECT count(*) FROM tables WHERE table_schema = 'fresh'") == "0"
